"""How a run came to its end: why we stopped it, and what was seen before its last state.

Knows the words only: what they mean for the verdict is in ``judgement``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Stop(StrEnum):
    """Why we asked Glue to stop a run."""

    TIME = "time"
    QUEUE = "queue"
    COST = "cost"
    STREAM_HEALTHY = "stream_healthy"
    UNKNOWN_STATE = "unknown_state"
    """A limit was reached, and nobody knows what the run was doing."""
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class Past:
    """What the looks before the last one tell of a run's end.

    ``was_stopped_by_another``: it was seen to stop before we asked; ``was_obeyed``: after.
    ``was_confirmed``: the last look before we asked saw it go on, at the limit or past it.
    """

    has_run: bool = True
    was_stopped_by_another: bool = False
    was_obeyed: bool = False
    was_confirmed: bool = False
