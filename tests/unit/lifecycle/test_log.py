"""What the job's log adds to a verdict."""

import json
from math import inf
from typing import Any

import pytest

from plugin.core.errors import AccessDenied, EngineError, NotFound
from plugin.core.ports import LogChunk, LogNews, LogStream, Sighting
from plugin.core.result import Place
from plugin.core.states import RunState
from plugin.core.trouble import Trouble
from plugin.core.verdict import Verdict
from plugin.core.watching.course import Course
from plugin.lifecycle.log import SHORT, drain, read_log
from tests.doubles.checks import check_of
from tests.doubles.clock import FakeClock
from tests.doubles.engine import HEALTHY, Refusal, err, out, refused
from tests.unit.lifecycle.stage import FOREVER, QUEUED, ending, play, stage_of

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
    assert played.result.reason == "1 finding was required, 0 were read."
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


def test_log__cancelled__is_not_waited_for():
    played = play(cancel_at=30.0, refusals=refused("read_log"))

    after_the_stop = played.engine.steps[played.engine.steps.index("stop_runs") :]
    assert "read_log" not in after_the_stop
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
        (check_of(), ending(RunState.TIMEOUT), None),
        (check_of(), ending(RunState.STOPPED), None),
        (check_of(is_local=True), HEALTHY, None),
        (check_of(job_type="pythonshell"), HEALTHY, None),
        (check_of(job_type="gluestreaming", stream_minutes=1), FOREVER, None),
        (check_of(is_local=True), BROKEN, None),
        (check_of(job_type="pythonshell"), BROKEN, None),
        (check_of(), BROKEN, 70.5),
        (check_of(), FOREVER, 30.0),
    ],
    ids=[
        *("time-out", "stopped", "local and passed", "Python shell and passed", "stream"),
        *("local", "Python shell", "cancelled at the end", "cancelled"),
    ],
)
def test_analysis__where_there_is_none__is_not_asked_for(check, course, cancel_at):
    played = play(check, course=course, cancel_at=cancel_at)

    assert "analysis" not in played.engine.steps


# --- succeeded, but failed ------------------------------------------------------------------------


def analysed(kind: str) -> tuple[str, ...]:
    return (ANALYSIS.replace("GlueETLJobExceptionEvent", kind),)


@pytest.mark.parametrize("kind", ["GlueETLJobExceptionEvent", "GlueExceptionAnalysisJobFailed"])
def test_analysis__of_a_run_that_succeeded__fails_it_at_the_place(kind):
    # LBHackney-IT/Data-Platform#1889: green in the console, and nothing was written.
    played = play(analysis=analysed(kind))

    assert played.result.verdict is Verdict.FAILED
    assert played.result.reason == "Glue calls it SUCCEEDED, but it failed: ValueError: no rows"
    assert played.result.place == Place(file="jobs/flights.py", line=41)
    assert played.result.trouble is Trouble.SCRIPT_ERROR


@pytest.mark.parametrize(
    "analysis",
    [
        (),
        ("no event",),
        analysed("GlueExceptionAnalysisTaskFailed"),
        analysed("GlueExceptionAnalysisStageFailed"),
    ],
)
def test_analysis__of_tasks_that_were_tried_again__does_not_fail_a_run_that_succeeded(analysis):
    played = play(analysis=analysis)

    assert played.result.verdict is Verdict.PASSED
    assert played.engine.steps.count("analysis") == 1


def test_analysis__of_a_run_that_succeeded_but_said_it_is_not_well__leaves_it_its_own_words():
    played = play(log=[out(BAD)], analysis=(ANALYSIS,))

    assert played.result.reason == "Finding rows is 0, expected > 0"


@pytest.mark.parametrize("error", [AccessDenied("No."), NotFound("No."), EngineError("No.")])
def test_analysis__of_a_run_that_succeeded_can_not_be_read__is_no_note(error):
    played = play(refusals={"analysis": Refusal(error=error)}, log=[out(OK)])

    assert (played.result.verdict, played.result.notes) == (Verdict.PASSED, ())


# --- late, long and partly denied -----------------------------------------------------------------


def late(text: str) -> tuple[LogChunk, ...]:
    return (LogChunk(stream=LogStream.OUTPUT, text=text),)


def test_log__an_event_behind_the_token__is_told_at_the_end_and_counts():
    played = play(check_of(require_findings=2), log=[out(OK)], late=late(OK))

    assert played.result.verdict is Verdict.PASSED
    assert len(played.observer.lines) == 2


