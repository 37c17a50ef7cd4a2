"""Several checks at once, each in a thread of its own; after a cancel with an end for all.

The threads are daemons: who waits for an answer that does not come is left behind, and the process
can end.  The caller is the main thread, and waits in short turns: a handler runs in it alone, and a
signal that the system hands to another thread does not wake it.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from plugin.core.ports import Clock

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")

CANCELLED_SECONDS = 3.5
"""How long all of them together may take after a cancel: the report needs its time, too."""
LOCAL_CANCELLED_SECONDS = 8.0
"""The same where the script runs on this machine: it is killed, and nobody else answers slowly."""
PRESSED_SECONDS = 1.0
"""How long after a second signal: what was asked for then is on its way."""
_TURN_SECONDS = 0.05


class SideBySide(Generic[_Task, _Result]):
    """Does one kind of work for many tasks.  ``give_up`` makes the result of one without an end."""

    def __init__(
        self,
        work: Callable[[_Task], _Result],
        *,
        give_up: Callable[[_Task], _Result],
        clock: Clock,
        seconds: float = CANCELLED_SECONDS,
        pressed_seconds: float = PRESSED_SECONDS,
    ) -> None:
        """Take the work, and how long it may go on after a cancel, and after a second one."""
        self._work = work
        self._give_up = give_up
        self._clock = clock
        self._seconds = seconds
        self._pressed_seconds = pressed_seconds
        self._lock = threading.Lock()
        self._results: dict[int, _Result] = {}
        self._errors: list[BaseException] = []
        self._next = 0

    def run(self, tasks: Sequence[_Task], *, width: int) -> tuple[_Result, ...]:
        """Return the results in the order of the tasks; raise what one of them raised."""
        threads = [
            threading.Thread(target=self._take_all, args=(tasks,), daemon=True, name=f"check-{n}")
            for n in range(min(width, len(tasks)))
        ]
        for thread in threads:
            thread.start()
        self._wait_for(threads)
        with self._lock:
            if self._errors:
                raise self._errors.pop()
            done = dict(self._results)
        return tuple(
            done[number] if number in done else self._give_up(task)
            for number, task in enumerate(tasks)
        )

    def _wait_for(self, threads: list[threading.Thread]) -> None:
        end: float | None = None
        for thread in threads:
            while thread.is_alive():
                thread.join(_TURN_SECONDS)
                end = self._end(end)
                if end is not None and self._clock.monotonic() >= end:
                    return

    def _end(self, end: float | None) -> float | None:
        """Return when we stop to wait; None as long as nobody told us to."""
        if not self._clock.is_cancelled():
            return None
        now = self._clock.monotonic()
        end = now + self._seconds if end is None else end
        if self._clock.is_pressed():
            return min(end, now + self._pressed_seconds)  # the first time: it never moves back
        return end

    def _take_all(self, tasks: Sequence[_Task]) -> None:
        while (number := self._take()) < len(tasks):
            try:
                result = self._work(tasks[number])
            except BaseException as error:  # noqa: BLE001 - raised again in the caller
                self._errors.append(error)
                return
            with self._lock:
                self._results[number] = result

    def _take(self) -> int:
        with self._lock:
            self._next += 1
            return self._next - 1
