"""The report in plain lines: a headline, the ending of a console, the outputs of a step."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from plugin.core.escape import clip, log_text, visible
from plugin.core.forms.finding_text import finding_text
from plugin.core.render.words import (
    cost_of,
    counts,
    duration,
    how_to_remove,
    left_behind,
    meaning,
    place_text,
    time_and_cost,
    troubleshooting,
)
from plugin.core.trouble import Trouble
from plugin.core.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.core.result import CheckResult, Report

_NAME_LIMIT = 60
_MAX_FINDINGS = 10
_REASON_LIMIT = 500
_TITLE_LIMIT = 1_000
_RESULTS_LIMIT = 200_000  # characters; GitHub takes 1 MB of outputs per job, counted as UTF-16


def headline(report: Report) -> str:
    """Say the report in one plain line, e.g. ``flights failed after 1 min 12 s, $0.0147: …``.

    The line may hold hostile text: escape it for where it goes.
    """
    if not report.results:
        return f"{report.verdict}: {report.reason or 'there was nothing to do'}"
    after = f"after {time_and_cost(report)}"
    if len(report.results) > 1:
        return f"{report.verdict} {after}: {counts(report)}"
    result = report.results[0]
    reason = f": {result.reason}" if result.reason else ""
    return f"{result.name} {result.verdict} {after}{reason}"


def title(report: Report) -> str:
    """Say the report in few plain words: ``2 failed, 48 passed in 12 min 0 s, $0.42``.

    For one check ``flights failed in 1 min 12 s, $0.0147: KeyError: 'x'``; what is left
    behind stands before the reason, which may be cut.  The line may hold hostile text; no control
    character is left in it.  Whoever uses it cuts and escapes it.
    """
    if not report.results:
        return clip(visible(headline(report)), _TITLE_LIMIT)
    left = left_behind(report)
    after = f"in {time_and_cost(report)}{f' (left behind: {left})' if left else ''}"
    if len(report.results) > 1:
        return f"{counts(report)} {after}"
    result = report.results[0]
    reason = f": {result.reason}" if result.reason else ""
    return clip(visible(f"{result.name} {result.verdict} {after}{reason}"), _TITLE_LIMIT)


def summary_lines(report: Report) -> tuple[str, ...]:
    """Return the ending of a console, every line harmless: one for each check, then what is left.

    A line has the check's name, verdict, time, cost in USD (where anything has one) and reason.
    """
    if not report.results:
        return (log_text(headline(report)),)
    return tuple(log_text(line) for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    width = max(len(_name(result)) for result in report.results)
    has_cost = any(result.cost for result in report.results)
    for result in report.results:
        yield _line(result, width, has_cost=has_cost)
        if result.place:
            yield f"    Where: {place_text(result.place)}"
        if result.verdict in {Verdict.FAILED, Verdict.ERRORED}:
            yield f"    {meaning(result.verdict, result.trouble)}"
        yield from _bad_findings(result)
        if result.hint:
            yield f"    What to do: {result.hint}"
        if result.trouble:
            yield f"    Read: {troubleshooting(result.trouble)}"
        yield from (f"    Note: {note}" for note in result.notes)
        yield from _links(result)
    yield from _leftovers(report)
    if len(report.results) > 1:
        yield headline(report)


def _bad_findings(result: CheckResult) -> Iterator[str]:
    """Yield the findings that are not ok, without the one that the reason tells."""
    bad = [finding for finding in result.findings if not finding.ok]
    others = bad[1:] if result.trouble is Trouble.FINDING else bad
    for finding in others[:_MAX_FINDINGS]:
        text = finding_text(finding)
        yield f"    Not ok: {finding.name}{f': {text}' if text else ''}"
    if more := len(others[_MAX_FINDINGS:]):
        yield f"    Not ok: {more} more findings, see the report"


def _leftovers(report: Report) -> Iterator[str]:
    for item in report.leftovers:
        yield f"LEFT BEHIND: {item.kind} {item.name} ({item.reason.removesuffix('.')})"
        if item.command:
            yield f"    {item.command}"
    if report.leftovers:
        yield how_to_remove(report).replace("`", "")


def _links(result: CheckResult) -> Iterator[str]:
    """Yield the run's page, as long as it is there, and its log."""
    if result.run_url:
        yield f"    Run: {result.run_url}"
    if result.console_url:
        yield f"    Log: {result.console_url}"


def _name(result: CheckResult) -> str:
    return clip(visible(result.name), _NAME_LIMIT)


def _line(result: CheckResult, width: int, *, has_cost: bool) -> str:
    words = (
        f"{_name(result):<{width}}",
        f"{result.verdict:<9}",
        f"{duration(result.seconds):>10}",
        f"{cost_of(result):>9}" if has_cost else "",
        result.reason,
    )
    return "  ".join(word for word in words if word)


def outputs(report: Report, report_path: str) -> tuple[tuple[str, str], ...]:
    """Return the outputs as name and value, in the order of the design (section 7).

    ``passed`` to ``skipped`` count checks; ``duration_seconds`` and ``cost_usd`` are numbers
    with a point; ``results`` is one line of JSON in ASCII.  Values may hold hostile text.
    """
    shown = report.spotlight
    return (
        ("verdict", str(report.verdict)),
        ("passed", str(report.count(Verdict.PASSED))),
        ("failed", str(report.count(Verdict.FAILED))),
        ("errored", str(report.count(Verdict.ERRORED))),
        ("skipped", str(report.count(Verdict.SKIPPED))),
        ("duration_seconds", f"{report.seconds:.1f}"),
        ("cost_usd", f"{report.cost_usd:.6f}"),
        ("report_path", report_path),
        ("results", _results(report)),
        ("job_name", shown.job_name if shown else ""),
        ("run_id", shown.run_id if shown else ""),
        ("console_url", shown.console_url if shown else ""),
    )


def _results(report: Report) -> str:
    """Return all results as JSON; without the reasons when there are too many of them."""
    entries = [_entry(result) for result in report.results]
    text = json.dumps(entries, separators=(",", ":"))
    if len(text) <= _RESULTS_LIMIT:
        return text
    short = [{"name": result.name, "verdict": result.verdict} for result in report.results]
    text = json.dumps(short, separators=(",", ":"))
    return text if len(text) <= _RESULTS_LIMIT else "[]"


def _entry(result: CheckResult) -> dict[str, str | float | int]:
    return {
        "name": result.name,
        "verdict": str(result.verdict),
        "reason": clip(result.reason, _REASON_LIMIT),
        "place": place_text(result.place),
        "duration_seconds": round(result.seconds, 1),
        "cost_usd": f"{result.cost.usd:.6f}" if result.cost else "",
        "job_name": result.job_name,
        "run_id": result.run_id,
        "console_url": result.console_url,
        "leftovers": len(result.leftovers),
    }
