"""Where in the script it went wrong, and why, in one line.

Knows Python's tracebacks, Glue's error messages and Glue's own analysis, and which files are ours.
Refuses to know states and verdicts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from plugin.core.result import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from plugin.core.analysis import Analysis

_FRAME = re.compile(r'^[\s|]*File "(?P<file>[^"]{1,4096})", line (?P<line>\d{1,9})(?:, in .*)?$')
_SYNTAX = re.compile(r"\((?P<file>[^()]{1,255}), line (?P<line>\d{1,9})\)")
_NOISE = re.compile(r"^\d{2,4}[-/]\d{2}[-/]\d{2}[ T]\d{2}:\d{2}:\d{2}\S*\s+(?:INFO|DEBUG)\b")
_START = "Traceback (most recent call last):"
_OTHERS = frozenset({"site-packages", "dist-packages", "pyspark", "awsglue"})
"""Folders of libraries: a ``utils.py`` in there is not ours."""
_STANDARD = re.compile(r"/lib(?:64)?/python\d")
_HEAD = re.compile(
    r"Error Category: (?P<category>\w{1,100});\s{0,10}"
    r"(?:Failed Line Number: (?P<line>\d{1,9});\s{0,10})?"
)
_KILLED = re.compile(r"exit code (?:137|139|143)\b")
_VAGUE = re.compile(
    r"(?:[\w.]{0,100}Py4JJavaError: )?An error occurred while calling \S{1,200}"
    r"(?: Traceback \(most recent call last\):)?"
    r"|Command failed with exit code \d{1,3}"
)
"""Messages that say no more than that something failed."""
LONGEST_SEARCHED = 100_000
"""Characters of an error message that are searched for a place: it may come without an end."""
LONGEST_TOLD = 2000
"""Characters of its first line that are compared with the log."""


def is_noise(line: str) -> bool:
    """Whether a line of the error stream is Spark talking to itself (log4j, INFO or DEBUG)."""
    return _NOISE.match(line) is not None


@dataclass(frozen=True, kw_only=True)
class GlueMessage:
    """An ErrorMessage in its parts: Glue's class, the script's line (0: not told), the rest."""

    text: str
    category: str = ""
    line: int = 0


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Why a run failed: ``error`` is one line, empty when nothing tells.

    ``is_of_script`` says that the script had begun: then it is not excused.
    """

    error: str
    place: Place | None = None
    is_of_script: bool = False


@dataclass(frozen=True, kw_only=True)
class _Traceback:
    """One traceback of a log: the line that ends it, and the innermost frame that is ours."""

    error: str
    place: Place | None


def glue_message(message: str) -> GlueMessage:
    """Return the parts of an ErrorMessage.

    From Glue 4.0 on, ``Error Category: …; Failed Line Number: …;`` may stand in front.
    """
    head = _HEAD.match(message)
    if head is None:
        return GlueMessage(text=message)
    return GlueMessage(
        text=message[head.end() :], category=head["category"], line=int(head["line"] or 0)
    )


def cause_of(
    lines: Iterable[str],
    message: str,
    shipped: Mapping[str, str],
    *,
    script: str,
    analysis: Analysis | None = None,
) -> Cause:
    """Return why a run failed, and the line of the checkout that is to blame, if any is named.

    ``lines`` is the log, in order; ``message`` is Glue's ErrorMessage; ``shipped`` maps the names
    of files that we uploaded (in a zip: with their folders) to paths in the checkout, of which
    ``script`` is one.  Glue's analysis wins, then the traceback in the log whose innermost frame is
    ours, then the message.  What was killed did not end in a traceback.
    """
    said = glue_message(message)
    told = first_line(said.text)[:LONGEST_TOLD]
    if _KILLED.search(message[:LONGEST_SEARCHED]):
        return Cause(error=told)
    log = tuple(_tracebacks(lines, shipped))
    blamed, analysed = _blamed(log, told), _of_analysis(analysis, shipped)
    agreed = blamed if blamed and _agree(blamed.error, told) else None
    errors = (
        analysed.error,
        agreed.error if agreed else "",
        told or next((one.error for one in reversed(log) if one.error), ""),
    )
    named = Place(file=script, line=said.line) if script in shipped.values() else None
    places = (
        _named(said.text, shipped),
        analysed.place,
        agreed.place if agreed else None,
        named if said.line else None,
        blamed.place if blamed else None,
    )
    return Cause(
        error=_best(errors) or _detail(said.text) or next(filter(None, errors), ""),
        place=next(filter(None, places), None),
        is_of_script=any(places) or said.line > 0,
    )


