"""What a check costs at most, said before it starts; and limits that no run can keep."""

from dataclasses import replace
from decimal import Decimal

import pytest

from plugin.core.capacity import capacity_of
from plugin.core.costs.cost import counted_against_limit
from plugin.core.costs.estimate import (
    announcement,
    estimate,
    is_counted_by_glue,
    is_scaled,
    limit_problems,
)
from plugin.core.settings import CheckSettings
from tests.doubles.checks import check_of

LEAST = counted_against_limit(check_of().capacity, seconds=0, overrides={})
"""What the first minute costs."""


def limited(limit, **values):
    own = CheckSettings(max_cost_usd=None if limit is None else Decimal(limit), **values)
    return limit_problems(own, capacity_of(own))


def test_limit_problems__less_than_the_first_minute__is_told_with_figures():
    (problem,) = limited("0.01")

    assert "max_cost_usd is 0.01" in problem
    assert "2 × G.1X cost 0.0147 USD" in problem


def test_limit_problems__an_override_to_nothing__does_not_hide_it():
    assert limited("0.01", price_overrides={"*/STANDARD": "0"}) != ()


@pytest.mark.parametrize(
    ("limit", "overrides"),
    [(None, {}), ("0.02", {}), ("0.01", {"*/STANDARD": "much"}), (LEAST, {})],
)
def test_limit_problems__none_or_enough_or_told_elsewhere__are_none(limit, overrides):
    assert limited(limit, price_overrides=overrides) == ()


# etl_manager#109, LBHackney-IT/Data-Platform#458: Glue's own limit is 48 h, and nobody knew
def test_estimate__spark__ends_at_our_time_limit():
    bounds = estimate(check_of(timeout_minutes=60))

    assert (bounds.least.usd, bounds.most.usd) == (Decimal("0.0147"), Decimal("0.8800"))
    assert (bounds.limit, bounds.at_most) == (None, Decimal("0.8800"))


def test_estimate__a_cost_limit_below_the_time_limit__is_the_upper_bound():
    assert estimate(check_of(max_cost_usd=Decimal("0.5"), timeout_minutes=60)).at_most == Decimal(
        "0.5"
    )


@pytest.mark.parametrize("limit", ["5", "0.88"])
def test_estimate__a_cost_limit_not_below_the_time_limit__bounds_nothing(limit):
    bounds = estimate(check_of(max_cost_usd=Decimal(limit), timeout_minutes=60))

    assert (bounds.limit, bounds.at_most) == (None, Decimal("0.8800"))


def test_estimate__streaming_that_times_out_first__ends_at_the_time_limit():
    bounds = estimate(check_of(job_type="gluestreaming", stream_minutes=60, timeout_minutes=3))

    assert bounds.most.usd == Decimal("0.0440")


# awslabs/amazon-dynamodb-tools#88: a stream goes on for ever
def test_estimate__streaming__ends_when_it_is_healthy():
    bounds = estimate(check_of(job_type="gluestreaming", stream_minutes=3, timeout_minutes=60))

    assert bounds.most.usd == Decimal("0.0440")


def test_announcement__several__is_their_sum_and_whose_rates():
    line = announcement([check_of(timeout_minutes=60), check_of(timeout_minutes=60)])

    assert "from $0.0294 to at most $1.7600" in line
    assert "us-east-1" in line


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ((None,), ", if all of its run time is used ("),
        (("0.5",), "at most $0.5, where max_cost_usd caps it ("),
        (("0.5", None), ", if all of its run time is used or where max_cost_usd caps it ("),
    ],
)
def test_announcement__with_cost_limits__says_what_ends_the_checks(limits, words):
    checks = [
        check_of(timeout_minutes=60, max_cost_usd=None if limit is None else Decimal(limit))
        for limit in limits
    ]

    assert words in announcement(checks)


def test_announcement__local__says_nothing():
    assert announcement([check_of(is_local=True)]) == ""


@pytest.mark.parametrize(("value", "expected"), [("true", True), ("True", True), ("false", False)])
def test_is_scaled__by_the_argument(value, expected):
    check = check_of()
    arguments = {"--enable-auto-scaling": value}
    scaled = replace(check, request={**check.request, "DefaultArguments": arguments})

    assert is_scaled(scaled) is expected
    assert is_counted_by_glue(scaled) is expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"execution_class": "FLEX"}, True),
        ({"execution_class": "FLEX", "is_local": True}, False),
        ({}, False),
        ({"job_type": "pythonshell"}, False),
    ],
)
def test_is_counted_by_glue__flex_on_glue_alone(values, expected):
    assert is_counted_by_glue(check_of(**values)) is expected
