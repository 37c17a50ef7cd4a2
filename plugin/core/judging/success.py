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
    from plugin.core.check import Check
    from plugin.core.judging.logbook import LogBook
    from plugin.core.result import Finding


def succeeded(check: Check, book: LogBook) -> Judgement:
    """Return the verdict of a run that Glue calls SUCCEEDED, or of a stream that held out."""
    notes = log_notes(book)
    return (
        _not_well(check, book, notes)
        or _not_read(book, notes)
        or _not_known(check, book, notes)
        or Judgement(verdict=Verdict.PASSED, notes=notes)
    )


def _not_well(check: Check, book: LogBook, notes: tuple[str, ...]) -> Judgement | None:
    """Return what a run that ended well says against itself, if anything."""
    bad = [finding for finding in book.findings if not finding.ok]
    if bad:
        reason = one_line(f"Finding {_told(bad[0])}") + _more(book.bad_count)
        return unhealthy(Trouble.FINDING, reason, notes=notes)
    if book.forbidden:
        reason = one_line(f"Forbidden in the log: {book.forbidden[0]}")
        return unhealthy(
            Trouble.LOG_PATTERN,
            reason + _more(len(book.forbidden), least=book.is_forbidden_full),
            notes=notes,
        )
    if (failure := swallowed(check, book)) is not None:
        cause, trouble = failure
        reason = f"Glue calls it SUCCEEDED, but it failed: {cause.error}"
        return of_script(check, cause, trouble, reason, notes=notes)
    return None


def _not_read(book: LogBook, notes: tuple[str, ...]) -> Judgement | None:
    if book.is_whole:
        return None
    reason = "Cancelled: the run succeeded, but its log was not read to the end."
    return replace(cancelled(reason), notes=notes)


def _not_known(check: Check, book: LogBook, notes: tuple[str, ...]) -> Judgement | None:
    """Return why nobody knows whether a run that ended well is well, if nobody does."""
    if book.slow_pattern:
        reason = f"fail_on_log_pattern took too long on a line: {book.slow_pattern}"
        hint = "Write it without nested repetition."
        return errored(Trouble.LOG_PATTERN, reason, hint, notes=notes)
    if book.unreadable:
        reason = one_line(book.unreadable[0]) + _more(book.unreadable_count)
        hint = 'Print {"name": text, "ok": true or false, …} behind the mark.'
        others = tuple(note for note in notes if note != book.unreadable[0])
        return errored(Trouble.LOG_UNREADABLE, reason, hint, notes=others)
    missing = shortfall(check, book)
    if missing is not None:
        return errored(Trouble.LOG_UNREADABLE, missing.reason, missing.hint, notes=notes)
    return None


def _told(finding: Finding) -> str:
    expected = f", expected {finding.expected}" if finding.expected else ""
    value = f" is {finding.value}{expected}" if finding.value else " is not ok"
    return f"{finding.name}{value}" + (f": {finding.message}" if finding.message else "")


def _more(number: int, *, least: bool = False) -> str:
    """Return how many others there are; ``least``: there may be more than were counted."""
    at_least = "at least " if least else ""
    return f" (and {at_least}{number - 1} more)" if number > 1 else ""


def log_notes(book: LogBook) -> tuple[str, ...]:
    """Return what kept the log from being read whole, and the lines that are no findings."""
    return (*((book.problem,) if book.problem else ()), *dict.fromkeys(book.unreadable))
