"""Work side by side: in order, and after a cancel with an end whatever a thread waits for."""

import threading

import pytest

from plugin.app.side_by_side import (
    CANCELLED_SECONDS,
    PATIENCE_SECONDS,
    PRESSED_SECONDS,
    SideBySide,
)
from plugin.lifecycle.stopping import PRESSED_STOP_SECONDS, STOP_SECONDS_WHEN_CANCELLED
from tests.doubles.clock import FakeClock


class Running(FakeClock):
    """A clock that moves whenever somebody asks for the time, once it is told to go, to its end."""

    def __init__(self, *, end=60.0, **options):
        super().__init__(**options)
        self.goes, self.end = threading.Event(), end

    def monotonic(self):
        if self.goes.is_set() and self.seconds < self.end:
            self.pause(0.25)
        return super().monotonic()


@pytest.mark.parametrize(
    ("times", "least", "most"),
    [
        ({}, CANCELLED_SECONDS, CANCELLED_SECONDS + 1),
        ({"press_at": 0.0}, PRESSED_SECONDS, PRESSED_SECONDS + 1),
        # told again when nearly all of the time is over: that gives none back
        ({"press_at": 3.5}, CANCELLED_SECONDS, CANCELLED_SECONDS + 1),
    ],
)
def test_run__cancelled_and_one_hangs__gives_that_one_up_alone_and_in_time(times, least, most):
    clock, over = Running(cancel_at=0.0, **times), threading.Event()
    together, threads = threading.Barrier(2), {}

    def work(task):
        threads[task] = threading.current_thread()
        together.wait(60)
        if task == "hangs":
            threads["a"].join(60)  # time goes on when its result is there, however slow it is
            clock.goes.set()
            over.wait(30)
        return task.upper()

    both = SideBySide(work, give_up=lambda task: f"gave up {task}", clock=clock)

    results = both.run(["a", "hangs"], width=2)
    over.set()

    assert results == ("A", "gave up hangs")
    assert least <= clock.seconds <= most


def test_bounds__the_wait_for_a_run_and_the_end_of_all__leave_a_second_for_removals():
    assert PRESSED_STOP_SECONDS + 1 <= PRESSED_SECONDS < CANCELLED_SECONDS
    assert STOP_SECONDS_WHEN_CANCELLED + 1 <= CANCELLED_SECONDS
    assert PATIENCE_SECONDS < PRESSED_SECONDS  # also after two signals at once somebody stands in


# --- who stands in for a silent one ---------------------------------------------------------------


class Standing:
    """Tasks of which one hangs, and somebody who stands in for it and does as he is told."""

    def __init__(self, act, *, width=2, tasks=("a", "hangs"), **clock):
        self.clock, self.act, self.first = Running(cancel_at=0.0, **clock), act, tasks[0]
        self.asked, self.stood, self.over = [], threading.Event(), threading.Event()
        both = SideBySide(
            self.work, stand_in=self.stand_in, give_up=lambda t: f"gave up {t}", clock=self.clock
        )
        self.results = both.run(tasks, width=width)
        self.over.set()
        assert self.stood.wait(30)

    def work(self, task):
        if task == self.first:
            self.clock.goes.set()
        if task.startswith("hangs"):
            self.over.wait(30)
        return task.upper()

    def stand_in(self, task, since):
        self.asked.append((task, since))
        self.stood.set()
        return self.act(task)


# Nobody is given up on a clock that goes no further than this.
SOON = PATIENCE_SECONDS + 0.25


@pytest.mark.parametrize("times", [{}, {"press_at": 0.0}], ids=["cancelled", "told twice"])
def test_run__cancelled_and_one_is_silent__the_result_of_who_stands_in_counts(times):
    ended = Standing(lambda task: f"{task} was ended", end=SOON, **times)

    assert ended.results == ("A", "hangs was ended")
    assert [task for task, _ in ended.asked] == ["hangs"]
    assert ended.clock.seconds >= PATIENCE_SECONDS


def test_run__many_are_silent__somebody_stands_in_for_each_and_once():
    hung = [f"hangs {number}" for number in range(25)]

    ended = Standing(str.upper, tasks=hung, width=25, end=SOON)

    assert ended.results == tuple(map(str.upper, hung))
    assert sorted(task for task, _ in ended.asked) == sorted(hung)


def test_run__somebody_stands_in__knows_since_when_it_is_cancelled():
    ended = Standing(str, end=SOON)

    ((_, since),) = ended.asked
    assert 1000.0 <= since <= 1000.5


def test_run__nothing_can_be_done_in_its_place__is_given_up_in_time():
    ended = Standing(lambda _: None)

    assert ended.results == ("A", "gave up hangs")
    assert len(ended.asked) == 1
    assert CANCELLED_SECONDS <= ended.clock.seconds <= CANCELLED_SECONDS + 1


def test_run__who_stands_in_breaks__costs_no_more_than_that_task():
    def breaks(task):
        raise KeyError(task)

    assert Standing(breaks).results == ("A", "gave up hangs")


def test_run__a_silent_one_keeps_others_from_their_begin__nobody_stands_in_for_those():
    ended = Standing(lambda _: None, tasks=("hangs", "b", "c"), width=1)

    assert ended.results == ("gave up hangs", "gave up b", "gave up c")
    assert [task for task, _ in ended.asked] == ["hangs"]


def test_run__nobody_cancels__nobody_stands_in():
    asked = []
    both = SideBySide(
        str.upper, stand_in=lambda *told: asked.append(told), give_up=str, clock=FakeClock()
    )

    assert both.run(["a", "b"], width=2) == ("A", "B")
    assert asked == []


# --- threads --------------------------------------------------------------------------------------


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
