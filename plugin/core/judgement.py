"""The verdict of one check: what Glue said, what we did, what the log told.  Never a guess."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from plugin.core.blame import cause_in, classed, swallowed
from plugin.core.diagnosis import outside, trouble_of
from plugin.core.ending import Past, Stop
from plugin.core.hints import hint_for, hint_of
from plugin.core.root_cause import first_line
from plugin.core.states import RunState, verdict_of
from plugin.core.trouble import Trouble
from plugin.core.verdict import Verdict

if TYPE_CHECKING:
    from plugin.core.check import Check
    from plugin.core.errors import PluginError
    from plugin.core.logbook import LogBook
    from plugin.core.ports import Sighting
    from plugin.core.result import Finding, Place
    from plugin.core.root_cause import Cause


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


def judge(
    check: Check, seen: Sighting, stop: Stop | None, book: LogBook, past: Past | None = None
) -> Judgement:
    """Return the verdict of a run that is final, or that we stopped; ``past`` None: nothing odd."""
    past = past or Past()
    if stop is not None and _is_our_end(seen, stop, past):
        return _stopped_by_us(check, stop, seen, book, past)
    verdict = verdict_of(seen.state)
    match verdict:
        case Verdict.PASSED:
            return _succeeded(check, book)
        case Verdict.CANCELLED:
            return _stopped_by_another()
        case Verdict.ERRORED:
            return _given_up(seen, is_local=check.is_local)
        case Verdict.FAILED:
            return _failed(check, seen, book, past)
        case _:
            return _not_ended(seen, past)


def _not_ended(seen: Sighting, past: Past) -> Judgement:
    if past.was_stopped_by_another:
        return _stopped_by_another()
    reason = f"The run was last seen as {seen.state_name}."
    return _errored(Trouble.AWS_FAULT, reason, "Look at the run in the console.")


def _stopped_by_another() -> Judgement:
    hint = (
        "A newer build of the pull request does that (see supersede); if there is none, look in"
        " CloudTrail who called BatchStopJobRun."
    )
    return _cancelled("Somebody else stopped the run.", hint)


def _is_our_end(seen: Sighting, stop: Stop, past: Past) -> bool:
    """Whether our stop ended the run, and not the run itself or somebody else just before.

    A run that was stopping because of us may end as FAILED too (kestra-io/plugin-aws#652).
    """
    if past.was_stopped_by_another and stop is not Stop.CANCELLED:
        return False
    is_own_failure = seen.state is RunState.FAILED and not past.was_obeyed
    is_own_end = seen.state.is_final and seen.state not in {RunState.STOPPED, RunState.FAILED}
    return not is_own_failure and not is_own_end


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


def _stopped_by_us(
    check: Check, stop: Stop, seen: Sighting, book: LogBook, past: Past
) -> Judgement:
    match stop:
        case Stop.CANCELLED:
            return _cancelled("Cancelled: a signal told us to stop.")
        case Stop.QUEUE:
            minutes = check.settings.queue_timeout_minutes
            reason = f"The run did not begin within {minutes} min."
            if past.has_run:
                reason = f"Glue sent the run back to the queue: it waited {minutes} min in all."
            return _errored(Trouble.QUEUE, reason, hint_for(Trouble.QUEUE, check))
        case Stop.TIME:
            return _out_of_time(check)
        case Stop.COST:
            most = check.settings.max_cost_usd
            reason = f"Stopped: it would have cost more than {most} USD."
            return _unhealthy(Trouble.COST_LIMIT, reason)
        case Stop.STREAM_HEALTHY:
            return _succeeded(check, book)
        case Stop.UNKNOWN_STATE:
            return _of_unknown_state(seen)
        case _:
            assert_never(stop)


def _out_of_time(check: Check) -> Judgement:
    minutes = check.settings.timeout_minutes
    return _unhealthy(Trouble.TIME_OUT, f"Time-out: it still ran after {minutes} min.")


def _out_of_glues_time(check: Check, past: Past) -> Judgement:
    """Return the judgement of a run that Glue gave up: also in the queue, before it ran."""
    if not past.has_run:
        reason = "Time-out: Glue itself gave the run up before it began."
        return _errored(Trouble.QUEUE, reason, hint_for(Trouble.QUEUE, check))
    minutes = check.settings.timeout_minutes
    return _unhealthy(Trouble.TIME_OUT, f"Time-out: Glue itself ended it after {minutes} min.")


def _of_unknown_state(seen: Sighting) -> Judgement:
    reason = f"Glue reported a state that this version does not know: {seen.unknown}."
    return _errored(Trouble.AWS_FAULT, f"{reason} {seen.message}", "Update glue-health-check.")


def _given_up(seen: Sighting, *, is_local: bool) -> Judgement:
    """Glue itself says that the run could not be run: it is believed."""
    if seen.state is RunState.UNKNOWN_END:
        return _of_unknown_state(seen)
    reason = seen.message or f"The run ended as {seen.state}."
    if seen.message.startswith("LocalGlueUnsupported"):
        return _errored(Trouble.LOCAL_ENGINE, reason)
    known = outside(seen.message, of_script=False)
    if known is not None:
        return _errored(known.trouble, reason)
    if seen.state is RunState.EXPIRED:
        return _errored(Trouble.QUEUE, reason, "Run the check again.")
    if seen.state is RunState.ERROR and not is_local:
        return _errored(Trouble.MISSING_JOB, reason)
    return _errored(Trouble.AWS_FAULT, reason)


def _failed(check: Check, seen: Sighting, book: LogBook, past: Past) -> Judgement:
    if seen.state is RunState.TIMEOUT:
        return _out_of_glues_time(check, past)
    cause = cause_in(check, seen.message, book)
    other = None if cause.is_of_script else outside(seen.message)
    if other is not None:
        return _errored(other.trouble, f"{other.what} {seen.message}")
    cause, trouble = classed(check, cause, seen.message, book)
    reason = cause.error if seen.message or cause.error else "The run failed without a message."
    return _of_script(check, cause, trouble, reason, notes=_log_notes(book))


def _of_script(
    check: Check, cause: Cause, trouble: Trouble, reason: str, *, notes: tuple[str, ...]
) -> Judgement:
    return Judgement(
        verdict=Verdict.FAILED,
        reason=_one_line(reason),
        hint=hint_for(trouble, check, cause.error),
        trouble=trouble,
        place=cause.place,
        notes=notes,
    )


def _succeeded(check: Check, book: LogBook) -> Judgement:
    """A run that ended well may still have said that it is not well."""
    notes = _log_notes(book)
    return (
        _not_well(check, book, notes)
        or _not_known(check, book, notes)
        or Judgement(verdict=Verdict.PASSED, notes=notes)
    )


def _not_well(check: Check, book: LogBook, notes: tuple[str, ...]) -> Judgement | None:
    """Return what a run that ended well says against itself, if anything."""
    bad = [finding for finding in book.findings if not finding.ok]
    if bad:
        reason = _one_line(f"Finding {_told(bad[0])}") + _more(len(bad))
        return _unhealthy(Trouble.FINDING, reason, notes=notes)
    if book.forbidden:
        reason = _one_line(f"Forbidden in the log: {book.forbidden[0]}")
        return _unhealthy(Trouble.LOG_PATTERN, reason + _more(len(book.forbidden)), notes=notes)
    if (failure := swallowed(check, book)) is not None:
        cause, trouble = failure
        reason = f"Glue calls it SUCCEEDED, but it failed: {cause.error}"
        return _of_script(check, cause, trouble, reason, notes=notes)
    return None


def _not_known(check: Check, book: LogBook, notes: tuple[str, ...]) -> Judgement | None:
    """Return why nobody knows whether a run that ended well is well, if nobody does."""
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
    return None


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
