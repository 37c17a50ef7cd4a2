"""What a removal would do, for a dry run: found out by reading alone.  Knows the ports only."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from plugin.sweep.abreast import NONE, abreast, guarded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugin.core.naming import Location
    from plugin.core.ports import Engine
    from plugin.core.result import Leftover
    from plugin.sweep.choice import Removal


def foresee(
    engine: Engine, removals: Sequence[Removal], *, with_logs: bool = False
) -> tuple[str, ...]:
    """Return, in the order of the removals, what would be done, a sentence without end each.

    What nobody tells is said as such.  Raises nothing.
    """
    alone = [place for removal in removals if not removal.job for place in removal.places]
    acts = [partial(_foresee, engine, _without(alone, one), with_logs) for one in removals]
    told = abreast(acts)
    return tuple(line for lines in told for line in lines)


def _without(alone: Sequence[Location], removal: Removal) -> Removal:
    """Return a job's removal without the objects that another removal names, with more."""
    if not removal.job:
        return removal
    places = tuple(place for place in removal.places if not any(_holds(w, place) for w in alone))
    return replace(removal, places=places)


def _holds(whole: Location, part: Location) -> bool:
    return whole.bucket == part.bucket and part.prefix.startswith(whole.prefix)


def _foresee(engine: Engine, removal: Removal, with_logs: bool) -> tuple[str, ...]:  # noqa: FBT001 - for partial
    lines: list[str] = []
    if removal.job:
        look = partial(engine.active_runs, removal.name)
        active, refusals = guarded("run", removal.name, look, otherwise=NONE)
        lines += [f"would stop the run {run_id} of {removal.name}" for run_id in active]
        lines += _unknown(refusals, f"which runs of {removal.name} would be stopped")
    for place in removal.places:
        look_below = partial(engine.has_objects, place.bucket, place.prefix)
        is_there, refusals = guarded("object", place.uri(), look_below, otherwise=False)
        if is_there and removal.job:
            lines.append(f"would remove all objects below {place.uri()}")
        lines += _unknown(refusals, f"whether there are objects below {place.uri()}")
    if removal.job and with_logs:
        lines.append(f"would remove the log streams of all runs of {removal.name}")
    return (*lines, f"would remove {removal.kind} {removal.name} ({removal.why})")


def _unknown(refusals: tuple[Leftover, ...], what: str) -> list[str]:
    return [f"cannot tell {what}: {item.reason}" for item in refusals]
