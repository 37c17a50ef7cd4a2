"""A clean-up after a signal: its exit code is the signal's, and it does not wait for a silent AWS."""

import signal
import threading
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from plugin.app.in_time import hearing, in_time
from plugin.clients.clock import SystemClock
from plugin.core.errors import EngineError, Overdue, SettingsError


class Hasty(SystemClock):
    """A clock that goes a second on at each look."""

    def __init__(self):
        super().__init__()
        self.looks = 0

    def monotonic(self):
        self.looks += 1
        return float(self.looks)


class Still(SystemClock):
    """A clock that stands: how long anything takes on this machine decides nothing."""

    def monotonic(self):
        return 0.0


@dataclass
class Invocation:
    """What of an invocation a clean-up's end needs, and what it was told."""

    clock: SystemClock
    line: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(command="cleanup"))
    lines: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def say(self, *lines):
        self.lines += lines

    def complain(self, problems):
        self.errors += problems


def invoked(clock: SystemClock | None = None) -> Any:
    return Invocation(clock=clock or SystemClock())


def refuse():
    raise EngineError("Could not list jobs.")


def interrupt():
    signal.raise_signal(signal.SIGTERM)  # its handler has run when this returns


def test_hearing__an_error_without_a_signal__is_raised():
    with pytest.raises(EngineError):
        hearing(invoked(), refuse)


def test_hearing__an_error_after_a_signal__is_told_and_the_code_is_the_signals():
    told = invoked()

    def work():
        interrupt()
        refuse()

    assert hearing(told, work) == 143
    assert told.errors == ["Could not list jobs."]


def test_hearing__wrong_settings_after_a_signal__are_wrong_settings():
    def work():
        interrupt()
        raise SettingsError(("region is required.",))

    with pytest.raises(SettingsError):
        hearing(invoked(), work)


def test_hearing__a_signal__beats_the_code():
    def work():
        interrupt()
        return 3

    assert hearing(invoked(), work) == 143


def test_hearing__no_signal__returns_the_code():
    assert hearing(invoked(), lambda: 3) == 3


def test_in_time__work_that_ends__returns_its_code_and_says_nothing():
    told = invoked()

    assert in_time(told, lambda: 3, again=("again",)) == 3
    assert (told.lines, told.errors) == ([], [])


def test_in_time__no_answer_after_a_signal__is_left_behind_and_says_how_to_go_on():
    told, answered = invoked(Hasty()), threading.Event()
    told.clock.cancel()

    code = in_time(told, lambda: answered.wait() and 0, again=("cleanup: to try again: x",))
    answered.set()

    assert code == 3
    assert told.errors == [
        "cleanup: cancelled: AWS did not answer in time. What was not removed by now may stay."
    ]
    assert told.lines == ["cleanup: to try again: x"]


def test_in_time__no_answer_without_a_signal__is_waited_for():
    told, answered = invoked(Hasty()), threading.Event()
    threading.Timer(0.3, answered.set).start()

    assert in_time(told, lambda: answered.wait() and 0, again=()) == 0
    assert told.clock.looks > 1


def test_in_time__who_is_late_by_its_own_bounds__is_late():
    def work():
        raise Overdue("GitHub did not answer within 60 s.")

    with pytest.raises(Overdue):
        in_time(invoked(), work, again=())


def test_in_time__refused_after_a_signal__says_why_and_how_to_go_on():
    told = invoked(Still())

    def work():
        told.clock.cancel()
        refuse()

    assert in_time(told, work, again=("cleanup: to try again: x",)) == 3
    assert told.errors == [
        "cleanup: cancelled: Could not list jobs. What was not removed by now may stay."
    ]
    assert told.lines == ["cleanup: to try again: x"]


def test_in_time__refused_without_a_signal__is_raised():
    with pytest.raises(EngineError):
        in_time(invoked(), refuse, again=())
