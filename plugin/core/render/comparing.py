"""How a check did compared with the newest run on the target branch, and with the last twenty."""

from __future__ import annotations

import re
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING

from plugin.core.escape import markdown_cell, markdown_code, markdown_text
from plugin.core.render.blocks import dotted, fold, labelled, money, table, unbroken
from plugin.core.render.chart import bars_of_runs
from plugin.core.render.words import duration, icon, usd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from plugin.core.result import CheckResult, Comparison, Finding, PastRun

_NOISE = Decimal("0.05")
_MOST = 1_000_000_000  # USD or seconds that anybody could mean
_LEAST = Decimal("1e-9")  # of an amount that a change can be a share of
_MOST_PERCENT = 999
_MAX_FINDINGS = 30
_MIN_RUNS_OF_A_CHART = 2
_NUMBER = re.compile(r"([-+]?\d{1,15}(?:\.\d{1,9})?)(\s?[A-Za-z%/]{0,12})", re.ASCII)

Row = tuple[str, str, str, str]


def comparison(result: CheckResult) -> Iterator[str]:
    """Yield the parts that compare a check with the target branch; none when there is no past."""
    past = result.comparison
    if past is None or not past.runs:
        return
    newest = past.runs[-1]
    heads = (f"Compared with {_branch(past)}", "Change", "Before", "Now")
    yield table(heads, _rows(result, newest))
    yield _source(newest)
    yield _last_runs(past, result.seconds)


def arrow(before: Decimal, now: Decimal, say: Callable[[Decimal], str]) -> str:
    """Say a change as ``↑ 12 s (+20 %)``, ``↓ …``, or ``→`` where it is less than 5 per cent.

    ``say`` writes an amount, which is never negative.
    """
    change = now - before
    if abs(change) < abs(before) * _NOISE or not change:
        return "→"
    sign, mark = ("↑", "+") if change > 0 else ("↓", "−")
    return unbroken(f"{sign} {say(abs(change))}{_percent(mark, change, before)}")


def _percent(mark: str, change: Decimal, before: Decimal) -> str:
    if abs(before) < _LEAST:
        return ""
    percent = abs(change / before * 100)
    return " (over 999 %)" if percent > _MOST_PERCENT else f" ({mark}{percent:.0f} %)"


def _branch(past: Comparison) -> str:
    return markdown_code(past.branch, limit=60) or "before"


def _source(newest: PastRun) -> str:
    when = markdown_text(newest.started_at.replace("T", " ").replace("Z", " UTC"), limit=40)
    commit = markdown_code(newest.commit[:12])
    return dotted((labelled("Before: ", when), labelled("commit ", commit)))


def _rows(result: CheckResult, before: PastRun) -> Iterator[Row]:
    if result.verdict is not before.verdict:
        old, new = before.verdict, result.verdict
        yield ("Verdict", "changed", f"{icon(old)} {old}", f"{icon(new)} {new}")
    old_place, new_place = _machine(before), _machine(result)
    if old_place != new_place and old_place and new_place:
        yield ("Runs on", "changed", old_place, new_place)
    yield _time_row(before.seconds, result.seconds)
    cost = before.cost_usd
    if cost is not None and cost.is_finite() and 0 <= cost < _MOST and result.cost:
        yield _cost_row(cost, result.cost.usd)
    changes = list(_finding_rows(before.findings, result.findings))
    yield from changes[:_MAX_FINDINGS]
    if len(changes) > _MAX_FINDINGS:
        yield (f"and {len(changes) - _MAX_FINDINGS} more findings", "see report.json", "", "")


def _machine(run: PastRun | CheckResult) -> str:
    """Return what it ran on in words; empty when nobody knows."""
    glue = f"Glue {run.glue_version}" if run.glue_version else ""
    return markdown_text(", ".join(filter(None, (glue, run.capacity))), limit=80)


def _time_row(before: float, now: float) -> Row:
    change = arrow(_seconds(before), _seconds(now), lambda by: duration(float(by)))
    return ("Time", change, unbroken(duration(before)), unbroken(duration(now)))


def _seconds(value: float) -> Decimal:
    return Decimal(str(value)) if 0 <= value < _MOST else Decimal(0)


def _cost_row(before: Decimal, now: Decimal) -> Row:
    return ("Cost", arrow(before, now, _money), _money(before), _money(now))


def _money(amount: Decimal) -> str:
    return money(usd(amount))


def _finding_rows(before: tuple[Finding, ...], now: tuple[Finding, ...]) -> Iterator[Row]:
    """Yield what is new, gone or different, the bad ones first."""
    was = {finding.name: finding for finding in before}
    for finding in sorted(now, key=lambda item: item.ok):
        old = was.get(finding.name)
        change = _change(old, finding)
        if change:
            yield (_name(finding), change, _value(old) if old else "", _value(finding))
    names = {finding.name for finding in now}
    gone = (finding for finding in before if finding.name not in names)
    yield from ((_name(finding), "gone", _value(finding), "") for finding in gone)


def _change(old: Finding | None, new: Finding) -> str:
    """Say what changed; empty when nothing did that anybody wants to read."""
    if old is None:
        return "new"
    if old.ok is not new.ok:
        return "ok again" if new.ok else "no longer ok"
    was, now = _NUMBER.fullmatch(old.value), _NUMBER.fullmatch(new.value)
    if was is None or now is None or was[2] != now[2]:
        return ""
    change = arrow(Decimal(was[1]), Decimal(now[1]), lambda by: markdown_text(f"{by:f}{was[2]}"))
    return change.removeprefix("→")


def _name(finding: Finding) -> str:
    return markdown_cell(finding.name, limit=80)


def _value(finding: Finding) -> str:
    sign = "✅" if finding.ok else "❌"
    return f"{sign} {markdown_text(finding.value, limit=80)}".strip()


def _last_runs(past: Comparison, now: float) -> str:
    times = tuple(run.seconds for run in past.runs)
    if len(times) < _MIN_RUNS_OF_A_CHART:
        return ""
    low, mid, high = duration(min(times)), duration(median(times)), duration(max(times))
    summary = f"The last {len(times)} runs took {low} to {high}, half of them under {mid}"
    return fold(summary, bars_of_runs(times, now))
