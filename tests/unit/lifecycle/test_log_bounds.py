"""How long the log of a run that has ended is read, and what is asked of its reader each time."""

from math import inf
from typing import Any

import pytest

from plugin.core.errors import AccessDenied, EngineError, NotFound
from plugin.core.ports import LogChunk, LogNews, LogStream, Sighting
from plugin.core.states import RunState
from plugin.core.watching.course import Course
from plugin.lifecycle.log import drain, read_log
from tests.doubles.checks import check_of
from tests.doubles.clock import FakeClock
from tests.unit.lifecycle.stage import stage_of

OK = 'GLUE_HEALTH_CHECK {"name": "rows", "ok": true}\n'
LACKING: dict[str, Any] = {"require_findings": 99}
FAILURE, DENIED, MISSING = EngineError("Cut."), AccessDenied("No."), NotFound("No log.")
SUCCEEDED = Sighting(state=RunState.SUCCEEDED, execution_seconds=60)
FAILED = Sighting(state=RunState.FAILED, execution_seconds=60)


def news(text: str = "", *problems: EngineError, **members: Any) -> LogNews:
    chunks = (LogChunk(stream=LogStream.OUTPUT, text=text),) if text else ()
    return LogNews(chunks=chunks, problems=problems, **members)


class Reader:
    """A reader that tells given news in turn, the last ones for ever, each after some seconds.

    ``asked`` are the seconds since the start at which each reading began and had to end, and
    whether it was a last one.
    """

    def __init__(
        self, clock: FakeClock, *told: LogNews, seconds: float = 0.0, late: LogNews | None = None
    ) -> None:
        self.clock = clock
        self.told = list(told)
        self.seconds = seconds
        self.behind = late or news()
        self.asked: list[tuple[float, float, bool]] = []
        self.lates: list[tuple[float, float]] = []

    def read(self, *, is_last: bool = False, until: float = inf) -> LogNews:
        self.asked.append((self.clock.seconds, until - 1000.0, is_last))
        self.clock.pause(self.seconds)
        return self.told.pop(0) if len(self.told) > 1 else self.told[0]

    def late(self, *, until: float = inf) -> LogNews:
        self.lates.append((self.clock.seconds, until - 1000.0))
        return self.behind

    def analysis(self) -> tuple[str, ...]:
        return ()

    @property
    def begins(self) -> list[float]:
        return [begin for begin, _, _ in self.asked]


def drained(
    *told: LogNews,
    seen: Sighting = FAILED,
    cancel_at: float | None = None,
    settings: dict[str, Any] | None = None,
    **reader: Any,
) -> tuple[Reader, Course]:
    """Drain a log and return its reader, and the course with what was learnt."""
    world, _, clock, _ = stage_of(cancel_at=cancel_at)
    reading = Reader(clock, *told, **reader)
    course = Course(started=0.0, run_id="jr_1", seen=seen)
    drain(check_of(**(settings or {})), world, course, reading)
    return reading, course


def followed(*told: LogNews, **reader: Any) -> tuple[Reader, EngineError | None, Course]:
    """Read a log once while its run goes on; return the reader, the failure and the course."""
    world, _, clock, _ = stage_of()
    reading = Reader(clock, *told, **reader)
    course = Course(started=0.0)
    failure = read_log(check_of(), world, course, reading)
    return reading, failure, course


# --- while it runs --------------------------------------------------------------------------------


def test_read_log__while_it_runs__has_two_seconds_to_read_and_says_so():
    reader, failure, _ = followed(news("a\n", is_behind=True), seconds=0.75)

    assert reader.asked == [(0.0, 2.0, False), (0.75, 2.0, False), (1.5, 2.0, False)]
    assert failure is None


def test_read_log__the_time_is_over_to_the_moment__reads_no_more():
    reader, _, _ = followed(news("a\n", is_behind=True), seconds=1.0)

    assert reader.begins == [0.0, 1.0]


def test_read_log__fails__returns_the_first_failure_and_goes_not_on():
    reader, failure, course = followed(news("a\n", FAILURE, MISSING, is_behind=True))

    assert failure is FAILURE
    assert len(reader.asked) == 1
    assert (course.book.lines, course.book.problem) == (1, "")


@pytest.mark.parametrize("problems", [(DENIED, FAILURE), (FAILURE, DENIED)])
def test_read_log__one_of_two_streams_denied__is_noted_at_once(problems):
    _, failure, course = followed(news("", *problems))

    assert failure is problems[0]
    assert course.book.problem == "The job's log could not be read. No."


def test_read_log__denied_again_and_again__keeps_the_first_note():
    _, _, course = followed(news("", AccessDenied("First."), AccessDenied("Second.")))

    assert course.book.problem == "The job's log could not be read. First."


# --- after the end --------------------------------------------------------------------------------


def test_drain__all_there__is_read_until_a_reading_brings_nothing_new():
    reader, course = drained(news("a\n"), news(), settings={"is_local": False})

    assert reader.begins == [0.0, 2.0]
    assert all(is_last for _, _, is_last in reader.asked)
    assert course.book.lines == 1


def test_drain__no_log_of_a_shell__waits_for_two_quiet_readings_at_most():
    reader, _ = drained(news(), settings={"job_type": "pythonshell"})

    assert reader.begins == [0.0, 2.0]


def test_drain__on_this_machine__reads_once_and_all_is_there():
    reader, course = drained(news("a\n"), settings={"is_local": True})

    assert reader.begins == [0.0]
    assert reader.lates == []
    assert course.book.lines == 1


