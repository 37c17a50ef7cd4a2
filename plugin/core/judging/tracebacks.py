"""Python's tracebacks in a log: where each one ended, and the innermost frame that is ours.

Knows the shape of tracebacks and which files are ours.  Refuses to know which of several tells why
a run failed: ``root_cause`` does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from plugin.core.result import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_FRAME = re.compile(r'^[\s|]*File "(?P<file>[^"]{1,4096})", line (?P<line>\d{1,9})(?:, in .*)?$')
_IN_GROUP = re.compile(r"^ {2,40}\| ?")
"""What stands before each line of an exception group's traceback (Python 3.11 and later)."""
_START = "Traceback (most recent call last):"
_OTHERS = frozenset({"site-packages", "dist-packages", "pyspark", "awsglue"})
"""Folders of libraries: a ``utils.py`` in there is not ours."""
_ARCHIVE = re.compile(r".*\.(?:zip|whl|egg)/(?P<path>.*)")
_PATH = re.compile(r"(?<![\w./])/[\w./+@-]*\w")
_TEMPORARY = re.compile(r".*/local-glue-\w+/jr_\w+/\w+/|/tmp/")
"""Where Glue puts a script and its modules, and where the local Glue does."""
_STANDARD = re.compile(r"/lib(?:64)?/python\d")


@dataclass(frozen=True, kw_only=True)
class Traceback:
    """One traceback: the line that ends it, and the innermost frame that is ours.

    ``error`` is empty when the end is missing; ``raised_in`` is the file of the innermost frame,
    whosever it is.
    """

    error: str
    place: Place | None
    raised_in: str = ""


def tracebacks_in(lines: Iterable[str], shipped: Mapping[str, str]) -> Iterator[Traceback]:
    """Yield the tracebacks of a log, in order, also one whose head or end is missing.

    ``shipped`` maps the names of files that we uploaded (in a zip: with their folders) to paths in
    the checkout.
    """
    place: Place | None = None
    file = ""
    inside = False
    for given in lines:
        line = _IN_GROUP.sub("", given, count=1) if inside or "Traceback" in given else given
        if line.rstrip().endswith(_START):
            if place is not None:  # its end got lost
                yield Traceback(error="", place=place, raised_in=file)
            inside, place, file = True, None, ""
        elif (frame := _FRAME.match(line)) is not None:
            file = frame["file"]
            place = place_of(file, int(frame["line"]), shipped) or place
        elif inside and line[:1].strip():
            yield Traceback(error=line.strip(), place=place, raised_in=file)
            inside, place, file = False, None, ""
    if place is not None:
        yield Traceback(error="", place=place, raised_in=file)


def line_of(file: str, line: int, shipped: Mapping[str, str]) -> Place | None:
    """Return the line of the one shipped file that is called like ``file``; None if not known."""
    path = _only_one_called(PurePosixPath(file).name, shipped)
    return Place(file=path, line=line) if path is not None and line > 0 else None


def place_of(file: str, line: int, shipped: Mapping[str, str]) -> Place | None:
    """Return the place that a frame names, if it lies in one of our files."""
    path = _shipped_as(file, shipped)
    is_theirs = _OTHERS.intersection(PurePosixPath(file).parts)
    if path is None or is_theirs or _STANDARD.search(file):
        return None
    return Place(file=path, line=line)


def with_our_paths(text: str, shipped: Mapping[str, str]) -> str:
    """Return a text whose files in the run's temporary folder are named as in the checkout.

    What was not shipped keeps its name; the local Glue's own folder is left out of it.
    """

    def told(found: re.Match[str]) -> str:
        path = found[0]
        folder = _TEMPORARY.match(path)
        if folder is None:
            return path
        place = place_of(path, 1, shipped)
        if place is not None:
            return place.file
        return path if folder[0] == "/tmp/" else path[folder.end() :]  # noqa: S108 - it is compared

    return _PATH.sub(told, text)


def _shipped_as(file: str, shipped: Mapping[str, str]) -> str | None:
    """Return the file of the checkout that was shipped as ``file``: the longest ending wins.

    In an archive the whole path counts: a library's archive may hold a file of the same name.
    """
    inside = _ARCHIVE.match(file)
    if inside is not None:
        return shipped.get(inside["path"])
    endings = (name for name in shipped if f"/{file}".endswith(f"/{name}"))
    longest = max(endings, key=len, default=None)
    return None if longest is None else shipped[longest]


def _only_one_called(name: str, shipped: Mapping[str, str]) -> str | None:
    """Return the one shipped file of that name; None when there are several: that is a guess."""
    found = {path for key, path in shipped.items() if PurePosixPath(key).name == name}
    return found.pop() if len(found) == 1 else None
