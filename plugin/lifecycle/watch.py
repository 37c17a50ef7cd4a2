"""Watch: look until the run is final, read its log as it grows, stop it at a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.core.errors import EngineError, NotFound
from plugin.core.watching.ending import Stop
from plugin.core.watching.limits import reason_to_stop, seconds_to_limit
from plugin.core.watching.pace import (
    LEAST_SECONDS,
    LOCAL_SECONDS,
    seconds_after_failure,
    seconds_to_next_look,
)
from plugin.lifecycle.log import drain, read_analysis, read_log
from plugin.lifecycle.saying import Sayer
from plugin.lifecycle.stopping import stop

if TYPE_CHECKING:
    from plugin.core.check import Check
    from plugin.core.ports import LogReader
    from plugin.core.watching.course import Course
    from plugin.lifecycle.world import World

MOST_MISSES = 5
"""Looks in a row that may fail before we say that we do not know."""
MOST_THROTTLED_SECONDS = 300.0
"""How long Glue may throttle all looks at a run, which may be healthy, before we say so."""


def watch(check: Check, world: World, course: Course) -> None:
    """Look until the run is final, reading its log as it grows; stop it when a limit is reached.

    Raises ``EngineError`` when too many looks in a row fail, or when no look tells what the run
    was doing at its limit.
    """
    with world.crowd.joined():
        reader = _follow(check, world, course)
        if course.stop is Stop.CANCELLED:  # that is no limit: the last look is what tells
            course.was_confirmed = course.look_error is None
        if course.stop is not None:
            world.observer.state_changed(check.name, "STOPPING", f"reason: {course.stop}")
            stop(check, world, course)
    reader = reader or _reader(check, world, course)
    drain(check, world, course, reader)
    read_analysis(check, world, course, reader)
    if world.clock.is_cancelled():  # then neither was read to the end
        course.book.is_whole = False
    if course.seen.state.is_final:  # after the log: the reader sees the end last
        world.observer.state_changed(check.name, course.seen.state_name, "")
    is_of_limit = course.stop not in {None, Stop.CANCELLED}
    if is_of_limit and not course.was_confirmed and course.look_error is not None:
        raise course.look_error


def _follow(check: Check, world: World, course: Course) -> LogReader | None:
    """Look until the run is final or is to be stopped; return the reader of the log, if any."""
    clock = world.clock
    since = clock.monotonic()
    sayer = Sayer(world.observer, check.name)
    reader = None
    while True:
        looked = clock.monotonic()
        _look(check, world, course)
        if course.seen.state.is_final:
            return reader
        course.was_confirmed = _is_confirmed(check, course, waited=clock.monotonic() - since)
        if course.was_seen:
            sayer.say(course.seen, looked)
            reader = reader or _reader(check, world, course)
            if not clock.is_cancelled():  # then every second before the stop counts
                read_log(check, world, course, reader)
        now = clock.monotonic()
        course.passed(now)
        is_cancelled = clock.is_cancelled()
        course.stop = reason_to_stop(check, course, waited=now - since, is_cancelled=is_cancelled)
        if course.stop is not None:
            return reader
        pause = _pause(check, world, course, waited=now - since)
        if clock.wait(max(pause - (now - looked), LEAST_SECONDS)):
            course.stop = Stop.CANCELLED
            return reader


def _is_confirmed(check: Check, course: Course, *, waited: float) -> bool:
    """Whether a look, and not only our clock, tells that the run goes on beyond a limit."""
    if course.look_error is not None:
        return False
    return reason_to_stop(check, course, waited=waited, is_cancelled=False) is not None


def _look(check: Check, world: World, course: Course) -> None:
    """Look once.  A run that was never seen may be too new for Glue to find it."""
    try:
        seen = world.engine.look(check.job_name, course.run_id)
    except EngineError as error:
        now = world.clock.monotonic()
        course.missed(error, now)
        is_gone = isinstance(error, NotFound) and course.was_seen
        if is_gone or course.misses >= MOST_MISSES or _is_throttled_too_long(course, now):
            raise
    else:
        course.saw(seen, world.clock.monotonic())


def _is_throttled_too_long(course: Course, now: float) -> bool:
    since = course.throttled_since
    return since is not None and now - since >= MOST_THROTTLED_SECONDS


def _pause(check: Check, world: World, course: Course, *, waited: float) -> float:
    """Return the seconds from this look to the next one: never beyond the next limit of ours."""
    if check.is_local:
        return LOCAL_SECONDS
    failures, draw = course.misses + course.throttles, world.draw()
    if failures:
        is_throttled = course.throttled_since is not None
        wanted = seconds_after_failure(failures=failures, is_throttled=is_throttled, draw=draw)
    else:
        wanted = seconds_to_next_look(
            waited=waited,
            ran=course.running_seconds,
            expected=world.expected(check),
            watchers=world.crowd.size,
            draw=draw,
        )
    return min(wanted, seconds_to_limit(check, course, waited=waited))


def _reader(check: Check, world: World, course: Course) -> LogReader:
    """Return the reader of the log.  Only after a look: it is Glue that names the log's groups."""
    return world.engine.driver_log(check.log_source(course.run_id, course.seen.log_group))
