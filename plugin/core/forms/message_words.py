"""The words of a message, whoever reads it: what came of it, what was looked at, where to look."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugin.core.build import Host
from plugin.core.escape.url import link_url
from plugin.core.render.plain import headline
from plugin.core.render.words import (
    cost_of,
    counts,
    duration,
    how_to_remove,
    icon,
    left_behind,
    time_and_cost,
)
from plugin.core.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from plugin.core.result import CheckResult, Report

NAME_LIMIT = 80
"""Characters of a check's name."""


def worst_first(report: Report) -> list[CheckResult]:
    """Return the checks, the worst first, otherwise in order."""
    order = tuple(Verdict)
    return sorted(report.results, key=lambda result: -order.index(result.verdict))


def left_out(report: Report, shown: int) -> str:
    """Say how many checks are not shown; empty when all are."""
    left = len(report.results) - shown
    return f"… and {left} more: see the build." if left > 0 else ""


def course(result: CheckResult) -> str:
    """Say verdict, time and cost; no cost where it is not known."""
    if result.verdict is Verdict.SKIPPED:
        return str(result.verdict)
    cost = f" · {cost_of(result)}" if result.cost else ""
    return f"{result.verdict} · {duration(result.seconds)}{cost}"


def remains(report: Report) -> str:
    """Say what was left behind and what removes it; empty when nothing was."""
    left = left_behind(report)
    remedy = how_to_remove(report).replace("`", "")
    return f"Left behind, and may cost money: {left}. {remedy}" if left else ""


def message_title(report: Report, *, escape: Callable[[str], str]) -> str:
    """Return what came of it, where: ``Glue health check of acme/etl#7: 2 failed, 1 passed``.

    ``escape`` makes the texts of others harmless.
    """
    about = escape(f"{shortened(report.build.repository, 100)}{pull_request(report)}")
    where = f" of {about}" if about else ""
    return f"{icon(report.verdict)} Glue health check{where}: {escape(_outcome(report))}"


def _outcome(report: Report) -> str:
    if not report.results:
        return headline(report)
    if len(report.results) == 1:
        return f"{shortened(report.results[0].name, NAME_LIMIT)} {report.verdict}"
    return counts(report)


def advice(result: CheckResult) -> str:
    """Say what to do next; empty when nobody knows."""
    return f"What to do: {result.hint}" if result.hint else ""


def links_of(report: Report) -> Iterator[tuple[str, str]]:
    """Yield label and address of what can be opened: the pull request, the build."""
    build = report.build
    is_on_github = build.host is Host.GITHUB or build.server_url == "https://github.com"
    is_named = re.fullmatch(r"[\w.-]+/[\w.-]+", build.repository, re.ASCII) is not None
    if is_on_github and is_named and build.pull_request:
        url = f"{build.server_url}/{build.repository}/pull/{build.pull_request}"
        if web_address(url):
            yield "Pull request", url
    if web_address(build.link):
        yield "Build", build.link


def course_and_facts(report: Report) -> Iterator[str]:
    """Yield time and cost, and what was looked at beside what the title has."""
    if report.results:
        yield time_and_cost(report)
    yield from _details(report)


def facts(report: Report) -> Iterator[str]:
    """Yield what was looked at: repository and pull request, then the rest."""
    build = report.build
    if build.repository:
        yield f"{shortened(build.repository, 100)}{pull_request(report)}"
    elif report.build.pull_request:
        yield pull_request(report)
    yield from _details(report)


def _details(report: Report) -> Iterator[str]:
    """Yield branch, commit, a context of one's own and the part of the build."""
    build = report.build
    if build.branch:
        yield shortened(build.branch, 100)
    if build.commit:
        yield build.commit[:12]
    names = (report.context if report.context != "glue-health-check" else "", build.job)
    yield from (shortened(name, 60) for name in names if name)


def pull_request(report: Report) -> str:
    """Return e.g. ``#7``; empty without a pull request."""
    return f"#{report.build.pull_request}" if report.build.pull_request else ""


def shortened(text: str, limit: int) -> str:
    """Return text, cut to ``limit`` characters."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def web_address(url: str) -> str:
    """Return a web address as it is sent; nothing when it is none."""
    return link_url(url).replace("&amp;", "&")
