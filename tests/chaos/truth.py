"""What is true of a schedule: which verdict is right, and what may excuse that it is not known.

Pure.  Looks at what was scheduled and at what really happened to the requests.  An excuse is narrow
on purpose: what the clients ask again excuses nothing, until it fails more often than they ask.
"""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

from tests.chaos.schedule import Command, End, Fate
from tests.chaos.seeds import QUEUE_MINUTES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.chaos.played import Played, Request, Step
    from tests.chaos.schedule import CheckPlan, Schedule

PASSED, FAILED, ERRORED, CANCELLED = "passed", "failed", "errored", "cancelled"
SOFT = frozenset({"SIGINT", "SIGTERM"})
ATTEMPTS = 5
"""Of one request, while nobody has cancelled."""
_UNSURE_START = frozenset({Fate.BROKEN, Fate.CUT_BEFORE, Fate.BELATED})
"""Nothing was started, or not in time to be found; and nobody can know."""
_LOST = frozenset({Fate.CUT_AFTER, Fate.LATE})
_NEAR_SECONDS = 30.0
"""So near to the queue's limit both verdicts are right."""
_LATE_LOG_SECONDS = 15.0
"""Beyond it promised findings need not be waited for."""
_MOST_LOG_TROUBLE = 7
_MOST_STALE_LOOKS = 4


# --- what is right -------------------------------------------------------------------------------


def right_verdicts(check: CheckPlan, schedule: Schedule) -> frozenset[str]:
    """Return the verdicts that are right for a check which no strike and no signal meets."""
    run = check.run
    over = run.starting_seconds - QUEUE_MINUTES * 60
    right = {ERRORED} if over > _NEAR_SECONDS else {_of_end(check)}
    if abs(over) <= _NEAR_SECONDS or run.is_deleted:
        right.add(ERRORED)
    if is_promised(schedule) and run.end is End.PASSES and run.log_seconds > _LATE_LOG_SECONDS:
        right.add(ERRORED)
    return frozenset(right)


def _of_end(check: CheckPlan) -> str:
    match check.run.end:
        case End.PASSES:
            return FAILED if any('"ok": false' in line for line in check.run.lines) else PASSED
        case End.FAILS | End.NEVER:
            return FAILED
        case End.STOPPED:
            return CANCELLED
        case End.ERROR:
            return ERRORED


def is_promised(schedule: Schedule) -> bool:
    """Whether findings are required: then the log must be read."""
    return any(name.endswith("REQUIRE_FINDINGS") for name, _ in schedule.settings)


def is_kept(schedule: Schedule) -> bool:
    """Whether everything stays on purpose."""
    return any(name.endswith("KEEP_RESOURCES") for name, _ in schedule.settings)


# --- what happened -------------------------------------------------------------------------------


def struck(played: Played, step: str, *services: str) -> tuple[Request, ...]:
    """Return the requests of a step to these services that met a strike."""
    return tuple(
        one
        for one in played.requests
        if one.step == step and one.fate is not None and one.service in services
    )


def signals(step: Step) -> tuple[str, ...]:
    """Return what was sent to a process while it was there."""
    return () if step.seconds_after_signal is None else step.signals


def was_cancelled(step: Step) -> bool:
    """Whether a signal came that a process hears."""
    return bool(SOFT.intersection(signals(step)))


def was_killed(step: Step) -> bool:
    """Whether it was ended by SIGKILL."""
    return step.code == -signal.SIGKILL


def is_quiet(played: Played, step: Step, *services: str) -> bool:
    """Whether no signal and no strike on these services met a step."""
    return not signals(step) and not struck(played, step.name, *services)


# --- what excuses that the truth was not found out -----------------------------------------------


def may_be_errored(played: Played, check: CheckPlan) -> bool:
    """Whether something happened that keeps a check from knowing how its script is."""
    step = played.step(Command.CHECK)
    met = [
        one
        for one in struck(played, step.name, "glue", "s3", "sts", "logs")
        if one.check in {"", check.name}
    ]
    if was_cancelled(step) and met:  # then a request is sent once
        return True
    return any(
        _excuses(operation, [one for one in met if one.operation == operation], met, played, check)
        for operation in {one.operation for one in met}
    )


