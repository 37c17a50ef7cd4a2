"""Takes secrets out of a value before anybody tells it: out of every text, however deep.

Knows forms of secrets and where a cut leaves a piece of one.  What is secret is told by
``secret_names`` and ``secret_shapes``, and by whoever makes a ``Masker``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

from plugin.core.escape.log import CONTROL_SEQUENCE, UNSEEN
from plugin.core.secrets.forms import PIECE, SHORTEST, forms_of
from plugin.core.secrets.shapes import STARS, without_shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_Value = TypeVar("_Value")
_MIDDLE = 16
"""Characters from the inside of a secret that a whole line may not consist of."""
_END = "\x00"
"""Stands between the forms: no text that is searched has one."""
_MOST_PLACES = 64
"""Places of a secret that a piece is held against: one that repeats itself has many."""
_CUT_NOTE = re.compile(r"\s?…(?: \(cut[^()\n]{0,60}\))?\Z")
_AROUND = " \t\r\"'`.,;:()[]{}<>…"
"""What may stand between a piece and the line's end."""
_FOLDED = re.compile(r"%(?:25)?[0-9A-Fa-f]{2}")
_REMOVED = re.compile(
    f"{CONTROL_SEQUENCE.pattern}|{UNSEEN.pattern}"
    "|[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]"
)
"""What some sinks take out of a text, accents too: a secret must not be whole again there."""
_SPACES = dict.fromkeys(map(ord, "\t\n\v\f\r"), " ")
_Span = tuple[int, int]


class Masker:
    """Puts stars for secrets, in every form, and for pieces of eight or more that a cut left.

    ``secrets`` are texts; those under four characters are left out.  Calling it takes a text and
    returns one; texts that look secret by themselves are masked as well.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = frozenset(secrets)
        told = {form for text in self._secrets for form in forms_of(text)}
        plainly = {bare(text) for text in self._secrets if not text.isascii()}
        told |= {form for text in plainly for form in forms_of(text)}
        forms = sorted({_folded(form) for form in told}, key=len)
        self._by_head: dict[str, list[str]] = {}
        for form in reversed(forms):
            self._by_head.setdefault(form[:SHORTEST], []).append(form)
        self._heads = re.compile(_any_of(self._by_head)) if forms else None
        self._joined = _END.join(("", *(form for form in forms if len(form) > PIECE), ""))
        grams = (self._joined[at : at + PIECE] for at in range(len(self._joined) - PIECE + 1))
        self._grams = frozenset(gram for gram in grams if _END not in gram)

    def __call__(self, text: str) -> str:
        """Return ``text`` without secrets."""
        if self._heads is not None:
            spans = [*self._spans(_folded(text)), *self._hidden(text)]
            text = _starred(text, spans) if spans else text
        return without_shapes(text)

    def knowing(self, secrets: Iterable[str]) -> Masker:
        """Return a masker that knows more."""
        more = frozenset(secrets) - self._secrets
        return Masker(self._secrets | more) if more else self

    def _spans(self, text: str) -> Iterator[_Span]:
        """Yield where secrets and pieces stand, first and last + 1; they may overlap."""
        yield from self._whole(text)
        start = 0
        for line in text.split("\n") if "\n" in text else (text,):
            if len(line) >= PIECE:
                yield from self._pieces(line, start)
            start += len(line) + 1

    def _whole(self, text: str) -> Iterator[_Span]:
        found = self._heads.search(text) if self._heads else None
        while found and self._heads:
            at = found.start()
            for form in self._by_head[found[0]]:
                if text.startswith(form, at):
                    yield at, at + len(form)
                    break
            found = self._heads.search(text, at + 1)

    def _pieces(self, line: str, start: int) -> Iterator[_Span]:
        for first in {0, len(line) - len(line.lstrip(_AROUND))}:
            if line[first : first + PIECE] in self._grams:
                yield from self._begun_before(line, first, start)
        bare = _CUT_NOTE.sub("", line[-80:])
        told = len(line) - len(line[-80:]) + len(bare)
        for last in {len(line), told, len(line[:told].rstrip(_AROUND))}:
            if line[last - PIECE : last] in self._grams:
                yield from self._goes_on(line, last, start)

    def _begun_before(self, line: str, first: int, start: int) -> Iterator[_Span]:
        """Yield the end of a secret at a line's beginning, or a line out of a secret's middle."""
        for at in self._places(line[first : first + PIECE]):
            size = _common(line[first:], self._joined, at)
            is_end = self._joined[at + size] == _END
            if is_end or (first + size == len(line.rstrip(_AROUND)) and size >= _MIDDLE):
                yield start + first, start + first + size

    def _goes_on(self, line: str, last: int, start: int) -> Iterator[_Span]:
        """Yield the beginning of a secret at a line's end."""
        for at in self._places(line[last - PIECE : last]):
            begin = self._joined.rindex(_END, 0, at) + 1
            size = at + PIECE - begin
            if line.endswith(self._joined[begin : at + PIECE], 0, last):
                yield start + last - size, start + last

    def _places(self, gram: str) -> Iterator[int]:
        at = self._joined.find(gram)
        for _ in range(_MOST_PLACES):
            if at < 0:
                return
            yield at
            at = self._joined.find(gram, at + 1)

    def _hidden(self, text: str) -> Iterator[_Span]:
        """Yield the secrets that are whole where a sink folds spaces, accents and wide letters.

        So they are where it removes what nobody sees.
        """
        if text.isascii() and text.isprintable():
            return
        yield from self._spans(_folded(text.translate(_SPACES)))
        spans = [*self._spans(_folded(bare(text)))]
        if spans:
            where = _positions(text)
            yield from ((where[first], where[last - 1] + 1) for first, last in spans)


