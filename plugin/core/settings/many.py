"""Kinds of settings that hold several texts: lists and maps.

CI hosts flatten a YAML list to text between commas and a YAML map to JSON; GitHub has nothing but
text, often in lines.  Each form is read alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from plugin.core.settings.raw import Schema, as_text, called, json_of, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OPENS_AN_ARRAY = re.compile(r'\[\s*["\]]')
_LIKE_AN_ARRAY = re.compile(r'\[\s*"[\s\S]*"[\s,]*\]')


@dataclass(frozen=True, kw_only=True)
class Several:
    """A list of texts: a JSON array, or parts between commas or line ends.

    ``of`` are the words that are allowed; empty for any.
    """

    of: tuple[str, ...] = ()

    def read(self, raw: object) -> tuple[str, ...]:
        """Return the parts without blanks around them; empty parts are dropped."""
        parts = raw if isinstance(raw, list | tuple) else self._split(as_text(raw).strip())
        texts = tuple(text for part in parts if (text := as_text(part).strip()))
        unknown = [text for text in texts if self.of and text not in self.of]
        if unknown:
            raise ValueError(f"{shown(unknown[0])} is not one of {', '.join(self.of)}")
        return texts

    def _split(self, text: str) -> Sequence[object]:
        if text.startswith("["):
            return cast("list[object]", json_of(text))
        return re.split(r"[,\n]", text)

    def schema(self) -> Schema:
        """An array of texts, or one text."""
        return {"type": ["array", "string"], "items": {"type": ["string", "number", "boolean"]}}


@dataclass(frozen=True, kw_only=True)
class Patterns(Several):
    """A list of regular expressions: a JSON array of texts, or lines.

    A comma belongs to the expression, and so does a bracket at its beginning.
    """

    def _split(self, text: str) -> Sequence[object]:
        """Tell an array from a set of characters: ``["a"]`` is the former, ``[0-9]`` the latter."""
        if _OPENS_AN_ARRAY.match(text):
            try:
                return cast("list[object]", json_of(text))
            except ValueError:
                if _LIKE_AN_ARRAY.fullmatch(text):
                    reason = "is not valid JSON: a backslash is written twice there"
                    raise ValueError(f"{shown(text)} {reason}") from None
        return text.split("\n")


@dataclass(frozen=True, kw_only=True)
class Table:
    """A map of text to text: JSON, lines of ``key=value``, or such parts between commas."""

    def read(self, raw: object) -> Mapping[str, str]:
        """Return the map in the order given; a key twice is an error.

        In more than one line a comma belongs to the value.
        """
        if isinstance(raw, dict):
            return {_key(key): _value(key, value) for key, value in raw.items()}
        if isinstance(raw, list | tuple):
            return self._of_parts([as_text(part).strip() for part in raw])
        text = as_text(raw).strip()
        if text.startswith(("{", "[")):
            return self.read(json_of(text))
        if "\n" in text or "," not in text:
            return _pairs(text.split("\n"))
        return _pairs(text.split(","), hint="; a value with a comma needs JSON")

    def _of_parts(self, parts: list[str]) -> Mapping[str, str]:
        """Read what a flag was given, once or more often."""
        if len(parts) == 1 and parts[0].startswith("{"):
            return self.read(json_of(parts[0]))
        return _pairs(parts)

    def schema(self) -> Schema:
        """An object of scalars, or its text."""
        scalar = {"type": ["string", "number", "boolean"]}
        return {"type": ["object", "string"], "additionalProperties": scalar}


def _pairs(parts: list[str], *, hint: str = "") -> Mapping[str, str]:
    found: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in parts)):
        key, equals, value = part.partition("=")
        if not equals or not key.strip() or part.startswith(("{", "[")):
            raise ValueError(f"{shown(part)} is neither key=value nor JSON{hint}")
        if key.strip() in found:
            raise ValueError(f"the key {shown(key.strip())} stands there twice")
        found[key.strip()] = value.strip()
    return found


def _key(raw: object) -> str:
    """Return the key of a map, which our readers of YAML and JSON leave as it was written."""
    if isinstance(raw, bool) or not isinstance(raw, str | int):
        raise ValueError(f"the key {called(raw)} is not text: quote it")  # noqa: TRY004 - one error class for every unusable value
    return as_text(raw)


def _value(key: object, raw: object) -> str:
    """Return the text of one key.  What is inside a list or map may be secret, and is not told."""
    try:
        return as_text(raw)
    except ValueError as error:
        raise ValueError(f"the value of {shown(key)}: {error}") from None
