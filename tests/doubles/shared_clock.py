"""A clock for several threads: it moves on when all of them wait, to the first that wakes."""

import threading
from datetime import datetime, timedelta

from tests.doubles.clock import BEGIN


class SharedClock:
    """The Clock port.  ``threads`` says how many threads wait on it; one that ends leaves."""

    def __init__(self, *, threads: int = 1) -> None:
        self.seconds = 0.0
        self._threads = threads
        self._waiting: list[float] = []
        self._moved = threading.Condition()

    def join(self) -> None:
        """Count one thread more, before it starts."""
        with self._moved:
            self._threads += 1

    def leave(self) -> None:
        """Count one thread less: the others need not wait for it any more."""
        with self._moved:
            self._threads -= 1
            self._move_on()

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return 1000.0 + self.seconds

    def wait(self, seconds: float) -> bool:
        self.pause(seconds)
        return False

    def pause(self, seconds: float) -> None:
        with self._moved:
            until = self.seconds + max(seconds, 0.0)
            self._waiting.append(until)
            self._move_on()
            self._moved.wait_for(lambda: self.seconds >= until, timeout=30)
            self._waiting.remove(until)

    def is_cancelled(self) -> bool:
        return False

    def is_pressed(self) -> bool:
        return False

    def _move_on(self) -> None:
        """Move to the first waker when everybody waits and nobody is about to wake."""
        due = [until for until in self._waiting if until > self.seconds]
        if due and len(due) == self._threads:
            self.seconds = min(due)
            self._moved.notify_all()
