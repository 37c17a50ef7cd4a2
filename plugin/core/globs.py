"""Globs over relative paths: ``*`` and ``?`` stay within a folder, ``**`` crosses folders.

A pattern comes from a pull request, so it is not made into one regular expression, which a few
stars could keep busy for ever: a path is read once, with the set of places in the pattern where
one can be.
"""

from __future__ import annotations

import re
from functools import lru_cache

_PARTS = re.compile(r"\*\*/|\*\*|\*|\?|\[(?!!\])!?\]?[^\]/]*\]|.", re.DOTALL)
_FOLDERS, _ALL, _SOME = "**/", "**", "*"

_Place = tuple[int, bool]
"""A part of the pattern, and whether one stands inside a folder's name that ``**/`` passes."""


def is_glob(text: str) -> bool:
    """Whether a path is a pattern rather than a name."""
    return any(character in text for character in "*?[")


def matches(pattern: str, path: str) -> bool:
    """Whether the whole path matches; a pattern that ends with ``/`` means all below the folder."""
    whole = pattern.removeprefix("./")
    parts = _parts(whole + "**" if whole.endswith("/") else whole)
    places = _with_skipped(parts, {(0, False)})
    for character in path:
        moved = {place for at in places for place in _after(parts, at, character)}
        places = _with_skipped(parts, moved)
        if not places:
            return False
    return (len(parts), False) in places


@lru_cache(maxsize=256)
def _parts(pattern: str) -> tuple[str | re.Pattern[str], ...]:
    """Return the parts: a star of some kind, or what one character has to match."""
    try:
        return tuple(map(_part, _PARTS.findall(pattern)))
    except re.error:  # a class such as [z-a]: then it is a name like any other
        return tuple(re.compile(re.escape(character), re.DOTALL) for character in pattern)


def _part(text: str) -> str | re.Pattern[str]:
    if text in {_FOLDERS, _ALL, _SOME}:
        return text
    if text == "?":
        return re.compile("[^/]")
    if len(text) > 1:
        return re.compile(_class(text[1:-1]), re.DOTALL)
    return re.compile(re.escape(text), re.DOTALL)


def _class(inner: str) -> str:
    """Translate what stands between brackets.  Neither a range nor ``!`` lets a slash in."""
    is_negated, body = inner.startswith("!"), inner.removeprefix("!")
    ranges = re.findall(r".-.|.", body, re.DOTALL)
    escaped = "".join("-".join(map(re.escape, (r[0], r[2]) if len(r) > 1 else r)) for r in ranges)
    return f"[^/{escaped}]" if is_negated else f"(?!/)[{escaped}]"


def _with_skipped(parts: tuple[str | re.Pattern[str], ...], places: set[_Place]) -> set[_Place]:
    """Add the places behind stars that match nothing more."""
    found = set(places)
    for index, part in enumerate(parts):
        if isinstance(part, str) and (index, False) in found:
            found.add((index + 1, False))
    return found


def _after(
    parts: tuple[str | re.Pattern[str], ...], at: _Place, character: str
) -> tuple[_Place, ...]:
    """Return where one can be after ``character``."""
    index, is_inside = at
    if index == len(parts):
        return ()
    part = parts[index]
    if not isinstance(part, str):
        return ((index + 1, False),) if part.fullmatch(character) else ()
    if part == _ALL:
        return (at,)
    if part == _SOME:
        return () if character == "/" else (at,)
    if character == "/":
        return ((index, False),) if is_inside else ()
    return ((index, True),)
