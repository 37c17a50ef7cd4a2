"""How many requests to CloudWatch Logs all readers together may make.

Sources: "CloudWatch Logs quotas" (GetLogEvents: 25 a second in an account and region, 10 in some
regions), botocore's model (DescribeLogStreams: 25 a second).  Others read there, too.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugin.core.ports import Clock

PER_SECOND = 8.0
AT_ONCE = 20.0


class LogBudget:
    """A bucket of requests that fills with time.  Safe in threads."""

    def __init__(
        self, clock: Clock, *, per_second: float = PER_SECOND, at_once: float = AT_ONCE
    ) -> None:
        """Begin with a full bucket."""
        self._clock = clock
        self._per_second = per_second
        self._at_once = at_once
        self._left = at_once
        self._filled_at: float | None = None
        self._lock = threading.Lock()

    @classmethod
    def unbounded(cls, clock: Clock) -> LogBudget:
        """Return one that nobody can exhaust, for a CloudWatch Logs without quotas."""
        return cls(clock, per_second=1e9, at_once=1e9)

    def has_turn(self) -> bool:
        """Take one request, if there is one: a log that is read later is no loss."""
        with self._lock:
            self._fill()
            if self._left < 1:
                return False
            self._left -= 1
            return True

    def await_turn(self) -> None:
        """Take one request, and wait for it; after a cancel nobody waits."""
        with self._lock:
            self._fill()
            self._left -= 1
            debt = -self._left
        if debt > 0:
            self._clock.wait(debt / self._per_second)

    def _fill(self) -> None:
        now = self._clock.monotonic()
        since = now if self._filled_at is None else self._filled_at
        self._left = min(self._at_once, self._left + (now - since) * self._per_second)
        self._filled_at = now
