"""When a run is stopped, and which reason is the strongest."""

from decimal import Decimal
from typing import Any

import pytest

from plugin.core.course import Course
from plugin.core.judgement import Stop
from plugin.core.limits import reason_to_stop
from plugin.core.ports import Sighting
from plugin.core.states import RunState
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
        ({"ran": 1800.0, "max_cost_usd": Decimal(0), "cancelled": True}, Stop.CANCELLED),
    ],
)
def test_reason_to_stop__each_limit__holds_from_its_boundary_on(given, stop):
    assert reason(**given) is stop
