"""The machine's clock, quicker: waits that would only be waited for are shorter by a factor.

For a real server or a real process behind the product, which no clock of ours moves.  What this
machine loses by itself is not told: a process that is stopped for a while, as on a busy machine,
is no later by this clock.  So no bound of the product is over because nobody could go on.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, TypeVar

from plugin.clients.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")
_MOST_BETWEEN_LOOKS = 0.25
"""So many real seconds count between two looks at the clock; all of those that were waited do."""


class QuickClock(SystemClock):
    """The Clock port.  Its seconds go quicker by ``factor``; the wall clock is left as it is."""

    def __init__(self, factor: float = 1.0) -> None:
        super().__init__()
        self._factor, self._seconds, self._seen = factor, 0.0, time.monotonic()
        self._looking = threading.Lock()

    def monotonic(self) -> float:
        """Return the quick seconds since the begin."""
        with self._looking:
            now = time.monotonic()
            self._seconds += min(now - self._seen, _MOST_BETWEEN_LOOKS) * self._factor
            self._seen = now
            return self._seconds

    def wait(self, seconds: float) -> bool:
        """Wait so many quick seconds."""
        return self._counted(super().wait, seconds)

    def pause(self, seconds: float) -> None:
        """Wait so many quick seconds, also when cancelled."""
        self._counted(super().pause, seconds)

    def _counted(self, wait: Callable[[float], _T], seconds: float) -> _T:
        """Wait; what was really waited counts, up to what was asked for."""
        begin, before = self.monotonic(), time.monotonic()
        told = wait(seconds / self._factor)
        waited = min((time.monotonic() - before) * self._factor, max(seconds, 0.0))
        with self._looking:
            self._seconds, self._seen = max(self._seconds, begin + waited), time.monotonic()
        return told
