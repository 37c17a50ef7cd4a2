"""How the value of a setting is read: from the text of a variable, or from YAML's own types.

Each kind turns a raw value into the value the product works with, or raises ``ValueError`` whose
text ends the sentence "<where>: …".  Each knows its JSON schema, for the configuration file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Protocol

from plugin.core.settings.raw import Schema, as_text, called, damage, shown, unicode_text

TRUE = frozenset({"true", "yes", "on", "1"})
FALSE = frozenset({"false", "no", "off", "0"})

LARGEST_AMOUNT = 10**9
"""Of a decimal number.  Beyond lie mistakes, and numbers that take a machine days to write out."""


class Kind(Protocol):
    """One way to read a value."""

    def read(self, raw: object) -> object:
        """Return the value; raise ``ValueError`` with the reason when it cannot be used."""

    def schema(self) -> Schema:
        """Return the JSON schema of the value in the configuration file."""


@dataclass(frozen=True, kw_only=True)
class Text:
    """Text that matches ``pattern`` as a whole; ``form`` says in words what is meant."""

    pattern: str = ""
    form: str = ""
    secret: bool = False

    def read(self, raw: object) -> str:
        """Accept text and whole numbers.  A fraction has lost its form: 1.10 was read as 1.1.

        What a CI host's YAML has made of an unquoted account id is refused with the reason.
        """
        if isinstance(raw, bool | float) or not isinstance(raw, str | int):
            raise ValueError(f"{self._shown(raw)} is not text: quote it")  # noqa: TRY004 - one error class for every unusable value
        text = unicode_text(str(raw).strip())
        if any(ord(character) < ord(" ") or character == "\x7f" for character in text):
            raise ValueError(f"{self._shown(raw)} holds a line break or a control character")
        if harm := damage(text):
            raise ValueError(f"{self._shown(raw)} {harm}")
        if self.pattern and text and not re.fullmatch(self.pattern, text):
            raise ValueError(f"{self._shown(raw)} is not {self.form}")
        return text

    def _shown(self, raw: object) -> str:
        return "the value (hidden)" if self.secret else called(raw)

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
        """Accept digits; ``5.0`` is what some hosts make of 5."""
        text = re.sub(r"\.0{1,9}\Z", "", as_text(raw).strip())
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
