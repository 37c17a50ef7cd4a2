"""When a run is stopped, and which reason is the strongest."""

from decimal import Decimal
from typing import Any

import pytest

from plugin.core.ports import Sighting
from plugin.core.states import RunState
from plugin.core.watching.course import Course
from plugin.core.watching.ending import Stop
from plugin.core.watching.limits import reason_to_stop, seconds_to_limit
from tests.doubles.checks import check_of

STREAM = {"job_type": "gluestreaming", "stream_minutes": 2, "timeout_minutes": 2}


def reason(
    *, waited: float = 0.0, ran: float | None = None, cancelled: bool = False, **check: Any
) -> Stop | None:
    course = Course(started=0.0)
    if ran is not None:
        course.saw(Sighting(state=RunState.RUNNING), 0.0)
        course.saw(Sighting(state=RunState.RUNNING), ran)
    return reason_to_stop(check_of(**check), course, waited=waited, is_cancelled=cancelled)


@pytest.mark.parametrize(
    ("given", "stop"),
    [
        ({"waited": 899.9}, None),
        ({"waited": 900.0}, Stop.QUEUE),
        ({"waited": 9999.0, "ran": 1.0}, None),
        ({"waited": 900.0, "cancelled": True}, Stop.CANCELLED),
        ({"ran": 1799.9}, None),
        ({"ran": 1800.0}, Stop.TIME),
        ({"ran": 119.9, **STREAM}, None),
        ({"ran": 120.0, **STREAM}, Stop.STREAM_HEALTHY),
        ({"ran": 60.0, **STREAM, "timeout_minutes": 1}, Stop.TIME),
        ({"ran": 120.0, "stream_minutes": 1}, None),
        ({"ran": 1.0, "max_cost_usd": Decimal("0.0147")}, None),
        ({"ran": 1.0, "max_cost_usd": Decimal("0.0146")}, Stop.COST),
        ({"ran": 1.0, "max_cost_usd": Decimal(0), "is_local": True}, None),
        ({"waited": 1.0, "max_cost_usd": Decimal(0)}, None),
        (
            {
                "ran": 1.0,
                "max_cost_usd": Decimal("0.02"),
                "price_overrides": {"*/STANDARD": "0.6"},
            },
            None,
        ),
        (
            {"ran": 1.0, "max_cost_usd": Decimal("0.01"), "price_overrides": {"*/STANDARD": "0"}},
            Stop.COST,
        ),
        ({"ran": 1800.0, "max_cost_usd": Decimal(0), "cancelled": True}, Stop.CANCELLED),
    ],
)
def test_reason_to_stop__each_limit__holds_from_its_boundary_on(given, stop):
    assert reason(**given) is stop


def course_of(*seen: tuple[float, RunState]) -> Course:
    course = Course(started=0.0)
    for now, state in seen:
        course.saw(Sighting(state=state), now)
    return course


@pytest.mark.parametrize(("waited", "stop"), [(909.9, None), (910.0, Stop.QUEUE)])
def test_reason_to_stop__sent_back_to_the_queue__all_its_waits_count(waited, stop):
    course = course_of((0.0, RunState.RUNNING), (10.0, RunState.WAITING))

    assert reason_to_stop(check_of(), course, waited=waited, is_cancelled=False) is stop


def test_reason_to_stop__long_in_the_queue_and_running_now__may_run():
    course = course_of(
        (0.0, RunState.WAITING), (899.0, RunState.RUNNING), (950.0, RunState.RUNNING)
    )

    assert reason_to_stop(check_of(), course, waited=950.0, is_cancelled=False) is None


@pytest.mark.parametrize(
    ("seen", "waited"),
    [
        (((0.0, RunState.UNKNOWN),), 900.0),
        (((0.0, RunState.RUNNING), (10.0, RunState.UNKNOWN), (1800.0, RunState.UNKNOWN)), 1800.0),
    ],
    ids=["in the queue", "while it ran"],
)
def test_reason_to_stop__a_limit_in_a_state_that_nobody_knows__guesses_nothing(seen, waited):
    check, course = check_of(), course_of(*seen)

    assert reason_to_stop(check, course, waited=waited - 0.1, is_cancelled=False) in {
        None,
        Stop.UNKNOWN_STATE,
    }
    assert reason_to_stop(check, course, waited=waited, is_cancelled=False) is Stop.UNKNOWN_STATE
    assert reason_to_stop(check, course, waited=0.0, is_cancelled=True) is Stop.CANCELLED


RUNNING = ((100.0, RunState.RUNNING), (110.0, RunState.RUNNING))


@pytest.mark.parametrize(
    ("seen", "check", "seconds"),
    [
        ((), {}, 790.0),
        (((0.0, RunState.WAITING),), {"queue_timeout_minutes": 20}, 1090.0),
        (RUNNING, {}, 1790.0),
        (RUNNING, STREAM, 110.0),
        (RUNNING, {"stream_minutes": 1}, 1790.0),
        (RUNNING, {"max_cost_usd": Decimal("0.0880")}, 350.0),  # 0.88 USD an hour
        (RUNNING, {"max_cost_usd": Decimal("0.0880"), "is_local": True}, 1790.0),
        (
            RUNNING,
            {"max_cost_usd": Decimal("0.0880"), "price_overrides": {"*/STANDARD": "0"}},
            350.0,
        ),
        (
            RUNNING,
            {"max_cost_usd": Decimal("0.0880"), "price_overrides": {"*/STANDARD": "0.88"}},
            170.0,
        ),
        ((*RUNNING, (110.0, RunState.WAITING)), {}, 800.0),
    ],
)
def test_seconds_to_limit__names_the_next_one(seen, check, seconds):
    course = course_of(*seen)

    assert seconds_to_limit(check_of(**check), course, waited=110.0) == pytest.approx(seconds)
