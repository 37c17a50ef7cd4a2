"""The report as an event for machines: what the webhook posts and SNS hands to functions.

Knows how to make it small: first the logs go, then the details, then whole checks.  The content is
that of ``report.json``, whose shape is known there alone.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.core.result import Report

EVENT = "glue-health-check.report"
VERSION = "1"
CUT = "is_cut"
"""Key that tells that something was left out; ``report.json`` has it all."""

_TAIL = 20
_LONG, _SHORT = 2_000, 300
_KEPT_OF_CHECKS = ("name", "script", "verdict", "reason", "hint", "seconds", "console_url")


def event_json(report: Report, *, limit: int) -> str:
    """Return the event as one line of ASCII JSON, at most ``limit`` characters (2,000 and more).

    Keys: ``event``, ``version``, ``is_cut`` and ``report``, which is as in ``report.json``; a key
    whose value was too long is left out of the checks, and in the end so are checks.
    """
    from plugin.core.forms.report_json import report_json  # pydantic is slow to load

    whole = json.loads(report_json(report))
    shapes = _smaller(whole)
    text = _event(*next(shapes))
    while len(text) > limit and (shape := next(shapes, None)) is not None:
        text = _event(*shape)
    return text


def _event(content: dict[str, Any], is_cut: bool) -> str:  # noqa: FBT001 - unpacked from a pair
    envelope = {"event": EVENT, "version": VERSION, CUT: is_cut, "report": content}
    return json.dumps(envelope, separators=(",", ":"))


def _smaller(whole: dict[str, Any]) -> Iterator[tuple[dict[str, Any], bool]]:
    """Yield the content smaller and smaller, and whether anything is missing."""
    results = whole["results"]
    tails = [{**one, "log_tail": one["log_tail"][-_TAIL:]} for one in results]
    content = _clipped({**whole, "results": tails}, _LONG)
    yield content, content != whole
    less: dict[str, Any] = {"log_tail": [], "comparison": None}
    bare = [{**one, **less, "findings": one["findings"][:_TAIL]} for one in results]
    yield _clipped({**whole, "results": bare}, _SHORT), True
    kept = [{key: one[key] for key in _KEPT_OF_CHECKS if key in one} for one in results]
    while kept:
        yield _clipped({**whole, "results": kept}, _SHORT), True
        kept = kept[: len(kept) // 2]
    facts = {key: value for key, value in whole.items() if not isinstance(value, dict | list)}
    yield _clipped({**facts, "results": []}, _SHORT // 6), True


def _clipped(value: Any, limit: int) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return the value with every text in it cut to ``limit`` characters."""
    if isinstance(value, dict):
        return {key: _clipped(one, limit) for key, one in value.items()}
    if isinstance(value, list):
        return [_clipped(one, limit) for one in value]
    if isinstance(value, str) and len(value) > limit:
        return value[: limit - 1] + "…"
    return value
