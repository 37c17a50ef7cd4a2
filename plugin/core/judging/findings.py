"""What a job says about its own health: lines of stdout that start with ``GLUE_HEALTH_CHECK ``.

What a terminal does not show may stand before the mark: a progress bar ends in a carriage return,
a file may begin with a byte order mark, a logger may colour.  A bad finding must not pass by that.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from plugin.core.result import Finding

MARK = "GLUE_HEALTH_CHECK "
HIGHEST_COUNT = 1_000_000
"""Findings that a line may count; Python refuses to write a number of 4,301 digits."""
LONGEST_TEXT = 1000
"""Characters of a finding's text that are kept."""
_UNSEEN = re.compile(r"^(?:\s|[\ufeff\u200b]|\x1b\[[0-9;]*[mK])+")
_PLAIN = "\x1b[0m"
"""Ends a colour."""


@dataclass(frozen=True, kw_only=True)
class Count:
    """The helper module's last line: how many findings it printed."""

    findings: int


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """A line that starts like a finding and is none."""

    reason: str


def parse(line: str) -> Finding | Count | Unreadable | None:
    """Read one line of the job's output; None when it says nothing of health.

    A finding is ``{"name": text, "ok": true|false}`` with optional ``value``, ``expected``,
    ``message``; the count is ``{"findings": number}``.
    """
    said = _said(line) if MARK in line else []
    if not said:
        return None
    if len(said) > 1:
        return Unreadable(reason="shares its line with another")
    try:
        return _read(json.loads(said[0]))
    except (ValueError, RecursionError):  # also while a nested value is written as text
        return Unreadable(reason="is not JSON")


def _said(line: str) -> list[str]:
    """Return what follows the mark, in each piece of a line that begins with it for a reader."""
    pieces = (_UNSEEN.sub("", piece, count=1) for piece in line.split("\r") if MARK in piece)
    return [
        piece.removeprefix(MARK).removesuffix(_PLAIN) for piece in pieces if piece.startswith(MARK)
    ]


def _read(said: object) -> Finding | Count | Unreadable:
    if not isinstance(said, dict):
        return Unreadable(reason="is not a JSON object")
    count = said.get("findings")
    if "name" not in said and isinstance(count, int) and not isinstance(count, bool):
        return _counted(count)
    name, ok = said.get("name"), said.get("ok")
    if not isinstance(name, str) or not name.strip() or not isinstance(ok, bool):
        return Unreadable(reason='lacks "name" (text) or "ok" (true or false)')
    value, expected, message = (_text(said.get(key)) for key in ("value", "expected", "message"))
    return Finding(name=name[:LONGEST_TEXT], ok=ok, value=value, expected=expected, message=message)


def _counted(count: int) -> Count | Unreadable:
    if count < 0:
        return Unreadable(reason="counts below zero")
    if count > HIGHEST_COUNT:
        return Unreadable(reason=f"counts more than {HIGHEST_COUNT:,}")
    return Count(findings=count)


def _text(value: object) -> str:
    if value is None:
        return ""
    return (value if isinstance(value, str) else json.dumps(value))[:LONGEST_TEXT]
