"""Outputs that fit where they go: the results of many checks, shortened but still JSON."""

from __future__ import annotations

import json


def shorter_results(text: str, limit: int) -> str:
    """Return the output ``results`` in at most ``limit`` (at least 2) characters.

    First all but names and verdicts is left out, then the last checks are.
    """
    if len(text) <= limit:
        return text
    brief = [{"name": item["name"], "verdict": item["verdict"]} for item in json.loads(text)]
    parts = [json.dumps(item, separators=(",", ":")) for item in brief]
    size, kept = 1, 0  # the bracket; each item brings a comma or the other bracket
    for part in parts:
        size += len(part) + 1
        if size > limit:
            break
        kept += 1
    return f"[{','.join(parts[:kept])}]"


def shorter_bytes(text: str, limit: int) -> str:
    """Return ``text``, cut to ``limit`` bytes of UTF-8; lone surrogates are spelled."""
    data = text.encode("utf-8", "backslashreplace")
    return data[:limit].decode("utf-8", "ignore")
