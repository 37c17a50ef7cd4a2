"""What GitHub's status, check run and comment say, and the messages, as whole texts."""

from dataclasses import replace

import pytest

from plugin.core.forms.check_run import check_runs_of
from plugin.core.forms.messages import plain_message, slack_message, subject, teams_message
from plugin.core.forms.status import ended, pending_of, status_of
from plugin.core.forms.sticky import join, section_of
from plugin.core.forms.sticky_page import body_of
from plugin.core.github import PostedStatus
from plugin.core.render import markdown, short
from plugin.core.verdict import Verdict
from tests.unit.reporters.samples import (
    BUILD,
    CANCELLED,
    ERRORED,
    FAILED,
    PAGES,
    PASSED,
    SAMPLES,
    SKIPPED,
    report_of,
)

CONTEXT = "glue-health-check"
BUILD_ID = "0a1b2c3d4e5f"
KINDS = {
    "passed": report_of(PASSED),
    "failed": report_of(FAILED),
    "errored": report_of(ERRORED),
    "cancelled": report_of(CANCELLED),
    "skipped by their paths": report_of(SKIPPED, SKIPPED),
    "skipped whole": report_of(reason="The pull request comes from a fork."),
    "passed and skipped": report_of(PASSED, SKIPPED),
    "passed and failed": report_of(PASSED, FAILED),
    "failed and errored": report_of(FAILED, ERRORED),
    "of every kind": PAGES["several"],
    "fifty": PAGES["fifty"],
    "left behind": PAGES["leftovers"],
    "letters of others": PAGES["foreign"],
    "hostile": SAMPLES["hostile"],
    "too long": PAGES["two_megabytes"],
}
MESSAGES = {
    "errored": PAGES["errored"],
    "cancelled": PAGES["cancelled"],
    "several": PAGES["several"],
    "no_pull_request": PAGES["no_pull_request"],
    "compared": PAGES["compared"],
    "leftovers": PAGES["leftovers"],
    "foreign": PAGES["foreign"],
}


def posted(post):
    return PostedStatus(state=post.state, target_url=post.target_url, description=post.description)


def status_line(name, post):
    if post is None:
        return f"{name}: none"
    return f"{name}: {post.state}: {post.description}"


def test_status__every_kind__says_what_the_golden_file_says(golden):
    running = pending_of(BUILD, context=CONTEXT, build_id=BUILD_ID)
    killed = ended(posted(running), BUILD, context=CONTEXT, build_ids=(BUILD_ID,))
    told = ended(
        posted(running), BUILD, context=CONTEXT, build_ids=(BUILD_ID,), finals={BUILD_ID: "success"}
    )
    lines = [status_line(name, status_of(report)) for name, report in KINDS.items()]
    lines += [
        status_line("running", running),
        status_line("killed", killed),
        status_line("killed in the end", told),
    ]

    golden.check("github/statuses.txt", "\n".join((*lines, "")))


@pytest.mark.parametrize("name", ["passed", "failed", "errored", "cancelled", "several", "foreign"])
def test_check_run__each_kind__is_the_golden_one(name, golden):
    (post, *more) = check_runs_of(PAGES[name])
    remarks = [
        f"{one.path}:{one.start_line} [{one.level}] {one.title}\n    {one.message}\n"
        for one in post.annotations
    ]
    head = f"{post.name}: {post.conclusion}\nTitle: {post.title}\nSummary: {post.summary}\n"

    assert more == []
    golden.check(f"github/check-run-{name}.txt", "\n".join((head, *remarks, "Text:", post.text)))


def leg(number, *results):
    return replace(report_of(*results), leg=f"leg{number}")


THREE = (leg(1, PASSED), leg(2, FAILED), leg(3, SKIPPED))
LARGE = replace(FAILED, log_tail=("a line of the log " * 20,) * 4, log_lines=4)


def comment_of(*reports, **limit):
    sections = join((), [section_of(report, markdown(report)) for report in reports])
    first = reports[0]
    ours = section_of(first, markdown(first))
    return body_of(CONTEXT, sections, ours=ours, short=short(first), **limit)


@pytest.mark.parametrize(
    ("name", "reports", "limit"),
    [
        ("one", (report_of(PASSED),), {}),
        ("three", THREE, {}),
        ("cut", (leg(1, LARGE), leg(2, replace(LARGE, verdict=Verdict.ERRORED))), {"limit": 4_000}),
    ],
)
def test_comment__of_one_or_more_legs__is_the_golden_one(name, reports, limit, golden):
    golden.check(f"github/comment-{name}.md", comment_of(*reports, **limit))


@pytest.mark.parametrize("name", MESSAGES)
def test_message__of_a_rarer_kind__is_the_golden_one(name, golden):
    report = MESSAGES[name]

    golden.check(f"sns/{name}.txt", f"Subject: {subject(report)}\n\n{plain_message(report)}")
    for form, written in (("slack", slack_message), ("teams", teams_message)):
        golden.check(f"webhook/{form}-{name}.json", written(report))
