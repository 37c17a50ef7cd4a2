"""Threads that take turns, and a clock that jumps: how a process lives in virtual time.

One thread goes on at a time.  Where it would wait (for a lock, another thread, a number of
seconds) it hands the turn on: to the first whose waiting is over, else time jumps to the first
deadline.  So no second is waited for, and the same process does the same in the same order.

Knows Python's threads and locks.  Refuses to know who waits, and for what.
"""

from __future__ import annotations

import _thread
import math
import os
import queue
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.chaos.shared import Shared

_FOREVER = math.inf
_SHORT_SECONDS = 0.2
"""Who waits no longer than this waits in turns, and looks again at once."""
_TURN_SECONDS = 1.0
"""So long is a turn as long as no signal was heard: nothing happens within it."""
_LOOKS = 20_000
"""So often a thread looks whether a signal was heard."""
HUNG_CODE = 97
"""The exit code of a process whose threads all wait for ever."""
_real_sleep, _real_monotonic, _real_time = time.sleep, time.monotonic, time.time


def _taken() -> Any:
    lock = _thread.allocate_lock()
    lock.acquire()
    return lock


@dataclass(eq=False, kw_only=True)
class _Waiter:
    """A thread without the turn.  ``gate`` opens when it gets it."""

    is_ready: Callable[[], bool]
    until: float = _FOREVER
    gate: Any = field(default_factory=_taken)


class Turns:
    """Who goes on, and what time it is.  Off until ``begin``: then the process has one thread."""

    def __init__(self) -> None:
        self._shared: Shared | None = None
        self._waiting: list[_Waiter] = []
        self._epoch = 0.0

    @property
    def is_on(self) -> bool:
        """Whether time is virtual."""
        return self._shared is not None

    def begin(self, shared: Shared, *, epoch: float) -> None:
        """Let time be virtual from now on; ``epoch`` is second 0 of it."""
        self._shared, self._epoch = shared, epoch

    def time(self) -> float:
        """Epoch seconds."""
        return _real_time() if self._shared is None else self._epoch + self._shared.seconds

    def monotonic(self) -> float:
        """Seconds that never jump back."""
        return _real_monotonic() if self._shared is None else 1000.0 + self._shared.seconds

    def sleep(self, seconds: float) -> None:
        """Wait."""
        if self._shared is None:
            _real_sleep(seconds)
        else:
            self.block(lambda: False, max(seconds, 0.0))

    def heard(self) -> float:
        """Return how many signals were handled."""
        return 0.0 if self._shared is None else self._shared.get("heard")

    def block(self, is_ready: Callable[[], bool], seconds: float | None = None) -> bool:
        """Wait until something is so, or ``seconds`` are over; return whether it is so.

        ``is_ready`` is asked in other threads.
        """
        if self._shared is None:
            if is_ready():
                return True
            raise RuntimeError("One thread alone waits for ever.")
        until = _FOREVER if seconds is None or seconds < 0 else self._shared.seconds + seconds
        me = _Waiter(is_ready=is_ready, until=until)
        self._waiting.append(me)
        self.hand_on()
        me.gate.acquire()
        return is_ready()

    def join(self, thread: threading.Thread, seconds: float | None) -> None:
        """Wait for a thread's end.

        Who waits in short turns to hear signals gets longer ones, and is woken by a signal.
        """
        before = self.heard()
        is_turn = seconds is not None and seconds <= _SHORT_SECONDS and not before

        def is_over() -> bool:
            return not thread.is_alive() or (is_turn and self.heard() != before)

        self.block(is_over, _TURN_SECONDS if is_turn else seconds)

    def enrol(self) -> Any:
        """Let a new thread wait for its first turn; return the gate that it must pass."""
        waiter = _Waiter(is_ready=lambda: True)
        self._waiting.append(waiter)
        return waiter.gate

    def hand_on(self) -> None:
        """Give the turn to the next."""
        chosen = self._next()
        self._waiting.remove(chosen)
        chosen.gate.release()

    def _next(self) -> _Waiter:
        assert self._shared is not None
        while True:
            self._ring()
            for one in self._waiting:
                if one.is_ready():
                    return one
            first = min(self._waiting, key=lambda one: one.until, default=None)
            if first is not None and first.until <= self._shared.seconds:
                return first
            until = min(
                self._shared.next_alarm()[0], first.until if first is not None else _FOREVER
            )
            if until == _FOREVER:
                self._shared.put("hung", 1)
                os._exit(HUNG_CODE)
            self._shared.seconds = max(until, self._shared.seconds)

    def _ring(self) -> None:
        """Send ourselves the signal that is due, and wait until it was handled."""
        assert self._shared is not None
        at, slot = self._shared.next_alarm()
        if at > self._shared.seconds:
            return
        self._shared.put(f"alarm_at_{slot}", 0)
        self._shared.put("rung_at", self._shared.get("rung_at") or at)
        before = self.heard()
        os.kill(os.getpid(), int(self._shared.get(f"alarm_signal_{slot}")))
        for _ in range(_LOOKS):  # counted, not timed: we may be stopped for a while
            if self.heard() != before:
                return
            _real_sleep(0.0002)


