"""How the value of a setting is read: from the text of a variable, or from YAML's own types.

Each kind turns a raw value into the value the product works with, or raises ``ValueError`` whose
text ends the sentence "<where>: …".  Each knows its JSON schema, for the configuration file.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from reprlib import Repr
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

Schema = dict[str, object]

TRUE = frozenset({"true", "yes", "on", "1"})
FALSE = frozenset({"false", "no", "off", "0"})

_QUOTED = Repr()
_QUOTED.maxstring = _QUOTED.maxother = 80
_QUOTED.maxlevel = _QUOTED.maxlist = _QUOTED.maxtuple = _QUOTED.maxdict = _QUOTED.maxset = 2
"""Also of lists in lists: YAML's aliases can make a short text an endless value."""

LARGEST_AMOUNT = 10**9
"""Of a decimal number.  Beyond lie mistakes, and numbers that take a machine days to write out."""


class Kind(Protocol):
    """One way to read a value."""

    def read(self, raw: object) -> object:
        """Return the value; raise ``ValueError`` with the reason when it cannot be used."""

    def schema(self) -> Schema:
        """Return the JSON schema of the value in the configuration file."""


def shown(raw: object) -> str:
    """Quote a value for a message, cut short however large it is.  Never call it on a secret."""
    return _QUOTED.repr(raw)


def as_text(raw: object) -> str:
    """Return a scalar as text: YAML's ``true`` is ``true``.

    Raises ``ValueError`` for what has no text of its own (dates, None, lists, maps), and for text
    that cannot be written as UTF-8.
    """
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, str | int | float):
        return _unicode(str(raw))
    raise ValueError(f"{shown(raw)} is not text: quote it")


def _unicode(text: str) -> str:
    """Refuse halves of surrogate pairs: no API takes them."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("the value is not UTF-8 text")
    return text


@dataclass(frozen=True, kw_only=True)
class Text:
    """Text that matches ``pattern`` as a whole; ``form`` says in words what is meant."""

    pattern: str = ""
    form: str = ""
    secret: bool = False

    def read(self, raw: object) -> str:
        """Accept text and whole numbers.  A fraction has lost its form: YAML reads 1.10 as 1.1."""
        if isinstance(raw, bool | float) or not isinstance(raw, str | int):
            raise ValueError(f"{self._shown(raw)} is not text: quote it")  # noqa: TRY004 - one error class for every unusable value
        text = _unicode(str(raw).strip())
        if any(ord(character) < ord(" ") or character == "\x7f" for character in text):
            raise ValueError(f"{self._shown(raw)} holds a line break or a control character")
        if self.pattern and text and not re.fullmatch(self.pattern, text):
            raise ValueError(f"{self._shown(raw)} is not {self.form}")
        return text

    def _shown(self, raw: object) -> str:
        return "the value (hidden)" if self.secret else shown(raw)

    def schema(self) -> Schema:
        """Text or a whole number, with the pattern when there is one."""
        return {
            "type": ["string", "integer"],
            **({"pattern": f"^(?:{self.pattern})$"} if self.pattern else {}),
        }


@dataclass(frozen=True, kw_only=True)
class Version:
    """``5.1``; ``5`` is read as ``5.0``, because YAML and CI hosts drop an unquoted zero."""

    def read(self, raw: object) -> str:
        """Return ``major.minor``."""
        text = as_text(raw).strip()
        if not re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,2})?", text):
            raise ValueError(f"{shown(raw)} is not a version such as '5.1'")
        return text if "." in text else f"{text}.0"

    def schema(self) -> Schema:
        """Text or number."""
        return {"type": ["string", "number"]}


@dataclass(frozen=True, kw_only=True)
class Flag:
    """True or false, and nothing in between."""

    def read(self, raw: object) -> bool:
        """Accept true/false, yes/no, on/off, 1/0 in any case."""
        text = as_text(raw).strip().lower()
        if text in TRUE | FALSE:
            return text in TRUE
        raise ValueError(f"{shown(raw)} is neither true nor false")

    def schema(self) -> Schema:
        """A boolean, or its text."""
        return {"type": ["boolean", "string"]}


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A whole number within bounds, both included."""

    minimum: int
    maximum: int

    def read(self, raw: object) -> int:
        """Accept digits, or a number without a fraction."""
        text = as_text(raw).strip()
        if isinstance(raw, float) and raw.is_integer():
            text = str(int(raw))
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
            raise ValueError(f"{shown(raw)} is not a whole number")
        if not self.minimum <= int(text) <= self.maximum:
            raise ValueError(f"{text} is not between {self.minimum} and {self.maximum}")
        return int(text)

    def schema(self) -> Schema:
        """An integer with its bounds, or its text."""
        return {"type": ["integer", "string"], "minimum": self.minimum, "maximum": self.maximum}


