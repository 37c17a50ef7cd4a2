"""What a run costs: before it starts, while it runs, and in the end.  Currency is ``Decimal``."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from plugin.core.costs.rates import DPU_OF_WORKER, MINIMUM_SECONDS, REGION, USD_PER_HOUR
from plugin.core.result import Cost

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.core.capacity import Capacity

CENT_OF_A_CENT = Decimal("0.0001")
SECONDS_PER_HOUR = 3600
HIGHEST_RATE = 10_000
"""USD per DPU hour that a user may set; what is above is a mistake."""
HIGHEST_DPU_SECONDS = 1e12
_VERSION = re.compile(r"\*|[0-9]{1,2}\.[0-9]{1,2}")


def rate(capacity: Capacity, overrides: Mapping[str, str]) -> Decimal:
    """Return USD per DPU hour: the user's for this version, the user's for any, then ours."""
    keys = _keys(capacity)
    for key in keys:
        if key in overrides:
            return Decimal(overrides[key])
    return next(USD_PER_HOUR[key] for key in keys if key in USD_PER_HOUR)


def _keys(capacity: Capacity) -> tuple[str, str]:
    return f"{capacity.glue_version}/{capacity.price_class}", f"*/{capacity.price_class}"


def limiting_rate(capacity: Capacity, overrides: Mapping[str, str]) -> Decimal:
    """Return the rate that a cost limit counts with: the user's, but never less than ours.

    ``price_overrides`` may come from a pull request's file, which must not switch off the
    operator's ``max_cost_usd``.
    """
    return max(rate(capacity, overrides), rate(capacity, {}))


def dpu(capacity: Capacity) -> Decimal:
    """Return the DPU (or M-DPU) that are paid for while the run goes on."""
    if capacity.max_capacity is not None:
        return capacity.max_capacity
    return DPU_OF_WORKER[capacity.worker_type] * capacity.number_of_workers


def cost_of(
    capacity: Capacity,
    *,
    seconds: float,
    dpu_seconds: float | None = None,
    overrides: Mapping[str, str],
    is_scaled: bool = False,
) -> Cost:
    """Return the cost of ``seconds`` of run time (waiting in the queue is free).

    ``dpu_seconds`` is Glue's own count, when it gave one; it beats the formula
    DPU x max(seconds, 60).  With ``is_scaled`` Glue may use fewer workers: the formula is the most.
    """
    per_hour, dpu_seconds = rate(capacity, overrides), told_by_glue(dpu_seconds)
    billed = max(Decimal(str(seconds)), Decimal(MINIMUM_SECONDS))
    paid = dpu(capacity) * billed if dpu_seconds is None else Decimal(str(dpu_seconds))
    return Cost(
        usd=_usd(paid, per_hour),
        dpu_seconds=paid,
        usd_per_dpu_hour=per_hour,
        is_measured=dpu_seconds is not None,
        formula=f"{_inputs(capacity, billed, dpu_seconds, is_scaled=is_scaled)} × ${per_hour} per"
        f" {_unit(capacity)} hour{_whose(capacity, overrides)}",
    )


def told_by_glue(dpu_seconds: float | None) -> float | None:
    """Return Glue's own count where it is one: no run that is paid for used nothing, or infinite.

    A number that cannot be is no count; the formula tells then.
    """
    is_count = dpu_seconds is not None and 0 < dpu_seconds <= HIGHEST_DPU_SECONDS
    return dpu_seconds if is_count else None


def counted_against_limit(
    capacity: Capacity, *, seconds: float, overrides: Mapping[str, str]
) -> Decimal:
    """Return the USD that ``seconds`` of run time count against ``max_cost_usd``: never too few."""
    billed = max(Decimal(str(seconds)), Decimal(MINIMUM_SECONDS))
    return dpu(capacity) * billed / SECONDS_PER_HOUR * limiting_rate(capacity, overrides)


def seconds_for(amount: Decimal, capacity: Capacity, overrides: Mapping[str, str]) -> Decimal:
    """Return the run time in seconds at which ``amount`` USD are spent, by the limit's rate."""
    return amount * SECONDS_PER_HOUR / (dpu(capacity) * limiting_rate(capacity, overrides))


def _usd(dpu_seconds: Decimal, per_hour: Decimal) -> Decimal:
    return (dpu_seconds / SECONDS_PER_HOUR * per_hour).quantize(CENT_OF_A_CENT, ROUND_HALF_UP)


def _inputs(
    capacity: Capacity, billed: Decimal, dpu_seconds: float | None, *, is_scaled: bool
) -> str:
    if dpu_seconds is not None:
        counted = Decimal(str(dpu_seconds)).normalize()
        return f"{counted:f} {_unit(capacity)} seconds as counted by Glue"
    most = "up to " if is_scaled else ""
    return f"{most}{dpu(capacity)} {_unit(capacity)} × {billed.normalize():f} s"


def _unit(capacity: Capacity) -> str:
    return "M-DPU" if capacity.price_class == "MEMORY" else "DPU"


def _whose(capacity: Capacity, overrides: Mapping[str, str]) -> str:
    """Say where our own rate is from: other regions have others."""
    is_ours = not overrides.keys() & set(_keys(capacity))
    return f" ({REGION}'s rate)" if is_ours else ""


def override_problems(overrides: Mapping[str, str]) -> tuple[str, ...]:
    """Say which price overrides cannot be used."""
    classes = sorted({key.partition("/")[2] for key in USD_PER_HOUR})
    problems = []
    for key, value in overrides.items():
        version, _, price_class = key.partition("/")
        if price_class not in classes or not _VERSION.fullmatch(version):
            problems.append(
                f"price_overrides: {key[:60]!r} is not VERSION/CLASS (5.1/…) or */CLASS with one of"
                f" {', '.join(classes)}."
            )
        try:
            is_usable = Decimal(value).is_finite() and 0 <= Decimal(value) <= HIGHEST_RATE
        except ArithmeticError:
            is_usable = False
        if not is_usable:
            problems.append(
                f"price_overrides: {key[:60]!r}: {value[:60]!r} is not an amount in USD."
            )
    return tuple(problems)
