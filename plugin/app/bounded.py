"""How long those may take who speak over a network, whatever the other side does.

A time limit of a socket bounds a silence, not an answer: who gets a byte every few seconds waits
for ever.  So each speaks in a thread of its own, and is left behind when its time is over.  The
thread is a daemon: the process ends without it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from plugin.core.errors import Overdue, PluginError

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugin.core.ports import Clock, Reporter
    from plugin.core.result import Report

_T = TypeVar("_T")

SECONDS = 150.0
"""For one reporter.  More than all its own waits and attempts together take."""
HURRIED_SECONDS = 2.5
"""For one reporter after a cancel."""
LAST_SECONDS = 4.0
"""For all of them after a cancel: GitHub's runner kills us 7.5 s after its signal."""
_SILENT_SECONDS = 1.5
"""Who fails after a cancel, and that slowly, would be as slow a second time."""
_TURN_SECONDS = 0.1
"""A signal that the system hands to another thread is heard at the end of a turn."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """How many seconds something may take, and after a cancel; and what to say when it takes more.

    ``who`` does not answer then; ``hint`` is what to check.
    """

    who: str
    hint: str
    seconds: float = SECONDS
    hurried_seconds: float = HURRIED_SECONDS


class Budget:
    """The time of all who speak over a network: for each its own, after a cancel one for all.

    Time is what ``clock`` says.  For one thread: the one that hears signals.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._end: float | None = None

    def run(self, work: Callable[[], _T], limit: Limit) -> _T:
        """Return what ``work`` returns, raise what it raises.

        Raises ``Overdue`` when it takes too long, or when there is no time left to begin.
        """
        begin = self._clock.monotonic()
        end = self._end_of(begin, limit)
        if end <= begin:
            raise Overdue("The run is cancelled, and there was no time left to tell it.")
        errand = _Errand(work)
        while not errand.is_over(_TURN_SECONDS):
            end = min(end, self._end_of(begin, limit))
            if self._clock.monotonic() >= end:
                seconds = f"{max(end - begin, 0.0):.1f}".removesuffix(".0")
                raise Overdue(f"{limit.who} did not answer within {seconds} s.", hint=limit.hint)
        return errand.result()

    def _end_of(self, begin: float, limit: Limit) -> float:
        """Return when its time is over: sooner, once the run is cancelled."""
        if not self._clock.is_cancelled():
            return begin + limit.seconds
        now = self._clock.monotonic()
        if self._end is None:
            self._end = now + LAST_SECONDS
        return min(begin + limit.seconds, now + limit.hurried_seconds, self._end)


class _Errand(Generic[_T]):
    """Work in a daemon thread; in the caller's own where the system has no more threads."""

    def __init__(self, work: Callable[[], _T]) -> None:
        self._work = work
        self._results: list[_T] = []
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="bounded", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:
            self._run()

    def is_over(self, seconds: float) -> bool:
        """Wait so long for the end; say whether it has come."""
        if self._thread.ident is not None:
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def result(self) -> _T:
        """Return what the work returned, or raise what it raised."""
        error, self._error = self._error, None  # no circle: it knows this frame
        try:
            if error is not None:
                raise error
            return self._results[0]
        finally:
            del error

    def _run(self) -> None:
        try:
            self._results.append(self._work())
        except BaseException as error:  # noqa: BLE001 - raised again in the caller
            self._error = error


class Bounded:
    """A reporter within its time.

    ``give_up`` is told why the other side need not be asked again by others: it was too slow.
    """

    def __init__(
        self,
        reporter: Reporter,
        *,
        budget: Budget,
        limit: Limit,
        clock: Clock,
        give_up: Callable[[PluginError], None] | None = None,
    ) -> None:
        self.name = reporter.name
        self._reporter = reporter
        self._budget = budget
        self._limit = limit
        self._clock = clock
        self._give_up = give_up or (lambda _: None)

    def report(self, report: Report) -> None:
        """Let the reporter tell it.  Raises what it raises, and ``Overdue`` in its place."""
        begin = self._clock.monotonic()
        try:
            self._budget.run(lambda: self._reporter.report(report), self._limit)
        except PluginError as error:
            is_slow = self._clock.monotonic() - begin >= _SILENT_SECONDS
            if isinstance(error, Overdue) or (is_slow and self._clock.is_cancelled()):
                self._give_up(error)
            raise
