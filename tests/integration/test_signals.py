"""Real signals at many moments: nothing is left, or all of it is named and found by cleanup."""

import signal

import pytest

from tests.doubles.signal_stage import (
    ENDS,
    GITHUB,
    OF_THE_END,
    OPERATIONS,
    REPORTING,
    RUNNING,
    SLEEPS,
    TIMES,
    opened,
)

BOUND_SECONDS = 3.0
"""A process that takes longer stood still: what it could not remove is named, and left to cleanup."""
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 143}


@pytest.fixture(scope="module")
def stage(repository, tmp_path_factory):
    folder = tmp_path_factory.mktemp("signals")
    (folder / "runs").mkdir()
    with opened(repository, folder) as stage:
        yield stage


def is_untold(outcome):
    """Whether the log says that GitHub could not be told: this machine stood still for too long."""
    lines = outcome.out.splitlines()
    return any(one.startswith("warning: reporter ") and "commit_status" in one for one in lines)


def held(stage, outcome, number):
    """Hold what is true after a signal at any moment."""
    assert outcome.statuses[-1:] != ("pending",) or is_untold(outcome)
    if outcome.report is None:  # before anything was made, or while Python itself still started
        assert outcome.code != 0
        assert (outcome.jobs, outcome.keys, outcome.statuses) == ((), (), ())
        return
    assert "Traceback" not in outcome.out + outcome.err
    is_cancelled = outcome.report["verdict"] == "cancelled"
    while_python_ends = -number  # the report is written, and our handlers are gone
    code = CODES[number] if is_cancelled else 0
    assert outcome.code in {code, while_python_ends}, outcome.err
    last = ("error" if is_cancelled else "success",)
    assert outcome.statuses[-1:] == last or is_untold(outcome), outcome.out
    assert set(outcome.jobs) <= outcome.named
    assert not outcome.keys or any(name.startswith("s3://") for name in outcome.named)
    if outcome.jobs or outcome.keys:
        done = stage.cleanup(outcome)
        assert done.returncode == 0, done.stderr
        assert stage.left(outcome) == ((), ())


def test_signal__while_the_script_runs__ends_all_and_tells_github(stage):
    outcome = stage.play(RUNNING, signal.SIGTERM)

    held(stage, outcome, signal.SIGTERM)
    assert outcome.statuses == ("pending", "error") or is_untold(outcome)
    assert outcome.jobs == outcome.keys == () or outcome.seconds > BOUND_SECONDS


def test_signal__a_second_one__is_as_clean(stage):
    outcome = stage.play("StartJobRun", signal.SIGINT, again=0.15)

    held(stage, outcome, signal.SIGINT)
    assert outcome.report["verdict"] == "cancelled"


MOMENTS = [*TIMES, *OPERATIONS, *GITHUB, REPORTING]
SCRIPTS = [
    *(pytest.param(moment, ENDS, id=f"{moment}-ends") for moment in MOMENTS),
    *(
        pytest.param(moment, SLEEPS, id=f"{moment}-sleeps")
        for moment in MOMENTS
        if moment not in OF_THE_END  # which only come when the script ends
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["INT", "TERM"])
@pytest.mark.parametrize(("moment", "script"), SCRIPTS)
def test_signal__at_any_moment__leaves_nothing_unnamed(stage, moment, script, number):
    held(stage, stage.play(moment, number, script=script), number)


@pytest.mark.slow
@pytest.mark.parametrize("again", [0.0, 0.05, 0.5, 1.0])
@pytest.mark.parametrize("moment", [RUNNING, "StartJobRun", "PUT"])
def test_signal__a_second_one_at_any_moment__is_as_clean(stage, moment, again):
    held(stage, stage.play(moment, signal.SIGTERM, again=again), signal.SIGTERM)


@pytest.mark.slow
def test_signal__the_terminal_is_gone__is_as_sigterm(stage):
    held(stage, stage.play(RUNNING, signal.SIGHUP), signal.SIGHUP)


@pytest.mark.slow
@pytest.mark.parametrize("moment", [RUNNING, "StartJobRun"])
def test_signal__ten_checks_at_once__leaves_nothing_unnamed(stage, moment):
    held(stage, stage.play(moment, signal.SIGTERM, checks=10), signal.SIGTERM)


@pytest.mark.slow
def test_signal__during_the_report__is_told_as_it_was_decided_and_whole(stage):
    outcome = stage.play(REPORTING, signal.SIGTERM, script=ENDS)

    held(stage, outcome, signal.SIGTERM)
    # what was found out stays true: exit code, status, report and outputs agree
    assert outcome.code == 0
    assert outcome.statuses[-1] == "success"
    assert outcome.report["verdict"] == "passed"
    assert "\nverdict=passed\n" in outcome.out
    assert sorted(one.name for one in (outcome.folder / "glue-health-check-report").iterdir()) == [
        ".gitignore",
        "junit.xml",
        "report.json",
        "report.md",
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("moment", "checks"),
    [(RUNNING, 1), ("CreateJob", 1), ("StartJobRun", 1), ("GetLogEvents", 1), (RUNNING, 10)],
)
def test_signal__a_slow_aws_and_runs_that_take_long_to_stop__are_named_and_cleaned_up(
    stage, moment, checks
):
    before, stage.relay.seconds, stage.relay.stop_seconds = stage.relay.seconds, 3.0, 30.0
    try:
        outcome = stage.play(moment, signal.SIGTERM, checks=checks)
        held(stage, outcome, signal.SIGTERM)  # cleanup has the same AWS
    finally:
        stage.relay.seconds, stage.relay.stop_seconds = before, 0.0

    assert outcome.report["verdict"] == "cancelled"
    assert outcome.active or moment != RUNNING
    assert ("LEFT BEHIND: run" in outcome.out) is (moment != "CreateJob")  # none can follow then
    assert "LEFT BEHIND: job" in outcome.out
    assert "glue-health-check cleanup --build-id" in outcome.out


def test_signal__aws_says_nothing_to_the_first_question__ends_all_the_same_and_tells_github(stage):
    """Older builds are looked for before the checks begin.  Who waited for it would hang."""
    with stage.relay.silent("ListJobs"):
        outcome = stage.play("ListJobs", signal.SIGTERM, checks=3)

    held(stage, outcome, signal.SIGTERM)
    assert outcome.report["verdict"] == "cancelled"


@pytest.mark.slow
def test_signal__every_look_stays_silent__the_run_is_stopped_all_the_same(stage):
    """Who looks waits for 20 seconds and more: it cannot be the one who asks for the stop."""
    with stage.relay.silent("GetJobRun"):
        outcome = stage.play("GetJobRun", signal.SIGTERM)

    held(stage, outcome, signal.SIGTERM)
    assert outcome.active == ()
    assert "(asked to stop, not seen to have stopped)" in outcome.out


def test_signal__a_large_upload_hangs_in_its_parts__ends_all_the_same(stage):
    """boto/s3transfer's threads are waited for by Python itself at its end."""
    with stage.relay.silent("PART"):
        outcome = stage.play("PART", signal.SIGTERM, extra=b"x" * (17 * 1024 * 1024))

    held(stage, outcome, signal.SIGTERM)
    assert outcome.report["verdict"] == "cancelled"
    assert outcome.out.rstrip().rpartition("\n")[2].startswith("console_url=")
