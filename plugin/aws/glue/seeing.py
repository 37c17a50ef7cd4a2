"""An answer of GetJobRun → what was seen of the run.

Refuses to believe the answer: botocore checks no type of what it reads, and a proxy, a test double
or a service that is ill may say anything.  What cannot be read is a lost answer, never our bug.
"""

from __future__ import annotations

from plugin.core.diagnosing.refusals import AGAIN
from plugin.core.errors import AnswerLost
from plugin.core.ports import Sighting
from plugin.core.states import state_of, unknown_name

_MOST_SECONDS = 1e12


def sighting_of(run: object, run_id: str) -> Sighting:
    """Return what ``JobRun`` of an answer says of the run.

    Raises ``AnswerLost`` when it is no run, or another run, or tells a state or seconds that cannot
    be read.  A measure of DPU seconds that is no number is none: the price is computed without it.
    """
    if not isinstance(run, dict):
        raise _lost(run_id, "it holds no run")
    if run.get("Id", run_id) != run_id:
        raise _lost(run_id, "it is about another run")
    told, seconds = run.get("JobRunState", ""), _number(run.get("ExecutionTime", 0))
    if not isinstance(told, str):
        raise _lost(run_id, "its state is no text")
    if seconds is None:
        raise _lost(run_id, "its ExecutionTime is no number")
    state = state_of(told, is_completed="CompletedOn" in run)
    return Sighting(
        state=state,
        unknown=unknown_name(told, state),
        message=_text(run.get("ErrorMessage")),
        detail=_text(run.get("StateDetail")),
        execution_seconds=int(seconds),
        dpu_seconds=_number(run.get("DPUSeconds")),
        log_group=_text(run.get("LogGroupName")),
    )


def _lost(run_id: str, why: str) -> AnswerLost:
    said = f"Could not look at the run {run_id}: the answer cannot be read, {why}."
    return AnswerLost(said, hint=AGAIN)


def _number(value: object) -> int | float | None:
    """Return a number of seconds that something can be computed with; not infinite, not NaN."""
    if (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and 0 <= value < _MOST_SECONDS
    ):
        return value
    return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
