"""When to stop a run: a cancel, the queue, its time, its cost, or a stream that is healthy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.core.course import cost_so_far
from plugin.core.judgement import Stop

if TYPE_CHECKING:
    from plugin.core.check import Check
    from plugin.core.course import Course


def reason_to_stop(
    check: Check, course: Course, *, waited: float, is_cancelled: bool
) -> Stop | None:
    """Return the limit that is reached, the strongest first; None while the run may go on.

    ``waited`` are the seconds since the start.  A local run costs nothing.
    """
    settings = check.settings
    if is_cancelled:
        return Stop.CANCELLED
    if course.running_since is None:
        return Stop.QUEUE if waited >= settings.queue_timeout_minutes * 60 else None
    is_stream = check.capacity.job_type == "gluestreaming"
    if is_stream and course.running_seconds >= settings.stream_minutes * 60:
        return Stop.STREAM_HEALTHY
    if course.running_seconds >= settings.timeout_minutes * 60:
        return Stop.TIME
    if settings.max_cost_usd is None or check.is_local:
        return None
    return Stop.COST if cost_so_far(check, course).usd > settings.max_cost_usd else None
