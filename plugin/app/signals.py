"""SIGINT, SIGTERM and SIGHUP: heard, told to the clock, remembered for the exit code.

Before a command has begun nothing is made yet: then a signal ends the process at once.
"""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugin.core.errors import Exit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from plugin.clients.clock import SystemClock

    Handler = Callable[[int, FrameType | None], None]

_EXITS = {signal.SIGINT: Exit.SIGINT, signal.SIGTERM: Exit.SIGTERM}
_HANG_UP = getattr(signal, "SIGHUP", None)  # not on Windows
if _HANG_UP is not None:
    _EXITS[_HANG_UP] = Exit.SIGTERM
"""A terminal that is gone means what SIGTERM means; the exit code has no number of its own."""


@dataclass
class Heard:
    """The exit code of the first signal, None while none came."""

    exit: Exit | None = None


@contextmanager
def cancelling(clock: SystemClock) -> Iterator[Heard]:
    """Cancel the clock on a signal inside the block.

    They need a handler: as PID 1 of a container a process without one ignores SIGTERM.
    A second signal is told to the clock, too: we wait less, but no removal is left out, and the
    report is written.
    """
    heard = Heard()

    def hear(number: int, _frame: FrameType | None) -> None:
        heard.exit = heard.exit or _EXITS[signal.Signals(number)]
        clock.cancel()

    with _handled(hear):
        yield heard


@contextmanager
def leaving_early() -> Iterator[None]:
    """End the process at once on a signal inside the block: nothing is made, nothing to tell.

    Without a handler of its own Python prints a traceback for SIGINT, and as PID 1 SIGTERM is lost.
    """

    def leave(number: int, _frame: FrameType | None) -> None:
        os._exit(_EXITS[signal.Signals(number)])

    with _handled(leave):
        yield


@contextmanager
def _handled(handler: Handler) -> Iterator[None]:
    """Have signals handled inside the block; nothing changes where that may not be asked for.

    Handlers belong to the main thread.  Who ignores SIGHUP (nohup) means it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ours = [
        number
        for number in _EXITS
        if number != _HANG_UP or signal.getsignal(number) is not signal.SIG_IGN
    ]
    before = {number: signal.signal(number, handler) for number in ours}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
