"""For a name inside of a Mermaid chart.

Source: Mermaid's grammars for Gantt and XY charts.  They read ``:``, ``#``, ``;``, ``%%``, quotes
and line ends as their own, and the labels that come out as HTML; so only letters, digits and a few
signs are let through.
"""

from __future__ import annotations

import re

_NO_NAME = re.compile(r"[^\w.,/+()-]+|_", re.ASCII)


def mermaid_text(text: str, *, limit: int = 40) -> str:
    """Return plain words for a label: ASCII letters, digits, spaces and ``.,/+()-``.

    Never empty, and never without a letter or digit.  It is harmless as HTML, too.
    """
    words = _NO_NAME.sub(" ", text[: 4 * limit])
    line = " ".join(re.sub(r"-{2,}", "-", words).split()).strip(".,/+- ")[:limit].rstrip()
    return line if re.search("[A-Za-z0-9]", line) else "other"
