"""A run that nobody lists: its start was not answered, or Glue lists it only later.

Whoever deletes its job meanwhile leaves a run that goes on, unseen and paid for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.core.errors import EngineError, NotFound

if TYPE_CHECKING:
    from plugin.core.check import Check
    from plugin.core.watching.course import Course
    from plugin.lifecycle.world import World

UNSURE = "its start was not answered, and no run is listed yet: it may still appear"
LOOK_AGAIN_SECONDS = 10.0
"""How long it is looked for here, beyond the time that the start itself has taken for that."""
LOOK_SECONDS = 2.0


def may_be_started(check: Check, course: Course) -> bool:
    """Whether there may be a run whose id we do not know.  On this machine it ends with us."""
    return "run" in course.unanswered and not course.run_id and not check.is_local


def await_run(check: Check, world: World) -> tuple[tuple[str, ...], bool]:
    """Look for the run within a bound, after a cancel once; return those that go on, and a doubt.

    There is a doubt when no run at all is listed: one that has ended was the one.
    Raises ``EngineError``.
    """
    clock, engine = world.clock, world.engine
    until = clock.monotonic() + LOOK_AGAIN_SECONDS
    while not engine.runs(check.job_name):
        if clock.is_cancelled() or clock.monotonic() >= until:
            return (), True
        clock.wait(LOOK_SECONDS)
    return engine.active_runs(check.job_name), False


def unlisted_run(check: Check, world: World, course: Course) -> tuple[str, ...]:
    """Return the run that we know where no listing tells that it goes on, and it does.

    GetJobRuns may lag behind StartJobRun, and so may GetJobRun: a run that was never seen is not
    gone because it is not found.  Nothing without a run.  Raises ``EngineError``.
    """
    engine, run_id = world.engine, course.run_id
    if not run_id or check.is_local:
        return ()
    is_listed = run_id in engine.runs(check.job_name)
    if is_listed and (active := engine.active_runs(check.job_name)):
        return active  # the listing before was an older one
    try:
        is_over = engine.look(check.job_name, run_id).state.is_final
    except NotFound:
        is_over = is_listed or course.was_seen
    except EngineError:
        if not is_listed:
            raise
        is_over = True  # two listings say so
    return () if is_over else (run_id,)
