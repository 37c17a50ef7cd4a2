"""The reporters on GitHub with the real client, against a small GitHub on loopback."""

from contextlib import contextmanager
from dataclasses import replace

import pytest

from plugin.clients.github import GitHub
from plugin.core.errors import GitHubError
from plugin.core.forms.status import pending_of
from plugin.core.forms.sticky_page import sections_of
from plugin.core.result import Finding, Place
from plugin.reporters import tell
from plugin.reporters.check_run import CheckRunReporter
from plugin.reporters.comment import Comment
from plugin.reporters.commit_status import CommitStatus
from plugin.reporters.pending import Pending
from tests.doubles.clock import FakeClock
from tests.doubles.github_server import Answer, GitHubServer, refusal
from tests.unit.reporters.samples import BUILD, COMMIT, FAILED, PASSED, SAMPLES, report_of

TOKEN = "ghs_16C7e42F292c6912E7710c838347Ae178B4a"
REPOSITORY = "acme/etl"
NUMBER = 7
ACCOUNT = "github-actions[bot]"
DEEDS = {
    "commit_status": ("POST", "/statuses/"),
    "comment": ("POST", "/comments"),
    "check_run": ("POST", "/check-runs"),
}


@pytest.fixture
def github():
    with GitHubServer(token=TOKEN) as server:
        server.repository(REPOSITORY).add_pull(NUMBER, sha=COMMIT, base=REPOSITORY, head=REPOSITORY)
        yield server


def connection(github, clock=None):
    """Return the ``open_github`` of a report."""

    @contextmanager
    def opened():
        with GitHub(TOKEN, github.api_url, clock=clock or FakeClock()) as client:
            yield client

    return opened


def reporters(github, clock=None):
    clock = clock or FakeClock()
    opened = connection(github, clock)
    return {
        "commit_status": CommitStatus(open_github=opened),
        "comment": Comment(open_github=opened, clock=clock, jitter=lambda: 0.5),
        "check_run": CheckRunReporter(open_github=opened, clock=clock),
    }


def made(github):
    """How much of each is there."""
    repository = github.repository(REPOSITORY)
    return {
        "commit_status": len(repository.statuses.get(COMMIT, [])),
        "comment": len(repository.comments.get(NUMBER, [])),
        "check_run": len(repository.check_runs),
    }


@pytest.mark.parametrize("name", DEEDS)
@pytest.mark.parametrize(
    "answer",
    [
        refusal(403, "Resource not accessible by integration"),
        refusal(422, "no"),
        refusal(404, "no"),
    ],
)
def test_reporter__github_refuses__is_one_failure_without_the_token(github, name, answer):
    github.answers_for(*DEEDS[name], answer, forever=True)

    (failure,) = tell([reporters(github)[name]], report_of(PASSED))

    assert failure.name == name
    assert TOKEN not in failure.reason
    assert made(github)[name] == 0


@pytest.mark.parametrize("name", DEEDS)
def test_reporter__a_server_error_for_ever__is_one_failure_within_bounds(github, name):
    clock = FakeClock()
    for method in ("GET", "POST", "PATCH"):
        github.answers_for(method, "", refusal(502, "Server Error"), forever=True)

    (failure,) = tell([reporters(github, clock)[name]], report_of(PASSED))

    assert failure.name == name
    assert clock.seconds <= 120
    assert len(github.asked) <= 16


@pytest.mark.parametrize("name", DEEDS)
@pytest.mark.parametrize(
    "answer",
    [
        refusal(502, "Server Error"),
        Answer(breaks_off=True),
        Answer(breaks_off=True, takes_effect=True),
        refusal(429, "slow down", Retry_After="1"),
    ],
)
def test_reporter__one_request_goes_wrong__is_done_once_all_the_same(github, name, answer):
    github.answers_for(*DEEDS[name], answer)

    failures = tell([reporters(github)[name]], report_of(PASSED))

    assert failures == ()
    is_status_repeated = name == "commit_status" and answer.takes_effect
    assert made(github)[name] == (2 if is_status_repeated else 1)


@pytest.mark.parametrize("name", DEEDS)
@pytest.mark.parametrize("is_down", [True, False])
def test_reporter__cancelled__is_tried_once_without_a_wait(github, name, is_down):
    clock = FakeClock(cancel_at=0)
    if is_down:
        github.answers_for(*DEEDS[name], refusal(502, "Server Error"), forever=True)

    failures = tell([reporters(github, clock)[name]], report_of(PASSED))

    assert len(failures) == is_down
    assert clock.seconds == 0


@pytest.mark.parametrize("sample", SAMPLES)
def test_reporters__every_sample__is_taken(github, sample):
    build = replace(
        SAMPLES[sample].build, repository=REPOSITORY, commit=COMMIT, pull_request=NUMBER
    )
    report = replace(SAMPLES[sample], build=build)

    failures = tell(reporters(github).values(), report)

    assert failures == ()
    expected = 0 if sample == "skipped" else 1
    assert made(github) == dict.fromkeys(DEEDS, expected)


def test_comment__others_talk_a_lot__finds_ours_on_the_last_page(github):
    repository = github.repository(REPOSITORY)
    for number in range(250):
        repository.add_comment(NUMBER, f"talk {number}", author="ada")
    reporter = reporters(github)["comment"]

    reporter.report(report_of(FAILED))
    reporter.report(report_of(PASSED))

    assert made(github)["comment"] == 251
    assert sections_of(repository.comments[NUMBER][-1]["body"])[0].verdict == "passed"


