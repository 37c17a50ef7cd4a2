"""What a check is called at its end: only what a look, and the whole log, tells."""

from decimal import Decimal
from math import inf, nan
from typing import Any

import pytest

from plugin.core.errors import NoCredentials, Throttled
from plugin.core.ports import LogChunk, LogStream, Sighting
from plugin.core.states import RunState
from plugin.core.trouble import Trouble
from plugin.core.verdict import Verdict
from tests.doubles.checks import check_of
from tests.doubles.engine import Refusal
from tests.unit.lifecycle.stage import FOREVER, QUEUED, ending, play

BAD = 'GLUE_HEALTH_CHECK {"name":"rows","ok":false}\n'
STARTING = (0.0, Sighting(state=RunState.STARTING))
RUNNING = (5.0, Sighting(state=RunState.RUNNING))


def end(at: float, state: RunState, message: str = "", **fields: Any) -> Any:
    return (at, Sighting(state=state, message=message, **fields))


def failing(passes: int, error: Exception | None = None, *, times: int = 1000) -> Any:
    error = error or Throttled("Rate exceeded")
    return {"look": Refusal(error=error, passes=passes, times=times)}


# --- a log that was not read to the end -----------------------------------------------------------


@pytest.mark.parametrize("at", [61.6, 62.0])
def test_run_check__cancelled_before_the_log_is_read__does_not_pass(at):
    chunk = LogChunk(stream=LogStream.OUTPUT, text=BAD)
    course = (STARTING, RUNNING, end(61.5, RunState.SUCCEEDED, execution_seconds=56))

    played = play(course=course, log=((61.4, chunk),), cancel_at=at)

    assert played.result.verdict is Verdict.CANCELLED
    assert played.engine.is_empty
    read = play(course=course, log=((61.4, chunk),), cancel_at=63.0)
    assert read.result.verdict is Verdict.FAILED


# --- limits that no look confirms -----------------------------------------------------------------

ENDED = (STARTING, RUNNING, end(25.0, RunState.SUCCEEDED, execution_seconds=20))


@pytest.mark.parametrize(
    "check",
    [
        check_of(timeout_minutes=1),
        check_of(max_cost_usd=Decimal("0.0147")),
        check_of(job_type="gluestreaming", stream_minutes=1, timeout_minutes=30),
    ],
)
@pytest.mark.parametrize("state", [RunState.SUCCEEDED, RunState.FAILED])
def test_run_check__no_look_tells_what_ran_at_the_limit__is_errored_with_the_looks_error(
    check, state
):
    course = (STARTING, RUNNING, end(25.0, state, "ValueError: boom", execution_seconds=20))

    played = play(check, course=course, refusals=failing(6))

    assert (played.result.verdict, played.result.trouble) == (
        Verdict.ERRORED,
        Trouble.THROTTLING,
    )
    assert played.engine.is_empty


def test_run_check__waited_while_no_look_went_well__is_not_called_queued():
    course = (QUEUED[0], end(25.0, RunState.SUCCEEDED, execution_seconds=20))

    played = play(check_of(queue_timeout_minutes=1), course=course, refusals=failing(6))

    assert played.result.trouble is Trouble.THROTTLING


def test_run_check__the_look_after_the_stop_tells__is_believed():
    check = check_of(timeout_minutes=1)

    played = play(check, course=ENDED, refusals=failing(6, times=12))

    assert played.result.verdict is Verdict.PASSED


def test_run_check__seen_at_the_limit_but_not_after_the_stop__is_out_of_time():
    seen = play(check_of(timeout_minutes=1), course=FOREVER).engine.steps
    looks = seen[: seen.index("stop_runs")].count("look")

    played = play(
        check_of(timeout_minutes=1),
        course=FOREVER,
        refusals=failing(looks, NoCredentials("expired")),
    )

    assert played.result.trouble is Trouble.TIME_OUT


# --- stops that end as FAILED ---------------------------------------------------------------------


def test_run_check__our_stop_ends_as_failed_at_once__is_our_stop():
    played = play(
        check_of(timeout_minutes=1),
        course=FOREVER,
        stop_seconds=0.0,
        stopped_as=RunState.FAILED,
    )

    assert played.result.trouble is Trouble.TIME_OUT


