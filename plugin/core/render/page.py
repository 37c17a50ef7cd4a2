"""The whole report as GitHub-flavoured Markdown: which part comes when.

The worst comes first, what passed is folded, what was skipped stands in the table alone.
How long the page may be is not known here: whoever sends it cuts it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.core.escape import (
    link_url,
    markdown_cell,
    markdown_code,
    markdown_fence,
    markdown_text,
)
from plugin.core.render.blocks import dotted, fold, labelled, money, table, unbroken
from plugin.core.render.check_section import LOCAL, Depth, answer, details
from plugin.core.render.places import place_link
from plugin.core.render.words import (
    cost_of,
    counts,
    duration,
    how_to_remove,
    icon,
    usd,
)
from plugin.core.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.core.build import Build
    from plugin.core.result import CheckResult, Leftover, Report

_MAX_LEFTOVERS = 50
_COMMAND_LIMIT = 6_000
"""A key has at most 1,024 bytes, of which each may be spelled with four letters."""
_MANY = 10
_NAME = 120
_FINE = (Verdict.PASSED, Verdict.SKIPPED)
_ORDER = tuple(reversed(Verdict))


def markdown(report: Report) -> str:
    """Return the report as a page with its heading; ends with a line feed."""
    return f"{heading(report)}\n\n{section(report)}"


def heading(report: Report) -> str:
    """Return the first line of the page, e.g. ``## ❌ Glue health check: flights failed``.

    It tells legs and jobs apart that report below the same pull request: it has what the checks
    ran on, as far as that is the same for all, and the build's workflow and job.
    """
    words = dotted(
        (
            _outcome(report),
            markdown_text(", ".join(_ran_on(report)), limit=_NAME),
            markdown_text(_part_of_build(report.build), limit=_NAME),
        )
    )
    return f"## {icon(report.verdict)} Glue health check: {words}"


def _outcome(report: Report) -> str:
    if len(report.results) == 1:
        return f"{markdown_cell(report.results[0].name, limit=_NAME)} {report.verdict}"
    return counts(report) or str(report.verdict)


def _part_of_build(build: Build) -> str:
    """Return workflow and job, e.g. ``nightly / glue``; a workflow's file without path and type."""
    is_file = build.workflow.endswith((".yml", ".yaml"))
    workflow = build.workflow.rpartition("/")[2].rpartition(".")[0] if is_file else build.workflow
    return " / ".join(part for part in (workflow, build.job) if part)


def _ran_on(report: Report) -> Iterator[str]:
    """Yield Glue version and capacity where all checks that ran have the same."""
    versions = {result.glue_version for result in report.results if result.glue_version}
    if len(versions) == 1:
        yield f"Glue {versions.pop()}"
    capacities = {result.capacity for result in report.results if result.capacity}
    if len(capacities) == 1 and report.engine != LOCAL:
        yield capacities.pop()


def section(report: Report) -> str:
    """Return the page without its heading; ends with a line feed."""
    return _page((*_body(report), _footer(report)))


def short(report: Report) -> str:
    """Return the page without the details of its checks; ends with a line feed."""
    parts = (*answer(report.results[0], report.build),) if len(report.results) == 1 else ()
    head = (heading(report), _total(report), *parts, _overview(report))
    return _page((*head, _leftovers(report), _footer(report)))


