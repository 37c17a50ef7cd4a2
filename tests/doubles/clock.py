"""A clock that moves only when somebody waits."""

import threading
from datetime import UTC, datetime, timedelta

BEGIN = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


class FakeClock:
    """The Clock port over a number.  ``cancel_at`` are the seconds after which a cancel is heard,
    ``press_at`` those after which it is heard once more."""

    def __init__(self, *, cancel_at: float | None = None, press_at: float | None = None) -> None:
        self.seconds = 0.0
        self.cancel_at = cancel_at
        self.press_at = press_at
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return 1000.0 + self.seconds

    def wait(self, seconds: float) -> bool:
        with self._lock:
            until = self.seconds + max(seconds, 0.0)
            if self.cancel_at is not None:
                until = max(min(until, self.cancel_at), self.seconds)
            self.seconds = until
        return self.is_cancelled()

    def pause(self, seconds: float) -> None:
        with self._lock:
            self.seconds += max(seconds, 0.0)

    def is_cancelled(self) -> bool:
        return self.cancel_at is not None and self.seconds >= self.cancel_at

    def is_pressed(self) -> bool:
        return self.press_at is not None and self.seconds >= self.press_at

    def cancel(self) -> None:
        self.cancel_at = self.seconds
