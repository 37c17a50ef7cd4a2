"""The whole report as GitHub-flavoured Markdown.

Every text of a report may be hostile, so each goes through an escape.  How long the page may be
is not known here: whoever sends it cuts it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from plugin.core.escape import (
    link_url,
    markdown_cell,
    markdown_code,
    markdown_fence,
    markdown_text,
)
from plugin.core.render.words import (
    HOW_TO_REMOVE,
    cost_of,
    counts,
    duration,
    icon,
    meaning,
    place_text,
    usd,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plugin.core.build import Build
    from plugin.core.result import CheckResult, Cost, Finding, Leftover, Place, Report

_MAX_FINDINGS = 100
_MAX_LEFTOVERS = 50


def markdown(report: Report) -> str:
    """Return the report as a page; ends with a line feed."""
    parts = (
        f"## {icon(report.verdict)} Glue health check: {report.verdict}",
        _reason(report),
        _overview(report),
        _leftovers(report.leftovers),
        *(part for result in report.results for part in _check(result, report.build)),
        _footer(report),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _reason(report: Report) -> str:
    if not report.results:
        return f"Nothing was run: {markdown_text(report.reason) or 'there was nothing to do'}"
    if len(report.results) == 1:
        return ""
    time = f"{duration(report.seconds)}, {_money(usd(report.cost_usd))}"
    return f"{len(report.results)} checks in {time}: {counts(report)}."


def _overview(report: Report) -> str:
    if len(report.results) < 2:  # noqa: PLR2004 - one check needs no overview
        return ""
    rows = (
        (
            markdown_cell(result.name),
            f"{icon(result.verdict)} {result.verdict}",
            duration(result.seconds),
            _money(cost_of(result)),
            markdown_cell(result.reason),
        )
        for result in report.results
    )
    return _table(("Check", "Verdict", "Time", "Cost", "Reason"), rows)


def _leftovers(items: tuple[Leftover, ...]) -> str:
    if not items:
        return ""
    more = len(items) - _MAX_LEFTOVERS
    lines = (
        "[!WARNING]",
        f"**Left behind, and may cost money.** {HOW_TO_REMOVE}",
        "",
        *(
            f"- {markdown_text(item.kind)} {markdown_code(item.name)}: {markdown_text(item.reason)}"
            for item in items[:_MAX_LEFTOVERS]
        ),
        *([f"- and {more} more, see report.json"] if more > 0 else []),
    )
    return "\n".join(f"> {line}".rstrip() for line in lines)


def _check(result: CheckResult, build: Build) -> Iterator[str]:
    yield f"### {icon(result.verdict)} {markdown_text(result.name)}: {result.verdict}"
    yield meaning(result.verdict)
    if result.reason:
        yield f"**Reason:** {markdown_text(result.reason)}"
    if result.place:
        yield f"**Where:** {_place(result.place, build)}"
    if result.hint:
        yield f"**What to do:** {markdown_text(result.hint)}"
    yield "\n".join(f"- Note: {markdown_text(note)}" for note in result.notes)
    yield _findings(result.findings, build)
    yield _table(
        ("Phase", "From", "Took"),
        (
            (markdown_cell(phase.name), duration(phase.start), duration(phase.seconds))
            for phase in result.phases
        ),
    )
    yield _cost(result.cost)
    yield _facts(result)
    yield _log(result)


def _place(place: Place, build: Build) -> str:
    text = markdown_code(place_text(place))
    url = link_url(_place_url(place, build))
    return f"[{text}]({url})" if url else text


def _place_url(place: Place, build: Build) -> str:
    """Return the address of the line in the commit; empty when a part of it is not known."""
    is_known = (
        re.fullmatch(r"[\w.-]+/[\w.-]+", build.repository, re.ASCII)
        and re.fullmatch(r"[0-9a-fA-F]{7,64}", build.commit)
        and build.server_url
        and not {"", ".", ".."}.intersection(place.file.split("/"))
    )
    if not is_known:
        return ""
    file = quote(place.file, errors="replace")
    line = f"#L{place.line}" if place.line > 0 else ""
    return f"{build.server_url.rstrip('/')}/{build.repository}/blob/{build.commit}/{file}{line}"


def _findings(findings: tuple[Finding, ...], build: Build) -> str:
    rows = (
        (
            "✅" if finding.ok else "❌",
            markdown_cell(finding.name),
            markdown_cell(finding.value),
            markdown_cell(finding.expected),
            markdown_cell(finding.message),
            _place(finding.place, build) if finding.place else "–",
        )
        for finding in findings[:_MAX_FINDINGS]
    )
    table = _table(("", "Finding", "Value", "Expected", "Message", "Where"), rows)
    more = len(findings) - _MAX_FINDINGS
    return f"{table}\n\nand {more} more findings, see report.json" if more > 0 else table


def _cost(cost: Cost | None) -> str:
    if cost is None:
        return ""
    kind = "measured by Glue" if cost.is_measured else "estimate"
    numbers = f"{cost.dpu_seconds:f} DPU seconds / 3600 × ${cost.usd_per_dpu_hour:f} per DPU hour"
    formula = markdown_text(cost.formula or numbers)
    return f"**Cost:** {_money(usd(cost.usd))}, {kind}: {formula}"


def _facts(result: CheckResult) -> str:
    url = link_url(result.console_url)
    facts = (
        f"Script {markdown_code(result.script)}" if result.script else "",
        f"Glue {markdown_text(result.glue_version)}" if result.glue_version else "",
        markdown_text(result.capacity),
        f"ran {duration(result.execution_seconds)}" if result.execution_seconds else "",
        f"state {markdown_code(result.state)}" if result.state else "",
        f"job {markdown_code(result.job_name)}" if result.job_name else "",
        f"run {markdown_code(result.run_id)}" if result.run_id else "",
        f"[the run in the AWS console]({url})" if url else "",
    )
    return " · ".join(fact for fact in facts if fact)


def _log(result: CheckResult) -> str:
    if not result.log_tail:
        return ""
    shown, total = len(result.log_tail), max(len(result.log_tail), result.log_lines)
    title = f"Last {shown} of {total} log lines" if shown < total else f"The log, {shown} lines"
    return (
        f"<details>\n<summary>{title}</summary>\n\n{markdown_fence(result.log_tail)}\n\n</details>"
    )


def _footer(report: Report) -> str:
    build = report.build
    url = link_url(build.link)
    facts = (
        f"Engine {markdown_text(report.engine)}",
        f"build {markdown_code(report.build_id)}",
        f"commit {markdown_code(build.commit)}" if build.commit else "",
        f"started {markdown_text(report.started_at)}",
        f"[the CI build]({url})" if url else "",
    )
    return " · ".join(fact for fact in facts if fact)


def _money(text: str) -> str:
    """Set money in code: GitHub reads two dollar signs in one paragraph as a formula."""
    return f"`{text}`" if "$" in text else text


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a table; empty when it has no rows.  The cells are escaped already."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    if not lines:
        return ""
    return "\n".join((f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}", *lines))
