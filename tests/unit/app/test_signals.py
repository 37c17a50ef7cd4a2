"""Signals: heard, told to the clock, remembered; before anything is made they end the process."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from plugin.app.signals import cancelling
from plugin.clients.clock import SystemClock

ALL = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)]


@pytest.fixture(autouse=True)
def in_a_terminal():
    """Let SIGHUP be heard, also where this suite itself was begun under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def send(number):
    """Send this process a signal; its handler has run when this returns."""
    signal.raise_signal(number)


@pytest.mark.parametrize(("number", "code"), ALL)
def test_cancelling__a_signal__cancels_the_clock_and_is_the_exit_code(number, code):
    clock = SystemClock()

    with cancelling(clock) as heard:
        assert heard.exit is None
        assert not clock.is_cancelled()
        send(number)

    assert heard.exit == code
    assert clock.is_cancelled()
    assert not clock.is_pressed()


def test_cancelling__two_signals__the_first_is_the_code_and_the_second_presses():
    clock = SystemClock()

    with cancelling(clock) as heard:
        send(signal.SIGTERM)
        send(signal.SIGINT)

    assert heard.exit == 143
    assert clock.is_pressed()


@pytest.mark.parametrize("number", [number for number, _ in ALL])
def test_cancelling__afterwards__earlier_handlers_are_back(number):
    before = signal.getsignal(number)

    def fail():
        with cancelling(SystemClock()):
            assert signal.getsignal(number) is not before
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert signal.getsignal(number) is before


def test_cancelling__under_nohup__goes_on_after_the_terminal_is_gone():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with cancelling(SystemClock()) as heard:
            send(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)

    assert heard.exit is None


def test_cancelling__a_shell_that_ignores_sigint_for_jobs_behind__is_heard_all_the_same():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with cancelling(SystemClock()) as heard:
            send(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)

    assert heard.exit == 130


def test_cancelling__in_a_thread__asks_for_no_handler():
    before, during = signal.getsignal(signal.SIGTERM), []

    def work():
        with cancelling(SystemClock()):
            during.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert during == [before]


@pytest.mark.parametrize(("number", "code"), ALL)
def test_leaving_early__a_signal__ends_at_once_with_its_code_and_says_nothing(number, code):
    program = (
        "import signal\n"
        "from plugin.app.signals import leaving_early\n"
        "with leaving_early():\n"
        f"    signal.raise_signal({int(number)})\n"
        "    print('goes on')\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (code, b"", b"")
