"""The states of a Glue job run, and what each says of the script.

Source: botocore's Glue model, shape ``JobRunState``; a test holds the two equal.  Two more stand
for a state that this version does not know: it is never guessed what that means.
"""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from plugin.core.verdict import Verdict


class RunState(StrEnum):
    """All ten states of a job run, in AWS's spelling, and two of ours for any other."""

    STARTING = "STARTING"
    RUNNING = "RUNNING"
    STOPPING = "STOPPING"
    STOPPED = "STOPPED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    TIMEOUT = "TIMEOUT"
    ERROR = "ERROR"
    WAITING = "WAITING"
    EXPIRED = "EXPIRED"
    UNKNOWN = "UNKNOWN"
    """None of these, and the run goes on for all we know."""
    UNKNOWN_END = "UNKNOWN_END"
    """None of these, and Glue says when the run was completed."""

    @property
    def is_final(self) -> bool:
        """Whether a run in this state never changes again."""
        return verdict_of(self) is not None


def verdict_of(state: RunState) -> Verdict | None:
    """Say what a state means for the script; None while the run goes on.

    The type checker fails the build when a state is left out.
    TIMEOUT is Glue's own time-out, which counts from RUNNING on.
    """
    match state:
        case RunState.STARTING | RunState.RUNNING | RunState.WAITING | RunState.STOPPING:
            return None
        case RunState.UNKNOWN:
            return None
        case RunState.SUCCEEDED:
            return Verdict.PASSED
        case RunState.FAILED | RunState.TIMEOUT:
            return Verdict.FAILED
        case RunState.ERROR | RunState.EXPIRED | RunState.UNKNOWN_END:
            return Verdict.ERRORED
        case RunState.STOPPED:
            return Verdict.CANCELLED
        case _:
            assert_never(state)


OURS = frozenset({RunState.UNKNOWN, RunState.UNKNOWN_END})
"""Members that Glue never tells."""
LONGEST_STATE = 40
"""Characters of a state that nobody knows."""


def state_of(told: str, *, is_completed: bool) -> RunState:
    """Return the state that Glue tells.

    For one that nobody knows, ``is_completed`` says whether the run has a ``CompletedOn``: then it
    never changes again.
    """
    if told in set(RunState) - OURS:
        return RunState(told)
    return RunState.UNKNOWN_END if is_completed else RunState.UNKNOWN


def unknown_name(told: str, state: RunState) -> str:
    """Return how Glue calls a state that nobody knows, bounded; empty for one of the ten."""
    return (told or "(none)")[:LONGEST_STATE] if state in OURS else ""
