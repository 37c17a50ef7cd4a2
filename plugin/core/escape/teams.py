"""For the text runs of an Adaptive Card in Microsoft Teams.

Sources: Adaptive Cards, "Text features" and "TextRun": a text run reads no Markdown; the functions
``{{DATE(…)}}`` and ``{{TIME(…)}}`` are replaced in any text, ``${…}`` by the templating library.
"""

from __future__ import annotations

import re

from plugin.core.escape.log import CONTROL_SEQUENCE, clip, visible

_FUNCTION = re.compile(r"(?<=[{$])(?=\{)")


def teams_run(text: str, *, limit: int = 300) -> str:
    """Return text for a ``TextRun``: one line, at most ``limit`` characters, no function in it."""
    short = CONTROL_SEQUENCE.sub("", text[: 4 * limit])
    line = _FUNCTION.sub(" ", visible(" ".join(short.split())))
    return clip(line, limit, length=len(text) if len(text) > 4 * limit else None)
