"""Several checks at once, each in a thread of its own; after a cancel with an end for all.

The threads are daemons: who waits for an answer that does not come is left behind, and the process
can end.  The caller is the main thread, and waits in short turns: a handler runs in it alone, and a
signal that the system hands to another thread does not wake it.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from math import inf
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
PRESSED_SECONDS = 2.0
"""How long after a second signal: for the end of a run that is waited for then, and removals."""
PATIENCE_SECONDS = 1.0
"""How long after a cancel somebody else begins what a task in the middle may be too silent for."""
_TURN_SECONDS = 0.05
_AT_A_TURN = 10


def _nobody(_task: object, _since: float) -> None:
    """Nobody stands in."""


class SideBySide(Generic[_Task, _Result]):
    """Does one kind of work for many tasks.

    ``stand_in`` is called in a thread of its own for each task that has no result a moment after a
    cancel, with the seconds of that (monotonic): it does what must not wait for a silent thread,
    and returns the task's result, or None for "no more than you do".  The first result counts.
    ``give_up`` makes the result of a task without an end.
    """

    def __init__(
        self,
        work: Callable[[_Task], _Result],
        *,
        give_up: Callable[[_Task], _Result],
        clock: Clock,
        stand_in: Callable[[_Task, float], _Result | None] = _nobody,
        seconds: float = CANCELLED_SECONDS,
        pressed_seconds: float = PRESSED_SECONDS,
    ) -> None:
        """Take the work, and how long it may go on after a cancel, and after a second one."""
        self._work = work
        self._give_up = give_up
        self._stand_in = stand_in
        self._clock = clock
        self._seconds = seconds
        self._pressed_seconds = pressed_seconds
        self._lock = threading.Lock()
        self._results: dict[int, _Result] = {}
        self._errors: list[BaseException] = []
        self._next = 0
        self._stood_in_for: set[int] = set()
        self._since: float | None = None
        """When the cancel was heard (monotonic seconds), as the next two."""
        self._end = self._patient_until = inf

    def run(self, tasks: Sequence[_Task], *, width: int) -> tuple[_Result, ...]:
        """Return the results in the order of the tasks; raise what one of them raised."""
        threads = [
            threading.Thread(target=self._take_all, args=(tasks,), daemon=True, name=f"check-{n}")
            for n in range(min(width, len(tasks)))
        ]
        for thread in threads:
            thread.start()
        self._wait_for(threads, tasks)
        with self._lock:
            if self._errors:
                raise self._errors.pop()
            done = dict(self._results)
        return tuple(
            done[number] if number in done else self._give_up(task)
            for number, task in enumerate(tasks)
        )

    def _wait_for(self, threads: list[threading.Thread], tasks: Sequence[_Task]) -> None:
        """Wait until all have ended, or all tasks have a result, or our time is over."""
        for thread in threads:
            while thread.is_alive() and len(self._results) < len(tasks):
                thread.join(_TURN_SECONDS)
                now = self._clock.monotonic()
                self._hear(now)
                if now >= self._end:
                    return
                if now >= self._patient_until:
                    self._send_stand_ins(tasks)

    def _hear(self, now: float) -> None:
        """Note at ``now`` what the signals mean for us: no later one moves an end back."""
        if self._clock.is_cancelled() and self._since is None:
            self._since = now
            self._end, self._patient_until = now + self._seconds, now + PATIENCE_SECONDS
        if self._clock.is_pressed():
            self._end = min(self._end, now + self._pressed_seconds)

    def _send_stand_ins(self, tasks: Sequence[_Task]) -> None:
        """Let somebody stand in for tasks that have begun and have no result yet: some at a turn.

        Of very many most are not silent but busy, and ask by themselves meanwhile.
        """
        with self._lock:
            begun = range(min(self._next, len(tasks)))
            silent = [n for n in begun if n not in self._results and n not in self._stood_in_for]
        for number in silent[:_AT_A_TURN]:
            self._stood_in_for.add(number)
            one = threading.Thread(
                target=self._stand_in_for,
                args=(number, tasks[number], self._since),
                daemon=True,
                name=f"stand-in-{number}",
            )
            with suppress(RuntimeError):  # no more threads here: then the task is given up
                one.start()

    def _stand_in_for(self, number: int, task: _Task, since: float) -> None:
        try:
            result = self._stand_in(task, since)
        except Exception:  # noqa: BLE001 - then the task is given up, and that is told
            return
        if result is not None:
            self._note(number, result)

    def _take_all(self, tasks: Sequence[_Task]) -> None:
        while (number := self._take()) < len(tasks):
            try:
                result = self._work(tasks[number])
            except BaseException as error:  # noqa: BLE001 - raised again in the caller
                self._errors.append(error)
                return
            self._note(number, result)

    def _note(self, number: int, result: _Result) -> None:
        with self._lock:
            self._results.setdefault(number, result)

    def _take(self) -> int:
        with self._lock:
            self._next += 1
            return self._next - 1