def _best(errors: Iterable[str]) -> str:
    """Return the first that says more than that something failed."""
    return next((error for error in errors if error and not _VAGUE.fullmatch(error)), "")


def first_line(text: str) -> str:
    """Return the first line that says something: Spark adds its whole plan below."""
    return next((" ".join(part.split()) for part in text.splitlines() if part.strip()), "")


def _detail(text: str) -> str:
    """Return what stands behind Py4J's words, which say no more than that Java failed."""
    lines = (line.strip() for line in text[:LONGEST_SEARCHED].splitlines())
    return next((" ".join(line[2:].split()) for line in lines if line.startswith(": ")), "")


def _blamed(tracebacks: tuple[_Traceback, ...], told: str) -> _Traceback | None:
    """Return the traceback of ours that ends in what Glue told, else the last of ours.

    Later ones without any of our frames are Spark's or a library's farewell; earlier ones are what
    the last was raised from.
    """
    ours = [one for one in tracebacks if one.place is not None]
    same = [one for one in ours if one.error and _agree(one.error, told)]
    return next(reversed(same or ours), None)


def _agree(error: str, told: str) -> bool:
    """Whether a traceback's end does not contradict what Glue told."""
    return error in told or told in error or _VAGUE.fullmatch(told) is not None


def _of_analysis(analysis: Analysis | None, shipped: Mapping[str, str]) -> Cause:
    if analysis is None:
        return Cause(error="")
    lines = analysis.failure.splitlines()
    tracebacks = tuple(_tracebacks(lines, shipped))
    blamed = _blamed(tracebacks, "")
    frames = (_place(file, line, shipped) for file, line in analysis.frames)
    place = (
        (blamed.place if blamed else None)
        or next((place for place in frames if place is not None), None)
        or _line_of(PurePosixPath(analysis.script).name, analysis.last_line, shipped)
    )
    last = blamed or next(reversed(tracebacks), None)
    error = last.error if last else first_line(analysis.failure)
    if _VAGUE.fullmatch(error):
        error = _detail(analysis.failure) or error
    return Cause(error=error, place=place)


def _tracebacks(lines: Iterable[str], shipped: Mapping[str, str]) -> Iterator[_Traceback]:
    """Yield the tracebacks of a log, in order, also one whose head or end is missing."""
    place: Place | None = None
    inside = False
    for line in lines:
        if line.rstrip().endswith(_START):
            if place is not None:  # its end got lost
                yield _Traceback(error="", place=place)
            inside, place = True, None
        elif (frame := _FRAME.match(line)) is not None:
            place = _place(frame["file"], int(frame["line"]), shipped) or place
        elif inside and line[:1].strip():
            yield _Traceback(error=line.strip(), place=place)
            inside, place = False, None
    if place is not None:
        yield _Traceback(error="", place=place)


def _named(message: str, shipped: Mapping[str, str]) -> Place | None:
    """Return the place that a message names, as for a syntax error."""
    named = _SYNTAX.search(message[:LONGEST_SEARCHED])
    return (
        _line_of(PurePosixPath(named["file"]).name, int(named["line"]), shipped) if named else None
    )


def _line_of(file: str, line: int, shipped: Mapping[str, str]) -> Place | None:
    path = _only_one_called(PurePosixPath(file).name, shipped)
    return Place(file=path, line=line) if path is not None and line > 0 else None


def _place(file: str, line: int, shipped: Mapping[str, str]) -> Place | None:
    """Return the place that a frame names, if it lies in one of our files."""
    path = _shipped_as(file, shipped)
    is_theirs = _OTHERS.intersection(PurePosixPath(file).parts)
    if path is None or is_theirs or _STANDARD.search(file):
        return None
    return Place(file=path, line=line)


def _shipped_as(file: str, shipped: Mapping[str, str]) -> str | None:
    """Return the file of the checkout that was shipped as ``file``: the longest ending wins."""
    endings = (name for name in shipped if f"/{file}".endswith(f"/{name}"))
    longest = max(endings, key=len, default=None)
    return None if longest is None else shipped[longest]


def _only_one_called(name: str, shipped: Mapping[str, str]) -> str | None:
    """Return the one shipped file of that name; None when there are several: that is a guess."""
    found = {path for key, path in shipped.items() if PurePosixPath(key).name == name}
    return found.pop() if len(found) == 1 else None
