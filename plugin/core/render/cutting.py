"""Cuts Markdown to a size without breaking it: what is open is closed, and the cut is told.

A cut never falls into a row of a table, between a table's head and its rows, or into a chart: half
a chart is an error box.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_FENCE = re.compile(r" {0,3}(?P<marks>`{3,}|~{3,})(?P<info>[^\n]*)")
_EVENT = re.compile(r"^(?:[ ]{0,3}(?:`{3}|~{3})|[^\S\n]*</?details>)[^\n]*", re.MULTILINE)
_RULE = re.compile(r"\|(?:[ ]*:?-+:?[ ]*\|)+\n?")
_NOT_LAST = re.compile(r"[#]{1,6} |<details>|<summary>")

_WHERE = "The whole report is in report.md."
_PATIENCE = 100  # lines that are tried for a better place
_DETAILS = len("\n</details>\n")


@dataclass(frozen=True, kw_only=True)
class _Open:
    """What is open after a line: a fence and whether it is a chart, and how many ``<details>``."""

    fence: str = ""
    is_chart: bool = False
    details: int = 0
    since: int = 0
    """Where the fence's own line begins."""

    def after(self, line: str, at: int) -> _Open:
        match = _FENCE.fullmatch(line)
        if self.fence:
            closed = match is not None and self._is_closed_by(match)
            return replace(self, fence="", is_chart=False) if closed else self
        if match and not (match["marks"][0] == "`" and "`" in match["info"]):
            is_chart = match["info"].strip() == "mermaid"
            return replace(self, fence=match["marks"], is_chart=is_chart, since=at)
        step = {"<details>": 1, "</details>": -1}.get(line.strip(), 0)
        return replace(self, details=max(0, self.details + step))

    def _is_closed_by(self, match: re.Match[str]) -> bool:
        return match["marks"].startswith(self.fence) and not match["info"].strip()

    def closing(self) -> str:
        fence = f"{self.fence}\n" if self.fence else ""
        return fence + "\n</details>\n" * self.details


def cut(markdown: str, limit_bytes: int) -> str:
    """Return Markdown of at most ``limit_bytes`` bytes of UTF-8.

    Cuts between two lines, closes fences and ``<details>``, and says how much is missing.
    Empty when not even that fits.
    """
    return _cut(markdown, limit_bytes, _size)


def cut_characters(markdown: str, limit: int) -> str:
    """Return Markdown of at most ``limit`` characters (code points), cut like ``cut``."""
    return _cut(markdown, limit, len)


def _cut(markdown: str, limit: int, measure: Callable[[str], int]) -> str:
    if measure(markdown) <= limit:
        return markdown
    positions = range(len(markdown) + 1)
    most = bisect_right(positions, limit, key=lambda at: measure(markdown[:at])) - 1
    if most < 0:
        return ""
    return _cut_before(markdown, most, limit, measure)


def _cut_before(markdown: str, most: int, limit: int, measure: Callable[[str], int]) -> str:
    """Look backwards from ``most`` for the last place where a cut is good and its ending fits."""
    states = _states(markdown, most)
    starts = [at for at, _ in states]
    lines = markdown.count("\n") + (not markdown.endswith("\n"))
    at = markdown.rfind("\n", 0, most) + 1
    used, missing = measure(markdown[:at]), lines - markdown.count("\n", 0, at)
    patience = _PATIENCE
    while True:
        state = states[bisect_right(starts, at) - 1][1]
        note = f"\n*Cut here: {missing} of {lines} lines did not fit. {_WHERE}*\n"
        room = limit - used - len(note)
        is_good = at == 0 or not (state.is_chart or (patience > 0 and _is_bad(markdown, at, state)))
        if is_good and len(state.fence) + 1 + _DETAILS * state.details <= room:
            return f"{markdown[:at]}{state.closing()}{note}"
        if at == 0:
            return ""
        patience -= 1
        before = state.since if state.is_chart else markdown.rfind("\n", 0, at - 1) + 1
        gone = markdown[before:at]
        used, missing, at = used - measure(gone), missing + gone.count("\n"), before


def _states(markdown: str, most: int) -> list[tuple[int, _Open]]:
    """Return what is open from each place on where that changes, as far as ``most``."""
    states = [(0, _Open())]
    for match in _EVENT.finditer(markdown, 0, most):
        state = states[-1][1].after(match[0].rstrip("\r"), match.start())
        states.append((match.end() + 1, state))
    return states


def _is_bad(markdown: str, at: int, state: _Open) -> bool:
    """Whether the line before ``at`` makes no sense as the last one."""
    start = markdown.rfind("\n", 0, at - 1) + 1
    if state.fence:
        return start == state.since
    line = markdown[start:at]
    if not line.startswith("|"):
        return bool(_NOT_LAST.match(line)) or not line.strip()
    return bool(_RULE.fullmatch(line) or _RULE.match(markdown, at))


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
