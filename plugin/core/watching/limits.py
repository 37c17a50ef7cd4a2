"""When to stop a run: a cancel, the queue, its time, its cost, or a stream that is healthy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.core.costs.cost import counted_against_limit, seconds_for
from plugin.core.states import RunState
from plugin.core.watching.ending import Stop

if TYPE_CHECKING:
    from plugin.core.check import Check
    from plugin.core.watching.course import Course


def reason_to_stop(
    check: Check, course: Course, *, waited: float, is_cancelled: bool
) -> Stop | None:
    """Return the limit that is reached, the strongest first; None while the run may go on.

    ``waited`` are the seconds since the start.  A local run costs nothing.  A limit says nothing
    of a run whose state nobody knows, but that we will not wait for it any longer.
    """
    if is_cancelled:
        return Stop.CANCELLED
    reached = _limit(check, course, waited)
    is_unknown = course.seen.state is RunState.UNKNOWN
    return Stop.UNKNOWN_STATE if is_unknown and reached is not None else reached


def seconds_to_limit(check: Check, course: Course, *, waited: float) -> float:
    """Return the seconds until the next limit is reached, if the run goes on as it does now.

    Infinite is none of them: there is always the queue's, or the run's time.
    """
    settings = check.settings
    if not course.stints.is_running:
        return settings.queue_timeout_minutes * 60 - _not_running(course, waited)
    minutes = settings.timeout_minutes
    if check.capacity.job_type == "gluestreaming":
        minutes = min(minutes, settings.stream_minutes)
    limits = [minutes * 60.0]
    if settings.max_cost_usd is not None and not check.is_local:
        most = settings.max_cost_usd
        limits.append(float(seconds_for(most, check.capacity, settings.price_overrides)))
    return min(limits) - course.running_seconds


def _limit(check: Check, course: Course, waited: float) -> Stop | None:
    settings = check.settings
    is_running = course.stints.is_running
    queue = settings.queue_timeout_minutes * 60
    if not is_running and _not_running(course, waited) >= queue:
        return Stop.QUEUE
    if course.running_since is None:
        return None
    is_stream = check.capacity.job_type == "gluestreaming"
    if is_stream and is_running and course.running_seconds >= settings.stream_minutes * 60:
        return Stop.STREAM_HEALTHY
    if course.running_seconds >= settings.timeout_minutes * 60:
        return Stop.TIME
    if settings.max_cost_usd is None or check.is_local:
        return None
    counted = counted_against_limit(
        check.capacity, seconds=course.running_seconds, overrides=settings.price_overrides
    )
    return Stop.COST if counted > settings.max_cost_usd else None


def _not_running(course: Course, waited: float) -> float:
    """Return the seconds in queue and start-up, also of a run that Glue sent back there."""
    return waited - course.running_seconds
