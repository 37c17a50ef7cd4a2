"""What a value looks like before its kind is known: scalars, lists and maps, JSON in a text.

Knows what of it is text, how to quote it in a message, and which values lost their form when a CI
host read them as YAML numbers.  Knows no setting.
"""

from __future__ import annotations

import json
import re
from reprlib import Repr
from typing import NoReturn

Schema = dict[str, object]

_QUOTED = Repr()
_QUOTED.maxstring = _QUOTED.maxother = 80
_QUOTED.maxlevel = _QUOTED.maxlist = _QUOTED.maxtuple = _QUOTED.maxdict = _QUOTED.maxset = 2
"""Also of lists in lists: YAML's aliases can make a short text an endless value."""

_NUMBER_OF_A_HOST = re.compile(r"[0-9](\.[0-9]+)?[eE]\+[0-9]{1,3}")
"""How the programs of CI hosts write a long YAML number: ``1.2345e+10``, ``1.2E+19``."""
_DAMAGED_ACCOUNT = re.compile(r"[0-9]{1,11}|[0-9](\.[0-9]+)?[eE]\+?[0-9]+")
_ARN_PARTS = 6


def shown(raw: object) -> str:
    """Quote a value for a message, cut short however large it is.  Never call it on a secret."""
    return _QUOTED.repr(raw)


def called(raw: object) -> str:
    """Quote a scalar, and name what is none: what stands in a list or map may be a secret."""
    match raw:
        case None:
            return "null"
        case dict():
            return "a map"
        case list() | tuple():
            return "a list"
        case _:
            return shown(raw)


def as_text(raw: object) -> str:
    """Return a scalar as text: YAML's ``true`` is ``true``.

    Raises ``ValueError`` for what has no text of its own (dates, None, lists, maps), and for text
    that cannot be written as UTF-8.
    """
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, str | int | float):
        return unicode_text(str(raw))
    raise ValueError(f"{called(raw)} is not text: quote it")


def unicode_text(text: str) -> str:
    """Refuse halves of surrogate pairs: no API takes them."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("the value is not UTF-8 text")
    return text


def json_of(text: str) -> object:
    """Return the value of a JSON text; its numbers are texts as they were written.

    Raises ``ValueError`` when it is none, or a key stands twice in it.
    """
    try:
        return json.loads(
            text,
            object_pairs_hook=_once,
            parse_int=str,
            parse_float=str,
            parse_constant=_no_number,
        )
    except _KeyTwice:
        raise
    except (ValueError, RecursionError):
        raise ValueError(f"{shown(text)} is not valid JSON") from None


def damage(text: str) -> str:
    """Return in words how a CI host's YAML has damaged a text; empty when nothing shows.

    An account id without quotes loses its leading zero, or all zeros when it is read as octal.
    """
    if _NUMBER_OF_A_HOST.fullmatch(text):
        return "is how YAML writes a long number: quote it where it is written"
    parts = text.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS or parts[0] != "arn":
        return ""
    if not _DAMAGED_ACCOUNT.fullmatch(parts[4]):
        return ""
    return (
        "has no account id of 12 digits: YAML took a leading zero away, or made a number of it;"
        " quote the id where it is written"
    )


class _KeyTwice(ValueError):
    """JSON allows it, and readers disagree on what it means."""


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise _KeyTwice(f"the key {shown(key)} stands there twice")
        found[key] = value
    return found


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")
