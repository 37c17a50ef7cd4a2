r"""For a Drone card: an Adaptive Card that Drone's web page fills and renders.

Our template shows text of others in ``TextRun`` elements, which are not read as Markdown, and the
data is not evaluated again after it was filled in.  What is left are the formatters ``{{DATE(…)}}``
and ``{{TIME(…)}}``, addresses, and the frame in which the data travels through the log.

Sources: Adaptive Cards' text features (TextRun has no Markdown; date and time formatting), Drone's
documentation of adaptive cards and its runner (``livelog/extractor/writer.go``) for the frame.
"""

from __future__ import annotations

import re
from base64 import b64encode

from plugin.core.escape.log import clip, log_text
from plugin.core.escape.url import link_url

_FORMATTER = re.compile(r"\{(?=\{)")  # of {{DATE(…)}}: what is between the first two braces


def card_text(text: str, *, limit: int = 200) -> str:
    """Return one line that a card shows as it is: nothing in it is formatted or evaluated."""
    return clip(_FORMATTER.sub("{ ", log_text(text, limit=limit)), limit)


def card_url(url: str) -> str:
    """Return a web address that a card may open; empty unless it is http or https."""
    return link_url(url).replace("&amp;", "&")


def card_frame(payload: bytes) -> str:
    r"""Return the line that Drone's runner takes out of a log: ``ESC ] 1338 ;`` … ``ESC ] 0 m``."""
    return f"\x1b]1338;{b64encode(payload).decode()}\x1b]0m\n"
