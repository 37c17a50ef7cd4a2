"""The check run: made once, every annotation once, whatever answer is lost."""

from dataclasses import replace

import pytest

from plugin.core.errors import GitHubAnswerLost, GitHubError
from plugin.core.result import Finding, Place
from plugin.reporters.check_run import CheckRunReporter
from tests.doubles.clock import FakeClock
from tests.doubles.github_memory import GitHubMemory
from tests.unit.reporters.samples import FAILED, PASSED, report_of

LOST = GitHubAnswerLost("no answer")


def report_with(remarks):
    findings = tuple(
        Finding(name=f"f{n}", ok=False, place=Place(file="jobs/etl.py", line=n + 1))
        for n in range(remarks)
    )
    return report_of(replace(FAILED, place=None, findings=findings))


def reporter(github, clock=None):
    return CheckRunReporter(open_github=github.open, clock=clock or FakeClock())


def report(github, remarks=0):
    reporter(github).report(report_with(remarks))


def lines(github):
    (run,) = github.check_runs
    return [annotation.start_line for annotation in run.annotations]


@pytest.mark.parametrize("method", ["create_check_run", "update_check_run"])
def test_report__github_refuses__tells_it(method):
    github = GitHubMemory()
    github.errors[method] = [GitHubError("403", hint="Add checks: write.")]

    with pytest.raises(GitHubError, match="Add checks: write"):
        report(github, 60)


@pytest.mark.parametrize("method", ["create_check_run", "update_check_run"])
@pytest.mark.parametrize("times", [1, 2])
def test_report__requests_get_lost__are_sent_again(method, times):
    github = GitHubMemory()
    github.errors[method] = [LOST] * times

    report(github, 120)

    assert lines(github) == list(range(1, 121))


@pytest.mark.parametrize("method", ["create_check_run", "update_check_run"])
def test_report__requests_get_lost_for_ever__gives_up(method):
    github = GitHubMemory()
    github.errors[method] = [LOST] * 9

    with pytest.raises(GitHubAnswerLost):
        report(github, 120)

    assert github.requests.count(method) == 3


@pytest.mark.parametrize(
    ("method", "times"), [("create_check_run", 1), ("update_check_run", 1), ("update_check_run", 2)]
)
def test_report__answers_get_lost__nothing_is_made_twice(method, times):
    github = GitHubMemory()
    github.lost[method] = times

    report(github, 120)

    assert lines(github) == list(range(1, 121))


def test_report__found_again_after_a_lost_answer__is_our_run_and_no_other():
    github = GitHubMemory()
    other = replace(report_with(3), build_id="ffffffffffff")
    reporter(github).report(other)
    github.errors["create_check_run"] = [LOST]

    report(github, 1)

    assert [len(run.annotations) for run in github.check_runs] == [3, 1]


def test_report__a_plan_that_was_skipped_whole__asks_nothing():
    github = GitHubMemory()

    reporter(github).report(report_of(reason="A fork."))

    assert github.opened == 0


def test_report__fifty_checks_that_passed__is_one_request():
    github = GitHubMemory()

    reporter(github).report(report_of(*(replace(PASSED, name=f"c{n}") for n in range(50))))

    assert github.requests == ["create_check_run"]


@pytest.mark.parametrize("method", ["create_check_run", "update_check_run"])
def test_report__requests_get_lost__looks_again_ever_later(method):
    github, clock = GitHubMemory(), FakeClock()
    github.errors[method] = [LOST] * 2

    reporter(github, clock).report(report_with(60))

    assert clock.seconds == 3


def test_report__nothing_gets_lost__waits_for_nothing():
    clock = FakeClock()

    reporter(GitHubMemory(), clock).report(report_with(60))

    assert clock.seconds == 0
