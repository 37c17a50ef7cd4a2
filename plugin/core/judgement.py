"""The verdict of one check: what Glue said, what we did, what the log told.  Never a guess."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from plugin.core.root_cause import last_error, place_of
from plugin.core.states import RunState, verdict_of
from plugin.core.verdict import Verdict

if TYPE_CHECKING:
    from plugin.core.check import Check
    from plugin.core.logbook import LogBook
    from plugin.core.ports import Sighting
    from plugin.core.result import Finding, Place

LONGEST_SEARCHED = 2000
"""Characters of an error message that are searched: patterns must not take a hostile one long."""


class Stop(StrEnum):
    """Why we asked Glue to stop a run."""

    TIME = "time"
    QUEUE = "queue"
    COST = "cost"
    STREAM_HEALTHY = "stream_healthy"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """Verdict, one line why, what to do next, and the place in the checkout if known."""

    verdict: Verdict
    reason: str = ""
    hint: str = ""
    place: Place | None = None
    notes: tuple[str, ...] = ()


_NOT_THE_SCRIPT = (
    (
        r"(?i)should be given assume role permissions|role .* (not found|does not exist)",
        "Glue could not take the job's role.",
        "Check role_arn and that its trust policy names glue.amazonaws.com.",
    ),
    (
        r"(?i)concurrent ?runs ?exceeded|ResourceNumberLimitExceeded|max\w* .*concurrent|DPU limit",
        "An AWS quota was reached.",
        "Wait for other runs to end, or ask AWS for a higher quota.",
    ),
    (
        r"(?i)resource (is )?unavailable|insufficient capacity|no capacity|ResourceUnavailable",
        "AWS had no capacity.",
        "Run the check again, or use another worker type.",
    ),
    (
        r"(?i)internal service (error|exception)|InternalServiceException",
        "Glue failed by itself.",
        "Run the check again.",
    ),
)
"""Error messages that do not blame the script: pattern, what happened, hint."""


def of_bug(error: Exception) -> Judgement:
    """Return the judgement of a check that we broke ourselves."""
    return Judgement(
        verdict=Verdict.ERRORED,
        reason=_one_line(f"A bug in glue-health-check: {type(error).__name__}: {error}"),
        hint="Please report it.",
    )


def judge(check: Check, seen: Sighting, stop: Stop | None, book: LogBook) -> Judgement:
    """Return the verdict of a run that is final, or that we stopped."""
    if stop is not None and not _ended_by_itself(seen):
        return _stopped_by_us(check, stop, book)
    verdict = verdict_of(seen.state)
    match verdict:
        case Verdict.PASSED:
            return _succeeded(check, book)
        case Verdict.CANCELLED:
            return Judgement(
                verdict=Verdict.CANCELLED,
                reason="Somebody else stopped the run.",
                hint="Look in CloudTrail who called BatchStopJobRun.",
            )
        case Verdict.ERRORED:
            return Judgement(
                verdict=Verdict.ERRORED,
                reason=_one_line(seen.message or f"The run ended as {seen.state}."),
                hint=_errored_hint(seen.message),
            )
        case Verdict.FAILED:
            return _failed(check, seen, book)
        case _:
            return Judgement(
                verdict=Verdict.ERRORED,
                reason=f"The run was last seen as {seen.state}.",
                hint="Look at the run in the console.",
            )


def _ended_by_itself(seen: Sighting) -> bool:
    """Whether the run reached an end of its own before our stop took hold."""
    return seen.state.is_final and seen.state is not RunState.STOPPED


def _stopped_by_us(check: Check, stop: Stop, book: LogBook) -> Judgement:
    match stop:
        case Stop.CANCELLED:
            return Judgement(
                verdict=Verdict.CANCELLED, reason="Cancelled: a signal told us to stop."
            )
        case Stop.QUEUE:
            return Judgement(
                verdict=Verdict.ERRORED,
                reason=f"The run did not begin within {check.settings.queue_timeout_minutes} min.",
                hint="Raise queue_timeout_minutes, or look for runs that hold the quota.",
            )
        case Stop.TIME:
            return _out_of_time(check)
        case Stop.COST:
            return Judgement(
                verdict=Verdict.FAILED,
                reason=f"Stopped: it would have cost more than {check.settings.max_cost_usd} USD.",
                hint="Bound the input in health-check mode, or raise max_cost_usd.",
            )
        case Stop.STREAM_HEALTHY:
            return _succeeded(check, book)
        case _:
            assert_never(stop)


def _out_of_time(check: Check) -> Judgement:
    return Judgement(
        verdict=Verdict.FAILED,
        reason=f"Time-out: it still ran after {check.settings.timeout_minutes} min.",
        hint="Bound the input in health-check mode, or raise timeout_minutes.",
    )


def _failed(check: Check, seen: Sighting, book: LogBook) -> Judgement:
    if seen.state is RunState.TIMEOUT:
        return _out_of_time(check)
    lines = book.recent()
    message = seen.message or last_error(lines) or "The run failed without a message."
    was_killed = re.search(r"exit code (?:137|139|143)\b", message) is not None
    # What was killed did not end in the last traceback of its log.
    place = None if was_killed else place_of(lines, message, check.shipped)
    not_the_script = None if place else _not_the_script(message)
    if not_the_script is not None:
        what, hint = not_the_script
        reason = f"{what} {message}"
        return Judgement(verdict=Verdict.ERRORED, reason=_one_line(reason), hint=hint)
    return Judgement(
        verdict=Verdict.FAILED,
        reason=_one_line(message),
        hint=_script_hint(message),
        place=place,
        notes=_log_notes(book),
    )


def _not_the_script(message: str) -> tuple[str, str] | None:
    """Return what happened and a hint, when a message does not blame the script.

    Only for runs without a traceback of the script: its own words must not excuse it.
    """
    said = message[:LONGEST_SEARCHED]
    found = ((what, hint) for pattern, what, hint in _NOT_THE_SCRIPT if re.search(pattern, said))
    return next(found, None)


def _succeeded(check: Check, book: LogBook) -> Judgement:
    """A run that ended well may still have said that it is not well."""
    bad = [finding for finding in book.findings if not finding.ok]
    if bad:
        return Judgement(
            verdict=Verdict.FAILED,
            reason=_one_line(f"Finding {_told(bad[0])}") + _more(len(bad)),
            hint="The job itself says that its result is not healthy: see its findings.",
            notes=_log_notes(book),
        )
    if book.forbidden:
        return Judgement(
            verdict=Verdict.FAILED,
            reason=_one_line(f"Forbidden in the log: {book.forbidden[0]}")
            + _more(len(book.forbidden)),
            hint="fail_on_log_pattern names this line as a failure.",
            notes=_log_notes(book),
        )
    if book.slow_pattern:
        return Judgement(
            verdict=Verdict.ERRORED,
            reason=_one_line(f"fail_on_log_pattern took too long on a line: {book.slow_pattern}"),
            hint="Write it without nested repetition.",
            notes=_log_notes(book),
        )
    if book.unreadable:
        return Judgement(
            verdict=Verdict.ERRORED,
            reason=_one_line(book.unreadable[0]) + _more(len(book.unreadable)),
            hint='Print {"name": text, "ok": true or false, …} behind the mark.',
        )
    promised = book.promised(check.settings.require_findings)
    if book.finding_count < promised:
        return Judgement(
            verdict=Verdict.ERRORED,
            reason=f"{book.finding_count} of {promised} promised findings were read.",
            hint=book.problem or "A log that was not read whole is not a pass: run it again.",
            notes=_log_notes(book),
        )
    return Judgement(verdict=Verdict.PASSED, notes=_log_notes(book))


def _told(finding: Finding) -> str:
    expected = f", expected {finding.expected}" if finding.expected else ""
    value = f" is {finding.value}{expected}" if finding.value else " is not ok"
    return f"{finding.name}{value}" + (f": {finding.message}" if finding.message else "")


def _more(number: int) -> str:
    return f" (and {number - 1} more)" if number > 1 else ""


def _log_notes(book: LogBook) -> tuple[str, ...]:
    return (*((book.problem,) if book.problem else ()), *dict.fromkeys(book.unreadable))


def _script_hint(message: str) -> str:
    """Say what to do next for the common classes of a script's failure."""
    for pattern, hint in _SCRIPT_HINTS:
        if re.search(pattern, message[:LONGEST_SEARCHED]):
            return hint
    return "Mend the script; the end of its log stands in the report."


