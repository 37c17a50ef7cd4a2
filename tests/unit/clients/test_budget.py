"""One budget of requests to Glue for all checks, and what a crowd of them makes of it.

The crowd is a simulation in virtual time over the real pace and the real turns (``watchers``).
Sources of the care: airflow#23475 (ten pollers were throttled), etl_manager#84.
"""

import statistics
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.clients.aws.budget import PATIENCE_SECONDS, PER_SECOND, RequestBudget, Turns
from tests.doubles.clock import FakeClock
from tests.doubles.shared_clock import SharedClock
from tests.doubles.watchers import Crowd

MOST_IN_A_SECOND = 8
"""Fewer than ten, with one to spare for an uneven way to Glue, whichever second one looks at."""


GAP = 1 / PER_SECOND


def most_in_a_second(times: list[float]) -> int:
    return max(sum(0 <= other - one <= 1.0 for other in times) for one in times)


# --- turns ----------------------------------------------------------------------------------------


def test_turns__one_gave_up__the_next_takes_its_place():
    turns = Turns()
    first, second = turns.ask(0.0, patience=0.0), turns.ask(0.0, patience=0.0)

    turns.leave(first)
    turns.leave(first)

    assert turns.seconds_until(second, 0.0) == 0.0


def test_turns__urgent__goes_before_one_that_came_first_but_not_for_ever():
    turns = Turns()
    patient = turns.ask(0.0, patience=PATIENCE_SECONDS)
    urgent = turns.ask(PATIENCE_SECONDS - 1.0, patience=0.0)
    late = turns.ask(PATIENCE_SECONDS + 1.0, patience=0.0)

    now = PATIENCE_SECONDS + 1.0
    waits = [turns.seconds_until(turn, now) for turn in (late, patient, urgent)]

    assert waits == [2 / PER_SECOND, 1 / PER_SECOND, 0.0]


def test_turns__many_lost_their_patience__the_urgent_ones_still_go_first_mostly():
    turns = Turns()
    patient = [turns.ask(0.0, patience=PATIENCE_SECONDS) for _ in range(60)]
    now = PATIENCE_SECONDS
    order: list[bool] = []
    waiting = list(patient)

    while len(order) < 40:
        now += GAP
        waiting.append(turns.ask(now, patience=0.0))
        went = next(turn for turn in waiting if turns.seconds_until(turn, now) == 0.0)
        waiting.remove(went)
        order.append(went in patient)

    assert 6 <= sum(order) <= 12


def test_turns__somebody_wakes_late__the_next_one_does_not_wait_longer_for_it():
    turns = Turns()
    for now, wait in ((0.0, 0.0), (0.15, 0.0), (0.26, 0.0), (0.26, 0.12667)):
        turn = turns.ask(now, patience=0.0)

        assert turns.seconds_until(turn, now) == pytest.approx(wait, abs=0.001)


@given(st.lists(st.tuples(st.floats(0, 3), st.booleans()), min_size=1, max_size=60))
@pytest.mark.untraced
def test_turns__whoever_comes_whenever__no_second_has_ten(arrivals):
    turns, went = Turns(), []
    waiting = [
        (at, turns.ask(at, patience=PATIENCE_SECONDS * is_patient))
        for at, is_patient in sorted(arrivals)
    ]
    now = 0.0
    while waiting:
        for place in list(waiting):
            if place[0] <= now and not turns.seconds_until(place[1], now):
                went.append(now)
                waiting.remove(place)
        now += 0.013

    assert most_in_a_second(went) <= MOST_IN_A_SECOND


# --- the budget -----------------------------------------------------------------------------------


def test_budget__cancelled__holds_nobody_back():
    clock = FakeClock(cancel_at=0.0)
    budget = RequestBudget(clock)

    for _ in range(50):
        budget.wait("DeleteJob")

    assert clock.seconds == 0.0


def test_budget__a_cancel_while_many_wait__lets_them_go():
    clock = FakeClock(cancel_at=1.0)
    budget = RequestBudget(clock)

    for _ in range(50):
        budget.wait(operation_name="DeleteJob")

    assert clock.seconds == 1.0


def test_budget__the_wait_is_broken_off__its_place_is_free_again():
    class Broken(FakeClock):
        def wait(self, seconds: float) -> bool:
            raise KeyboardInterrupt

    clock = Broken()
    budget = RequestBudget(clock)
    budget.wait("GetJobRun")
    with pytest.raises(KeyboardInterrupt):
        budget.wait("GetJobRun")
    clock.seconds = 10.0

    budget.wait("GetJobRun")  # does not wait


def test_budget__delayed_after_their_turn__are_sent_one_by_one_all_the_same():
    clock = FakeClock()
    budget, went = RequestBudget(clock), []
    for _ in range(20):  # all have had their turn, and found the credentials at once
        budget.send(request=None)
        went.append(clock.seconds)

    assert most_in_a_second(went) <= MOST_IN_A_SECOND
    clock.cancel()
    budget.send(request=None)
    assert clock.seconds == went[-1]


def test_budget__many_threads__go_one_by_one():
    clock = SharedClock(threads=20)
    budget, went = RequestBudget(clock), []

    def ask() -> None:
        for _ in range(5):
            budget.wait("GetJobRun")
            went.append(clock.seconds)
        clock.leave()

    with ThreadPoolExecutor(20) as pool:
        for done in [pool.submit(ask) for _ in range(20)]:
            done.result()

    assert len(went) == 100
    assert most_in_a_second(went) <= MOST_IN_A_SECOND
    assert clock.seconds == pytest.approx(99 / PER_SECOND, abs=1.0)


# --- crowds ---------------------------------------------------------------------------------------

TOGETHER, SPREAD, SHORT = (300.0, 300.5), (60.0, 600.0), (5.0, 60.0)


@pytest.mark.parametrize("run_seconds", [TOGETHER, SPREAD, SHORT])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.untraced
def test_crowd__200_checks_from_begin_to_finish__stay_within_the_budget_and_hear_in_time(
    run_seconds, seed
):
    crowd = Crowd(size=200, run_seconds=run_seconds, seed=seed).play()

    assert len(crowd.heard_after) == 200
    assert crowd.peak <= MOST_IN_A_SECOND
    assert max(crowd.heard_after) <= 30.0
    assert max(crowd.started_at) <= 300.0


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.untraced
def test_crowd__200_runs_that_end_all_over__are_heard_of_in_time(seed):
    crowd = Crowd(size=200, run_seconds=(60.0, 900.0), are_begun=True, seed=seed).play()

    assert crowd.peak <= MOST_IN_A_SECOND
    assert max(crowd.heard_after) <= 30.0


@pytest.mark.untraced
def test_crowd__a_single_check__hears_within_3_s_at_the_median_and_6_s_at_worst():
    heard = [
        seconds
        for seed in range(1000)
        for seconds in Crowd(size=1, run_seconds=(5.0, 900.0), seed=seed).play().heard_after
    ]

    assert statistics.median(heard) <= 3.0
    assert max(heard) <= 6.0


@pytest.mark.untraced
def test_crowd__ten_checks__hear_as_a_single_one_does():
    heard = [
        seconds
        for seed in range(50)
        for seconds in Crowd(size=10, run_seconds=(5.0, 900.0), seed=seed).play().heard_after
    ]

    assert statistics.median(heard) <= 3.0
    assert max(heard) <= 6.0
