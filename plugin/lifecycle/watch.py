"""Watch: look until the run is final, read its log as it grows, stop it at a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.core.errors import EngineError, NotFound
from plugin.core.judgement import Stop
from plugin.core.limits import reason_to_stop
from plugin.core.pace import Pace
from plugin.lifecycle.log import drain, read_analysis, read_log
from plugin.lifecycle.stopping import stop

if TYPE_CHECKING:
    from plugin.core.check import Check
    from plugin.core.course import Course
    from plugin.core.ports import LogReader
    from plugin.lifecycle.world import World

MOST_MISSES = 5
"""Looks in a row that may fail before we say that we do not know."""


def watch(check: Check, world: World, course: Course) -> None:
    """Look until the run is final, reading its log as it grows; stop it when a limit is reached.

    Raises ``EngineError`` when too many looks in a row fail.
    """
    pace = Pace(is_local=check.is_local)
    since = world.clock.monotonic()
    last = ""
    reader = None
    while True:
        _look(check, world, course)
        reader = reader or _reader(check, world, course)
        if course.seen.state.is_final:
            break
        if course.seen.state != last:
            last = course.seen.state
            world.observer.state_changed(check.name, last, course.seen.detail)
        read_log(check, world, course, reader)
        waited = world.clock.monotonic() - since
        is_cancelled = world.clock.is_cancelled()
        course.stop = reason_to_stop(check, course, waited=waited, is_cancelled=is_cancelled)
        if course.stop is not None:
            break
        if world.clock.wait(pace.seconds(waited)):
            course.stop = Stop.CANCELLED
            break
    if course.stop is not None:
        world.observer.state_changed(check.name, "STOPPING", f"reason: {course.stop}")
        stop(check, world, course)
    drain(check, world, course, reader)
    read_analysis(check, world, course, reader)
    if course.seen.state.is_final:  # after the log: the reader sees the end last
        world.observer.state_changed(check.name, course.seen.state, "")


def _look(check: Check, world: World, course: Course) -> None:
    try:
        seen = world.engine.look(check.job_name, course.run_id)
    except NotFound:
        raise
    except EngineError:
        course.misses += 1
        if course.misses >= MOST_MISSES:
            raise
        return
    course.misses = 0
    course.saw(seen, world.clock.monotonic())


def _reader(check: Check, world: World, course: Course) -> LogReader:
    """Return the reader of the log.  Only after a look: it is Glue that names the log's groups."""
    return world.engine.driver_log(check.log_source(course.run_id, course.seen.log_group))
