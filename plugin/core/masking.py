"""Takes secrets out of a value before anybody tells it: out of every text, however deep."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_Value = TypeVar("_Value")


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