def test_run_check__a_cancel_ends_as_failed_at_once__is_cancelled():
    for at in (30.0, 30.5):
        played = play(course=FOREVER, stop_seconds=0.0, stopped_as=RunState.FAILED, cancel_at=at)
        assert played.result.verdict is Verdict.CANCELLED


def test_run_check__stopped_in_the_queue_and_called_failed__never_ran_and_costs_nothing():
    played = play(
        check_of(queue_timeout_minutes=1),
        course=QUEUED,
        stop_seconds=0.5,
        stopped_as=RunState.FAILED,
    )

    assert played.result.reason == "The run did not begin within 1 min (queue_timeout_minutes)."
    assert played.result.cost is None


def test_run_check__failed_in_the_queue__costs_nothing():
    course = (QUEUED[0], end(20.0, RunState.FAILED, "Resource unavailable"))

    result = play(course=course).result

    assert (result.trouble, result.cost) == (Trouble.CAPACITY, None)


def test_run_check__a_script_that_fails_before_anybody_looks__is_billed_its_minute():
    course = (STARTING, end(20.0, RunState.FAILED, "KeyError: 'iata'"))

    result = play(course=course).result

    assert result.verdict is Verdict.FAILED
    assert result.cost is not None


def test_run_check__stopped_by_another_and_called_failed__is_cancelled():
    stopping = (30.0, Sighting(state=RunState.STOPPING))
    course = (STARTING, RUNNING, stopping, end(40.0, RunState.FAILED, execution_seconds=25))

    assert play(course=course).result.verdict is Verdict.CANCELLED


def test_run_check__runs_again_after_it_was_stopping__is_not_stopped_by_another():
    stopping = (20.0, Sighting(state=RunState.STOPPING))
    again = (30.0, Sighting(state=RunState.RUNNING))
    course = (STARTING, RUNNING, stopping, again, end(60.0, RunState.FAILED))

    assert play(course=course).result.verdict is Verdict.FAILED


# --- what cannot be -------------------------------------------------------------------------------


@pytest.mark.parametrize("told", [inf, nan, -5.0, 0.0, 1e308])
def test_run_check__a_count_of_glues_that_cannot_be__leaves_the_formula(told):
    last = end(70.0, RunState.SUCCEEDED, execution_seconds=600, dpu_seconds=told)

    result = play(check_of(execution_class="FLEX"), course=(*FOREVER, last)).result

    assert result.cost is not None
    assert not result.cost.is_measured
    assert result.cost.usd > 0


def test_run_check__glues_count_of_a_run_that_goes_on__is_not_taken_for_the_end():
    running = ((0.0, Sighting(state=RunState.RUNNING, dpu_seconds=1.0)),)
    check = check_of(execution_class="FLEX", timeout_minutes=1)

    result = play(check, course=running, stop_seconds=1e6).result

    assert result.cost is not None
    assert not result.cost.is_measured


@pytest.mark.parametrize("count", ["9" * 4300, "9" * 5000, "1000001"])
def test_run_check__a_job_counts_findings_without_end__is_not_believed(count):
    text = f'GLUE_HEALTH_CHECK {{"findings": {count}}}\n' * 2
    log = ((0.0, LogChunk(stream=LogStream.OUTPUT, text=text)),)

    result = play(course=ending(RunState.SUCCEEDED), log=log).result

    assert result.trouble is Trouble.LOG_UNREADABLE


def test_run_check__a_bug_while_it_is_judged__costs_this_check_only():
    broken: Any = None

    played = play(course=ending(RunState.FAILED, broken))

    assert (played.result.verdict, played.result.trouble) == (Verdict.ERRORED, Trouble.BUG)
    assert played.engine.is_empty


def test_run_check__a_bug_while_its_result_is_told__costs_this_check_only():
    check = check_of(price_overrides={"*/STANDARD": "much"})

    played = play(check, course=ending(RunState.SUCCEEDED))

    assert (played.result.verdict, played.result.trouble) == (Verdict.ERRORED, Trouble.BUG)
    assert played.result.run_id == "jr_1"
    assert played.engine.is_empty
