"""What a removal would do, for a dry run: found out by reading alone.  Knows the ports only."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from plugin.sweep.abreast import NONE, abreast, guarded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugin.core.ports import Engine
    from plugin.core.result import Leftover
    from plugin.sweep.choice import Removal


def foresee(
    engine: Engine, removals: Sequence[Removal], *, with_logs: bool = False
) -> tuple[str, ...]:
    """Return, in the order of the removals, what would be done, a sentence without end each.

    What nobody tells is said as such.  Raises nothing.
    """
    told = abreast([partial(_foresee, engine, removal, with_logs) for removal in removals])
    return tuple(line for lines in told for line in lines)


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