def _excuses(
    operation: str, ones: list[Request], met: list[Request], played: Played, check: CheckPlan
) -> bool:
    """Whether what met the requests of one operation excuses; ``met`` are those of all."""
    is_refused = _has(ones, Fate.REFUSED)
    match operation:
        case "GetCallerIdentity" | "PutObject":
            excuses = is_refused or len(ones) >= ATTEMPTS
        case "CreateJob":
            unsure = [one for one in ones if one.fate is not Fate.THROTTLED]
            excuses = is_refused or len(unsure) >= ATTEMPTS
        case "GetTags":  # whose the job is, after a creation that was not answered
            excuses = any(one.operation == "CreateJob" for one in met)
        case "StartJobRun":
            excuses = is_refused or _has(ones, *_UNSURE_START)
        case "GetJobRuns":  # what became of the start
            excuses = any(one.operation == "StartJobRun" and one.fate in _LOST for one in met)
        case "GetJobRun":
            is_stale = len([one for one in ones if one.fate is Fate.STALE]) >= _MOST_STALE_LOOKS
            is_at_limit = is_refused and check.run.end is End.NEVER
            excuses = is_stale or is_at_limit or len(ones) >= ATTEMPTS
        case "GetLogEvents" | "DescribeLogStreams":
            is_mute = is_refused or len(ones) >= _MOST_LOG_TROUBLE
            excuses = is_promised(played.schedule) and is_mute
        case _:
            excuses = False
    return excuses


def _has(ones: Iterable[Request], *fates: Fate) -> bool:
    return any(one.fate in fates for one in ones)


# --- what excuses that something stayed ----------------------------------------------------------

_OF_REMOVAL = frozenset(
    {
        *("GetCallerIdentity", "ListObjectVersions", "ListObjectsV2", "ListMultipartUploads"),
        *("DeleteObjects", "DeleteObject", "AbortMultipartUpload"),
        *("GetTags", "GetJobRun", "GetJobRuns", "BatchStopJobRun", "DeleteJob"),
        *("ListJobs", "BatchGetJobs", "GetObject"),
    }
)
_FINDS = frozenset({"GetCallerIdentity", "ListJobs", "BatchGetJobs"})
"""Requests without which nobody knows what is there."""
_ONLY_WAYS = frozenset({"ListObjectVersions", "ListMultipartUploads"})
_UNSEEN = frozenset({Fate.STALE, Fate.BELATED})
"""After these nobody can know what is there."""


def may_stay(played: Played, step: Step) -> bool:
    """Whether something happened in a step that may keep it from a removal.

    A signal, a refusal, what fails as often as it is asked for, an unsure start.
    """
    if signals(step):
        return True
    met = struck(played, step.name, "glue", "s3", "sts")
    starts = [one for one in met if one.operation == "StartJobRun"]
    if _has(starts, *_UNSURE_START, *_LOST):
        return True
    return any(
        _has(ones, Fate.REFUSED, Fate.HALF, *_UNSEEN) or len(ones) >= ATTEMPTS
        for ones in ([o for o in met if o.operation == name] for name in _OF_REMOVAL)
    )


def was_blinded(played: Played, step: Step) -> bool:
    """Whether a step was kept from finding out what there is: then it cannot name it."""
    met = [one for one in struck(played, step.name, "glue", "s3", "sts") if one.operation in _FINDS]
    return _has(met, Fate.REFUSED, *_UNSEEN) or len(met) >= ATTEMPTS


def may_be_unseen(played: Played, *steps: str) -> bool:
    """Whether what is there was hidden from a step, or came to be only after it.

    Old versions, and uploads without an end, are seen by none without the right to list them.
    """
    return any(
        one.fate in _UNSEEN or (one.fate is Fate.REFUSED and one.operation in _ONLY_WAYS)
        for one in played.requests
        if one.step in steps and one.service in {"glue", "s3"}
    )


def build_ids(played: Played) -> frozenset[str]:
    """Return the build's id as its jobs and ticket tell it, as far as they do."""
    found = set()
    for one in played.requests:
        if one.operation == "CreateJob" and one.body:
            tags = json.loads(one.body).get("Tags", {})
            found.add(str(tags.get("glue-health-check:build", "")))
    return frozenset(found - {""})
