"""Glue's own count of DPU seconds comes late: it is waited for where it comes at all."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from plugin.core.ports import Sighting
from plugin.core.result import Cost
from plugin.core.states import RunState
from tests.doubles.checks import check_of
from tests.doubles.engine import HEALTHY, refused
from tests.unit.lifecycle.stage import Played, play

FLEX: dict[str, Any] = {"execution_class": "FLEX"}


def cost_of(played: Played) -> Cost:
    """Return the cost, which is known."""
    assert played.result.cost is not None
    return played.result.cost


def counted(after):
    """A healthy run whose count comes so many seconds after its end."""
    end = HEALTHY[-1]
    return (*HEALTHY, (end[0] + after, replace(end[1], dpu_seconds=100.0)))


# awslabs/amazon-dynamodb-tools waits 40 s for DPUSeconds
def test_count__comes_late__is_the_cost():
    played = play(check_of(**FLEX), course=counted(40))

    assert cost_of(played).is_measured
    assert cost_of(played).dpu_seconds == Decimal(100)
    assert played.engine.is_empty
    assert played.engine.steps[-1] == "delete_job"


def test_count__never_comes__is_an_estimate_within_a_bound():
    never, plain = play(check_of(**FLEX)), play()

    assert not cost_of(never).is_measured
    assert never.engine.is_empty
    assert never.clock.seconds - plain.clock.seconds <= 60


def test_count__glue_gives_none__is_not_waited_for():
    played = play(course=counted(40))

    assert not cost_of(played).is_measured


def test_count__there_at_the_end__is_not_asked_for():
    first, second = (play(check_of(**FLEX), course=counted(0)), play())

    assert cost_of(first).is_measured
    assert first.engine.steps.count("look") == second.engine.steps.count("look")


# awslabs/amazon-dynamodb-tools#272: what only tells the cost must not fail anything
def test_count__refused__is_an_estimate():
    looks = play(check_of(**FLEX)).engine.steps.count("look")
    without = play().engine.steps.count("look")
    assert looks > without

    played = play(check_of(**FLEX), refusals=refused("look", passes=without))

    assert played.result.verdict == "passed"
    assert not cost_of(played).is_measured
    assert played.engine.is_empty


def test_count__cancelled_meanwhile__waits_no_longer():
    end = play().clock.seconds

    played = play(check_of(**FLEX), cancel_at=end + 1, course=counted(40))

    assert played.clock.seconds <= end + 2
    assert played.engine.is_empty


@pytest.mark.parametrize("state", [RunState.FAILED, RunState.TIMEOUT])
def test_count__a_run_that_failed__is_counted_too(state):
    end = Sighting(state=state, execution_seconds=60)
    late = replace(end, dpu_seconds=7.0)

    played = play(check_of(**FLEX), course=(*HEALTHY[:2], (70.0, end), (90.0, late)))

    assert cost_of(played).dpu_seconds == 7


def test_count__a_run_that_never_ran__has_none_to_wait_for():
    waited = ((0.0, Sighting(state=RunState.WAITING)), (10.0, Sighting(state=RunState.STOPPED)))
    flex, plain = (play(check_of(**more), course=waited) for more in (FLEX, {}))

    assert flex.result.cost is None
    assert flex.clock.seconds == plain.clock.seconds


def test_count__cancelled_before_the_end__is_not_asked_for_at_all():
    flex, plain = (play(check_of(**more), cancel_at=30) for more in (FLEX, {}))

    assert flex.result.state == "STOPPED"
    assert flex.engine.steps == plain.engine.steps


def test_count__an_answer_that_lags_behind__changes_nothing_but_the_count():
    late = (*HEALTHY, (HEALTHY[-1][0] + 20, Sighting(state=RunState.RUNNING, dpu_seconds=7.0)))

    played = play(check_of(**FLEX), course=late)

    assert played.result.state == "SUCCEEDED"
    assert cost_of(played).dpu_seconds == 7
