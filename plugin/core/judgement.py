"""The verdict of one check: what Glue said, what we did, what the log told.  Never a guess."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from plugin.core.diagnosis import inside, outside, trouble_of
from plugin.core.hints import hint_for, hint_of
from plugin.core.root_cause import Cause, cause_of, first_line, glue_message
from plugin.core.states import RunState, verdict_of
from plugin.core.trouble import Trouble
from plugin.core.verdict import Verdict

if TYPE_CHECKING:
    from plugin.core.check import Check
    from plugin.core.errors import PluginError
    from plugin.core.logbook import LogBook
    from plugin.core.ports import Sighting
    from plugin.core.result import Finding, Place


class Stop(StrEnum):
    """Why we asked Glue to stop a run."""

    TIME = "time"
    QUEUE = "queue"
    COST = "cost"
    STREAM_HEALTHY = "stream_healthy"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """Verdict, one line why, what to do next, and the place in the checkout if known.

    ``trouble`` is None for what passed or was skipped, and never for anything else.
    """

    verdict: Verdict
    reason: str = ""
    hint: str = ""
    trouble: Trouble | None = None
    place: Place | None = None
    notes: tuple[str, ...] = ()


def of_bug(error: Exception) -> Judgement:
    """Return the judgement of a check that we broke ourselves."""
    reason = f"A bug in glue-health-check: {type(error).__name__}: {error}"
    return _errored(Trouble.BUG, reason)


def of_error(error: PluginError, *, is_local: bool = False) -> Judgement:
    """Return the judgement of a check that an error of ours ended, or kept from its begin."""
    trouble = trouble_of(error, is_local=is_local)
    return Judgement(
        verdict=Verdict.ERRORED,
        reason=error.message,
        hint=error.hint or hint_of(trouble),
        trouble=trouble,
    )


def not_begun() -> Judgement:
    """Return the judgement of a check that a signal kept from its begin."""
    return _cancelled("Cancelled before it began.")


def judge(check: Check, seen: Sighting, stop: Stop | None, book: LogBook) -> Judgement:
    """Return the verdict of a run that is final, or that we stopped."""
    if stop is not None and not _ended_by_itself(seen):
        return _stopped_by_us(check, stop, book)
    verdict = verdict_of(seen.state)
    match verdict:
        case Verdict.PASSED:
            return _succeeded(check, book)
        case Verdict.CANCELLED:
            return _cancelled(
                "Somebody else stopped the run.", "Look in CloudTrail who called BatchStopJobRun."
            )
        case Verdict.ERRORED:
            return _given_up(seen)
        case Verdict.FAILED:
            return _failed(check, seen, book)
        case _:
            return _errored(
                Trouble.AWS_FAULT,
                f"The run was last seen as {seen.state}.",
                "Look at the run in the console.",
            )


def _ended_by_itself(seen: Sighting) -> bool:
    """Whether the run reached an end of its own before our stop took hold."""
    return seen.state.is_final and seen.state is not RunState.STOPPED


def _errored(
    trouble: Trouble, reason: str, hint: str = "", *, notes: tuple[str, ...] = ()
) -> Judgement:
    return Judgement(
        verdict=Verdict.ERRORED,
        reason=_one_line(reason),
        hint=hint or hint_of(trouble),
        trouble=trouble,
        notes=notes,
    )


def _unhealthy(trouble: Trouble, reason: str, *, notes: tuple[str, ...] = ()) -> Judgement:
    return Judgement(
        verdict=Verdict.FAILED, reason=reason, hint=hint_of(trouble), trouble=trouble, notes=notes
    )


def _cancelled(reason: str, hint: str = "") -> Judgement:
    trouble = Trouble.STOPPED
    return Judgement(
        verdict=Verdict.CANCELLED, reason=reason, hint=hint or hint_of(trouble), trouble=trouble
    )


def _stopped_by_us(check: Check, stop: Stop, book: LogBook) -> Judgement:
    match stop:
        case Stop.CANCELLED:
            return _cancelled("Cancelled: a signal told us to stop.")
        case Stop.QUEUE:
            minutes = check.settings.queue_timeout_minutes
            return _errored(Trouble.QUEUE, f"The run did not begin within {minutes} min.")
        case Stop.TIME:
            return _out_of_time(check)
        case Stop.COST:
            most = check.settings.max_cost_usd
            reason = f"Stopped: it would have cost more than {most} USD."
            return _unhealthy(Trouble.COST_LIMIT, reason)
        case Stop.STREAM_HEALTHY:
            return _succeeded(check, book)
        case _:
            assert_never(stop)


def _out_of_time(check: Check) -> Judgement:
    minutes = check.settings.timeout_minutes
    return _unhealthy(Trouble.TIME_OUT, f"Time-out: it still ran after {minutes} min.")


def _given_up(seen: Sighting) -> Judgement:
    """Glue itself says that the run could not be run: it is believed."""
    reason = seen.message or f"The run ended as {seen.state}."
    if seen.message.startswith("LocalGlueUnsupported"):
        return _errored(Trouble.LOCAL_ENGINE, reason)
    known = outside(seen.message, of_script=False)
    if known is not None:
        return _errored(known.trouble, reason)
    if seen.state is RunState.EXPIRED:
        return _errored(Trouble.QUEUE, reason, "Run the check again.")
    return _errored(Trouble.AWS_FAULT, reason)


def _failed(check: Check, seen: Sighting, book: LogBook) -> Judgement:
    if seen.state is RunState.TIMEOUT:
        return _out_of_time(check)
    cause = cause_of(
        book.recent(),
        seen.message,
        check.shipped,
        script=check.settings.script,
        analysis=book.analysis,
    )
    other = None if cause.is_of_script else outside(seen.message)
    if other is not None:
        return _errored(other.trouble, f"{other.what} {seen.message}")
    if check.is_local:
        cause = _missing_bucket(cause, book)
    trouble = cause.trouble or _trouble_of_script(cause, seen.message, book)
    return Judgement(
        verdict=Verdict.FAILED,
        reason=_one_line(cause.error if seen.message or cause.error else _NO_MESSAGE),
        hint=hint_for(trouble, check, cause.error),
        trouble=trouble,
        place=cause.place,
        notes=_log_notes(book),
    )


_NO_MESSAGE = "The run failed without a message."


_NO_BUCKET = "IllegalArgumentException: java.net.UnknownHostException: "
"""How Hadoop says, on the local engine alone, that a bucket is not there: it takes it for a host.

