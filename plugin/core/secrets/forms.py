"""How a secret may look in a text: as it is, escaped, as base64 wherever that began, in a URL.

Knows encodings, not secrets.  Sources: RFC 4648 for base64, RFC 3986 for URLs.
"""

from __future__ import annotations

import base64
import html
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORTEST = 4
"""Characters; a shorter text is no secret, and would tear every line."""
PIECE = 8
"""Characters of a secret that may not be seen in a row, nor of a form of it."""
_LONGEST = 20_000
"""Characters of one secret that are looked for; keys have some thousands."""
_LONGEST_LINE_BY_LINE = 1_000
"""Lines of one secret that are looked for on their own."""


def forms_of(secret: str) -> frozenset[str]:
    """Return every text that shows ``secret``; none for one that is too short.

    Of several lines each is looked for as well: a log takes them apart.  Digits of percent escapes
    are capitals here: fold the text that is searched.
    """
    whole = secret.strip()[:_LONGEST]
    lines = [line.strip() for line in whole.splitlines()[:_LONGEST_LINE_BY_LINE]]
    parts = {whole, " ".join(whole.split())}
    parts |= {line for line in lines if len(line) >= PIECE}
    plain = {part for part in parts if len(part) >= SHORTEST}
    coded = {form for part in plain for form in _coded(part) if len(form) >= PIECE}
    return frozenset(plain | coded)


def _coded(text: str) -> Iterator[str]:
    data = text.encode("utf-8", "surrogatepass")
    as_json = json.dumps(text)[1:-1]
    yield from (as_json, as_json.replace("/", r"\/"), json.dumps(as_json)[1:-1])
    yield json.dumps(text, ensure_ascii=False)[1:-1]
    yield from (repr(text)[1:-1], repr(data)[2:-1], re.sub(r"([^\w\s])", r"\\\1", text))
    yield from (html.escape(text), html.escape(text, quote=False))
    yield from (quote(data), quote(data, safe=""), quote_plus(data))
    yield from (quote(quote(data), safe=""), quote(quote(data, safe=""), safe=""))
    yield "".join(f"%{byte:02X}" for byte in data)
    for digits in (data.hex(" "), data.hex(" ").upper()):
        yield from (digits, digits.replace(" ", ""), digits.replace(" ", ":"))
        yield f"\\x{digits.replace(' ', chr(92) + 'x')}"
    for before in range(3):
        middle = _stable_base64(data, before)
        yield from (middle, middle.replace("/", r"\/"), quote(middle, safe=""))
        yield middle.replace("+", "-").replace("/", "_")


def _stable_base64(data: bytes, before: int) -> str:
    """Return the characters of base64 that ``data`` alone decides, ``before`` bytes into a group.

    A character holds six bits: the first and the last one may hold bits of a neighbour.
    """
    coded = base64.b64encode(b"\x00" * before + data).decode()
    return coded[-(-8 * before // 6) : 8 * (before + len(data)) // 6]
