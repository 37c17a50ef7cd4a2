"""What a report costs of GitHub, and in which order a pull request is told: begun, then ended.

With the default settings, in the real composition, before a small GitHub on loopback.
"""

import threading
from dataclasses import replace

import pytest

from tests.doubles.github_server import Answer, refusal
from tests.unit.app.reporting_stage import (
    NUMBER,
    REPOSITORY,
    RESULTS,
    WHOLE,
    of_comment,
    of_status,
    staged,
)
from tests.unit.reporters.samples import FAILED, PASSED

MOST_REQUESTS = 8
MOST_COMMENTS = 99
NOTHING_BUT_THE_TOKEN = ("CI", "GITHUB_TOKEN", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")


@pytest.fixture
def stage(tmp_path):
    """A step of a pull request with the default settings."""
    with staged(tmp_path / "checkout") as stage:
        stage.environ = {name: stage.environ[name] for name in NOTHING_BUT_THE_TOKEN}
        yield stage


def checks(count):
    """Results of a plan; every tenth check failed."""
    return tuple(
        replace(FAILED if number % 10 == 9 else PASSED, name=f"check-{number}")
        for number in range(count)
    )


def talk(stage, count):
    for number in range(count):
        stage.github.repository(REPOSITORY).add_comment(NUMBER, f"I say {number}.", author="ada")


def build_of(stage, number, *, results):
    """Tell a build's report, from its begin; return the requests that it took."""
    stage.github.asked.clear()
    stage.build = replace(stage.build, number=str(number))
    stage.tell(results=results, begins=True)
    assert stage.warnings == []
    return list(stage.github.lines)


# --- the cost ------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 50])
@pytest.mark.parametrize("others", [0, 90, MOST_COMMENTS])
def test_report_and_tell__first_and_later_builds__take_at_most_eight_requests(stage, count, others):
    talk(stage, others // 2)
    builds = [build_of(stage, 1, results=checks(count))]
    talk(stage, others - others // 2)

    builds += [build_of(stage, number, results=checks(count)) for number in (2, 3)]

    for number, requests in enumerate(builds, start=1):
        told = "\n".join([f"build {number}: {len(requests)} requests", *requests])
        assert len(requests) <= MOST_REQUESTS, told
    verdict = "failed" if count >= 10 else "passed"
    assert [one for one in of_comment(stage) if one] == [[verdict]]


def test_report_and_tell__fifty_checks__say_pending_once_and_the_verdict_once(stage):
    build_of(stage, 1, results=checks(50))

    assert of_status(stage) == ["pending", "failure"]


# --- the order -----------------------------------------------------------------------------------


@pytest.mark.parametrize("verdict", RESULTS)
def test_report_and_tell__any_verdict__is_said_after_pending(stage, verdict):
    stage.verdict = verdict

    stage.tell(begins=True)

    final = {"passed": "success", "failed": "failure", "skipped": "success"}
    begun = ["pending"] if RESULTS[verdict] else []
    ended = [] if verdict == WHOLE else [final.get(verdict, "error")]
    assert of_status(stage) == begun + ended


def test_report_and_tell__pending_is_slow__the_final_status_waits_for_it(stage):
    is_late = threading.Event()
    stage.github.once("POST", "/statuses/", lambda: is_late.wait(0.15))

    stage.tell(begins=True)

    assert of_status(stage) == ["pending", "success"]


@pytest.mark.parametrize(
    ("answer", "states"),
    [
        (refusal(502, "Server Error"), ["success"]),
        (Answer(breaks_off=True, takes_effect=True), ["pending", "success"]),
        (refusal(422, "no"), ["success"]),
    ],
)
def test_report_and_tell__pending_goes_wrong__the_final_status_is_the_last_and_nothing_is_said(
    stage, answer, states
):
    stage.github.answers_for("POST", "/statuses/", answer)

    stage.tell(begins=True)

    assert of_status(stage) == states
    assert stage.warnings == []


def test_report_and_tell__statuses_are_refused__is_one_warning_for_both(stage):
    stage.github.permissions["statuses"] = "read"

    stage.tell(begins=True)

    ((who, why),) = stage.warnings
    assert who == ("commit_status",)
    assert "statuses: write" in why
    assert of_status(stage) == []


def test_report_and_tell__cancelled_while_pending_is_sent__the_final_status_is_sent_all_the_same(
    stage,
):
    stage.verdict = "cancelled"
    stage.github.answers_for("POST", "/statuses/", refusal(502, "Server Error"))
    stage.github.once("POST", "/statuses/", stage.clock.cancel)

    stage.tell(begins=True)

    assert of_status(stage) == ["error"]
    assert stage.clock.waited == 0