def _page(parts: tuple[str, ...]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def _body(report: Report) -> Iterator[str]:
    yield _total(report)
    if len(report.results) == 1:
        only = report.results[0]
        yield from answer(only, report.build)
        yield _leftovers(report)
        yield from details(only, report, Depth.WHOLE)
        return
    yield _overview(report)
    yield _leftovers(report)
    yield from _checks(report)


def _total(report: Report) -> str:
    if not report.results:
        return f"Nothing was run: {markdown_text(report.reason) or 'there was nothing to do'}"
    if len(report.results) == 1:
        return ""
    cost = f", {money(usd(report.cost_usd))}" if any(r.cost for r in report.results) else ""
    return f"{len(report.results)} checks in {duration(report.seconds)}{cost}."


def _worst_first(report: Report) -> list[CheckResult]:
    return sorted(report.results, key=lambda result: _ORDER.index(result.verdict))


def _overview(report: Report) -> str:
    """Return the table of several checks; where many are fine, those are folded under it."""
    if len(report.results) < 2:  # noqa: PLR2004 - one check needs no overview
        return ""
    ordered = _worst_first(report)
    fine = [result for result in ordered if result.verdict in _FINE]
    if len(fine) <= _MANY:
        return _table(ordered, report.build)
    bad = _table([one for one in ordered if one.verdict not in _FINE], report.build)
    folded = fold(_fine_words(report), _table(fine, report.build))
    return "\n\n".join(part for part in (bad, folded) if part)


def _fine_words(report: Report) -> str:
    numbers = ((report.count(verdict), verdict) for verdict in _FINE)
    return ", ".join(f"{number} {verdict}" for number, verdict in numbers if number)


def _table(results: list[CheckResult], build: Build) -> str:
    rows = (
        (
            markdown_cell(result.name, limit=_NAME),
            unbroken(f"{icon(result.verdict)} {result.verdict}"),
            unbroken(duration(result.seconds)) if result.verdict is not Verdict.SKIPPED else "",
            money(cost_of(result)) if result.cost else "",
            markdown_text(result.reason, limit=200),
            place_link(result.place, build),
        )
        for result in results
    )
    return table(("Check", "Verdict", "Time", "Cost", "Reason", "Where"), rows)


def _leftovers(report: Report) -> str:
    items = report.leftovers
    if not items:
        return ""
    more = len(items) - _MAX_LEFTOVERS
    lines = (
        "[!WARNING]",
        f"**Left behind, and may cost money.** {how_to_remove(report)}",
        "",
        *(
            f"- {markdown_text(item.kind)} {markdown_code(item.name)}: {markdown_text(item.reason)}"
            for item in items[:_MAX_LEFTOVERS]
        ),
        *([f"- and {more} more, see report.json"] if more > 0 else []),
        *_commands(items[:_MAX_LEFTOVERS]),
    )
    return "\n".join(f"> {line}".rstrip() for line in lines)


def _commands(items: tuple[Leftover, ...]) -> Iterator[str]:
    """Yield the commands that remove one by one, in an order that works, as one block."""
    commands = [item.command for item in items if item.command]
    if commands:
        yield from ("", "One by one, in this order:", "")
        yield from markdown_fence(commands, limit=_COMMAND_LIMIT).splitlines()


def _checks(report: Report) -> Iterator[str]:
    """Yield what did not pass, then all that passed in one fold."""
    ordered = _worst_first(report)
    for result in ordered:
        if result.verdict not in _FINE:
            yield from _check(result, report, Depth.WHOLE)
    passed = [result for result in ordered if result.verdict is Verdict.PASSED]
    depth = Depth.BRIEF if len(passed) > _MANY else Depth.SHORT
    parts = tuple(part for result in passed for part in _check(result, report, depth))
    word = "check" if len(passed) == 1 else "checks"
    yield fold(f"{len(passed)} {word} passed, in detail", _page(parts).rstrip("\n"))


def _check(result: CheckResult, report: Report, depth: Depth) -> Iterator[str]:
    name = markdown_cell(result.name, limit=_NAME)
    yield f"### {icon(result.verdict)} {name} {result.verdict}"
    yield from answer(result, report.build)
    yield from details(result, report, depth)


def _footer(report: Report) -> str:
    build = report.build
    url = link_url(build.link)
    return dotted(
        (
            f"[CI build]({url})" if url else "",
            labelled("commit ", markdown_code(build.commit[:12])),
            labelled("engine ", markdown_text(report.engine)),
            labelled("build ", markdown_code(report.build_id)),
            markdown_text(report.started_at.replace("T", " ").replace("Z", " UTC")),
        )
    )
