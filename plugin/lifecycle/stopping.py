"""Stopping: a run is asked to stop, and waited for within a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.core.errors import EngineError, Throttled
from plugin.core.watching.pace import crowd_seconds

if TYPE_CHECKING:
    from plugin.core.check import Check
    from plugin.core.watching.course import Course
    from plugin.lifecycle.world import World

STOP_SECONDS = 60.0
"""How long ``finish`` waits for a run to stop."""
STOP_SECONDS_WHEN_CANCELLED = 2.5
"""The same after a signal: GitHub kills after 7.5 s; deletes and reports need their time, too."""
LOCAL_STOP_SECONDS_WHEN_CANCELLED = 4.0
"""A script on this machine that does not listen is killed before that: nothing is left."""
LOOK_SECONDS, HURRIED_LOOK_SECONDS, LOCAL_LOOK_SECONDS = 1.0, 0.3, 0.1


def stop(check: Check, world: World, course: Course) -> None:
    """Ask Glue to stop the run and wait, within a bound, until it has.

    It is looked at also when it may not be stopped: it may have ended by itself.
    """
    since = world.clock.monotonic()
    is_asked = True
    try:
        world.engine.stop_runs(check.job_name, (course.run_id,))
    except EngineError:
        is_asked = False  # finish asks once more, and names what stays
    while _goes_on(check, world, course):
        if not is_asked or not paused(check, world, course, since):
            return


def _goes_on(check: Check, world: World, course: Course) -> bool:
    try:
        seen = world.engine.look(check.job_name, course.run_id)
    except EngineError as error:
        course.missed(error, world.clock.monotonic())
        return isinstance(error, Throttled)  # says nothing of the run: one of the next looks will
    course.saw(seen, world.clock.monotonic())
    return not seen.state.is_final


def paused(check: Check, world: World, course: Course, since: float) -> bool:
    """Wait a moment for runs to stop; False when there is no more time for that.

    After a cancel ``watch`` and ``finish`` have a few seconds together, after a second one none,
    else a minute each, from ``since`` on.
    """
    clock = world.clock
    now = clock.monotonic()
    if clock.is_cancelled() and course.hurried_since is None:
        course.hurried_since = now
    is_hurried = course.hurried_since is not None
    if course.hurried_since is None:
        until = since + STOP_SECONDS
    else:
        until = course.hurried_since + _hurried_seconds(check)
    is_pressed = clock.is_pressed() and not check.is_local  # here nobody could clean up later
    if now >= until or is_pressed:
        return False
    pause = min(_look_seconds(check, world, is_hurried=is_hurried), until - now)
    if is_hurried:
        clock.pause(pause)
    else:
        clock.wait(pause)  # a cancel that is heard now shortens the rest
    return True


def _look_seconds(check: Check, world: World, *, is_hurried: bool) -> float:
    """Return the seconds between two looks; many runs that end at once share the request budget."""
    if check.is_local:
        return LOCAL_LOOK_SECONDS
    if is_hurried:
        return HURRIED_LOOK_SECONDS
    return max(LOOK_SECONDS, crowd_seconds(world.crowd.size))


def _hurried_seconds(check: Check) -> float:
    return LOCAL_STOP_SECONDS_WHEN_CANCELLED if check.is_local else STOP_SECONDS_WHEN_CANCELLED
