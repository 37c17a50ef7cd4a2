"""What is said of a check whose clean-up did not end in time: all that may still be there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plugin.core.result import CheckResult, Leftover
from plugin.core.trouble import Trouble
from plugin.core.verdict import Verdict

if TYPE_CHECKING:
    from plugin.core.check import Check

_REASON = "its removal had not ended when our time was over"


def abandoned(check: Check, *, seconds: float, region: str = "") -> CheckResult:
    """Return the result of a check that was cancelled and is still being cleaned up.

    Its run, its objects and its job may be there or not: all are named, so that nothing is missed.
    """
    names = (
        ("run", check.job_name),
        *(("object", place.uri()) for place in check.places),
        ("job", check.job_name),
    )
    plain = (Leftover(kind=kind, name=name, reason=_REASON) for kind, name in names)
    leftovers = (replace(item, job_name=check.job_name, region=region) for item in plain)
    return CheckResult(
        name=check.name,
        script=check.settings.script,
        verdict=Verdict.CANCELLED,
        reason="Cancelled: a signal told us to stop, and AWS did not answer in time.",
        hint="Run cleanup: it finds all that this build made.",
        trouble=Trouble.STOPPED,
        leftovers=() if check.keep or check.is_local else tuple(leftovers),
        job_name=check.job_name,
        glue_version=check.capacity.glue_version,
        capacity=check.capacity.in_words(),
        seconds=seconds,
    )
