"""The log of a run while it is watched, the last drain after its end, and Glue's own analysis."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from plugin.core.errors import AccessDenied, EngineError, NotFound
from plugin.core.judging.analysis import analysis_of
from plugin.core.states import RunState

if TYPE_CHECKING:
    from plugin.core.check import Check
    from plugin.core.ports import LogNews, LogReader
    from plugin.core.watching.course import Course
    from plugin.lifecycle.world import World

LIVE_SECONDS = 2.0
"""How long one look may read: a job that logs faster than we read must not starve the next."""
LAST_SECONDS = 120.0
"""How long the rest of the log is read after the end, at once."""
WHOLE_SECONDS = 300.0
"""After the end no reading begins later than this, however well it goes."""
FAILING_SECONDS, LACKING_SECONDS = 60.0, 90.0
"""The same where reading fails, and where promised findings lack then: the verdict waits for it."""
LATE_EVENTS_SECONDS = 2.0
"""How long we wait, between two reads, for log events that come after the run's end."""
FAILED_READS, MOST_LATE_READS = 2, 10
"""Reads after the first: while they fail, and while they bring more or promised findings lack."""
SHORT = 2_000
"""Lines of a log that is always read once more in the end: that costs a request or two."""


def read_log(
    check: Check,
    world: World,
    course: Course,
    reader: LogReader,
    *,
    is_last: bool = False,
    until: float = inf,
) -> EngineError | None:
    """Take what is new, or return why not: that is a note, never the end of the watch."""
    most = LAST_SECONDS if is_last else LIVE_SECONDS
    end = min(until, world.clock.monotonic() + most)
    while True:
        news = reader.read(is_last=is_last, until=end)
        failure = _take(check, world, course, news)
        if failure is not None or not news.is_behind or world.clock.is_cancelled():
            return failure
        if world.clock.monotonic() >= end:
            return EngineError("It is longer than we can read.") if is_last else None


def drain(check: Check, world: World, course: Course, reader: LogReader) -> None:
    """Read the log once more after the end, and again while late events keep coming.

    A run that succeeded and has not told all its promised findings is given more time.
    """
    if world.clock.is_cancelled():  # whoever cancels does not wait for a log
        _close(check, world, course)
        return
    before, since = -1, world.clock.monotonic()
    until = since + WHOLE_SECONDS
    failure = read_log(check, world, course, reader, is_last=True, until=until)
    for number in range(0 if check.is_local else MOST_LATE_READS):
        is_quiet, until = course.book.lines == before, since + _most(check, course, failure)
        is_over = world.clock.is_cancelled() or world.clock.monotonic() >= until
        if is_over or _is_drained(check, course, failure, number=number, is_quiet=is_quiet):
            break
        before = course.book.lines
        world.clock.wait(LATE_EVENTS_SECONDS)
        failure = read_log(check, world, course, reader, is_last=True, until=until)
    _close(check, world, course)
    if _may_lack_lines(check, course) and not world.clock.is_cancelled():
        until = since + _most(check, course, failure)
        late = _take(check, world, course, reader.late(until=until))
        failure = failure or late
        _close(check, world, course)
    if failure is not None and not course.book.problem and _is_worth_a_note(failure, course):
        course.book.problem = f"The job's log could not be read whole. {failure}"


def read_analysis(check: Check, world: World, course: Course, reader: LogReader) -> None:
    """Take what Glue says of a Spark run's failure; where it says nothing, the log tells enough.

    A run that succeeded may have failed all the same: its script swallowed the exception
    (LBHackney-IT/Data-Platform#1889).  Then only what Glue says of the job as a whole counts.
    """
    state, is_shell = course.seen.state, check.capacity.job_type == "pythonshell"
    is_analysed = state in {RunState.FAILED, RunState.SUCCEEDED} and not is_shell
    if not is_analysed or check.is_local or world.clock.is_cancelled():
        return
    try:
        course.book.analysis = analysis_of(reader.analysis())
    except EngineError:
        return


def _take(check: Check, world: World, course: Course, news: LogNews) -> EngineError | None:
    """Tell new lines; note at once what will not change, return the first of what may."""
    _tell(check, world, course.book.add(news.chunks))
    for error in news.problems:
        if isinstance(error, AccessDenied) and not course.book.problem:
            course.book.problem = f"The job's log could not be read. {error}"
    return next(iter(news.problems), None)


def _is_drained(
    check: Check, course: Course, failure: EngineError | None, *, number: int, is_quiet: bool
) -> bool:
    """Whether no more is to be expected after so many late reads, the last of which failed or not.

    What is denied stays denied, but the other stream may be read all the same.
    """
    if isinstance(failure, AccessDenied):
        return is_quiet or not course.book.lines
    if _lacks_findings(check, course):
        return False
    return is_quiet if failure is None else number >= FAILED_READS


def _most(check: Check, course: Course, failure: EngineError | None) -> float:
    """Return the seconds after the end in which a reading may begin."""
    if failure is None or isinstance(failure, AccessDenied):
        return WHOLE_SECONDS
    return LACKING_SECONDS if _lacks_findings(check, course) else FAILING_SECONDS


def _close(check: Check, world: World, course: Course) -> None:
    _tell(check, world, course.book.close())


def _tell(check: Check, world: World, lines: tuple[str, ...]) -> None:
    if lines:
        world.observer.log_lines(check.name, lines)


def _lacks_findings(check: Check, course: Course) -> bool:
    promised = course.book.promised(check.settings.require_findings)
    return course.seen.state is RunState.SUCCEEDED and course.book.finding_count < promised


def _may_lack_lines(check: Check, course: Course) -> bool:
    """Whether the log is worth a second reading.

    An event that arrives late, with an older time than what was read, is behind our token.
    """
    if check.is_local or not course.book.lines:
        return False
    is_asked = _lacks_findings(check, course) or bool(course.book.patterns)
    return is_asked or course.book.lines <= SHORT


def _is_worth_a_note(failure: EngineError, course: Course) -> bool:
    """Whether a reader of the report must hear of it: a run that never ran has no log at all."""
    has_run = course.seen.execution_seconds > 0 or course.seen.state is RunState.SUCCEEDED
    return has_run or not isinstance(failure, NotFound)