TURNS = Turns()
"""Of this process: there is one time in it."""


class Lock:
    """``threading.Lock``, with turns."""

    def __init__(self) -> None:
        self._is_locked = False

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take it, or wait for it."""
        if self._is_locked:
            if not blocking:
                return False
            if not TURNS.block(lambda: not self._is_locked, timeout):
                return False
        self._is_locked = True
        return True

    def release(self) -> None:
        """Give it back."""
        if not self._is_locked:
            raise RuntimeError("release unlocked lock")
        self._is_locked = False

    def locked(self) -> bool:
        """Whether it is taken."""
        return self._is_locked

    def _at_fork_reinit(self) -> None:
        self._is_locked = False

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


class _Began:
    """What a starter of a thread waits for, really: it takes no time."""

    def __init__(self) -> None:
        self._gate, self._is_set = _taken(), False

    def set(self) -> None:
        if not self._is_set:
            self._is_set = True
            self._gate.release()

    def is_set(self) -> bool:
        return self._is_set

    def wait(self, _seconds: float | None = None) -> bool:
        with self._gate:
            return True


_real_start, _real_join = threading.Thread.start, threading.Thread.join
_real_is_alive = threading.Thread.is_alive
_OVER = "_has_had_its_turns"


def _start(self: Any) -> None:
    if not TURNS.is_on:
        _real_start(self)
        return
    gate, work = TURNS.enrol(), self.run

    def run() -> None:
        gate.acquire()
        try:
            work()
        except BaseException:  # noqa: BLE001 - told as Python would
            self._invoke_excepthook(self)
        finally:
            setattr(self, _OVER, True)
            TURNS.hand_on()

    self.run, self._started = run, _Began()
    setattr(self, _OVER, False)
    _real_start(self)


def _join(self: Any, timeout: float | None = None) -> None:
    if hasattr(self, _OVER):
        TURNS.join(self, timeout)
    else:
        _real_join(self, timeout)


def _is_alive(self: Any) -> bool:
    return not getattr(self, _OVER) if hasattr(self, _OVER) else _real_is_alive(self)


def install() -> None:
    """Put all this in the place of Python's own, before anything else is imported."""
    for name in ("sleep", "monotonic", "time"):
        setattr(time, name, getattr(TURNS, name))
    for name in ("_allocate_lock", "Lock"):
        setattr(threading, name, Lock)
    setattr(threading, "_CRLock", None)  # noqa: B010 - it is private, and then RLock is made of Lock
    setattr(queue, "SimpleQueue", queue._PySimpleQueue)  # type: ignore[attr-defined] # noqa: B010 - the other waits out of our sight
    for name, method in (("start", _start), ("join", _join), ("is_alive", _is_alive)):
        setattr(threading.Thread, name, method)


def keep_python_alive() -> None:
    """Give Python back the locks that threads take without the turn; to be called after a fork."""
    for name, make in (
        ("_active_limbo_lock", _thread.RLock),
        ("_shutdown_locks_lock", _thread.allocate_lock),
    ):
        setattr(threading, name, make())
