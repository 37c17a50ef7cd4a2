"""Stopping: a run is asked to stop, and waited for within a bound."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from plugin.core.errors import EngineError, Throttled
from plugin.core.watching.pace import crowd_seconds

if TYPE_CHECKING:
    from plugin.core.check import Check
    from plugin.core.ports import Clock
    from plugin.core.watching.course import Course
    from plugin.lifecycle.world import World

STOP_SECONDS = 60.0
"""How long ``finish`` waits for a run to stop."""
STOP_SECONDS_WHEN_CANCELLED = 2.5
"""The same after a signal: GitHub kills after 7.5 s; deletes and reports need their time, too."""
LOCAL_STOP_SECONDS_WHEN_CANCELLED = 4.0
"""A script on this machine that does not listen is killed before that: nothing is left."""
PRESSED_STOP_SECONDS = 1.0
"""The same after a second signal: quicker, never unclean, and a run may end within that."""
LOOK_SECONDS, HURRIED_LOOK_SECONDS, LOCAL_LOOK_SECONDS = 1.0, 0.3, 0.1


def stop(check: Check, world: World, course: Course) -> None:
    """Ask Glue to stop the run and wait, within a bound, until it has.

    It is looked at also when it may not be stopped: it may have ended by itself.
    """
    since = world.clock.monotonic()
    is_asked = True
    try:
        ask_to_stop(check, world, course, (course.run_id,))
    except EngineError:
        is_asked = False  # finish asks once more, and names what stays
    while _goes_on(check, world, course):
        if not is_asked or not paused(check, world, course, since):
            return


def ask_to_stop(check: Check, world: World, course: Course, run_ids: tuple[str, ...]) -> None:
    """Ask Glue once to stop these runs, and note that it has answered.  Raises ``EngineError``."""
    world.engine.stop_runs(check.job_name, run_ids)
    course.asked = run_ids


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

    After a cancel ``watch`` and ``finish`` have a few seconds together, after a second one less,
    else a minute each, from ``since`` on.
    """
    clock = world.clock
    now = clock.monotonic()
    _note_cancel(clock, course, now)
    is_hurried = course.hurried_since is not None
    until = _hurried_until(check, course) if is_hurried else since + STOP_SECONDS
    if now >= until:
        return False
    pause = min(_look_seconds(check, world, is_hurried=is_hurried), until - now)
    if is_hurried:
        clock.pause(pause)
    else:
        clock.wait(pause)  # a cancel that is heard now shortens the rest
    return True


def _note_cancel(clock: Clock, course: Course, now: float) -> None:
    if clock.is_cancelled() and course.hurried_since is None:
        course.hurried_since = now
    if clock.is_pressed() and course.pressed_since is None:
        course.pressed_since = now


def _hurried_until(check: Check, course: Course) -> float:
    """Return until when runs are waited for: with each signal less, and never more."""
    hurried = inf if course.hurried_since is None else course.hurried_since
    if check.is_local:  # nobody could clean up here later
        return hurried + LOCAL_STOP_SECONDS_WHEN_CANCELLED
    pressed = inf if course.pressed_since is None else course.pressed_since
    return min(hurried + STOP_SECONDS_WHEN_CANCELLED, pressed + PRESSED_STOP_SECONDS)


def _look_seconds(check: Check, world: World, *, is_hurried: bool) -> float:
    """Return the seconds between two looks; many runs that end at once share the request budget."""
    if check.is_local:
        return LOCAL_LOOK_SECONDS
    if is_hurried:
        return HURRIED_LOOK_SECONDS
    return max(LOOK_SECONDS, crowd_seconds(world.crowd.size))
