"""What is said of a check whose clean-up did not end in time: all that may still be there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.core.result import CheckResult, Leftover
from plugin.core.trouble import Trouble
from plugin.core.verdict import Verdict
from plugin.core.watching.course import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.core.check import Check
    from plugin.core.watching.course import Course

SILENT = "Cancelled: a signal told us to stop, and AWS did not answer in time."
_REASON = "its removal had not ended when our time was over"
_ASKED = "asked to stop, not seen to have stopped"


def abandoned(
    check: Check, *, seconds: float, region: str = "", course: Course | None = None
) -> CheckResult:
    """Return the result of a check that was cancelled and is still being cleaned up.

    Its run, its objects and its job may be there or not: all are named, so that nothing is missed.
    Of its run ``course`` tells more: its id, whether it was asked to stop, and whether it is over.
    """
    leftovers = (
        *_runs(check, course),
        *(Leftover(kind="object", name=place.uri(), reason=_REASON) for place in check.places),
        Leftover(kind="job", name=check.job_name, reason=_REASON),
    )
    return CheckResult(
        name=check.name,
        script=check.settings.script,
        verdict=Verdict.CANCELLED,
        reason=SILENT,
        hint="Run cleanup: it finds all that this build made.",
        trouble=Trouble.STOPPED,
        leftovers=() if check.keep or check.is_local else named(check, leftovers, region),
        job_name=check.job_name,
        run_id=course.run_id if course else "",
        glue_version=check.capacity.glue_version,
        capacity=check.capacity.in_words(),
        seconds=seconds,
    )


def _runs(check: Check, course: Course | None) -> Iterator[Leftover]:
    """Yield what may go on: by its job's name where nobody knows more."""
    if course is None or ("run" in course.made and not course.seen.state.is_final):
        asked = course.asked if course else ()
        name = course.run_id if course else ""
        for run in asked or (name or check.job_name,):
            yield Leftover(kind="run", name=run, reason=_ASKED if asked else _REASON)
