"""Glue's own count of what a run used: it comes a while after the end of the run.

Others wait 40 s for it (awslabs/amazon-dynamodb-tools).  Without it the cost is an estimate, so
nothing here may fail a check, nor hold one up that is cancelled.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plugin.core.costs.cost import told_by_glue
from plugin.core.costs.estimate import is_counted_by_glue
from plugin.core.errors import EngineError

if TYPE_CHECKING:
    from plugin.core.check import Check
    from plugin.core.watching.course import Course
    from plugin.lifecycle.world import World

LATEST_SECONDS = 45.0
"""How long after the clean-up began we wait for the count."""
LOOK_SECONDS = 5.0


def await_count(check: Check, world: World, course: Course) -> None:
    """Look at a run that has ended until Glue tells its DPU seconds, within a bound.

    Only where Glue counts at all, and only for a run that ran.  The first look comes at once: the
    clean-up before it took its time.
    """
    clock, until = world.clock, world.clock.monotonic() + LATEST_SECONDS
    while _lacks_count(check, course) and not clock.is_cancelled():
        try:
            seen = world.engine.look(check.job_name, course.run_id)
        except EngineError:
            return
        if told_by_glue(seen.dpu_seconds) is not None:
            course.seen = replace(course.seen, dpu_seconds=seen.dpu_seconds)
            return
        if clock.monotonic() >= until or clock.wait(LOOK_SECONDS):
            return


def _lacks_count(check: Check, course: Course) -> bool:
    has_run = course.running_since is not None and course.seen.state.is_final
    is_told = told_by_glue(course.seen.dpu_seconds) is not None
    return has_run and not is_told and is_counted_by_glue(check)
