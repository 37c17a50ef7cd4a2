"""Where in the script it went wrong: Python tracebacks and Glue's error messages → a place."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from plugin.core.result import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_FRAME = re.compile(r'^\s*File "(?P<file>[^"]{1,4096})", line (?P<line>\d{1,9})(?:, in .*)?$')
_SYNTAX = re.compile(r"\((?P<file>[^()]{1,255}), line (?P<line>\d{1,9})\)")
_NOISE = re.compile(r"^\d{2,4}[-/]\d{2}[-/]\d{2}[ T]\d{2}:\d{2}:\d{2}\S*\s+(?:INFO|DEBUG)\b")
_START = "Traceback (most recent call last)"


def is_noise(line: str) -> bool:
    """Whether a line of the error stream is Spark talking to itself (log4j, INFO or DEBUG)."""
    return _NOISE.match(line) is not None


def place_of(lines: Iterable[str], message: str, shipped: Mapping[str, str]) -> Place | None:
    """Return the line of the checkout that is to blame; None when nothing names one.

    ``lines`` is the log, in order; ``message`` is Glue's ErrorMessage; ``shipped`` maps the file
    names that we uploaded to paths in the checkout.
    The innermost frame of the last traceback that lies in one of our files wins; then a file and
    line named in the message (as for a syntax error).
    """
    if named := _SYNTAX.search(message):
        path = shipped.get(PurePosixPath(named["file"]).name)
        if path is not None:
            return Place(file=path, line=int(named["line"]))
    found: Place | None = None
    for line in lines:
        if _START in line:
            found = None
        frame = _FRAME.match(line)
        path = shipped.get(PurePosixPath(frame["file"]).name) if frame else None
        if frame is not None and path is not None:
            found = Place(file=path, line=int(frame["line"]))
    return found


def last_error(lines: Iterable[str]) -> str:
    """Return the line that ends the last traceback, e.g. ``KeyError: 'x'``; empty when none."""
    error = ""
    inside = False
    for line in lines:
        if _START in line:
            inside = True
        elif inside and line[:1].strip() and not line.startswith(("  ", "\t")):
            error, inside = line.strip(), False
    return error
