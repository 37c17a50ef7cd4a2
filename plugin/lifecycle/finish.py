"""Finish: stop what still runs, delete the objects, then the job; name what stays."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from plugin.core.errors import EngineError
from plugin.core.result import Leftover
from plugin.lifecycle.late_count import await_count
from plugin.lifecycle.late_run import UNSURE, await_run, may_be_started, unlisted_run
from plugin.lifecycle.stopping import ask_to_stop, paused

if TYPE_CHECKING:
    from plugin.core.check import Check
    from plugin.core.watching.course import Course
    from plugin.lifecycle.world import World


def finish(check: Check, world: World, course: Course) -> tuple[Leftover, ...]:
    """Stop what still runs, delete the objects, then the job; return what stayed.

    The job goes last: it is the anchor by which everything else is found.  A refusal is returned,
    never raised, and only for what may have been made.  With ``keep_resources`` nothing is removed.
    """
    if check.keep:
        world.observer.state_changed(check.name, "KEPT", check.job_name)
        return ()
    with course.timed("clean-up", world.clock):
        try:
            world.observer.state_changed(check.name, "CLEANING", "")
        finally:  # whatever breaks elsewhere, removal is asked for
            leftovers = _remove(check, world, course)
    return leftovers


def _remove(check: Check, world: World, course: Course) -> tuple[Leftover, ...]:
    end_runs = partial(_end_runs, check, world, course)
    leftovers = [*course.leftovers("run", course.run_id or check.job_name, end_runs)]
    for place in check.places:
        delete = partial(world.engine.delete_objects, place.bucket, place.prefix)
        leftovers += course.leftovers("object", place.uri(), delete)
    if check.delete_logs and course.run_id:
        delete_logs = partial(
            world.engine.delete_logs, check.log_source(course.run_id, course.seen.log_group)
        )
        leftovers += course.leftovers("log stream", course.run_id, delete_logs)
    if any(item.kind == "run" for item in leftovers):
        reason = "not deleted, because its run may still go on"
        leftovers.append(Leftover(kind="job", name=check.job_name, reason=reason))
        return tuple(leftovers)
    await_count(check, world, course)  # a run without its job tells nothing any more
    delete_job = partial(world.engine.delete_job, check.job_name)
    return (*leftovers, *course.leftovers("job", check.job_name, delete_job))


def _end_runs(check: Check, world: World, course: Course) -> tuple[Leftover, ...]:
    """Stop every run of the job that is not final.  One that stays is a leftover."""
    if course.run_id and course.seen.state.is_final:
        return ()
    engine, since = world.engine, world.clock.monotonic()
    unlisted = partial(unlisted_run, check, world, course)
    is_unsure = False
    try:
        listed = engine.active_runs(check.job_name)
        active = listed or unlisted()
        if not active and may_be_started(check, course):
            active, is_unsure = await_run(check, world)
    except EngineError:
        if course.run_id:  # whether it still runs nobody tells us: ask for its stop all the same
            ask_to_stop(check, world, course, (course.run_id,))
        raise
    if active:
        ask_to_stop(check, world, course, active)
    if is_unsure:
        return (Leftover(kind="run", name=check.job_name, reason=UNSURE),)
    while active and paused(check, world, course, since):
        active = engine.active_runs(check.job_name) or (() if listed else unlisted())
    return tuple(
        Leftover(kind="run", name=run_id, reason="asked to stop, not stopped yet")
        for run_id in active
    )
