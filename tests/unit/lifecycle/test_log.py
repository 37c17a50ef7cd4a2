"""What the job's log adds to a verdict."""

import json

import pytest

from plugin.core.errors import AccessDenied, EngineError, NotFound
from plugin.core.result import Place
from plugin.core.states import RunState
from plugin.core.trouble import Trouble
from plugin.core.verdict import Verdict
from tests.doubles.checks import check_of
from tests.doubles.engine import HEALTHY, Refusal, err, out, refused
from tests.unit.lifecycle.stage import FOREVER, ending, play

OK = 'GLUE_HEALTH_CHECK {"name": "rows", "ok": true}\n'
BAD = 'GLUE_HEALTH_CHECK {"name": "rows", "ok": false, "value": 0, "expected": "> 0"}\n'
COUNT = 'GLUE_HEALTH_CHECK {"findings": 2}\n'


def denied() -> dict[str, Refusal]:
    return {"read_log": Refusal(error=AccessDenied("logs:GetLogEvents is denied."))}


def test_log__not_readable_and_nothing_promised__passes_with_a_note_and_asks_once():
    played = play(refusals=denied())

    assert played.result.verdict is Verdict.PASSED
    assert played.result.notes == ("The job's log could not be read. logs:GetLogEvents is denied.",)
    assert played.engine.steps.count("read_log") == 1


def test_log__not_readable_but_findings_promised__is_errored():
    played = play(check_of(require_findings=1), refusals=denied())

    assert played.result.verdict is Verdict.ERRORED
    assert played.result.reason == "0 of 1 promised findings were read."
    assert "logs:GetLogEvents" in played.result.hint


@pytest.mark.parametrize("error", [EngineError("Throttled."), NotFound("No such log.")])
def test_log__never_readable__passes_with_a_note(error):
    played = play(refusals={"read_log": Refusal(error=error)})

    assert played.result.verdict is Verdict.PASSED
    assert played.result.notes == (f"The job's log could not be read whole. {error}",)


def test_log__refused_for_a_while__is_read_whole_in_the_end():
    played = play(refusals=refused("read_log", times=10), log=[out(BAD)])

    assert played.result.verdict is Verdict.FAILED
    assert played.result.notes == ()


def test_log__refused_just_after_the_end__is_read_again():
    played = play(
        check_of(), refusals=refused("read_log", passes=32, times=1), log=[out(OK, at=71)]
    )

    assert played.result.verdict is Verdict.PASSED
    assert played.result.notes == ()
    assert len(played.result.findings) == 1


def test_log__fewer_findings_than_counted__is_errored():
    played = play(log=[out(OK), out(COUNT)])

    assert played.result.verdict is Verdict.ERRORED
    assert played.result.reason == "1 of 2 promised findings were read."


def test_log__events_that_come_after_the_end__are_read():
    played = play(log=[out(OK, at=5), out(OK, at=71), out(COUNT, at=73)])

    assert played.result.verdict is Verdict.PASSED
    assert len(played.result.findings) == 2


@pytest.mark.parametrize("required", [None, 2])
def test_log__promised_findings_that_come_late__are_waited_for(required):
    late = [out(OK, at=5), out(COUNT if required is None else "", at=70), out(OK, at=85)]

    played = play(check_of(require_findings=required), log=late)

    assert played.result.verdict is Verdict.PASSED
    assert len(played.result.findings) == 2


def test_log__promised_findings_of_a_run_that_failed__are_not_waited_for():
    played = play(course=ending(RunState.FAILED, "KeyError"), log=[out(COUNT)])

    assert played.result.verdict is Verdict.FAILED
    assert played.clock.seconds <= 76


def test_log__a_finding_that_is_not_ok__fails_a_run_that_succeeded():
    played = play(log=[out(OK), out(BAD)])

    assert played.result.verdict is Verdict.FAILED
    assert played.result.reason == "Finding rows is 0, expected > 0"


def test_log__a_forbidden_line__fails_a_run_that_succeeded():
    played = play(check_of(fail_on_log_pattern=("lost .* rows",)), log=[err("lost 3 rows\n")])

    assert played.result.verdict is Verdict.FAILED
    assert played.result.reason == "Forbidden in the log: lost 3 rows"


def test_log__a_last_line_without_an_end__is_told_too():
    played = play(log=[out("one\ntw"), out("o", at=5)])

    assert played.observer.lines == ["one", "two"]
    assert played.result.log_tail == ("one", "two")
    assert played.result.log_lines == 2


def test_log__the_state_after_the_end__is_told_after_the_last_line():
    played = play(log=[out("bye\n", at=70)])

    assert played.observer.lines == ["bye"]
    assert played.observer.states[-2] == "SUCCEEDED"


def test_log__a_traceback_in_the_script__names_the_line():
    trace = 'Traceback (most recent call last):\n  File "/tmp/flights.py", line 12, in main\n'
    course = ending(RunState.FAILED, "KeyError: 'iata'")

    played = play(course=course, log=[err(f"{trace}KeyError: 'iata'\n")])

    assert played.result.place is not None
    assert (played.result.place.file, played.result.place.line) == ("jobs/flights.py", 12)


def test_log__cancelled__is_read_once_more_only():
    played = play(cancel_at=30.0, refusals=refused("read_log"))

    after_the_stop = played.engine.steps[played.engine.steps.index("stop_runs") :]
    assert after_the_stop.count("read_log") == 1
    assert played.result.verdict is Verdict.CANCELLED


# --- Glue's own analysis --------------------------------------------------------------------------

ANALYSIS = json.dumps(
    {
        "Event": "GlueETLJobExceptionEvent",
        "Failure Reason": "Traceback (most recent call last):\n"
        '  File "/tmp/flights.py", line 41, in main\nValueError: no rows',
        "script": "flights.py",
    }
)
BROKEN = ending(RunState.FAILED, "An error occurred while calling o95.collectToPython.")


def test_analysis__of_a_run_that_failed__tells_reason_and_place():
    played = play(
        course=BROKEN, analysis=(f"ERROR Listener: [Glue Exception Analysis] {ANALYSIS}",)
    )

    assert played.result.reason == "ValueError: no rows"
    assert played.result.place == Place(file="jobs/flights.py", line=41)
    assert played.result.trouble is Trouble.SCRIPT_ERROR
    assert played.engine.steps.count("analysis") == 1


@pytest.mark.parametrize("error", [AccessDenied("No."), EngineError("Throttled.")])
def test_analysis__may_or_can_not_be_read__is_no_error_and_no_note(error):
    played = play(course=BROKEN, refusals={"analysis": Refusal(error=error)})

    assert played.result.verdict is Verdict.FAILED
    assert played.result.notes == ()
    assert played.result.reason == BROKEN[-1][1].message


@pytest.mark.parametrize(
    ("check", "course", "cancel_at"),
    [
        (check_of(), HEALTHY, None),
        (check_of(), ending(RunState.TIMEOUT), None),
        (check_of(is_local=True), BROKEN, None),
        (check_of(job_type="pythonshell"), BROKEN, None),
        (check_of(), BROKEN, 70.5),
        (check_of(), FOREVER, 30.0),
    ],
    ids=["passed", "time-out", "local", "Python shell", "cancelled at the end", "cancelled"],
)
def test_analysis__where_there_is_none__is_not_asked_for(check, course, cancel_at):
    played = play(check, course=course, cancel_at=cancel_at)

    assert "analysis" not in played.engine.steps
