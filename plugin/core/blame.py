"""Why a script failed and what class of failure that is, of all that message, log and analysis say.

Refuses to know verdicts and what to say of them: ``judgement`` does.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plugin.core.diagnosis import inside
from plugin.core.root_cause import Cause, cause_of, glue_message
from plugin.core.trouble import Trouble

if TYPE_CHECKING:
    from plugin.core.check import Check
    from plugin.core.logbook import LogBook

_NO_BUCKET = "IllegalArgumentException: java.net.UnknownHostException: "
"""How Hadoop says, on the local engine alone, that a bucket is not there: it takes it for a host.

A database's host that is not known comes without the first of these classes.
"""


def cause_in(check: Check, message: str, book: LogBook) -> Cause:
    """Return why a run failed; ``message`` is Glue's ErrorMessage."""
    return cause_of(
        book.recent(),
        message,
        check.shipped,
        script=check.settings.script,
        analysis=book.analysis,
    )


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
    script = check.settings.script
    cause = cause_of((), "", check.shipped, script=script, analysis=analysis)
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
