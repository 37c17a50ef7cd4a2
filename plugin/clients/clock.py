"""The one clock: real time, and the one cancel that everybody hears."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

_LEAST_SECONDS = 0.2
"""The least pause after a second cancel: whoever asks in a loop must not spin."""


class SystemClock:
    """The ``Clock`` port over the machine's clock.  A signal handler may call ``cancel``."""

    def __init__(self) -> None:
        """Begin uncancelled."""
        self._cancelled = threading.Event()
        self._pressed = threading.Event()

    def cancel(self) -> None:
        """Wake everybody who waits, now and later; a second time, also who pauses."""
        if self._cancelled.is_set():
            self._pressed.set()
        self._cancelled.set()

    def now(self) -> datetime:
        """Return the wall clock, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never jump."""
        return time.monotonic()

    def wait(self, seconds: float) -> bool:
        """Wait; return at once and True when cancelled."""
        return self._cancelled.wait(seconds)

    def pause(self, seconds: float) -> None:
        """Wait even when cancelled, but not when that was said twice."""
        if self._pressed.wait(seconds):
            time.sleep(min(seconds, _LEAST_SECONDS))

    def is_cancelled(self) -> bool:
        """Whether a cancel was heard."""
        return self._cancelled.is_set()

    def is_pressed(self) -> bool:
        """Whether a second cancel was heard: waits are shorter, no removal is left out."""
        return self._pressed.is_set()
