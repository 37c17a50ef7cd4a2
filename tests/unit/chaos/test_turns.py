"""Virtual time: threads take turns, and nobody waits for a second that passes."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.turns import HUNG_CODE

ROOT = Path(__file__).parents[3]
BEGINNING = """
from tests.chaos import turns
turns.install()
import sys, signal, threading, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tests.chaos.shared import Shared
shared = Shared(Path(sys.argv[1]))
turns.keep_python_alive()
turns.TURNS.begin(shared, epoch=1_000_000.0)
done = []
def say(*words):
    done.append((*words, round(shared.seconds, 3)))
def start(work, *arguments):
    thread = threading.Thread(target=work, args=arguments, daemon=True)
    thread.start()
    return thread
"""
ENDING = """
for one in done:
    print(*one)
import os
sys.stdout.flush()
os._exit(0)
"""


@pytest.fixture
def in_turns(tmp_path):
    """Run a program in virtual time; return its lines and its exit code."""

    def run(program):
        ended = subprocess.run(
            [sys.executable, "-c", BEGINNING + program + ENDING, str(tmp_path / "shared")],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert not ended.stderr
        return ended.stdout.splitlines(), ended.returncode

    return run


def test_turns__all_threads_wait_for_ever__end_the_process(in_turns):
    lines, code = in_turns("threading.Event().wait()\n")

    assert (lines, code) == ([], HUNG_CODE)


def test_turns__threads_that_sleep__wake_in_the_order_of_their_ends(in_turns):
    lines, _ = in_turns(
        """
def sleep(name, seconds):
    time.sleep(seconds)
    say(name)
threads = [start(sleep, "late", 3600), start(sleep, "soon", 0.5), start(sleep, "later", 86400)]
for thread in threads:
    thread.join()
say("all", time.time(), time.monotonic())
"""
    )

    assert lines == ["soon 0.5", "late 3600.0", "later 86400.0", "all 1086400.0 87400.0 86400.0"]


def test_turns__a_lock_that_is_held_while_its_thread_waits__is_waited_for(in_turns):
    lines, _ = in_turns(
        """
lock = threading.Lock()
def hold():
    with lock:
        time.sleep(5)
    say("given back")
thread = start(hold)
time.sleep(1)
say(lock.acquire(blocking=False))
say(lock.acquire(timeout=2))
say(lock.acquire())
thread.join()
"""
    )

    assert lines == ["False 1.0", "False 3.0", "given back 5.0", "True 5.0"]


def test_turns__an_event_that_another_thread_sets__ends_the_wait_at_once(in_turns):
    lines, _ = in_turns(
        """
event = threading.Event()
def work():
    time.sleep(2)
    event.set()
start(work)
say(event.wait(1))
say(event.wait(60))
"""
    )

    assert lines == ["False 1.0", "True 2.0"]


def test_turns__a_pool_of_threads__does_its_work(in_turns):
    lines, _ = in_turns(
        """
def work(number):
    time.sleep(number)
    return number
with ThreadPoolExecutor(2) as pool:
    say(list(pool.map(work, [3, 1, 1, 2])))
"""
    )

    assert lines == ["[3, 1, 1, 2] 4.0"]


def test_turns__an_exception_in_a_thread__ends_it_alone(in_turns):
    lines, _ = in_turns(
        """
threading.excepthook = lambda told: say(told.exc_type.__name__)
def fail():
    time.sleep(1)
    raise KeyError
thread = start(fail)
thread.join()
say(thread.is_alive())
"""
    )

    assert lines == ["KeyError 1.0", "False 1.0"]


def test_join__short_turns_while_no_signal_comes__are_made_longer(in_turns):
    lines, _ = in_turns(
        """
thread = start(time.sleep, 1000)
turns_taken = 0
while thread.is_alive():
    thread.join(0.05)
    turns_taken += 1
say(turns_taken <= 1001)
"""
    )

    assert lines == ["True 1000.0"]


def test_alarm__its_time_comes__is_a_signal_that_ends_a_turn(in_turns):
    lines, _ = in_turns(
        """
def hear(number, frame):
    shared.put("heard", shared.get("heard") + 1)
    say(signal.Signals(number).name)
signal.signal(signal.SIGTERM, hear)
shared.set_alarm(7.25, signal.SIGTERM)
thread = start(time.sleep, 1000)
while not shared.get("heard"):
    thread.join(0.05)
say("heard")
thread.join(0.05)
say("a turn")
"""
    )

    assert lines == ["SIGTERM 7.25", "heard 7.25", "a turn 7.3"]
