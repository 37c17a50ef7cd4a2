"""Where in the script it went wrong, and why, in one line.

Knows Python's tracebacks, Glue's error messages and Glue's own analysis, and which files are ours.
Refuses to know states and verdicts.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from plugin.core.judging.tracebacks import line_of, place_of, tracebacks_in
from plugin.core.result import Place
from plugin.core.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from plugin.core.judging.analysis import Analysis
    from plugin.core.judging.tracebacks import Traceback

_SYNTAX = re.compile(r"\((?P<file>[^()]{1,255}), line (?P<line>\d{1,9})\)")
_SYNTAX_ERROR = re.compile(r"(?:Syntax|Indentation|Tab)Error\b|invalid syntax\b")
_OF_SYNTAX = frozenset({"SYNTAX_ERROR", "COMPILATION_ERROR"})
_NOISE = re.compile(r"^\d{2,4}[-/]\d{2}[-/]\d{2}[ T]\d{2}:\d{2}:\d{2}\S*\s+(?:INFO|DEBUG)\b")
_HEAD = re.compile(
    r"Error Category: (?P<category>\w{1,100});\s{0,10}"
    r"(?:Failed Line Number: (?P<line>\d{1,9});\s{0,10})?"
)
_KILLED = re.compile(r"exit code (?:137|139|143)\b")
_VAGUE = re.compile(
    r"(?:[\w.]{0,100}Py4JJavaError: )?An error occurred while calling \S{1,200}"
    r"(?: Traceback \(most recent call last\):)?"
    r"|Command failed with exit code \d{1,3}"
    r"|[\w.]{0,100}PythonException:(?: An exception was thrown from [^:]{0,150})?"
    r"|An exception was thrown from [^:]{0,150}"
    r"|<no text: its __str__ failed>"
)
"""Messages that say no more than that something failed."""
_JAVA_GONE = re.compile(
    r"[\w.]{0,100}Py4JNetworkError\b"
    r"|(?:[\w.]{0,100}Py4J\w{0,50}: )?Answer from Java side is empty"
    r"|[\w.]{0,100}Py4JError: An error occurred while calling \S{1,200}(?<!\.)$"
    r"|An error occurred while calling None\.None$"
    r"|[\w.]{0,100}Py4JJavaError: <exception str\(\) failed>"
    r"|.{0,400}\bJob \d{1,9} cancelled because SparkContext was shut down"
)
"""What Py4J says when nobody answers.  A failure inside Java ends in a full stop and a trace.

Source: Py4J's ``protocol.get_return_value``, and issues that quote whole logs.
"""
_SOCKET = re.compile(r"(?:ConnectionRefused|ConnectionReset|BrokenPipe)Error\b")
"""The same, as long as it was raised in Py4J: a script's own connection looks alike."""
_NO_MEMORY = "java.lang.OutOfMemoryError"
_BREAKS_OFF = re.compile(r"[:,]$|^(?:[\w.]{1,200}: )?[^:]{0,40}\w$")
"""A line that says nothing, or is short and ends without a full stop."""
_GOES_ON = re.compile(r"(?!Traceback |Caused by: |File |at )[\w\"`(\[*-]")
MOST_JOINED = 3
"""Lines that are joined to the first one of a message."""
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

    ``is_of_script`` says that the script had begun: then it is not excused.  ``trouble`` is the
    class where the shape of the log tells it, None where the words of ``error`` do.
    """

    error: str
    place: Place | None = None
    is_of_script: bool = False
    trouble: Trouble | None = None


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
    said, log = glue_message(message), tuple(lines)
    if _KILLED.search(message[:LONGEST_SEARCHED]):
        return Cause(error=first_line(said.text)[:LONGEST_TOLD])
    return _traced(said, log, shipped, script=script, analysed=_of_analysis(analysis, shipped))


def _traced(
    said: GlueMessage,
    log: Sequence[str],
    shipped: Mapping[str, str],
    *,
    script: str,
    analysed: Cause,
) -> Cause:
    """Return what message, log and analysis tell together."""
    told = first_line(said.text)[:LONGEST_TOLD]
    quoted = _quoted(said.text, shipped) if _VAGUE.fullmatch(told) else ()
    tracebacks = (*tracebacks_in(log, shipped), *quoted)
    blamed = _blamed(tracebacks, told)
    agreed = blamed if blamed and _agree(blamed.error, told) else None
    errors = (
        analysed.error,
        agreed.error if agreed else "",
        told or _last_error(tracebacks),
        _last_error(quoted),
    )
    places = (
        _named(said, told, shipped),
        analysed.place,
        agreed.place if agreed else None,
        _numbered(said, script, shipped),
        blamed.place if blamed else None,
    )
    error = _best(errors) or _detail(said.text) or (_logged_detail(log) if agreed else "")
    error = error or next(filter(None, errors), "")
    *told_places, _ = places  # a traceback that tells something else may have been handled
    is_ended_so = any(one.error and _agree(one.error, told) for one in tracebacks)
    cause = Cause(
        error=_continued(error, said.text),
        place=next(filter(None, places), None),
        is_of_script=any(told_places) or said.line > 0 or analysed.is_of_script or is_ended_so,
    )
    is_gone = _is_java_gone(error, (agreed,) if agreed else tracebacks)
    return _without_java(cause, said, log) if is_gone else cause


def _quoted(text: str, shipped: Mapping[str, str]) -> tuple[Traceback, ...]:
    """Return the tracebacks that a message holds, as that of a worker's function."""
    return tuple(tracebacks_in(text[:LONGEST_SEARCHED].splitlines(), shipped))


