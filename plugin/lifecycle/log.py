"""The log of a run while it is watched, the last drain after its end, and Glue's own analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.core.analysis import analysis_of
from plugin.core.errors import AccessDenied, EngineError
from plugin.core.states import RunState

if TYPE_CHECKING:
    from plugin.core.check import Check
    from plugin.core.course import Course
    from plugin.core.ports import LogReader
    from plugin.lifecycle.world import World

LATE_EVENTS_SECONDS = 2.0
"""How long we wait, between two reads, for log events that come after the run's end."""
LATE_READS, MOST_LATE_READS = 2, 10
"""Reads after the first, and the same while findings that were promised are missing."""


def read_log(check: Check, world: World, course: Course, reader: LogReader) -> EngineError | None:
    """Take what is new, or return why not: that is a note, never the end of the watch."""
    if course.book.problem:
        return None
    try:
        lines = course.book.add(reader.read())
    except AccessDenied as error:
        course.book.problem = f"The job's log could not be read. {error}"
        return error
    except EngineError as error:
        return error
    if lines:
        world.observer.log_lines(check.name, lines)
    return None


def drain(check: Check, world: World, course: Course, reader: LogReader) -> None:
    """Read the log once more after the end, and again while late events keep coming.

    A run that succeeded and has not told all its promised findings is given more time.
    """
    before = -1
    failure = read_log(check, world, course, reader)
    for number in range(0 if check.is_local else MOST_LATE_READS):
        is_quiet = failure is None and course.book.lines == before
        is_over = (is_quiet or number >= LATE_READS) and not _lacks_findings(check, course)
        if is_over or course.book.problem or world.clock.is_cancelled():
            break
        before = course.book.lines
        world.clock.wait(LATE_EVENTS_SECONDS)
        failure = read_log(check, world, course, reader)
    if failure is not None and not course.book.problem:
        course.book.problem = f"The job's log could not be read whole. {failure}"
    if lines := course.book.close():
        world.observer.log_lines(check.name, lines)


def read_analysis(check: Check, world: World, course: Course, reader: LogReader) -> None:
    """Take what Glue says of a failed Spark run; where it says nothing, the log tells enough."""
    is_analysed = course.seen.state is RunState.FAILED and check.capacity.job_type != "pythonshell"
    if not is_analysed or check.is_local or world.clock.is_cancelled():
        return
    try:
        course.book.analysis = analysis_of(reader.analysis())
    except EngineError:
        return


def _lacks_findings(check: Check, course: Course) -> bool:
    promised = course.book.promised(check.settings.require_findings)
    return course.seen.state is RunState.SUCCEEDED and course.book.finding_count < promised
