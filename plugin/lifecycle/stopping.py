"""Stopping: a run is asked to stop, and waited for within a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.core.errors import EngineError

if TYPE_CHECKING:
    from plugin.core.check import Check
    from plugin.core.course import Course
    from plugin.lifecycle.world import World

STOP_SECONDS = 60.0
"""How long ``finish`` waits for a run to stop."""
STOP_SECONDS_WHEN_CANCELLED = 4.0
"""The same after a signal: GitHub kills after 7.5 s, and the deletes need their time too."""


def stop(check: Check, world: World, course: Course) -> None:
    """Ask Glue to stop the run and wait, within a bound, until it has."""
    since = world.clock.monotonic()
    try:
        world.engine.stop_runs(check.job_name, (course.run_id,))
        while True:
            seen = world.engine.look(check.job_name, course.run_id)
            course.saw(seen, world.clock.monotonic())
            if seen.state.is_final or not paused(check, world, course, since):
                return
    except EngineError:
        return  # finish asks once more, and names what stays


def paused(check: Check, world: World, course: Course, since: float) -> bool:
    """Wait a moment for runs to stop; False when there is no more time for that.

    After a cancel ``watch`` and ``finish`` have a few seconds together, else a minute each, from
    ``since`` on.
    """
    clock = world.clock
    now = clock.monotonic()
    if clock.is_cancelled() and course.hurried_since is None:
        course.hurried_since = now
    if course.hurried_since is None:
        until = since + STOP_SECONDS
    else:
        until = course.hurried_since + STOP_SECONDS_WHEN_CANCELLED
    if now >= until:
        return False
    pause = min(0.1 if check.is_local else 1.0, until - now)
    if course.hurried_since is None:
        clock.wait(pause)  # a cancel that is heard now shortens the rest
    else:
        clock.pause(pause)
    return True
