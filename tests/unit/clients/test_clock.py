"""The clock: one cancel that everybody hears, and pauses that nobody cuts short."""

import threading
import time
from datetime import UTC

from plugin.clients.clock import SystemClock

LONG = 60.0


def test_wait__cancelled_before__returns_at_once_every_time():
    clock = SystemClock()
    clock.cancel()

    assert clock.is_cancelled()
    assert clock.wait(LONG)
    assert clock.wait(LONG)


def test_wait__cancelled_meanwhile__wakes_everybody():
    clock = SystemClock()
    heard = []
    waiting = [threading.Thread(target=lambda: heard.append(clock.wait(LONG))) for _ in range(3)]
    for thread in waiting:
        thread.start()

    clock.cancel()
    for thread in waiting:
        thread.join(LONG)

    assert heard == [True, True, True]


def test_wait__nobody_cancels__is_false():
    assert not SystemClock().wait(0.001)


def test_pause__cancelled__waits_all_the_same():
    clock = SystemClock()
    clock.cancel()
    before = clock.monotonic()

    clock.pause(0.01)

    assert clock.monotonic() - before >= 0.01


def test_now__is_utc():
    clock = SystemClock()

    assert clock.now().tzinfo is UTC
    assert not clock.is_cancelled()


def test_monotonic__is_the_one_clock_that_nobody_sets():
    before, seconds, after = time.monotonic(), SystemClock().monotonic(), time.monotonic()

    assert before <= seconds <= after
