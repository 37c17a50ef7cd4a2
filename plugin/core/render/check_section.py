"""What a page says of one check: why, where, what to do, then what it found, took and cost.

Every text of a result may be hostile, so each goes through an escape.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from plugin.core.escape import (
    link_url,
    markdown_cell,
    markdown_code,
    markdown_fence,
    markdown_text,
    mermaid_text,
)
from plugin.core.render.blocks import dotted, fold, labelled, money, table
from plugin.core.render.chart import gantt
from plugin.core.render.comparing import comparison
from plugin.core.render.places import place_link
from plugin.core.render.words import (
    cost_of,
    duration,
    meaning,
    trouble_name,
    troubleshooting,
    usd,
)
from plugin.core.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from plugin.core.build import Build
    from plugin.core.result import CheckResult, Cost, Finding, Report

_MAX_FINDINGS = 100
_MAX_NOTES = 20
_MAX_PHASES = 12
_SHORTEST_CHART_SECONDS = 10
LOCAL = "local"
"""The engine of which there is no capacity, no job and no run to look at."""


class Depth(Enum):
    """How much is said of a check.  The value is how many lines of its log are shown."""

    WHOLE = 100
    SHORT = 10
    """No chart: of few checks among several that passed."""
    BRIEF = 0
    """Neither log, nor chart, nor what the run was: of many checks that passed."""


def answer(result: CheckResult, build: Build) -> Iterator[str]:
    """Yield what is read first: the root cause, whose fault it is and where, what to do."""
    reason = markdown_text(result.reason)
    if reason:
        yield f"**{reason}**"
    where = labelled("Where: ", place_link(result.place, build))
    words = "" if result.verdict is Verdict.PASSED else meaning(result.verdict, result.trouble)
    yield " ".join(part for part in (words, where) if part)
    yield _next(result)


def details(result: CheckResult, report: Report, depth: Depth) -> Iterator[str]:
    """Yield the rest, the most wanted first."""
    yield _numbers(result)
    notes = (markdown_text(note) for note in result.notes[:_MAX_NOTES])
    yield "\n".join(f"- Note: {note}" for note in notes if note)
    yield _findings(result.findings, report.build)
    yield from comparison(result)
    if depth is Depth.BRIEF:
        yield _time_words(result, markdown_text)
        return
    yield _time(result, depth)
    yield _log(result, depth.value)
    yield _facts(result, is_local=report.engine == LOCAL)


def _next(result: CheckResult) -> str:
    words = [labelled("What to do: ", markdown_text(result.hint))]
    if result.trouble:
        text = f"Troubleshooting: {trouble_name(result.trouble)}"
        words.append(f"[{text}]({troubleshooting(result.trouble)})")
    return " ".join(word for word in words if word)


def _numbers(result: CheckResult) -> str:
    links = (
        ("the run", result.run_url),
        ("output log", result.console_url),
        ("error log", result.error_log_url),
    )
    urls = ((name, link_url(url)) for name, url in links)
    return dotted(
        (
            f"Took {duration(result.seconds)}",
            money(cost_of(result)) if result.cost else "",
            *(f"[{name}]({url})" for name, url in urls if url),
        )
    )


def _findings(findings: tuple[Finding, ...], build: Build) -> str:
    shown = sorted(findings, key=lambda finding: finding.ok)[:_MAX_FINDINGS]
    rows = (
        (
            "✅" if finding.ok else "❌",
            markdown_cell(finding.name),
            markdown_text(finding.value, limit=300),
            markdown_text(finding.expected, limit=300),
            markdown_text(finding.message, limit=300),
            place_link(finding.place, build),
        )
        for finding in shown
    )
    text = table(("", "Finding", "Value", "Expected", "Message", "Where"), rows)
    more = len(findings) - _MAX_FINDINGS
    return f"{text}\n\nand {more} more findings, see report.json" if more > 0 else text


def _time(result: CheckResult, depth: Depth) -> str:
    """Return the time by phase, with a chart where one says more than the words."""
    if depth is not Depth.WHOLE or result.seconds < _SHORTEST_CHART_SECONDS:
        return _time_words(result, markdown_text)
    return fold(_time_words(result, mermaid_text), gantt(result.phases))


def _time_words(result: CheckResult, escape: Callable[[str], str]) -> str:
    """Return the time by phase in words, because not every reader sees a chart.

    ``escape`` is that of the place they stand in: a fold's line is HTML, else they are Markdown.
    """
    shown = result.phases[:_MAX_PHASES]
    words = dotted(f"{escape(phase.name)} {duration(phase.seconds)}" for phase in shown)
    return f"Time: {words}" if words else ""


def _log(result: CheckResult, at_most: int) -> str:
    lines = result.log_tail[-at_most:]
    if not lines:
        return ""
    shown, total = len(lines), max(len(result.log_tail), result.log_lines)
    whole = "The log, 1 line" if shown == 1 else f"The log, {shown} lines"
    title = f"Last {shown} of {total} log lines" if shown < total else whole
    return fold(title, markdown_fence(lines))


def _facts(result: CheckResult, *, is_local: bool) -> str:
    facts = dotted(
        (
            labelled("script ", markdown_code(result.script)),
            labelled("Glue ", markdown_text(result.glue_version)),
            "" if is_local else markdown_text(result.capacity),
            f"ran {duration(result.execution_seconds)}" if result.execution_seconds else "",
            labelled("state ", markdown_code(result.state)),
            "" if is_local else labelled("job ", markdown_code(result.job_name)),
            "" if is_local else labelled("run ", markdown_code(result.run_id)),
        )
    )
    items = (_cost(result.cost), labelled("Run: ", facts))
    return "\n".join(f"- {item}" for item in items if item)


def _cost(cost: Cost | None) -> str:
    if cost is None:
        return ""
    kind = "measured by Glue" if cost.is_measured else "estimate"
    numbers = f"{cost.dpu_seconds:f} DPU seconds / 3600 × ${cost.usd_per_dpu_hour:f} per DPU hour"
    formula = markdown_text(cost.formula or numbers)
    return f"Cost: {money(usd(cost.usd))}, {kind}: {formula}"
