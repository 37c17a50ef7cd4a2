"""What a check will cost at most, before it starts; whether its limit lets it start at all.

Waiting in the queue is free.  Refuses to know what a run did cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugin.core.costs.cost import cost_of, counted_against_limit, override_problems
from plugin.core.costs.rates import AS_OF, REGION

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from plugin.core.capacity import Capacity
    from plugin.core.check import Check
    from plugin.core.result import Cost
    from plugin.core.settings import CheckSettings

AUTO_SCALING = "--enable-auto-scaling"


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """Bounds of a check's cost in USD: of the shortest run, and of one that reaches its limit."""

    least: Cost
    most: Cost
    limit: Decimal | None = None
    """``max_cost_usd``, where it is less than ``most``."""

    @property
    def at_most(self) -> Decimal:
        """The upper bound in USD, but for the time that a stop takes."""
        return self.most.usd if self.limit is None else self.limit


def estimate(check: Check) -> Estimate:
    """Return the bounds of a check that runs on Glue."""
    settings = check.settings
    overrides = settings.price_overrides
    minutes = settings.timeout_minutes
    if check.capacity.job_type == "gluestreaming":
        minutes = min(minutes, settings.stream_minutes)
    most = cost_of(check.capacity, seconds=minutes * 60, overrides=overrides)
    limit = settings.max_cost_usd
    return Estimate(
        least=cost_of(check.capacity, seconds=0, overrides=overrides),
        most=most,
        limit=limit if limit is not None and limit < most.usd else None,
    )


def announcement(checks: Iterable[Check]) -> str:
    """Return one line about the cost of all checks on Glue; empty when there are none."""
    bounds = [estimate(check) for check in checks if not check.is_local]
    if not bounds:
        return ""
    at_most = sum(one.at_most for one in bounds)
    least = sum(one.least.usd for one in bounds)
    return (
        f"Cost: from ${least} to at most ${at_most}, {_until(bounds)}"
        f" (rates of {REGION}, {AS_OF}; other regions may differ: price_overrides)."
    )


def limit_problems(settings: CheckSettings, capacity: Capacity) -> tuple[str, ...]:
    """Say that ``max_cost_usd`` does not allow even the first minute.  Nothing is started then."""
    limit, overrides = settings.max_cost_usd, settings.price_overrides
    if limit is None or override_problems(overrides):  # those are told on their own
        return ()
    least = counted_against_limit(capacity, seconds=0, overrides=overrides)
    if least <= limit:
        return ()
    problem = (
        f"max_cost_usd is {limit}, but Glue bills at least one minute: {capacity.in_words()} cost"
        f" {least:.4f} USD. Raise it, or take fewer or smaller workers."
    )
    return (problem,)


def _until(bounds: Iterable[Estimate]) -> str:
    """Say what ends the checks at the latest: their time limits, ``max_cost_usd``, or either."""
    time, cap = "if all of its run time is used", "where max_cost_usd caps it"
    is_capped = {one.limit is not None for one in bounds}
    if len(is_capped) > 1:
        return f"{time} or {cap}"
    return cap if True in is_capped else time


def is_scaled(check: Check) -> bool:
    """Whether Glue adds and removes workers while it runs (``--enable-auto-scaling``)."""
    arguments = check.log_source("").arguments
    return arguments.get(AUTO_SCALING, "").strip().lower() == "true"


def is_counted_by_glue(check: Check) -> bool:
    """Whether Glue tells the DPU seconds of such a run: of Flex and Auto Scaling runs alone.

    Source: botocore's Glue model, ``JobRun.DPUSeconds``.
    """
    is_spark = check.capacity.job_type != "pythonshell"
    is_flex = check.capacity.execution_class == "FLEX"
    return is_spark and not check.is_local and (is_flex or is_scaled(check))
