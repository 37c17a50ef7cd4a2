"""What a run costs: the formula, Glue's own count, the user's own rates."""

import math
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.capacity import Capacity
from plugin.core.costs.cost import (
    HIGHEST_DPU_SECONDS,
    HIGHEST_RATE,
    cost_of,
    counted_against_limit,
    dpu,
    override_problems,
    rate,
    seconds_for,
)
from plugin.core.costs.rates import DPU_OF_WORKER, USD_PER_HOUR

NONE = MappingProxyType[str, str]({})
SHELL = Capacity(job_type="pythonshell", glue_version="3.0", max_capacity=Decimal("0.0625"))


def spark(**values):
    return Capacity(
        **{
            "job_type": "glueetl",
            "glue_version": "5.1",
            "worker_type": "G.1X",
            "number_of_workers": 2,
            **values,
        }
    )


CAPACITIES = st.builds(
    spark,
    glue_version=st.sampled_from(["3.0", "4.0", "5.0", "5.1", "6.0", "7.0"]),
    worker_type=st.sampled_from(sorted(DPU_OF_WORKER)),
    number_of_workers=st.integers(min_value=2, max_value=1000),
    execution_class=st.sampled_from(["STANDARD", "FLEX"]),
) | st.just(SHELL)
SECONDS = st.floats(min_value=0, max_value=10**6)


@pytest.mark.parametrize(
    "key", ["", "STANDARD", "/STANDARD", "5.1", "5.1/", "5.1/standard", "5.1/GOLD", "5/STANDARD"]
)
def test_override_problems__key_that_would_never_match__is_refused(key):
    (problem,) = override_problems({key: "0.5"})

    assert repr(key) in problem
    assert "FLEX, MEMORY, STANDARD, pythonshell" in problem


@pytest.mark.parametrize("value", ["", "a", "-1", "nan", "sNaN", "inf", "1e9999", "10001", "$1"])
def test_override_problems__no_amount__is_refused(value):
    (problem,) = override_problems({"5.1/STANDARD": value})

    assert problem == f"price_overrides: '5.1/STANDARD': {value!r} is not an amount in USD."


def test_override_problems__several__are_told_at_once():
    assert len(override_problems({"x": "y", "5.1/FLEX": "-1"})) == 3


@pytest.mark.parametrize("key", [*USD_PER_HOUR, "5.1/STANDARD", "*/FLEX", "3.0/pythonshell"])
@pytest.mark.parametrize("value", ["0", "0.44", " 1 ", str(HIGHEST_RATE)])
def test_override_problems__usable__are_none(key, value):
    assert override_problems({key: value}) == ()


@pytest.mark.parametrize(
    ("capacity", "expected"),
    [
        (spark(), "0.44"),
        (spark(execution_class="FLEX"), "0.29"),
        (spark(glue_version="6.0"), "0.308"),
        (spark(glue_version="6.0", execution_class="FLEX"), "0.203"),
        (spark(worker_type="R.2X"), "0.52"),
        (spark(worker_type="R.2X", glue_version="6.0", execution_class="FLEX"), "0.364"),
        (SHELL, "0.44"),
    ],
)
def test_rate__without_overrides__is_ours(capacity, expected):
    assert rate(capacity, NONE) == Decimal(expected)


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({"5.1/STANDARD": "1", "*/STANDARD": "2"}, "1"),
        ({"*/STANDARD": "2"}, "2"),
        ({"4.0/STANDARD": "3"}, "0.44"),
        ({"5.1/FLEX": "4"}, "0.44"),
    ],
)
def test_rate__overrides__the_nearest_wins(overrides, expected):
    assert rate(spark(), overrides) == Decimal(expected)


def test_rate__override_for_any_version__beats_our_rate_of_one():
    assert rate(spark(glue_version="6.0"), {"*/STANDARD": "2"}) == 2


@pytest.mark.parametrize(
    ("capacity", "expected"),
    [(spark(), 2), (spark(worker_type="G.025X"), "0.5"), (SHELL, "0.0625")],
)
def test_dpu__of_workers_or_capacity__is_their_sum(capacity, expected):
    assert dpu(capacity) == Decimal(expected)


def test_cost_of__short_run__is_a_minute():
    cost = cost_of(spark(), seconds=1, overrides=NONE)

    assert (cost.usd, cost.dpu_seconds, cost.is_measured) == (
        Decimal("0.0147"),
        Decimal(120),
        False,
    )
    assert cost.formula == "2 DPU × 60 s × $0.44 per DPU hour (us-east-1's rate)"


def test_cost_of__hour__is_the_rate_times_the_size():
    assert cost_of(spark(), seconds=3600, overrides=NONE).usd == Decimal("0.8800")


