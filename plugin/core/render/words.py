"""How times, money and verdicts are said.  Plain and short; the same words in every report."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, assert_never

from plugin.core.escape import clip, visible
from plugin.core.leftovers import remove_all
from plugin.core.trouble import Trouble
from plugin.core.verdict import Verdict

if TYPE_CHECKING:
    from plugin.core.result import CheckResult, Place, Report

_GUIDE = "https://github.com/glue-health-check/glue-health-check/blob/main/docs/troubleshooting.md"
_TO_CENTS = Decimal("0.01")
_TO_PARTS = Decimal("0.0001")
_COUNTED = (
    *(Verdict.FAILED, Verdict.ERRORED, Verdict.CANCELLED),
    *(Verdict.PASSED, Verdict.SKIPPED),
)
_LEFT_LIMIT = 100  # characters
_SHORT = 9.95  # below it, tenths of a second are shown


def how_to_remove(report: Report) -> str:
    """Say what removes all that a build left, its old versions and unfinished uploads too."""
    command = remove_all(report.build_id)
    return f"To remove all of it: `{command}` (or later `glue-health-check sweep`)."


def left_behind(report: Report) -> str:
    """Say what is left by its kinds, ``1 run, 2 objects, 1 job``; empty when nothing is."""
    kinds = [item.kind for item in report.leftovers]
    numbers = ((kinds.count(kind), kind) for kind in dict.fromkeys(kinds))
    words = (f"{number} {kind}{'s' if number > 1 else ''}" for number, kind in numbers)
    return clip(visible(", ".join(words)), _LEFT_LIMIT)


def duration(seconds: float) -> str:
    """Say seconds as ``0.4 s``, ``12 s``, ``1 min 12 s`` or ``2 h 5 min``."""
    if not 0 < seconds < float("inf"):
        return "0 s"
    if seconds < _SHORT:
        return f"{seconds:.1f} s".replace(".0 ", " ")
    minutes, rest = divmod(round(seconds), 60)
    if minutes == 0:
        return f"{rest} s"
    hours, minutes_left = divmod(minutes, 60)
    return f"{hours} h {minutes_left} min" if hours else f"{minutes} min {rest} s"


def usd(amount: Decimal) -> str:
    """Say USD as ``$0.0147``, from one dollar on as ``$1.23``."""
    if amount == 0:
        return "$0"
    if 0 < amount < _TO_PARTS:
        return "<$0.0001"
    digits = _TO_CENTS if amount >= 1 else _TO_PARTS
    return f"${amount.quantize(digits, ROUND_HALF_UP):f}"


def cost_of(result: CheckResult) -> str:
    """Say what a check cost, ``~`` before an estimate; a dash when it never ran."""
    if result.cost is None:
        return "–"
    return usd(result.cost.usd) if result.cost.is_measured else f"~{usd(result.cost.usd)}"


def place_text(place: Place | None) -> str:
    """Say a place as ``examples/jobs/flights.py:12``; empty when it is not known."""
    return f"{place.file}:{place.line}" if place else ""


_OUTSIDE = frozenset({
    Trouble.CONNECTION, Trouble.LOGIN, Trouble.JOB_PERMISSION, Trouble.LAKE_FORMATION,
    Trouble.KEY_DENIED, Trouble.SECRET,
})  # fmt: skip
"""What a script failed of, and is seldom mended in it."""


def meaning(verdict: Verdict, trouble: Trouble | None = None) -> str:
    """Say in one sentence what a verdict means for the script; ``trouble`` is its class."""
    match verdict:
        case Verdict.PASSED:
            return "The script ran and nothing is wrong with it."
        case Verdict.FAILED:
            if trouble in _OUTSIDE:
                return "The script failed, maybe for a reason outside of it."
            return "The script is at fault."
        case Verdict.ERRORED:
            return "The check could not be done: nobody knows how the script is."
        case Verdict.CANCELLED:
            return "The run was stopped before it ended."
        case Verdict.SKIPPED:
            return "The script was not run."
        case _:
            assert_never(verdict)


def icon(verdict: Verdict) -> str:
    """Return the sign that goes with a verdict's word."""
    match verdict:
        case Verdict.PASSED:
            return "✅"
        case Verdict.FAILED:
            return "❌"
        case Verdict.ERRORED:
            return "⚠️"
        case Verdict.CANCELLED:
            return "⏹️"
        case Verdict.SKIPPED:
            return "⏭️"
        case _:
            assert_never(verdict)


def time_and_cost(report: Report) -> str:
    """Say ``1 min 12 s, $0.0147``; the time alone where nothing has a cost, as on a laptop."""
    has_cost = any(result.cost for result in report.results)
    return f"{duration(report.seconds)}{f', {usd(report.cost_usd)}' if has_cost else ''}"


def counts(report: Report) -> str:
    """Say how many checks ended how, first what is a script's fault: ``1 failed, 2 passed``."""
    numbers = ((report.count(verdict), verdict) for verdict in _COUNTED)
    return ", ".join(f"{number} {verdict}" for number, verdict in numbers if number)


def trouble_name(trouble: Trouble) -> str:
    """Say a class of trouble in words, e.g. ``out of memory``."""
    words = trouble.value.split("-")
    return " ".join(word.upper() if word in {"ci", "aws"} else word for word in words)


def troubleshooting(trouble: Trouble | None) -> str:
    """Return the address of what the guide says about a class of trouble; empty for none."""
    return f"{_GUIDE}#{trouble}" if trouble else ""
