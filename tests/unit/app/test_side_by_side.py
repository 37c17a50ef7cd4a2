"""Work side by side: in order, and after a cancel with an end whatever a thread waits for."""

import threading

import pytest

from plugin.app.side_by_side import CANCELLED_SECONDS, PRESSED_SECONDS, SideBySide
from tests.doubles.clock import FakeClock


class Running(FakeClock):
    """A clock that moves whenever somebody asks for the time, once it is told to go."""

    def __init__(self, **options):
        super().__init__(**options)
        self.goes = threading.Event()

    def monotonic(self):
        if self.goes.is_set():
            self.pause(0.25)
        return super().monotonic()


@pytest.mark.parametrize(
    ("clock", "least", "most"),
    [
        (Running(cancel_at=0.0), CANCELLED_SECONDS, CANCELLED_SECONDS + 1),
        (Running(cancel_at=0.0, press_at=0.0), PRESSED_SECONDS, PRESSED_SECONDS + 1),
        # told again when nearly all of the time is over: that gives none back
        (Running(cancel_at=0.0, press_at=3.5), CANCELLED_SECONDS, CANCELLED_SECONDS + 1),
    ],
)
def test_run__cancelled_and_one_hangs__gives_that_one_up_alone_and_in_time(clock, least, most):
    def work(task):
        if task == "hangs":
            threading.Event().wait(30)
        clock.goes.set()
        return task.upper()

    both = SideBySide(work, give_up=lambda task: f"gave up {task}", clock=clock)

    assert both.run(["a", "hangs"], width=2) == ("A", "gave up hangs")
    assert least <= clock.seconds <= most


def test_run__a_task_that_waits_for_ever__does_not_keep_the_process():
    daemons = []
    work = SideBySide(
        lambda _: daemons.append(threading.current_thread().daemon), give_up=str, clock=FakeClock()
    )

    work.run(["a"], width=1)

    assert daemons == [True]


def test_run__fewer_threads_than_tasks__never_works_on_more_at_once():
    names, both = set(), threading.Barrier(2)

    def work(_):
        names.add(threading.current_thread().name)
        both.wait(10)  # two are at work at any time, or it breaks

    SideBySide(work, give_up=str, clock=FakeClock()).run(list("abcdef"), width=2)

    assert names == {"check-0", "check-1"}


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
