"""Work side by side: in order, and after a cancel with an end whatever a thread waits for."""

import threading

import pytest

from plugin.app.side_by_side import SideBySide
from tests.doubles.clock import FakeClock


class Running(FakeClock):
    """A clock that moves whenever somebody asks for the time."""

    def monotonic(self):
        self.pause(0.5)
        return super().monotonic()


def never(task):
    threading.Event().wait(30 if task == "hangs" else 0)
    return task.upper()


@pytest.mark.parametrize("clock", [Running(cancel_at=0.0), Running(cancel_at=0.0, press_at=0.0)])
def test_run__cancelled_and_one_hangs__gives_that_one_up_alone(clock):
    work = SideBySide(never, give_up=lambda task: f"gave up {task}", clock=clock)

    assert work.run(["a", "hangs"], width=2) == ("A", "gave up hangs")


def test_run__one_raises__is_raised_here():
    def broken(task):
        raise KeyError(task)

    with pytest.raises(KeyError, match="a"):
        SideBySide(broken, give_up=str, clock=FakeClock()).run(["a"], width=1)


def test_run__more_tasks_than_threads__keeps_their_order():
    work = SideBySide(str.upper, give_up=str, clock=FakeClock())

    assert work.run(list("abcdef"), width=2) == tuple("ABCDEF")


def test_run__nothing__is_nothing():
    assert SideBySide(str, give_up=str, clock=FakeClock()).run([], width=3) == ()
