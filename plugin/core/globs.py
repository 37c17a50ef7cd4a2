"""Globs over relative paths: ``*`` and ``?`` stay within a folder, ``**`` crosses folders."""

from __future__ import annotations

import re
from functools import lru_cache

_PARTS = re.compile(r"\*\*/|\*\*|\*|\?|\[!?\]?[^\]/]*\]|.", re.DOTALL)


def is_glob(text: str) -> bool:
    """Whether a path is a pattern rather than a name."""
    return any(character in text for character in "*?[")


def matches(pattern: str, path: str) -> bool:
    """Whether the whole path matches; a pattern that ends with ``/`` means all below the folder."""
    whole = pattern.removeprefix("./")
    return _compiled(whole + "**" if whole.endswith("/") else whole).fullmatch(path) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile("".join(map(_translate, _PARTS.findall(pattern))), re.DOTALL)
    except re.error:  # a class such as [z-a]: then it is a name like any other
        return re.compile(re.escape(pattern))


def _translate(part: str) -> str:
    match part:
        case "**/":
            return "(?:[^/]+/)*"
        case "**":
            return ".*"
        case "*":
            return "[^/]*"
        case "?":
            return "[^/]"
        case _ if len(part) > 1:
            inner = part[1:-1].replace("\\", r"\\").replace("[", r"\[").replace("&&", r"&\&")
            return "[" + ("^/" + inner[1:] if inner.startswith("!") else inner) + "]"
        case _:
            return re.escape(part)
