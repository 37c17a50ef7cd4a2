"""The machine's clock, quicker: waits that would only be waited for are shorter by a factor.

For a real server or a real process behind the product, which no clock of ours moves.
"""

from __future__ import annotations

import time

from plugin.clients.clock import SystemClock


class QuickClock(SystemClock):
    """The Clock port.  Its seconds go quicker by ``factor``; the wall clock is left as it is."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self._factor, self._begin = factor, time.monotonic()

    def monotonic(self) -> float:
        """Return the quick seconds since the begin."""
        return (time.monotonic() - self._begin) * self._factor

    def wait(self, seconds: float) -> bool:
        """Wait so many quick seconds."""
        return super().wait(seconds / self._factor)

    def pause(self, seconds: float) -> None:
        """Wait so many quick seconds, also when cancelled."""
        super().pause(seconds / self._factor)
