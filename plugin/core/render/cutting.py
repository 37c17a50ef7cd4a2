"""Cuts Markdown to a size without breaking it: what is open is closed, and the cut is told."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_FENCE = re.compile(r" {0,3}(?P<marks>`{3,}|~{3,})(?P<info>.*)")


@dataclass(frozen=True, kw_only=True)
class _Open:
    """What is open after a line: the marks of a fence, and how many ``<details>``."""

    fence: str = ""
    details: int = 0

    def after(self, line: str) -> _Open:
        match = _FENCE.fullmatch(line)
        if self.fence:
            return replace(self, fence="") if match and self._is_closed_by(match) else self
        if match and not (match["marks"][0] == "`" and "`" in match["info"]):
            return replace(self, fence=match["marks"])
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
    if _size(markdown) <= limit_bytes:
        return markdown
    lines = re.findall(r"[^\n]*\n|[^\n]+", markdown)
    state, used = _Open(), 0
    best = _ending(state, missing=len(lines), total=len(lines))
    kept = 0 if _size(best) <= limit_bytes else None
    for number, line in enumerate(lines, start=1):
        state, used = state.after(line.rstrip("\r\n")), used + _size(line)
        if used > limit_bytes:
            break
        ending = _ending(state, missing=len(lines) - number, total=len(lines))
        if used + _size(ending) <= limit_bytes and line.endswith("\n"):
            kept, best = number, ending
    return "" if kept is None else "".join((*lines[:kept], best))


def _ending(state: _Open, *, missing: int, total: int) -> str:
    note = f"*Cut here: {missing} of {total} lines did not fit. The whole report is in report.md.*"
    return f"{state.closing()}\n{note}\n"


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
