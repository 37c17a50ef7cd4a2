"""The verdict of a run that ended well: it may still have said that it is not well."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plugin.core.judging.blame import swallowed
from plugin.core.judging.judged import Judgement, cancelled, errored, of_script, one_line, unhealthy
from plugin.core.judging.shortfall import shortfall
from plugin.core.trouble import Trouble
from plugin.core.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.core.check import Check
    from plugin.core.judging.logbook import LogBook
    from plugin.core.result import Finding


def succeeded(check: Check, book: LogBook) -> Judgement:
    """Return the verdict of a run that Glue calls SUCCEEDED, or of a stream that held out."""
    faults = tuple(_faults(check, book))
    if not faults and not book.is_whole:
        reason = "Cancelled: the run succeeded, but its log was not read to the end."
        return replace(cancelled(reason), notes=log_notes(book))
    doubts = tuple(_doubts(check, book)) if book.is_whole else ()
    first, *others = (*faults, *doubts, Judgement(verdict=Verdict.PASSED))
    told = book.unreadable[:1] if book.is_whole else ()  # it is one of the doubts
    notes = (note for note in log_notes(book) if note not in told)
    return replace(
        first, notes=(*(f"Another reason: {one.reason}" for one in others if one.reason), *notes)
    )


def _faults(check: Check, book: LogBook) -> Iterator[Judgement]:
    """Yield what a run that ended well says against itself, the script's own word first."""
    bad = [finding for finding in book.findings if not finding.ok]
    if bad:
        reason = one_line(f"Finding {_told(bad[0])}") + _more(book.bad_count)
        yield unhealthy(Trouble.FINDING, reason)
    if reason := forbidden(book):
        yield unhealthy(Trouble.LOG_PATTERN, reason)
    if (failure := swallowed(check, book)) is not None:
        cause, trouble = failure
        reason = f"Glue calls it SUCCEEDED, but it failed: {cause.error}"
        yield of_script(check, cause, trouble, reason, notes=(), has_log=bool(book.tail))


def _doubts(check: Check, book: LogBook) -> Iterator[Judgement]:
    """Yield why nobody knows whether a run that ended well is well."""
    if book.slow_pattern:
        reason = f"fail_on_log_pattern took too long on a line: {book.slow_pattern}"
        yield errored(Trouble.LOG_PATTERN, reason, "Write it without nested repetition.")
    if book.unreadable:
        reason = one_line(book.unreadable[0]) + _more(book.unreadable_count)
        hint = 'Print {"name": text, "ok": true or false, …} behind the mark.'
        yield errored(Trouble.LOG_UNREADABLE, reason, hint)
    if (missing := shortfall(check, book)) is not None:
        yield errored(Trouble.LOG_UNREADABLE, missing.reason, missing.hint)


def forbidden(book: LogBook) -> str:
    """Return the first line that a pattern forbids, and how many others; empty for none."""
    if not book.forbidden:
        return ""
    more = _more(len(book.forbidden), least=book.is_forbidden_full)
    return one_line(f"Forbidden in the log: {book.forbidden[0]}") + more


def _told(finding: Finding) -> str:
    expected = f", expected {finding.expected}" if finding.expected else ""
    value = f" is {finding.value}{expected}" if finding.value else " is not ok"
    return f"{finding.name}{value}" + (f": {finding.message}" if finding.message else "")


def _more(number: int, *, least: bool = False) -> str:
    """Return how many others there are; ``least``: there may be more than were counted."""
    at_least = "at least " if least else ""
    return f" (and {at_least}{number - 1} more)" if number > 1 else ""


def also_forbidden(book: LogBook) -> tuple[str, ...]:
    """Return the note on forbidden lines of a run that failed for another reason."""
    reason = forbidden(book)
    return (f"Another reason: {reason}",) if reason else ()


def log_notes(book: LogBook) -> tuple[str, ...]:
    """Return what kept the log from being read whole, and the lines that are no findings."""
    return (*((book.problem,) if book.problem else ()), *dict.fromkeys(book.unreadable))