_SCRIPT_HINTS = (
    (
        r"ModuleNotFoundError|No module named|ImportError",
        "Ship the module with extra_py_files, or have Glue install it with python_modules.",
    ),
    (r"SyntaxError|IndentationError|TabError", "Mend the syntax."),
    (
        r"SystemExit",
        "Glue counts sys.exit() as a failure, also sys.exit(0): let the script run to its end.",
    ),
    (
        r"GlueArgumentError|the following arguments are required",
        "Pass it: --arguments NAME=VALUE, or arguments: in the configuration file.",
    ),
    (r"(?i)AccessDenied|not authorized to perform", "Give the job's role this right."),
    (r"(?i)OutOfMemory|exit code 137|heap space", "Use a larger worker_type, or less input."),
    (
        r"(?i)path does not exist|NoSuchKey|NoSuchBucket|FileNotFound",
        "Check the address against arguments and fixtures.",
    ),
)


def _errored_hint(message: str) -> str:
    if message.startswith("LocalGlueUnsupported"):
        return "Use engine glue for this script, or install what is missing."
    known = _not_the_script(message)
    return known[1] if known else "Run the check again."


def _one_line(text: str, longest: int = 500) -> str:
    """Return the first line that says something: Spark adds its whole plan below."""
    line = next((" ".join(part.split()) for part in text.splitlines() if part.strip()), "")
    return line if len(line) <= longest else line[: longest - 1] + "…"
