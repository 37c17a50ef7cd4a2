"""How Go programs write the values of a YAML file as text: Drone's and Woodpecker's settings.

Sources: Go's strconv.FormatFloat (``g``, shortest) and encoding/json (sorted keys, no spaces, ``<``,
``>`` and ``&`` escaped).
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any


def scalar(value: Any) -> str:
    """A text, number or boolean.  Raises ``TypeError`` on anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return number(value)
    raise TypeError(f"no scalar: {value!r}")


def is_scalar(value: Any) -> bool:
    """Whether ``scalar`` takes it."""
    return isinstance(value, str | bool | int | float)


def number(value: float) -> str:
    """The fewest digits that give the same float: 4.0 is ``4``, a million is ``1e+06``."""
    sign, digits, point = Decimal(repr(value)).normalize().as_tuple()
    text = "".join(map(str, digits))
    exponent = len(text) + int(point) - 1
    minus = "-" if sign else ""
    if -4 <= exponent < 6:
        return minus + format(abs(Decimal(repr(value)).normalize()), "f")
    tail = f".{text[1:]}" if len(text) > 1 else ""
    return f"{minus}{text[0]}{tail}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def compact_json(value: Any) -> str:
    """JSON in one line, with sorted keys; a whole float is written as a whole number."""
    text = json.dumps(_whole(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {scalar(key): _whole(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