@pytest.mark.parametrize("author", ["mallory", "github-actions"])
def test_comment__somebody_copied_our_comment__theirs_is_left_alone(github, author):
    repository = github.repository(REPOSITORY)
    reporter = reporters(github)["comment"]
    reporter.report(report_of(FAILED))
    copied = repository.comments[NUMBER].pop()["body"]
    repository.add_comment(NUMBER, copied, author=author)

    reporter.report(report_of(PASSED))

    assert [one["user"]["login"] for one in repository.comments[NUMBER]] == [author, ACCOUNT]
    assert repository.comments[NUMBER][0]["body"] == copied


def test_comment__deleted_while_we_write__is_made_anew(github):
    repository = github.repository(REPOSITORY)
    reporter = reporters(github)["comment"]
    reporter.report(report_of(FAILED))
    body = repository.comments[NUMBER][0]["body"]
    github.answers_for("PATCH", "/comments/", refusal(404, "Not Found"))
    github.answers_for("GET", "/issues/comments/", refusal(404, "Not Found"))
    repository.comments[NUMBER].clear()
    repository.add_comment(NUMBER, body, author=ACCOUNT)

    reporter.report(report_of(PASSED))

    assert made(github)["comment"] == 1


def remarks(number):
    findings = tuple(
        Finding(name=f"f{n}", ok=False, place=Place(file="jobs/etl.py", line=n + 1))
        for n in range(number)
    )
    return report_of(replace(FAILED, place=None, findings=findings))


@pytest.mark.parametrize("takes_effect", [True, False])
def test_check_run__the_connection_breaks_in_the_middle__every_annotation_is_there_once(
    github, takes_effect
):
    github.answers_for("PATCH", "/check-runs/", Answer(breaks_off=True, takes_effect=takes_effect))

    reporters(github)["check_run"].report(remarks(120))

    repository = github.repository(REPOSITORY)
    (run,) = repository.check_runs
    assert [one["start_line"] for one in repository.annotations[run["id"]]] == [*range(1, 121)]
    assert run["conclusion"] == "failure"


ATTEMPT = replace(BUILD, link=f"{BUILD.link}/attempts/1")
LOOK = ("GET", "/statuses")


@pytest.mark.parametrize(
    "answer",
    [
        refusal(403, "Resource not accessible by integration"),
        refusal(404, "no"),
        refusal(502, "Server Error"),
        Answer(breaks_off=True),
        Answer(body=b"<html>"),
        Answer(body={}),
    ],
)
def test_status__github_does_not_say_how_other_legs_did__is_posted(github, answer):
    github.answers_for(*LOOK, answer, forever=True)

    failures = tell([reporters(github)["commit_status"]], report_of(PASSED, build=ATTEMPT))

    assert failures == ()
    assert made(github)["commit_status"] == 1


def test_status__two_legs_of_an_attempt__a_pass_does_not_hide_the_failure(github):
    reporter = reporters(github)["commit_status"]
    reporter.report(replace(report_of(FAILED, build=ATTEMPT), leg="0" * 12))
    reporter.report(replace(report_of(PASSED, build=ATTEMPT), leg="1" * 12))

    first, second, third = github.repository(REPOSITORY).statuses[COMMIT]
    assert (first["state"], second["state"], third["state"]) == ("failure", "success", "failure")
    assert first["target_url"] == third["target_url"] == f"{ATTEMPT.link}#leg-{'0' * 12}"
    assert third["description"] == first["description"]


@pytest.mark.parametrize("build", [BUILD, ATTEMPT])
def test_reporters__fifty_checks_and_a_comment_that_is_there__are_at_most_eight_requests(
    github, build
):
    report = report_of(*(replace(PASSED, name=f"c{n}") for n in range(50)), build=build)
    for number in range(99):
        github.repository(REPOSITORY).add_comment(NUMBER, f"talk {number}", author="ada")
    reporters(github)["comment"].report(report_of(FAILED))
    github.asked.clear()
    opened = connection(github)
    pending = Pending(
        open_github=opened,
        build=BUILD,
        context=report.context,
        build_id=report.build_id,
    )

    pending.state_changed("c0", "RUNNING", "")
    failures = tell(
        [
            CommitStatus(open_github=opened, pending=pending),
            Comment(open_github=opened, clock=FakeClock(), jitter=lambda: 0.5),
        ],
        report,
    )

    assert failures == ()
    assert len(github.asked) <= 8
    states = [one["state"] for one in github.repository(REPOSITORY).statuses[COMMIT]]
    assert states == ["pending", "success"]


def test_pending__as_github_keeps_it__is_known_again(github):
    with GitHub(TOKEN, github.api_url, clock=FakeClock()) as client:
        post = pending_of(BUILD, context="Etl", build_id="0a1b2c3d4e5f")
        client.create_status(REPOSITORY, COMMIT, post)
        posted = client.latest_status(REPOSITORY, COMMIT, "etl")

    assert posted
    assert posted.description == post.description
    assert posted.target_url == post.target_url


def test_status__a_commit_that_github_does_not_know__says_so(github):
    report = report_of(PASSED, build=replace(BUILD, commit="c" * 40))

    with pytest.raises(GitHubError, match="c" * 12):
        reporters(github)["commit_status"].report(report)
