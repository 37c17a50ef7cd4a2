"""What this machine's Glue does otherwise than the settings ask, and the words for it.

Knows which settings are bounded here, and by what.  Refuses to know how the local Glue works.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.core.settings.plan_settings import PlanSettings

CORES_OF_A_CHECK = 2
"""What Spark keeps busy; it is given all there are."""


def checks_at_once(plan: PlanSettings, *, cores: int) -> int:
    """Return how many checks run side by side at most; ``cores`` are this machine's."""
    if plan.engine != "local":
        return plan.max_parallel
    return min(plan.max_parallel, max(1, cores // CORES_OF_A_CHECK))


def notes_of(plan: PlanSettings, *, checks: int, cores: int) -> Iterator[str]:
    """Yield a line for each setting that a plan of so many checks asks for in vain here."""
    if plan.engine != "local":
        return
    at_once = checks_at_once(plan, cores=cores)
    if at_once < min(checks, plan.max_parallel):
        yield (
            f"note: {at_once} of {checks} checks at once, whatever max_parallel says: one for each"
            f" {CORES_OF_A_CHECK} cores of this machine, which has {cores}."
        )
    if plan.keep_resources:
        yield "note: keep_resources is without effect: the local Glue keeps nothing when it ends."
