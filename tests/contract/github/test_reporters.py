"""The reporters that talk to GitHub, with the real client, against a server on loopback."""

from contextlib import contextmanager
from dataclasses import replace

import pytest

from plugin.clients.github import GitHub
from plugin.core.errors import GitHubError
from plugin.core.result import Finding, Place
from plugin.core.verdict import Verdict
from plugin.reporters.check_run import CheckRunReporter
from plugin.reporters.comment import Comment
from plugin.reporters.commit_status import CommitStatus
from plugin.reporters.pending import Pending
from tests.doubles.clock import FakeClock
from tests.doubles.github_server import Answer, GitHubServer, refusal
from tests.unit.reporters.samples import BUILD, COMMIT, FAILED, PASSED, report_of

TOKEN = "ghs_16C7e42F292c6912E7710c838347Ae178B4a"
FIFTY = report_of(*[replace(FAILED, name=f"check-{number}") for number in range(50)])


@pytest.fixture
def server():
    with GitHubServer(token=TOKEN) as server:
        server.repository("acme/etl").add_pull(7, sha=COMMIT)
        yield server


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def github(server, clock):
    with GitHub(TOKEN, server.api_url, clock=clock) as github:
        yield github


@pytest.fixture
def open_github(github):
    @contextmanager
    def opened():
        yield github

    return opened


@pytest.fixture
def comment(open_github, clock):
    return Comment(open_github=open_github, clock=clock, jitter=lambda: 0.5)


def ours(server):
    return [
        one["body"]
        for one in server.repository("acme/etl").comments.get(7, [])
        if one["user"]["login"] == server.account
    ]


def test_reporters__fifty_checks_on_a_busy_pull_request__take_at_most_eight_requests(
    server, clock, open_github, comment
):
    for number in range(99):
        server.repository("acme/etl").add_comment(7, f"comment {number}")
    pending = Pending(
        open_github=lambda: GitHub(TOKEN, server.api_url, clock=clock),
        build=BUILD,
        context="glue-health-check",
        build_id="42",
    )

    pending.state_changed("check-0", "RUNNING", "")
    CommitStatus(open_github=open_github, pending=pending).report(FIFTY)
    comment.report(FIFTY)

    states = [one["state"] for one in server.repository("acme/etl").statuses[COMMIT]]
    assert states == ["pending", "failure"]
    assert len(ours(server)) == 1
    assert len(server.asked) <= 8, server.lines


def test_comment__second_report__changes_the_first_one_with_at_most_four_requests(server, comment):
    comment.report(FIFTY)
    before = len(server.asked)

    comment.report(replace(report_of(PASSED), build=replace(BUILD, number="43"), build_id="43"))

    assert len(ours(server)) == 1
    assert len(server.asked) - before <= 4, server.lines[before:]


def test_comment__marker_in_the_comment_of_somebody_else__is_left_alone(server, comment):
    comment.report(FIFTY)
    body = ours(server)[0]
    repository = server.repository("acme/etl")
    repository.comments[7] = []
    for author in ("octocat", "github-actions", "other[bot]"):
        repository.add_comment(7, body, author=author)

    comment.report(FIFTY)

    assert [one["body"] for one in repository.comments[7][:3]] == [body] * 3
    assert len(ours(server)) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Answer(breaks_off=True),
        Answer(breaks_off=True, takes_effect=True),
        Answer(status=502),
        Answer(status=502, takes_effect=True),
        Answer(status=201, body=b"<html>", takes_effect=True),
        refusal(403, "You have exceeded a secondary rate limit.", retry_after="3"),
    ],
)
def test_comment__trouble_while_it_is_made__ends_with_one_comment(server, comment, answer):
    server.answers_for("POST", "/comments$", answer)

    comment.report(FIFTY)

    assert len(ours(server)) == 1


@pytest.mark.parametrize("method", ["PATCH", "GET"])
@pytest.mark.parametrize(
    "answer", [Answer(breaks_off=True, takes_effect=True), Answer(status=502), Answer(status=500)]
)
def test_comment__trouble_while_it_is_changed__ends_with_one_comment(
    server, comment, method, answer
):
    comment.report(FIFTY)
    server.answers_for(method, "/comments", answer)

    comment.report(replace(FIFTY, build=replace(BUILD, number="43"), build_id="43"))

    assert len(ours(server)) == 1


@pytest.mark.parametrize("takes_effect", [True, False])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_check_run__lost_answer__has_every_annotation_once(
    server, open_github, method, takes_effect
):
    findings = tuple(
        Finding(name=f"finding {number}", ok=False, place=Place(file="jobs/a.py", line=number + 1))
        for number in range(120)
    )
    report = report_of(replace(FAILED, findings=findings))
    CheckRunReporter(open_github=open_github, clock=FakeClock()).report(report)
    wanted = [
        len(server.repository("acme/etl").annotations[run["id"]])
        for run in server.repository("acme/etl").check_runs
    ]
    server.repository("acme/etl").check_runs.clear()
    server.answers_for(method, "/check-runs", Answer(breaks_off=True, takes_effect=takes_effect))

    CheckRunReporter(open_github=open_github, clock=FakeClock()).report(report)

    runs = server.repository("acme/etl").check_runs
    found = [len(server.repository("acme/etl").annotations[run["id"]]) for run in runs]
    assert found == wanted
    assert wanted[0] > 50


def test_reporters__cancelled_and_github_at_fault__take_a_request_each_and_no_wait(
    server, clock, open_github, comment
):
    clock.cancel()
    for method in ("GET", "POST"):
        server.answers_for(method, "", Answer(status=502), forever=True)
    report = report_of(replace(FAILED, verdict=Verdict.CANCELLED))

    for reporter in (CommitStatus(open_github=open_github), comment):
        with pytest.raises(GitHubError, match="the run is cancelled"):
            reporter.report(report)

    assert len(server.asked) == 2
    assert clock.seconds == 0
