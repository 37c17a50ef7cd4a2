"""Removes what was chosen: stops all runs, deletes objects and log streams, then each job, last.

A refusal never ends it: what stays is named.  Knows the ports only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from plugin.core.result import Leftover
from plugin.sweep.abreast import NONE, abreast, guarded
from plugin.sweep.logs import delete_logs
from plugin.sweep.stopping import Ended, await_end, end_runs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from plugin.core.ports import Clock, Engine
    from plugin.sweep.choice import Removal

_KIND_OF_LEFTOVER = {"job": "job", "objects": "object"}


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Seconds that a removal may take.

    After ``begin`` no thing more is begun.  ``stop`` is for all runs together, from the first
    request on.  ``last_look`` lies between the end of runs that we stopped and the removal of
    their jobs: it is for a build that still watches one.
    """

    begin: float = math.inf
    stop: float
    last_look: float = 0.0


CLEANUP = Bounds(begin=240.0, stop=180.0)
"""GitHub gives a cancelled job, its post steps included, 5 minutes.
Source: its page "Workflow cancellation reference"."""
SWEEP = Bounds(stop=120.0)
"""For each portion; the whole has no bound but a cancel."""
SUPERSEDE = Bounds(begin=45.0, stop=45.0, last_look=6.0)
"""A newer build waits for it.  The last look is a moment longer than the time between two looks at
a run: the older build sees that it was stopped."""


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """A run that went on, and has ended since we asked it to."""

    run_id: str
    job_name: str


@dataclass(frozen=True, kw_only=True)
class Swept:
    """What was removed, and what could not be; ``stopped`` are runs that we ended."""

    removed: tuple[Removal, ...] = ()
    stopped: tuple[Stopped, ...] = ()
    leftovers: tuple[Leftover, ...] = ()


def remove(
    engine: Engine,
    clock: Clock,
    removals: Sequence[Removal],
    *,
    bounds: Bounds,
    with_logs: bool = False,
) -> Swept:
    """Stop, delete the objects (``with_logs`` log streams too), then the jobs.  Raises nothing.

    All runs are asked to stop before anything is deleted; what runs nowhere goes at once, while the
    others stop.  What does not stop in time loses its objects all the same, but keeps its job: the
    anchor by which the next clean-up finds it.  After a cancel nothing more is begun: what is left
    is named.
    """
    since = clock.monotonic()
    act = partial(_remove_one, engine, clock, until=since + bounds.begin, with_logs=with_logs)
    jobs = tuple(removal.job for removal in removals if removal.job)
    asked = end_runs(engine, clock, jobs, begin_until=since + bounds.begin)
    idle = [removal for removal in removals if not _runs(asked, removal)]
    stayed = _all(idle, partial(act, ended=asked))
    stopped: tuple[Stopped, ...] = ()
    if len(idle) < len(removals):
        ended = await_end(engine, clock, jobs, asked, until=since + bounds.stop)
        if any(one.was_active and not one.active for one in ended.values()):
            clock.wait(bounds.last_look)
        stopped = tuple(_stopped(asked, ended))
        busy = [removal for removal in removals if _runs(asked, removal)]
        stayed.update(_all(busy, partial(act, ended=ended)))
    return Swept(
        removed=tuple(removal for removal in removals if not stayed[removal.name]),
        stopped=stopped,
        leftovers=tuple(item for removal in removals for item in stayed[removal.name]),
    )


def _all(
    removals: Sequence[Removal], act: Callable[[Removal], tuple[Leftover, ...]]
) -> dict[str, tuple[Leftover, ...]]:
    stayed = abreast([partial(act, removal) for removal in removals])
    return {removal.name: left for removal, left in zip(removals, stayed, strict=True)}


def _stopped(asked: Mapping[str, Ended], ended: Mapping[str, Ended]) -> Iterator[Stopped]:
    """Yield the runs that are known to have ended: who could not be looked at may go on."""
    for name, one in asked.items():
        now = ended[name]
        gone = () if now.refusals else (run for run in one.active if run not in now.active)
        yield from (Stopped(run_id=run_id, job_name=name) for run_id in gone)


def _runs(asked: Mapping[str, Ended], removal: Removal) -> bool:
    """Whether a run of it went on, or may: such a job goes last."""
    one = asked.get(removal.name, Ended())
    return one.was_active or one.is_unsure


def _remove_one(
    engine: Engine,
    clock: Clock,
    removal: Removal,
    *,
    until: float,
    with_logs: bool,
    ended: Mapping[str, Ended],
) -> tuple[Leftover, ...]:
    """Return what stayed.  ``until`` is the clock's time after which nothing is begun."""
    one = ended.get(removal.name, Ended())
    goes_on = (*one.refusals, *_going_on(one, removal.name))
    if reason := _reason_to_stop(clock, removal, until=until, ended=ended):
        return (*goes_on, _left(removal, reason))
    stayed = [*goes_on]
    for place in removal.places:
        delete = partial(engine.delete_objects, place.bucket, place.prefix)
        found, refusals = guarded("object", place.uri(), delete, otherwise=NONE)
        stayed += (*found, *refusals)
    if removal.job is None:
        return tuple(stayed)
    if with_logs and not goes_on:
        stayed += delete_logs(engine, removal.job)
    if stayed:
        why = "its run may still go on" if goes_on else "by it the rest is found again"
        return (*stayed, _left(removal, f"not deleted, because {why}"))
    _, refusals = guarded(
        "job", removal.name, partial(engine.delete_job, removal.name), otherwise=None
    )
    return refusals


def _reason_to_stop(
    clock: Clock, removal: Removal, *, until: float, ended: Mapping[str, Ended]
) -> str:
    """Return why a removal is not begun, or not carried on; empty when it is."""
    if clock.is_cancelled():
        return "cancelled before it"
    is_late = clock.monotonic() >= until and not _runs(ended, removal)
    is_unseen = removal.job is not None and removal.name not in ended
    return "no time was left for it" if is_late or is_unseen else ""


def _going_on(ended: Ended, job_name: str) -> tuple[Leftover, ...]:
    if ended.is_unsure:
        reason = "none is listed yet, but its job is so young that one may still appear"
        return (Leftover(kind="run", name=job_name, reason=reason, job_name=job_name),)
    reason = "asked to stop, not stopped yet"
    return tuple(
        Leftover(kind="run", name=run_id, reason=reason, job_name=job_name)
        for run_id in ended.active
    )


def _left(removal: Removal, reason: str) -> Leftover:
    return Leftover(kind=_KIND_OF_LEFTOVER[removal.kind], name=removal.name, reason=reason)
