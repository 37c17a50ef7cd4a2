"""What a run costs: the formula, Glue's own count, the user's own rates."""

from decimal import Decimal
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.capacity import Capacity
from plugin.core.cost import HIGHEST_RATE, cost_of, dpu, override_problems, rate
from plugin.core.rates import DPU_OF_WORKER, USD_PER_HOUR

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
    assert cost.formula == "2 DPU × 60 s × $0.44 per DPU hour"


def test_cost_of__hour__is_the_rate_times_the_size():
    assert cost_of(spark(), seconds=3600, overrides=NONE).usd == Decimal("0.8800")


def test_cost_of__count_of_glue__beats_the_formula():
    cost = cost_of(spark(), seconds=3600, dpu_seconds=30.5, overrides=NONE)

    assert (cost.usd, cost.dpu_seconds, cost.is_measured) == (
        Decimal("0.0037"),
        Decimal("30.5"),
        True,
    )
    assert cost.formula == "30.5 DPU seconds as counted by Glue × $0.44 per DPU hour"


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