def test_drain__each_reading__ends_two_minutes_after_its_begin_and_five_after_the_end():
    reader, _ = drained(*(news(f"{n}\n") for n in range(20)), seconds=45.0)

    assert reader.asked[:2] == [(0.0, 120.0, True), (47.0, 167.0, True)]
    assert reader.asked[-1] == (282.0, 300.0, True)


def test_drain__lines_that_keep_coming__are_read_ten_times_more():
    reader, course = drained(*(news(f"{n}\n") for n in range(40)))

    assert reader.begins == [2.0 * n for n in range(11)]
    assert course.book.problem == ""


def test_drain__slow_but_well__is_read_beyond_the_time_of_a_failing_one():
    reader, _ = drained(*(news(f"{n}\n") for n in range(40)), seconds=20.0)

    assert len(reader.asked) == 11
    assert reader.begins[-1] == 220.0


def test_drain__one_stream_denied_and_the_other_slow__is_read_as_long():
    reader, _ = drained(*(news(f"{n}\n", DENIED) for n in range(40)), seconds=20.0)

    assert len(reader.asked) == 11


def test_drain__denied_and_nothing_read__is_asked_for_no_more():
    reader, _ = drained(news("", DENIED))

    assert reader.begins == [0.0]


def test_drain__one_stream_denied_and_the_other_at_its_end__is_asked_for_no_more():
    reader, _ = drained(news("a\n", DENIED), news("b\n", DENIED), news("", DENIED))

    assert reader.begins == [0.0, 2.0, 4.0]


def test_drain__reading_fails__is_tried_twice_more():
    reader, course = drained(news("", FAILURE))

    assert reader.begins == [0.0, 2.0, 4.0]
    assert course.book.problem == "The job's log could not be read whole. Cut."


def test_drain__reading_fails_and_succeeds__is_no_note():
    _, course = drained(news("", FAILURE), news("a\n"), news())

    assert course.book.problem == ""


@pytest.mark.parametrize(
    ("settings", "seconds", "count"),
    [({}, 57.0, 2), ({}, 60.0, 1), (LACKING, 60.0, 2), (LACKING, 87.0, 2), (LACKING, 90.0, 1)],
)
def test_drain__reading_fails_slowly__has_a_minute_and_with_findings_promised_half_a_one_more(
    settings, seconds, count
):
    reader, _ = drained(news("", FAILURE), seen=SUCCEEDED, settings=settings, seconds=seconds)

    assert len(reader.asked) == count


def test_drain__promised_findings_lack_and_reading_fails__is_tried_ten_times_more():
    reader, _ = drained(news("", FAILURE), seen=SUCCEEDED, settings=LACKING)

    assert len(reader.asked) == 11


def test_drain__promised_findings_lack_and_all_is_denied__is_not_waited_for():
    reader, _ = drained(news("", DENIED), seen=SUCCEEDED, settings=LACKING)

    assert len(reader.asked) == 1


def test_drain__as_many_findings_as_promised__is_not_waited_for():
    reader, _ = drained(
        news(OK), news(), seen=SUCCEEDED, settings={"require_findings": 1}, seconds=0.0
    )

    assert reader.begins == [0.0, 2.0]


def test_drain__cancelled_before__reads_nothing_and_closes_what_was_read():
    world, _, clock, observer = stage_of(cancel_at=0.0)
    reader = Reader(clock, news("more\n"))
    course = Course(started=0.0)
    course.book.add((LogChunk(stream=LogStream.OUTPUT, text="no end"),))

    drain(check_of(), world, course, reader)

    assert (reader.asked, reader.lates) == ([], [])
    assert observer.lines == ["no end"]


def test_drain__cancelled_meanwhile__reads_no_more_and_not_what_came_late():
    reader, course = drained(*(news(f"{n}\n") for n in range(40)), cancel_at=5.0)

    assert reader.begins == [0.0, 2.0, 4.0, 5.0]
    assert reader.lates == []
    assert course.book.lines == 4


# --- what came behind -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("problems", "settings", "until"),
    [((), {}, 300.0), ((DENIED,), {}, 300.0), ((FAILURE,), {}, 60.0), ((FAILURE,), LACKING, 90.0)],
)
def test_drain__reads_once_more__within_the_time_that_the_last_reading_leaves(
    problems, settings, until
):
    reader, _ = drained(news("a\n", *problems), seen=SUCCEEDED, settings=settings)

    assert [end for _, end in reader.lates] == [until]


def test_drain__what_came_behind__is_taken_with_a_line_that_has_no_end():
    _, course = drained(news("a\n"), news(), late=news("b\nc"))

    assert list(course.book.tail) == ["a", "b", "c"]


def test_drain__reading_and_reading_once_more_fail__notes_the_first():
    _, course = drained(news("a\n", FAILURE), late=news("", EngineError("Later.")))

    assert course.book.problem == "The job's log could not be read whole. Cut."


def test_drain__reading_once_more_is_denied__is_noted_as_denied():
    _, course = drained(news("a\n"), news(), late=news("", DENIED))

    assert course.book.problem == "The job's log could not be read. No."


# --- whether it is missed -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "seconds", "failure", "is_noted"),
    [
        (RunState.FAILED, 0, MISSING, False),
        (RunState.FAILED, 1, MISSING, True),
        (RunState.FAILED, 0, FAILURE, True),
        (RunState.STOPPED, 0, FAILURE, True),
        (RunState.SUCCEEDED, 0, MISSING, True),
        (RunState.SUCCEEDED, 60, MISSING, True),
    ],
)
def test_drain__no_log__is_noted_of_a_run_that_ran_and_of_every_other_failure(
    state, seconds, failure, is_noted
):
    seen = Sighting(state=state, execution_seconds=seconds)

    _, course = drained(news("", failure), seen=seen)

    assert bool(course.book.problem) is is_noted
