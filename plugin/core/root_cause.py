"""Where in the script it went wrong: Python tracebacks and Glue's error messages → a place."""

from __future__ import annotations

import re
from collections import deque
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from plugin.core.result import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_FRAME = re.compile(r'^[\s|]*File "(?P<file>[^"]{1,4096})", line (?P<line>\d{1,9})(?:, in .*)?$')
_SYNTAX = re.compile(r"\((?P<file>[^()]{1,255}), line (?P<line>\d{1,9})\)")
_NOISE = re.compile(r"^\d{2,4}[-/]\d{2}[-/]\d{2}[ T]\d{2}:\d{2}:\d{2}\S*\s+(?:INFO|DEBUG)\b")
_START = "Traceback (most recent call last)"
_OTHERS = frozenset({"site-packages", "dist-packages", "pyspark", "awsglue"})
"""Folders of libraries: a ``utils.py`` in there is not ours."""
_STANDARD = re.compile(r"/lib(?:64)?/python\d")


def is_noise(line: str) -> bool:
    """Whether a line of the error stream is Spark talking to itself (log4j, INFO or DEBUG)."""
    return _NOISE.match(line) is not None


def place_of(lines: Iterable[str], message: str, shipped: Mapping[str, str]) -> Place | None:
    """Return the line of the checkout that is to blame; None when nothing names one.

    ``lines`` is the log, in order; ``message`` is Glue's ErrorMessage; ``shipped`` maps the
    names of files that we uploaded (in a zip: with their folders) to paths in the checkout.
    A file and line named in the message (as for a syntax error) win; then the innermost of our
    frames in the last traceback that has one.  Later tracebacks without any are Spark's or a
    library's farewell; earlier ones are what the last was raised from.
    """
    if named := _SYNTAX.search(message):
        path = _only_one_called(PurePosixPath(named["file"]).name, shipped)
        if path is not None:
            return Place(file=path, line=int(named["line"]))
    frames = (place for line in lines if (place := _place_in(line, shipped)) is not None)
    return next(iter(deque(frames, maxlen=1)), None)


def _place_in(line: str, shipped: Mapping[str, str]) -> Place | None:
    """Return the place that a frame of a traceback names, if it lies in one of our files."""
    frame = _FRAME.match(line)
    if frame is None:
        return None
    path = _shipped_as(frame["file"], shipped)
    is_theirs = _OTHERS.intersection(PurePosixPath(frame["file"]).parts)
    if path is None or is_theirs or _STANDARD.search(frame["file"]):
        return None
    return Place(file=path, line=int(frame["line"]))


def _shipped_as(file: str, shipped: Mapping[str, str]) -> str | None:
    """Return the file of the checkout that was shipped as ``file``: the longest ending wins."""
    endings = (name for name in shipped if f"/{file}".endswith(f"/{name}"))
    longest = max(endings, key=len, default=None)
    return None if longest is None else shipped[longest]


def _only_one_called(name: str, shipped: Mapping[str, str]) -> str | None:
    """Return the one shipped file of that name; None when there are several: that is a guess."""
    found = {path for key, path in shipped.items() if PurePosixPath(key).name == name}
    return found.pop() if len(found) == 1 else None


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
