"""Takes secrets out of a value before anybody tells it: out of every text, however deep."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_Value = TypeVar("_Value")
_STARS = "***"
_SHORTEST_PIECE = 8
"""Characters of a secret's beginning that a text may not end with: it was cut in the middle."""


def without(text: str, secrets: Iterable[str]) -> str:
    """Return ``text`` with stars for each secret, and for a piece of one that a cut left."""
    for secret in secrets:
        text = text.replace(secret, _STARS)
        begins = text.rfind(secret[:_SHORTEST_PIECE])
        if begins >= 0 and len(text) - begins >= _SHORTEST_PIECE < len(secret):
            piece = text[begins:]
            text = text[:begins] + _STARS if secret.startswith(piece) else text
    return text


def masked(value: _Value, mask: Callable[[str], str]) -> _Value:
    """Return ``value`` (a dataclass, a tuple, a text, or anything else) with ``mask`` on its texts.

    Enumerations and numbers are left alone: they hold no text of others.
    """
    found: Any = value
    if isinstance(found, Enum):
        return value
    if isinstance(found, str):
        found = mask(found)
    elif isinstance(found, tuple):
        found = tuple(masked(item, mask) for item in found)
    elif is_dataclass(found) and not isinstance(found, type):
        changes = {item.name: masked(getattr(found, item.name), mask) for item in fields(found)}
        found = replace(found, **changes)
    result: _Value = found
    return result
