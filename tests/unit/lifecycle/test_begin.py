"""What holds when a check cannot begin."""

import pytest

from plugin.core.errors import AnswerLost
from plugin.core.trouble import Trouble
from plugin.core.verdict import Verdict
from plugin.lifecycle import run_check
from tests.doubles.checks import BUILD, BUILD_ID, check_of
from tests.doubles.engine import Refusal, refused
from tests.doubles.recording import BrokenObserver
from tests.unit.lifecycle.stage import DELETES, FOREVER, JOB, play, stage_of


@pytest.mark.parametrize("step", ["upload", "create_job", "start_run", "driver_log"])
def test_run_check__a_step_refused__still_deletes_objects_then_job(step):
    played = play(refusals=refused(step))

    assert played.result.verdict is Verdict.ERRORED
    assert (played.result.reason, played.result.hint) == (f"{step} refused.", "Mend it.")
    assert tuple(played.engine.calls[-3:]) == DELETES
    assert played.engine.is_empty
    assert played.result.leftovers == ()


@pytest.mark.parametrize("step", ["upload", "create_job", "start_run"])
def test_run_check__a_step_done_but_its_answer_lost__leaves_nothing(step):
    refusal = Refusal(error=AnswerLost("No answer."), takes_effect=True)

    played = play(refusals={step: refusal}, course=FOREVER)

    assert played.result.verdict is Verdict.ERRORED
    assert played.engine.is_empty
    assert played.engine.active() == ()
    assert len(played.engine.started) <= 1


@pytest.mark.parametrize("step", ["upload", "create_job", "look", "read_log"])
def test_run_check__a_crash_in_our_own_code__still_deletes_and_is_told(step):
    # etl_manager#28: jobs stayed behind; #47: an exception was swallowed.
    bug = RuntimeError("a bug")
    world, engine, _, _ = stage_of(refusals={step: Refusal(error=bug)}, course=FOREVER)

    result = run_check(check_of(), BUILD, BUILD_ID, world)

    assert result.verdict is Verdict.ERRORED
    assert result.reason == "A bug in glue-health-check: RuntimeError: a bug"
    assert result.trouble is Trouble.BUG
    assert tuple(engine.calls[-3:]) == DELETES
    assert engine.is_empty
    assert engine.active() == ()


@pytest.mark.parametrize("state", ["UPLOADING", "RUNNING"])
def test_run_check__the_observer_dies__still_deletes(state):
    world, engine, _, _ = stage_of(observer=BrokenObserver(dies_at=state))

    result = run_check(check_of(), BUILD, BUILD_ID, world)

    assert result.verdict is Verdict.ERRORED
    assert engine.is_empty


def test_run_check__the_observer_dies_at_the_end__still_deletes():
    world, engine, _, _ = stage_of(observer=BrokenObserver(dies_at="CLEANING"))

    with pytest.raises(BrokenPipeError):
        run_check(check_of(), BUILD, BUILD_ID, world)

    assert engine.is_empty


def test_run_check__cancelled_before_it_began__creates_nothing():
    played = play(cancel_at=0.0)

    assert played.result.verdict is Verdict.CANCELLED
    assert played.result.reason == "Cancelled before it began."
    assert played.result.trouble is Trouble.STOPPED
    assert not {"upload", "create_job", "start_run"} & set(played.engine.steps)
    assert played.engine.is_empty


def test_run_check__cancelled_while_uploading__starts_no_run():
    played = play(call_seconds=1.0, cancel_at=1.5)

    assert played.result.verdict is Verdict.CANCELLED
    assert played.engine.started == []
    assert played.engine.is_empty


def test_begin__healthy__writes_script_and_ticket_before_the_job_and_marks_the_run():
    played = play()

    prefix = f"glue-health-check/{BUILD_ID}/flights/"
    assert played.engine.calls[:4] == [
        ("upload", f"{prefix}script/flights.py"),
        ("upload", f"{prefix}ticket.json"),
        ("create_job", JOB),
        ("start_run", JOB),
    ]
    assert played.observer.states[:3] == ["UPLOADING", "CREATING", "SUBMITTING"]
    assert played.observer.details[1] == JOB


@pytest.mark.parametrize("refusals", [{}, refused("start_run")])
def test_begin__before_the_start__says_what_is_true_of_any_start(refusals):
    """Two minutes may pass in it (amazon-marketing-cloud-uploader#51), or a second."""
    played = play(refusals=refusals)

    said = list(zip(played.observer.states, played.observer.details, strict=True))
    assert ("SUBMITTING", "asking Glue to start the run") in said
    assert ("STARTING" in played.observer.states) is not bool(refusals)
