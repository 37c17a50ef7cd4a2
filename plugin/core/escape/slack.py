"""For Slack's own markup, mrkdwn.

Sources: Slack's pages "Formatting message text" and "Text object".  Slack has no escape for its
marks but ``&amp;``, ``&lt;`` and ``&gt;``; inside inline code it reads none of the marks.
"""

from __future__ import annotations

import re
from itertools import groupby

from plugin.core.escape.log import CONTROL_SEQUENCE, clip, visible
from plugin.core.escape.url import link_url

# Formatting, mentions, channels, emoji, a quote, and what looks like an address or a file.
_SPECIAL = re.compile(r"[*_~`@#|\\]|:\S|^>|^[•◦-]|www\.|\w\.[^\W\d]")
LINK_LIMIT = 1_500
"""Characters of an address: with more, a text would soon be too long for Slack."""
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def slack_text(text: str, *, limit: int = 300) -> str:
    """Return text as one line that says in Slack what it says, and does nothing.

    No mention, link, emoji or formatting.  Words that hold a mark are set in inline code, in which
    a backtick is shown as an apostrophe.  At most ``6 * limit + 2`` characters come out.
    """
    short = CONTROL_SEQUENCE.sub("", text[: 4 * limit])
    line = visible(" ".join(short.split()))
    line = clip(line, limit, length=len(text) if len(text) > 4 * limit else None)
    runs = groupby(line.split(" "), key=lambda word: bool(_SPECIAL.search(word)))
    return " ".join(_run(" ".join(words), is_code=is_code) for is_code, words in runs)


def slack_link(url: str, label: str) -> str:
    """Return a link with a label of ours; nothing when the address cannot be linked."""
    address = link_url(url)
    return f"<{address}|{label}>" if 0 < len(address) <= LINK_LIMIT else ""


def _run(text: str, *, is_code: bool) -> str:
    harmless = re.sub("[&<>]", lambda match: _ENTITIES[match[0]], text)
    return f"`{harmless.replace('`', chr(39))}`" if is_code else harmless