def _numbered(said: GlueMessage, script: str, shipped: Mapping[str, str]) -> Place | None:
    """Return the line of the script that Glue counted, if the script is ours."""
    is_known = said.line > 0 and script in shipped.values()
    return Place(file=script, line=said.line) if is_known else None


def _last_error(tracebacks: Sequence[Traceback]) -> str:
    return next((one.error for one in reversed(tracebacks) if one.error), "")


def _is_java_gone(error: str, tracebacks: Sequence[Traceback]) -> bool:
    """Whether an error only tells that Spark's Java does not answer any more."""
    if _JAVA_GONE.match(error):
        return True
    ends = (one for one in reversed(tracebacks) if one.error and one.error in error)
    last = next(ends, None)
    return bool(_SOCKET.match(error)) and last is not None and "/py4j" in last.raised_in


def _without_java(cause: Cause, said: GlueMessage, log: Sequence[str]) -> Cause:
    """Return what Java died of, as far as the log tells; it stays the script's failure."""
    found = next((line for line in reversed(log) if _NO_MEMORY in line), "")
    if found:
        text = " ".join(found[found.index(_NO_MEMORY) :][:200].split())
        return replace(cause, error=text, trouble=Trouble.OUT_OF_MEMORY)
    is_memory = said.category == "OUT_OF_MEMORY_ERROR"
    trouble = Trouble.OUT_OF_MEMORY if is_memory else Trouble.WORKER_LOST
    return replace(cause, error=f"Spark's driver went away: {cause.error}", trouble=trouble)


def _best(errors: Iterable[str]) -> str:
    """Return the first that says more than that something failed."""
    return next((error for error in errors if error and not _VAGUE.fullmatch(error)), "")


def first_line(text: str) -> str:
    """Return the first line that says something: Spark adds its whole plan below."""
    return next((" ".join(part.split()) for part in text.splitlines() if part.strip()), "")


def _continued(error: str, text: str) -> str:
    """Return an error with the next lines of its message, where its first one breaks off."""
    lines = [line for line in text[:LONGEST_SEARCHED].splitlines() if line.strip()]
    first, *more = (" ".join(line.split()) for line in lines[: MOST_JOINED + 1] or [""])
    if not first or not error.endswith(first):
        return error
    for line in more:
        if not _BREAKS_OFF.search(error[:LONGEST_TOLD]) or not _GOES_ON.match(line):
            break
        error = f"{error} {line}"
    return error


def _detail(text: str) -> str:
    """Return what stands behind Py4J's words, which say no more than that Java failed."""
    lines = (line.strip() for line in text[:LONGEST_SEARCHED].splitlines())
    return next((" ".join(line[2:].split()) for line in lines if line.startswith(": ")), "")


def _logged_detail(log: Sequence[str]) -> str:
    """Return the same from the log: the last of what follows such words."""
    found = (
        after[2:]
        for before, after in pairwise(log)
        if after.startswith(": ") and _VAGUE.fullmatch(before.strip()[:LONGEST_TOLD])
    )
    return " ".join(next(iter(deque(found, maxlen=1)), "").split())


def _blamed(tracebacks: tuple[Traceback, ...], told: str) -> Traceback | None:
    """Return the traceback of ours that ends in what Glue told, else the last of ours.

    Later ones without any of our frames are Spark's or a library's farewell; earlier ones are what
    the last was raised from.
    """
    ours = [one for one in tracebacks if one.place is not None]
    equal = [one for one in ours if one.error and one.error == told]
    same = [one for one in ours if one.error and _agree(one.error, told)]
    return next(reversed(equal or same or ours), None)


def _agree(error: str, told: str) -> bool:
    """Whether a traceback's end does not contradict what Glue told."""
    return error in told or told in error or _VAGUE.fullmatch(told) is not None


def _of_analysis(analysis: Analysis | None, shipped: Mapping[str, str]) -> Cause:
    if analysis is None:
        return Cause(error="")
    lines = analysis.failure.splitlines()
    tracebacks = tuple(tracebacks_in(lines, shipped))
    blamed = _blamed(tracebacks, "")
    frames = (place_of(file, line, shipped) for file, line in analysis.frames)
    place = (
        (blamed.place if blamed else None)
        or next((place for place in frames if place is not None), None)
        or line_of(PurePosixPath(analysis.script).name, analysis.last_line, shipped)
    )
    last = blamed or next(reversed(tracebacks), None)
    error = last.error if last else first_line(analysis.failure)
    if _VAGUE.fullmatch(error):
        error = _detail(analysis.failure) or error
    return Cause(error=error, place=place, is_of_script=analysis.is_of_job)


def _named(said: GlueMessage, told: str, shipped: Mapping[str, str]) -> Place | None:
    """Return the place that a syntax error's message names; other exceptions may quote anything."""
    is_syntax = _SYNTAX_ERROR.match(told) or said.category in _OF_SYNTAX
    named = _SYNTAX.search(said.text[:LONGEST_SEARCHED]) if is_syntax else None
    return (
        line_of(PurePosixPath(named["file"]).name, int(named["line"]), shipped) if named else None
    )