def test_cost_of__count_of_glue__beats_the_formula():
    cost = cost_of(spark(), seconds=3600, dpu_seconds=30.5, overrides=NONE)

    assert (cost.usd, cost.dpu_seconds, cost.is_measured) == (
        Decimal("0.0037"),
        Decimal("30.5"),
        True,
    )
    assert cost.formula == (
        "30.5 DPU seconds as counted by Glue × $0.44 per DPU hour (us-east-1's rate)"
    )


@pytest.mark.parametrize("count", [0.5, HIGHEST_DPU_SECONDS])
def test_cost_of__any_count_of_glue_that_can_be__is_taken(count):
    cost = cost_of(spark(), seconds=60, dpu_seconds=count, overrides=NONE)

    assert (cost.dpu_seconds, cost.is_measured) == (Decimal(str(count)), True)


@pytest.mark.parametrize("count", [0.0, -0.5, HIGHEST_DPU_SECONDS * 2, math.inf, math.nan])
def test_cost_of__count_of_glue_that_cannot_be__is_left_for_the_formula(count):
    told = cost_of(spark(), seconds=60, dpu_seconds=count, overrides=NONE)

    assert told == cost_of(spark(), seconds=60, overrides=NONE)


def test_cost_of__half_of_the_last_digit__is_rounded_up():
    cost = cost_of(spark(), seconds=900, overrides={"*/STANDARD": "0.3001"})

    assert cost.usd == Decimal("0.1501")  # of 0.15005


@given(capacity=CAPACITIES, seconds=SECONDS, more=SECONDS)
def test_cost_of__longer_run__is_never_cheaper(capacity, seconds, more):
    shorter = cost_of(capacity, seconds=seconds, overrides=NONE)
    longer = cost_of(capacity, seconds=seconds + more, overrides=NONE)

    assert 0 < shorter.usd <= longer.usd
    assert shorter.dpu_seconds >= dpu(capacity) * 60


@given(capacity=CAPACITIES, seconds=SECONDS, amount=st.decimals(0, HIGHEST_RATE, places=4))
def test_cost_of__any_usable_override__is_a_price(capacity, seconds, amount):
    overrides = {f"*/{capacity.price_class}": str(amount)}

    cost = cost_of(capacity, seconds=seconds, overrides=overrides)

    assert override_problems(overrides) == ()
    assert cost.usd_per_dpu_hour == amount
    assert abs(cost.usd - cost.dpu_seconds * amount / 3600) <= Decimal("0.00005")
    assert "E" not in cost.formula.split(" s ")[0]


def test_cost_of__memory_workers__are_m_dpu_at_a_rate_of_their_own():
    cost = cost_of(spark(worker_type="R.2X"), seconds=3600, overrides={"*/MEMORY": "1"})

    assert (cost.usd, cost.formula) == (Decimal(4), "4 M-DPU × 3600 s × $1 per M-DPU hour")


def test_cost_of__auto_scaling__is_said_to_be_an_upper_bound():
    cost = cost_of(spark(), seconds=60, overrides=NONE, is_scaled=True)

    assert cost.formula.startswith("up to 2 DPU × 60 s")


@given(capacity=CAPACITIES, seconds=SECONDS)
def test_cost_of__more_workers__are_never_cheaper(capacity, seconds):
    if capacity.number_of_workers:
        more = replace(capacity, number_of_workers=capacity.number_of_workers + 1)
        less = cost_of(capacity, seconds=seconds, overrides=NONE).usd

        assert less <= cost_of(more, seconds=seconds, overrides=NONE).usd


@given(capacity=CAPACITIES, seconds=SECONDS, amount=st.decimals(0, HIGHEST_RATE, places=4))
def test_counted_against_limit__any_override__is_never_less_than_our_rate(
    capacity, seconds, amount
):
    overrides = {f"*/{capacity.price_class}": str(amount)}

    counted = counted_against_limit(capacity, seconds=seconds, overrides=overrides)

    assert counted >= counted_against_limit(capacity, seconds=seconds, overrides=NONE)
    assert (
        counted + Decimal("0.0001") >= cost_of(capacity, seconds=seconds, overrides=overrides).usd
    )


@given(capacity=CAPACITIES, amount=st.decimals(1, 10**4, places=2))
def test_seconds_for__an_amount__is_when_it_is_spent(capacity, amount):
    seconds = seconds_for(amount, capacity, NONE)

    if seconds >= 60:
        counted = counted_against_limit(capacity, seconds=float(seconds), overrides=NONE)
        assert abs(counted - amount) < Decimal("0.0001")
