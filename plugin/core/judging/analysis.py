"""Glue's own analysis of a failed run: the events of its log stream → what failed, and where.

Knows the shape of the events.  Refuses to know which of the files are ours: ``root_cause`` does.
The text of an exception is the script's, so all of it is hostile: sizes and depths are bounded.
Sources: AWS's page "Monitoring with AWS Glue job run insights" (the stream, made of failed Spark
runs alone); public issues that quote whole events, after a log4j prefix, on one line or in many.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

LONGEST_ANALYSIS = 256 * 1024
"""Characters of an event that are read: CloudWatch's own bound."""
LONGEST_FAILURE = 20_000
"""Characters of an exception's text that are kept; the end of it is what tells."""
MOST_TRIES = 50
"""Places of a message where an event may begin that are tried."""
MOST_MESSAGES = 1000
"""Messages that are searched; the reader hands over the last ones."""
MOST_FRAMES = 50
LONGEST_NAME = 4096
HIGHEST_LINE = 999_999_999

_BEGIN = re.compile(r'\{\s{0,100}"')
_BY_WEIGHT = (
    "GlueETLJobExceptionEvent",
    "GlueExceptionAnalysisJobFailed",
    "GlueExceptionAnalysisStageFailed",
    "GlueExceptionAnalysisTaskFailed",
)
"""Kinds of events, the one that tells most first."""
_OF_JOB = frozenset(_BY_WEIGHT[:2])
"""Those of the job as a whole; a task or a stage that failed may have gone well the next time."""


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """What Glue says of a failure.

    ``failure`` is the exception, often with its traceback; ``frames`` are files and lines of the
    stack, the innermost first; ``last_line`` is the script's line that was executed last, 0 when
    it is not told; ``script`` is the script's file name.  ``is_of_job`` says that it is the job as
    a whole that failed, not a task that was tried again.
    """

    failure: str
    frames: tuple[tuple[str, int], ...] = ()
    last_line: int = 0
    script: str = ""
    is_of_job: bool = False


def analysis_of(messages: Iterable[str]) -> Analysis | None:
    """Return what the events of the stream, in order, say; None when they say nothing.

    An event is not a message: it may stand in one, or in several.  What tells most wins, wherever
    it stands: hundreds of tasks may have failed before the job did.
    """
    event = min(_told(messages), key=_weight, default=None)
    if event is None:
        return None
    return Analysis(
        failure=_failure(event)[-LONGEST_FAILURE:],
        frames=tuple(_frames(event.get("Stack Trace"))),
        last_line=_line(event.get("Last Executed Line number")),
        script=_text(event.get("script"))[:LONGEST_NAME],
        is_of_job=event.get("Event") in _OF_JOB,
    )


def _told(messages: Iterable[str]) -> Iterator[Mapping[str, object]]:
    """Yield the events that name a failure: of each message, and of those without one together."""
    pieces: list[str] = []
    for message in islice(messages, MOST_MESSAGES):
        whole = tuple(_failures(message))
        if whole:
            yield from _failures(_joined(pieces))
            yield from whole
            pieces = []
        else:
            pieces.append(message)
    yield from _failures(_joined(pieces))


def _failures(text: str) -> Iterator[Mapping[str, object]]:
    return (event for event in _events(text[:LONGEST_ANALYSIS]) if _failure(event))


def _joined(pieces: Iterable[str]) -> str:
    text = ""
    for piece in pieces:
        text += f"{piece}\n"
        if len(text) >= LONGEST_ANALYSIS:
            break
    return text


def _events(text: str) -> Iterator[Mapping[str, object]]:
    decoder = json.JSONDecoder(strict=False)
    position = 0
    for _ in range(MOST_TRIES):
        begin = _BEGIN.search(text, position)
        if begin is None:
            return
        try:
            event, position = decoder.raw_decode(text, begin.start())
        except (ValueError, RecursionError):
            position = begin.end()
        else:
            yield event


def _weight(event: Mapping[str, object]) -> int:
    kind = event.get("Event")
    return _BY_WEIGHT.index(kind) if kind in _BY_WEIGHT else len(_BY_WEIGHT)


def _failure(event: Mapping[str, object]) -> str:
    return _text(event.get("Failure Reason")).strip()


def _frames(stack: object) -> Iterator[tuple[str, int]]:
    for frame in stack[:MOST_FRAMES] if isinstance(stack, list) else ():
        if isinstance(frame, dict):
            file, line = _text(frame.get("File Name")), _line(frame.get("Line Number"))
            if file and line:
                yield file[:LONGEST_NAME], line


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _line(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= HIGHEST_LINE:
        return value
    return 0
