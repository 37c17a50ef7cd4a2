"""Removes what was chosen: stops the runs, deletes the objects, then the job.

A refusal never ends it: what stays is named.  Knows the ports only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from plugin.core.errors import PluginError
from plugin.core.result import Leftover

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from plugin.core.ports import Clock, Engine
    from plugin.sweep.choice import Removal

STOP_SECONDS = 60.0
"""How long one run may take to stop."""
SUPERSEDE_SECONDS = 45.0
"""How long all runs of older builds together may take to stop: a newer build waits for it."""
LAST_LOOK_SECONDS = 6.0
"""A moment longer than between two looks at a run: its own build sees that it was stopped."""
SIDE_BY_SIDE = 8
"""Older builds' jobs that are removed at once."""
_TURN_SECONDS = 0.2
_KIND_OF_LEFTOVER = {"job": "job", "objects": "object"}


@dataclass(frozen=True, kw_only=True)
class Swept:
    """What was removed, and what could not be."""

    removed: tuple[Removal, ...] = ()
    leftovers: tuple[Leftover, ...] = ()


def remove(engine: Engine, clock: Clock, removals: Iterable[Removal]) -> Swept:
    """Stop, delete the objects, then the job; go on after a refusal.  Raises nothing.

    After a cancel nothing more is begun: what is left is named.
    """
    asked = tuple(removals)
    return _swept(asked, [_remove_one(engine, clock, removal) for removal in asked])


def supersede(engine: Engine, clock: Clock, removals: tuple[Removal, ...]) -> Swept:
    """Do the same for older builds, side by side and all within one bound.  Raises nothing.

    A run that goes on has a build that watches it: before its job goes, that build gets the time
    for a last look, and says that somebody stopped it.  We wait in short turns, because a handler
    runs in the main thread alone, and a signal handed to another thread does not wake us.
    """
    from concurrent.futures import ThreadPoolExecutor, wait

    until = clock.monotonic() + SUPERSEDE_SECONDS
    take = partial(_remove_one, engine, clock, until=until, last_look=LAST_LOOK_SECONDS)
    with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as pool:
        futures = [pool.submit(take, removal) for removal in removals]
        pending = set(futures)
        while pending:
            pending = wait(pending, timeout=_TURN_SECONDS).not_done
    return _swept(removals, [future.result() for future in futures])


def _swept(removals: tuple[Removal, ...], stayed: list[tuple[Leftover, ...]]) -> Swept:
    pairs = tuple(zip(removals, stayed, strict=True))
    return Swept(
        removed=tuple(removal for removal, left in pairs if not left),
        leftovers=tuple(item for _, left in pairs for item in left),
    )


def _remove_one(
    engine: Engine,
    clock: Clock,
    removal: Removal,
    *,
    until: float = math.inf,
    last_look: float = 0.0,
) -> tuple[Leftover, ...]:
    """Return what stayed.  ``until`` is the clock's time at which we stop to wait, or to begin.

    ``last_look`` are the seconds between the end of a run and the removal of its job.
    """
    if clock.is_cancelled() or clock.monotonic() >= until:
        reason = "cancelled before it" if clock.is_cancelled() else "no time was left for it"
        return (Leftover(kind=_KIND_OF_LEFTOVER[removal.kind], name=removal.name, reason=reason),)
    stayed: list[Leftover] = []
    if removal.kind == "job":
        end = partial(_end_runs, engine, clock, removal.name, until=until, last_look=last_look)
        stayed += _guarded("run", removal.name, end)
    for place in removal.places:
        delete = partial(engine.delete_objects, place.bucket, place.prefix)
        stayed += _guarded("object", place.uri(), delete)
    if removal.kind == "job" and not stayed:
        stayed += _guarded("job", removal.name, partial(_delete_job, engine, removal.name))
    return tuple(stayed)


def _end_runs(
    engine: Engine, clock: Clock, job_name: str, *, until: float, last_look: float
) -> tuple[Leftover, ...]:
    active = engine.active_runs(job_name)
    if not active:
        return ()
    engine.stop_runs(job_name, active)
    until = min(until, clock.monotonic() + STOP_SECONDS)
    while active and clock.monotonic() < until and not clock.wait(1.0):
        active = engine.active_runs(job_name)
    if not active:
        clock.wait(last_look)
    return tuple(
        Leftover(kind="run", name=run_id, reason="asked to stop, not stopped yet")
        for run_id in active
    )


def _delete_job(engine: Engine, name: str) -> tuple[Leftover, ...]:
    engine.delete_job(name)
    return ()


def _guarded(kind: str, name: str, act: Callable[[], tuple[Leftover, ...]]) -> tuple[Leftover, ...]:
    try:
        return act()
    except PluginError as error:
        return (Leftover(kind=kind, name=name, reason=str(error)),)
    except Exception as bug:  # noqa: BLE001 - a bug must not keep us from the other removals
        return (Leftover(kind=kind, name=name, reason=f"{type(bug).__name__}: {bug}"),)
