"""The states of a Glue job run, and what each says of the script.

Source: botocore's Glue model, shape ``JobRunState``; a test holds the two equal.
"""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from plugin.core.verdict import Verdict


class RunState(StrEnum):
    """All ten states of a job run, in AWS's spelling."""

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
        case RunState.SUCCEEDED:
            return Verdict.PASSED
        case RunState.FAILED | RunState.TIMEOUT:
            return Verdict.FAILED
        case RunState.ERROR | RunState.EXPIRED:
            return Verdict.ERRORED
        case RunState.STOPPED:
            return Verdict.CANCELLED
        case _:
            assert_never(state)
