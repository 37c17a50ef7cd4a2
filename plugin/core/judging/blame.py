"""Why a script failed and what class of failure that is, of all that message, log and analysis say.

Refuses to know verdicts and what to say of them: ``judgement`` does.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from plugin.core.diagnosing.diagnosis import inside, is_raised
from plugin.core.judging.root_cause import Cause, cause_of, glue_message
from plugin.core.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plugin.core.check import Check
    from plugin.core.judging.analysis import Analysis
    from plugin.core.judging.logbook import LogBook

EXIT_CODE = re.compile(r"\bexit code:? \d{1,3}\b")
"""The script's process had begun."""
_NO_BUCKET = "IllegalArgumentException: java.net.UnknownHostException: "
"""How Hadoop says, on the local engine alone, that a bucket is not there: it takes it for a host.

A database's host that is not known comes without the first of these classes.
"""


def cause_in(check: Check, message: str, book: LogBook) -> Cause:
    """Return why a run failed; ``message`` is Glue's ErrorMessage."""
    return _cause_of(check, book.recent(), message, book.analysis)


def _cause_of(check: Check, lines: Iterable[str], message: str, analysis: Analysis | None) -> Cause:
    """Return the cause; a script that lies on S3 is the user's too, but no file of the checkout."""
    script, shipped = check.settings.script, check.shipped
    is_remote = script.startswith("s3://")
    if is_remote:
        shipped = {PurePosixPath(script).name: script, **shipped}
    cause = cause_of(lines, message, shipped, script=script, analysis=analysis)
    is_there = is_remote and cause.place is not None and cause.place.file == script
    return replace(cause, place=None) if is_there else cause


def ran(check: Check, cause: Cause, message: str) -> bool:
    """Whether anything tells that the script of a failed run had begun."""
    said = glue_message(message)
    is_told = is_raised(message) or bool(said.category) or EXIT_CODE.search(said.text[:2000])
    return check.is_local or cause.is_of_script or cause.place is not None or bool(is_told)


def is_scripts(cause: Cause, message: str) -> bool:
    """Whether a failure is certainly the script's, though somebody stopped its run."""
    return bool(message) and (cause.is_of_script or is_raised(message))


def classed(check: Check, cause: Cause, message: str, book: LogBook) -> tuple[Cause, Trouble]:
    """Return the cause of a script's failure with its class."""
    if check.is_local:
        cause = _missing_bucket(cause, book)
    return cause, cause.trouble or _trouble_of(cause, message, book)


def swallowed(check: Check, book: LogBook) -> tuple[Cause, Trouble] | None:
    """Return what failed in a run that Glue calls SUCCEEDED; None when nothing did.

    Only Glue's analysis tells, and only of the job as a whole: the log of a healthy run holds
    tracebacks that were handled.
    """
    analysis = book.analysis
    if analysis is None or not analysis.is_of_job:
        return None
    cause = _cause_of(check, (), "", analysis)
    return cause, cause.trouble or _trouble_of(cause, "", book)


def _missing_bucket(cause: Cause, book: LogBook) -> Cause:
    """Return the cause with the class of a bucket that is not there, if it is one.

    Glue's message of Java's error may end in the bare name: then the log's line tells.
    """
    for line in (cause.error, *reversed(book.recent())):
        _, mark, name = line.rstrip().partition(_NO_BUCKET)
        if mark and name and cause.error.endswith(name):
            error = cause.error if mark in cause.error else f"{mark}{name}"
            return replace(cause, error=error, trouble=Trouble.DATA_NOT_FOUND)
    return cause


def _trouble_of(cause: Cause, message: str, book: LogBook) -> Trouble:
    """Return the class of the cause; what stands around it tells only when the cause does not."""
    said = glue_message(message)
    failure = book.analysis.failure if book.analysis else ""
    return inside((cause.error, _errors_in(said.text), _errors_in(failure)), said.category)


def _errors_in(text: str) -> str:
    """Return a text without the frames of its tracebacks: they quote the script's own lines."""
    return "\n".join(line for line in text.splitlines() if line[:1].strip())