def _any_of(texts: Iterable[str]) -> str:
    """Return a pattern of ``texts``, all as long, as a tree: a search compares few characters."""
    tree: dict[str, list[str]] = {}
    for text in filter(None, texts):
        tree.setdefault(text[0], []).append(text[1:])
    if not tree:
        return ""
    ways = [re.escape(letter) + _any_of(rest) for letter, rest in tree.items()]
    return ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"


def bare(text: str) -> str:
    """Return ``text`` without what nobody sees, accents, and other shapes of a letter."""
    seen = _REMOVED.sub("", text)
    return seen if seen.isascii() else _REMOVED.sub("", unicodedata.normalize("NFKD", seen))


def _folded(text: str) -> str:
    """Return ``text``, as long as before, with capitals in percent escapes."""
    return _FOLDED.sub(lambda found: found[0].upper(), text) if "%" in text else text


def _positions(text: str) -> list[int]:
    """Return where each character of ``bare(text)`` comes from."""
    kept: list[int] = []
    start = 0
    for found in (*_REMOVED.finditer(text), None):
        end = found.start() if found else len(text)
        for at in range(start, end):
            kept += [at] * len(bare(text[at]))
        start = found.end() if found else end
    return kept


def _common(line: str, forms: str, at: int) -> int:
    """Return how many characters of ``line`` stand in ``forms`` from ``at`` on."""
    size = PIECE
    longest = min(len(line), forms.index(_END, at) - at)
    while size < longest and line[size] == forms[at + size]:
        size += 1
    return size


def _starred(text: str, spans: list[_Span]) -> str:
    parts: list[str] = []
    end = 0
    for first, last in sorted(spans):
        if first > end or not parts:
            parts += (text[end:first], STARS)
        end = max(end, last)
    return "".join((*parts, text[end:]))


def masked(value: _Value, mask: Callable[[str], str]) -> _Value:
    """Return ``value`` (a dataclass, a collection, a text, or anything else), its texts masked.

    Enumerations and numbers are left alone: they hold no text of others.  So are the keys of a
    mapping that are no texts, and whatever nothing was found in.
    """
    found: Any = value
    if isinstance(found, Enum):
        return value
    if isinstance(found, str):
        found = mask(found) if found else found
    elif isinstance(found, tuple | list | frozenset | set):
        found = type(found)([masked(item, mask) for item in found])
    elif isinstance(found, Mapping):
        found = {masked(key, mask): masked(item, mask) for key, item in found.items()}
    elif is_dataclass(found) and not isinstance(found, type):
        found = _dataclass_masked(found, mask)
    result: _Value = found
    return result


def _dataclass_masked(value: Any, mask: Callable[[str], str]) -> Any:  # noqa: ANN401 - any dataclass
    before = {item.name: getattr(value, item.name) for item in fields(value)}
    after = {name: masked(item, mask) for name, item in before.items()}
    changes = {name: item for name, item in after.items() if item != before[name]}
    return replace(value, **changes) if changes else value
