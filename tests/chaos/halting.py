"""Signals that are heard and end nothing by themselves: what runs is brought to its end.

Refuses to know what that is.
"""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

HALTS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


class Halt:
    """Use it in a ``with``, in the main thread.  ``number`` is the first signal's; 0 before it."""

    def __init__(self) -> None:
        self.number = 0

    def __bool__(self) -> bool:
        return bool(self.number)

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._heard) for number in HALTS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _heard(self, number: int, _: object) -> None:
        self.number = self.number or number


@contextmanager
def withheld() -> Iterator[None]:
    """Let signals wait until the block is over.  Processes that it starts have them wait, too."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, HALTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def let_through() -> None:
    """Let what was withheld come, in a process that was started in such a block."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HALTS)
