"""How many requests a second we send to Glue: one budget for all checks of the process.

Knows which of those who wait goes next.  Refuses to know what is asked, but for its urgency.
Glue's own limits are not published; pollers of others were throttled at ten a second and less
(airflow#23475, etl_manager#84).
"""

from __future__ import annotations

import threading
from bisect import bisect_left, insort
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from plugin.core.ports import Clock

PER_SECOND = 7.5
"""Any second has eight of our requests at most, and nine when the way to Glue takes some a sixth of
a second longer than others: fewer than ten.  200 runs can all be looked at in 27 s."""
LATE_SECONDS = 0.03
"""How late somebody may come to its turn without the next one waiting longer: threads wake late."""
PATIENCE_SECONDS = 45.0
"""How long others go first, before a request that can wait."""
OVERDUE_SHARE = 4
"""Of so many turns, one is for those whose patience is over."""
URGENT = frozenset({"GetJobRun", "BatchStopJobRun"})
"""Operations that go first: how a run is, and that it stops, which costs money."""
_LEAST_WAIT = 0.001


class Turn(NamedTuple):
    """A place among those who wait: the first deadline goes first, then who came first."""

    deadline: float
    number: int


class Turns:
    """Who goes next, and when.  Pure: times are given, in seconds.  Not safe in threads."""

    def __init__(self) -> None:
        """Begin with nobody waiting."""
        self._waiting: list[Turn] = []
        self._number = 0
        self._free_at = self._last_deadline = float("-inf")

    def ask(self, now: float, *, patience: float) -> Turn:
        """Take a place.  Who has ``patience`` lets others go first, for so many seconds or more.

        Those whose patience is over take one turn in ``OVERDUE_SHARE``: a crowd of them must not
        keep the others waiting.
        """
        self._number += 1
        deadline = now + patience
        if patience:
            deadline = max(deadline, self._last_deadline + OVERDUE_SHARE / PER_SECOND)
            self._last_deadline = deadline
        turn = Turn(deadline, self._number)
        insort(self._waiting, turn)
        return turn

    def seconds_until(self, turn: Turn, now: float) -> float:
        """Return after how many seconds to ask again; 0 when it is this one's turn: it is taken."""
        rank = bisect_left(self._waiting, turn)
        free_in = self._free_at - now
        if rank == 0 and free_in <= 0:
            del self._waiting[0]
            self._free_at = max(self._free_at, now - LATE_SECONDS) + 1 / PER_SECOND
            return 0.0
        return max(max(free_in, 0.0) + rank / PER_SECOND, _LEAST_WAIT)

    def leave(self, turn: Turn) -> None:
        """Give a place up; nothing happens when it was taken."""
        rank = bisect_left(self._waiting, turn)
        if self._waiting[rank : rank + 1] == [turn]:
            del self._waiting[rank]


class RequestBudget:
    """Lets requests to Glue go one by one.  Safe in threads.

    After a cancel it holds nobody back any more: stopping and removing matter more then.
    """

    def __init__(self, clock: Clock) -> None:
        """Take the clock that waits and hears a cancel."""
        self._clock = clock
        self._turns, self._door = Turns(), Turns()
        self._lock = threading.Lock()

    def wait(self, operation_name: str, **_: object) -> None:
        """Wait until a request of this operation may be sent.

        For botocore's event ``request-created``, which it emits for each attempt of a request,
        before that is signed.
        """
        self._pass(self._turns, 0.0 if operation_name in URGENT else PATIENCE_SECONDS)

    def send(self, **_: object) -> None:
        """Keep requests apart that were delayed since, by looking for credentials, say.

        For botocore's event ``before-send``: the request is signed, so this wait is a short one.
        """
        self._pass(self._door, 0.0)

    def _pass(self, turns: Turns, patience: float) -> None:
        with self._lock:
            turn = turns.ask(self._clock.monotonic(), patience=patience)
        try:
            while (seconds := self._seconds_until(turns, turn)) and not self._clock.wait(seconds):
                pass
        finally:
            with self._lock:
                turns.leave(turn)

    def _seconds_until(self, turns: Turns, turn: Turn) -> float:
        with self._lock:
            return turns.seconds_until(turn, self._clock.monotonic())
