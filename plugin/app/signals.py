"""SIGINT and SIGTERM: heard once, told to the clock, remembered for the exit code."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugin.core.errors import Exit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from plugin.clients.clock import SystemClock

_EXITS = {signal.SIGINT: Exit.SIGINT, signal.SIGTERM: Exit.SIGTERM}


@dataclass
class Heard:
    """The exit code of the first signal, None while none came."""

    exit: Exit | None = None


@contextmanager
def cancelling(clock: SystemClock) -> Iterator[Heard]:
    """Cancel the clock on SIGINT and SIGTERM inside the block.

    Both need a handler: as PID 1 of a container a process without one ignores SIGTERM.
    A second signal changes nothing: the clean-up is bounded already, and it must not be torn.
    """
    heard = Heard()

    def hear(number: int, _frame: FrameType | None) -> None:
        heard.exit = heard.exit or _EXITS[signal.Signals(number)]
        clock.cancel()

    before = {number: signal.signal(number, hear) for number in _EXITS}
    try:
        yield heard
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