A database's host that is not known comes without the first of these classes.
"""


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


def _trouble_of_script(cause: Cause, message: str, book: LogBook) -> Trouble:
    """Return the class of the cause; what stands around it tells only when the cause does not."""
    said = glue_message(message)
    failure = book.analysis.failure if book.analysis else ""
    return inside((cause.error, _errors_in(said.text), _errors_in(failure)), said.category)


def _errors_in(text: str) -> str:
    """Return a text without the frames of its tracebacks: they quote the script's own lines."""
    return "\n".join(line for line in text.splitlines() if line[:1].strip())


def _succeeded(check: Check, book: LogBook) -> Judgement:
    """A run that ended well may still have said that it is not well."""
    notes = _log_notes(book)
    bad = [finding for finding in book.findings if not finding.ok]
    if bad:
        reason = _one_line(f"Finding {_told(bad[0])}") + _more(len(bad))
        return _unhealthy(Trouble.FINDING, reason, notes=notes)
    if book.forbidden:
        reason = _one_line(f"Forbidden in the log: {book.forbidden[0]}")
        return _unhealthy(Trouble.LOG_PATTERN, reason + _more(len(book.forbidden)), notes=notes)
    if book.slow_pattern:
        reason = f"fail_on_log_pattern took too long on a line: {book.slow_pattern}"
        hint = "Write it without nested repetition."
        return _errored(Trouble.LOG_PATTERN, reason, hint, notes=notes)
    if book.unreadable:
        reason = _one_line(book.unreadable[0]) + _more(len(book.unreadable))
        hint = 'Print {"name": text, "ok": true or false, …} behind the mark.'
        return _errored(Trouble.LOG_UNREADABLE, reason, hint)
    promised = book.promised(check.settings.require_findings)
    if book.finding_count < promised:
        reason = f"{book.finding_count} of {promised} promised findings were read."
        return _errored(Trouble.LOG_UNREADABLE, reason, _why_fewer(check, book), notes=notes)
    return Judgement(verdict=Verdict.PASSED, notes=notes)


def _why_fewer(check: Check, book: LogBook) -> str:
    """Say what to do where findings are missing; empty when the class's own hint is right.

    The local engine's log is never late: what is not in it was not printed.
    """
    if check.is_local and not book.problem and book.finding_count >= (book.counted or 0):
        return "The script printed fewer findings than require_findings asks for."
    return book.problem


def _told(finding: Finding) -> str:
    expected = f", expected {finding.expected}" if finding.expected else ""
    value = f" is {finding.value}{expected}" if finding.value else " is not ok"
    return f"{finding.name}{value}" + (f": {finding.message}" if finding.message else "")


def _more(number: int) -> str:
    return f" (and {number - 1} more)" if number > 1 else ""


def _log_notes(book: LogBook) -> tuple[str, ...]:
    return (*((book.problem,) if book.problem else ()), *dict.fromkeys(book.unreadable))


def _one_line(text: str, longest: int = 500) -> str:
    """Return the first line that says something, cut where it gets too long."""
    line = first_line(text)
    return line if len(line) <= longest else line[: longest - 1] + "…"
