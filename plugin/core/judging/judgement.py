"""The verdict of one check: what Glue said, what we did, what the log told.  Never a guess."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from plugin.core.diagnosing.diagnosis import outside, trouble_of
from plugin.core.diagnosing.hints import hint_for, hint_of
from plugin.core.judging.blame import cause_in, classed, is_scripts, ran
from plugin.core.judging.judged import Judgement, cancelled, errored, of_script, one_line, unhealthy
from plugin.core.judging.success import also_forbidden, log_notes, succeeded
from plugin.core.states import RunState, verdict_of
from plugin.core.trouble import Trouble
from plugin.core.verdict import Verdict
from plugin.core.watching.ending import Past, Stop

if TYPE_CHECKING:
    from plugin.core.check import Check
    from plugin.core.errors import PluginError
    from plugin.core.judging.logbook import LogBook
    from plugin.core.ports import Sighting


def of_bug(error: Exception) -> Judgement:
    """Return the judgement of a check that we broke ourselves."""
    reason = f"A bug in glue-health-check: {type(error).__name__}: {error}"
    return errored(Trouble.BUG, reason)


def of_error(error: PluginError, *, is_local: bool = False) -> Judgement:
    """Return the judgement of a check that an error of ours ended, or kept from its begin."""
    trouble = trouble_of(error, is_local=is_local)
    return Judgement(
        verdict=Verdict.ERRORED,
        reason=one_line(error.message),
        hint=error.hint or hint_of(trouble),
        trouble=trouble,
    )


def not_begun() -> Judgement:
    """Return the judgement of a check that a signal kept from its begin."""
    return cancelled("Cancelled before it began.")


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
            return succeeded(check, book)
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
    return errored(Trouble.AWS_FAULT, reason, "Look at the run in the console.")


def _stopped_by_another() -> Judgement:
    hint = (
        "A newer build of the pull request does that (see supersede); if there is none, look in"
        " CloudTrail who called BatchStopJobRun."
    )
    return cancelled("Somebody else stopped the run.", hint)


def _is_our_end(seen: Sighting, stop: Stop, past: Past) -> bool:
    """Whether our stop ended the run, and not the run itself or somebody else just before.

    A run that was stopping because of us may end as FAILED too (kestra-io/plugin-aws#652); one
    that went on a moment before and says nothing of an error did so at once.
    """
    if past.was_stopped_by_another and stop is not Stop.CANCELLED:
        return False
    is_sudden = seen.message or not past.was_confirmed
    is_own_failure = seen.state is RunState.FAILED and not past.was_obeyed and is_sudden
    is_own_end = seen.state.is_final and seen.state not in {RunState.STOPPED, RunState.FAILED}
    return not is_own_failure and not is_own_end


def _stopped_by_us(
    check: Check, stop: Stop, seen: Sighting, book: LogBook, past: Past
) -> Judgement:
    match stop:
        case Stop.CANCELLED:
            return cancelled("Cancelled: a signal told us to stop.")
        case Stop.QUEUE:
            minutes = check.settings.queue_timeout_minutes
            reason = f"The run did not begin within {minutes} min (queue_timeout_minutes)."
            if past.has_run:
                reason = (
                    f"Glue sent the run back to the queue: it waited {minutes} min in all"
                    " (queue_timeout_minutes)."
                )
            return errored(Trouble.QUEUE, reason, hint_for(Trouble.QUEUE, check))
        case Stop.TIME:
            return _out_of_time(check, book)
        case Stop.COST:
            most = check.settings.max_cost_usd
            reason = f"Stopped: it would have cost more than {most} USD (max_cost_usd)."
            return unhealthy(Trouble.COST_LIMIT, reason, notes=also_forbidden(book))
        case Stop.STREAM_HEALTHY:
            return succeeded(check, book)
        case Stop.UNKNOWN_STATE:
            return _of_unknown_state(seen)
        case _:
            assert_never(stop)


def _out_of_time(check: Check, book: LogBook) -> Judgement:
    """Return the judgement of a run that was too long, by our clock or Glue's: the limit is one."""
    minutes = check.settings.timeout_minutes
    which = "timeout_minutes, or the cloned job's own limit" if check.settings.job else ""
    reason = f"Time-out: it still ran after {minutes} min ({which or 'timeout_minutes'})."
    return unhealthy(Trouble.TIME_OUT, reason, notes=also_forbidden(book))


def _out_of_glues_time(check: Check, book: LogBook, past: Past) -> Judgement:
    """Return the judgement of a run that Glue gave up: also in the queue, before it ran."""
    if past.has_run:
        return _out_of_time(check, book)
    reason = "Time-out: Glue itself gave the run up before it began."
    return errored(Trouble.QUEUE, reason, hint_for(Trouble.QUEUE, check))


def _of_unknown_state(seen: Sighting) -> Judgement:
    reason = f"Glue reported a state that this version does not know: {seen.unknown}."
    return errored(Trouble.AWS_FAULT, f"{reason} {seen.message}", "Update glue-health-check.")


def _given_up(seen: Sighting, *, is_local: bool) -> Judgement:
    """Glue itself says that the run could not be run: it is believed."""
    if seen.state is RunState.UNKNOWN_END:
        return _of_unknown_state(seen)
    reason = seen.message or f"The run ended as {seen.state}."
    if seen.message.startswith("LocalGlueUnsupported"):
        return errored(Trouble.LOCAL_ENGINE, reason)
    known = outside(seen.message, of_script=False)
    if known is not None:
        return errored(known.trouble, reason)
    if seen.state is RunState.EXPIRED:
        return errored(Trouble.QUEUE, reason, "Run the check again.")
    if seen.state is RunState.ERROR and not is_local:
        return errored(Trouble.MISSING_JOB, reason)
    return errored(Trouble.LOCAL_ENGINE if is_local else Trouble.AWS_FAULT, reason)


def _never_began(seen: Sighting) -> Judgement:
    """Glue gave up a run that nobody saw at work, and nothing tells of an exception."""
    said = seen.message or "Glue says nothing of why."
    hint = "Look at the job's role, connection, worker type and script; see the run in the console."
    return errored(Trouble.REFUSED, f"The run failed before it began. {said}", hint)


def _failed(check: Check, seen: Sighting, book: LogBook, past: Past) -> Judgement:
    if seen.state is RunState.TIMEOUT:
        return _out_of_glues_time(check, book, past)
    cause = cause_in(check, seen.message, book)
    if past.was_stopped_by_another and not is_scripts(cause, seen.message):
        return _stopped_by_another()
    other = None if cause.is_of_script else outside(seen.message)
    if other is not None:
        return errored(other.trouble, f"{other.what} {seen.message}")
    if not past.has_run and not ran(check, cause, seen.message):
        return _never_began(seen)
    cause, trouble = classed(check, cause, seen.message, book)
    reason = cause.error if seen.message or cause.error else "The run failed without a message."
    notes = (*also_forbidden(book), *log_notes(book))
    return of_script(check, cause, trouble, reason, notes=notes, has_log=bool(book.tail))
