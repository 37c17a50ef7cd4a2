"""For a reader of XML 1.0, such as Jenkins reading ``junit.xml``.

A character that XML 1.0 forbids cannot even be written as an entity: one makes the whole file
unreadable.  Source: W3C, Extensible Markup Language 1.0, production 2 (Char).  What ``<``, ``&``
and quotes become is left to the writer of the XML.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugin.core.escape.log import clip, log_text

if TYPE_CHECKING:
    from collections.abc import Iterable

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str, *, limit: int = 1_000) -> str:
    """Return one line for an attribute or a text; controls and what is forbidden are spelled.

    It is as harmless as in a log, because people print such files there.
    """
    line = _FORBIDDEN.sub(lambda match: f"\\u{ord(match[0]):04x}", log_text(text, limit=limit))
    return clip(line, limit)


def xml_block(lines: Iterable[str]) -> str:
    """Return lines for the text of an element, each of at most 1,000 characters."""
    return "\n".join(map(xml_text, lines))