def test_log__a_late_bad_finding_of_a_short_log__fails_it():
    assert play(log=[out("one\n")], late=late(BAD)).result.verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("options", "lines", "asked"),
    [
        ({}, SHORT + 1, 0),
        ({}, SHORT, 1),
        ({"fail_on_log_pattern": ("lost",)}, SHORT + 1, 1),
        ({"require_findings": 1}, SHORT + 1, 1),
        ({"is_local": True}, 1, 0),
        ({}, 0, 0),
    ],
)
def test_log__read_once_more__only_where_it_is_cheap_or_matters(options, lines, asked):
    played = play(check_of(**options), log=[out("x\n" * lines)])

    assert played.engine.steps.count("late") == asked


def test_log__cancelled__is_not_read_once_more():
    played = play(cancel_at=30.0, log=[out("one\n")])

    assert "late" not in played.engine.steps


def test_log__events_that_keep_coming__are_waited_for_within_a_bound():
    # Dagster and cql-replicator#201 show the log of a run that failed; all of it must have come.
    log = [out(f"{second}\n", at=second) for second in range(60, 300)]

    played = play(course=ending(RunState.FAILED, "KeyError"), log=log)

    assert played.result.log_lines == 31
    assert played.result.log_tail[-1] == "90"


class News:
    """A reader that tells given news in turn, the last one for ever."""

    def __init__(self, clock: FakeClock, *news: LogNews, seconds: float = 0.0) -> None:
        self.clock = clock
        self.news = list(news)
        self.seconds = seconds
        self.asked: list[bool] = []

    def read(self, *, is_last: bool = False, until: float = inf) -> LogNews:
        self.asked.append(is_last)
        self.clock.pause(self.seconds)
        return self.news.pop(0) if len(self.news) > 1 else self.news[0]

    def late(self, *, until: float = inf) -> LogNews:
        return LogNews(problems=(EngineError("Cut."),))

    def analysis(self) -> tuple[str, ...]:
        return ()


def news(text: str = "", **members: Any) -> LogNews:
    return LogNews(chunks=late(text) if text else (), **members)


def read_by(*told: LogNews, state: RunState = RunState.RUNNING, **options: Any) -> Any:
    """Return reader, course and observer after a look, or after the drain of a final state."""
    world, _, clock, observer = stage_of(cancel_at=options.pop("cancel_at", None))
    reader = News(clock, *told, **options)
    course = Course(started=0.0)
    course.saw(Sighting(state=state, execution_seconds=1), clock.monotonic())
    act = drain if state.is_final else read_log
    act(check_of(), world, course, reader)
    return reader, course, observer


def test_read_log__there_is_more__goes_on_at_once():
    # airflow#56535: the setting that shows the log was ignored.  Every line is told, while it runs.
    reader, _, observer = read_by(news("a\n", is_behind=True), news("b\n"))

    assert (observer.lines, len(reader.asked)) == (["a", "b"], 2)


def test_read_log__a_log_faster_than_we_read__does_not_starve_the_look():
    reader, course, _ = read_by(news("a\n", is_behind=True), seconds=0.5)

    assert len(reader.asked) == 4
    assert course.book.problem == ""


def test_read_log__there_is_more_but_we_are_cancelled__stops_reading():
    reader, _, _ = read_by(news("a\n", is_behind=True), cancel_at=0)

    assert len(reader.asked) == 1


def test_drain__a_log_without_end__is_left_with_a_note():
    _, course, _ = read_by(news("a\n", is_behind=True), state=RunState.FAILED, seconds=30)

    assert course.book.problem == (
        "The job's log could not be read whole. It is longer than we can read."
    )


def test_drain__one_stream_denied__reads_the_other_to_its_end():
    # airflow#55804: the missing permission is a note, and never the end.
    no = AccessDenied("No error stream.")
    told = [news(text, problems=(no,)) for text in ("a\n", "b\n", "c\n", "")]

    reader, course, observer = read_by(*told, state=RunState.SUCCEEDED)

    assert observer.lines == ["a", "b", "c"]
    assert course.book.problem == "The job's log could not be read. No error stream."
    assert all(reader.asked)


def test_drain__the_second_reading_breaks_off__is_a_note():
    _, course, _ = read_by(news("a\n"), state=RunState.SUCCEEDED)

    assert course.book.problem == "The job's log could not be read whole. Cut."


@pytest.mark.parametrize("state", [RunState.STOPPED, RunState.EXPIRED, RunState.ERROR])
def test_log__of_a_run_that_never_ran__is_missed_by_nobody(state):
    played = play(course=QUEUED_THEN[state], refusals={"read_log": Refusal(error=NotFound("No."))})

    assert played.result.notes == ()


def test_log__of_a_run_that_ran_and_has_none__is_missed():
    played = play(refusals={"read_log": Refusal(error=NotFound("No log."))})

    assert played.result.notes == ("The job's log could not be read whole. No log.",)


QUEUED_THEN = {state: (*QUEUED, (5.0, Sighting(state=state))) for state in RunState}