@dataclass(frozen=True, kw_only=True)
class Amount:
    """A decimal number above ``above``, at most ``LARGEST_AMOUNT``."""

    above: Decimal = Decimal(0)

    def read(self, raw: object) -> Decimal:
        """Accept decimal notation; NaN and infinity are none."""
        try:
            number = Decimal(as_text(raw).strip())
        except InvalidOperation:
            raise ValueError(f"{shown(raw)} is not a number") from None
        if not number.is_finite() or number <= self.above:
            raise ValueError(f"{shown(raw)} is not a number above {self.above}")
        if number > LARGEST_AMOUNT:
            raise ValueError(f"{shown(raw)} is larger than {LARGEST_AMOUNT}")
        return number

    def schema(self) -> Schema:
        """A number, or its text."""
        return {"type": ["number", "string"]}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of a few words; case does not matter."""

    of: tuple[str, ...]

    def read(self, raw: object) -> str:
        """Return the word as it is spelled in the table."""
        text = as_text(raw).strip()
        for word in self.of:
            if word.lower() == text.lower():
                return word
        raise ValueError(f"{shown(raw)} is not one of {', '.join(self.of)}")

    def schema(self) -> Schema:
        """An enumeration, where the words are no booleans."""
        return {"enum": list(self.of)}


@dataclass(frozen=True, kw_only=True)
class Several:
    """A list of texts: a JSON array, or parts between ``separators``.

    ``of`` are the words that are allowed; empty for any.
    """

    of: tuple[str, ...] = ()
    separators: str = ",\n"

    def read(self, raw: object) -> tuple[str, ...]:
        """Return the parts without blanks around them; empty parts are dropped."""
        parts = raw if isinstance(raw, list | tuple) else self._split(as_text(raw))
        texts = tuple(text for part in parts if (text := as_text(part).strip()))
        unknown = [text for text in texts if self.of and text not in self.of]
        if unknown:
            raise ValueError(f"{shown(unknown[0])} is not one of {', '.join(self.of)}")
        return texts

    def _split(self, text: str) -> list[object]:
        if text.lstrip().startswith("["):
            return cast("list[object]", _json_of(text))
        return list(re.split(f"[{self.separators}]", text))

    def schema(self) -> Schema:
        """An array of texts, or one text."""
        return {"type": ["array", "string"], "items": {"type": ["string", "number", "boolean"]}}


@dataclass(frozen=True, kw_only=True)
class Table:
    """A map of text to text: JSON, or ``key=value`` parts between commas or line ends."""

    def read(self, raw: object) -> Mapping[str, str]:
        """Return the map in the order given; a key twice is an error."""
        if isinstance(raw, dict):
            return {_key(key): as_text(value) for key, value in raw.items()}
        if isinstance(raw, list | tuple) and len(raw) > 1:
            return self._pairs([as_text(part) for part in raw])
        text = as_text(raw[0] if isinstance(raw, list | tuple) and raw else raw).strip()
        if text.startswith("{"):
            return self.read(_json_of(text))
        parts = [text] if isinstance(raw, list | tuple) else re.split(r"[,\n]", text)
        return self._pairs(parts)

    @staticmethod
    def _pairs(parts: list[str]) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for part in filter(None, (part.strip() for part in parts)):
            key, equals, value = part.partition("=")
            if not equals or not key.strip() or part.startswith("{"):
                raise ValueError(f"{shown(part)} is neither key=value nor JSON")
            if key.strip() in found:
                raise ValueError(f"{shown(key.strip())} stands there twice")
            found[key.strip()] = value.strip()
        return found

    def schema(self) -> Schema:
        """An object of scalars, or its text."""
        scalar = {"type": ["string", "number", "boolean"]}
        return {"type": ["object", "string"], "additionalProperties": scalar}


def _key(raw: object) -> str:
    """Return the key of a YAML or JSON map; YAML reads an unquoted ``on`` as true."""
    if isinstance(raw, bool) or not isinstance(raw, str | int):
        raise ValueError(f"the key {shown(raw)} is not text: quote it")  # noqa: TRY004 - as above
    return as_text(raw)


def _json_of(text: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=_once)
    except _KeyTwice:
        raise
    except (ValueError, RecursionError):
        raise ValueError(f"{shown(text)} is not valid JSON") from None


class _KeyTwice(ValueError):
    """JSON allows it, and readers disagree on what it means."""


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _KeyTwice(f"a key stands twice in {shown(found)}")
    return found
