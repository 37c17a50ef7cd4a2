"""What a job says about its own health: lines of stdout that start with ``GLUE_HEALTH_CHECK ``."""

from __future__ import annotations

import json
from dataclasses import dataclass

from plugin.core.result import Finding

MARK = "GLUE_HEALTH_CHECK "
LONGEST_TEXT = 1000
"""Characters of a finding's text that are kept."""


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
    if not line.startswith(MARK):
        return None
    try:
        return _read(json.loads(line[len(MARK) :]))
    except (ValueError, RecursionError):  # also while a nested value is written as text
        return Unreadable(reason="is not JSON")


def _read(said: object) -> Finding | Count | Unreadable:
    if not isinstance(said, dict):
        return Unreadable(reason="is not a JSON object")
    count = said.get("findings")
    if "name" not in said and isinstance(count, int) and not isinstance(count, bool):
        return Count(findings=count) if count >= 0 else Unreadable(reason="counts below zero")
    name, ok = said.get("name"), said.get("ok")
    if not isinstance(name, str) or not name.strip() or not isinstance(ok, bool):
        return Unreadable(reason='lacks "name" (text) or "ok" (true or false)')
    value, expected, message = (_text(said.get(key)) for key in ("value", "expected", "message"))
    return Finding(name=name[:LONGEST_TEXT], ok=ok, value=value, expected=expected, message=message)


def _text(value: object) -> str:
    if value is None:
        return ""
    return (value if isinstance(value, str) else json.dumps(value))[:LONGEST_TEXT]
