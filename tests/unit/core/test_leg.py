"""The key of a leg: the same in a later build, another for another leg, and no secret in it."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from plugin.core.build import Build, Host
from plugin.core.leg import leg_of
from plugin.core.settings import CheckSettings, PlanSettings, table
from plugin.core.settings.sources import Settings, Wanted

BUILD = Build(
    host=Host.GITHUB,
    commit="8f14e45fceea167a5a36dedd4bea2543e1d2c3b4",
    branch="feature/a",
    number="4711",
    attempt="1",
    link="https://ci.test/4711",
    job="check",
)
LATER = replace(
    BUILD,
    commit="c" * 40,
    branch="feature/b",
    number="4712",
    attempt="3",
    link="https://ci.test/4712",
)


def settings(plan=None, **check):
    own = CheckSettings(**{"script": "jobs/*.py", **check})
    return Settings(plan=PlanSettings(**(plan or {})), checks=(Wanted(name="etl", settings=own),))


def filled(value, build):
    """Put the build's own values into a tree of settings, as a user's CI file does."""
    if isinstance(value, str):
        return value.format(
            number=build.number,
            commit=build.commit,
            short=build.commit[:7],
            branch=build.branch,
        )
    if isinstance(value, dict):
        return {filled(key, build): filled(item, build) for key, item in value.items()}
    return tuple(filled(item, build) for item in value)


def leg(build=BUILD, only=(), plan=None, **check):
    return leg_of(settings(plan, **check), build, only=only)


@pytest.mark.parametrize(
    "check",
    [
        {},
        {"job_suffix": "{branch}"},
        {"tags": {"branch": "{branch}"}},
        {"arguments": {"--run": "{number}", "--code": "s3://acme/{commit}/x"}},
        {"fixtures": {"data": "s3://acme/{number}/", "{short}": "s3://acme/data/"}},
        {"extra_files": ("build-{number}.json",)},
    ],
)
def test_leg_of__a_later_build__is_the_same(check):
    assert leg(**{key: filled(value, BUILD) for key, value in check.items()}) == leg(
        build=LATER, **{key: filled(value, LATER) for key, value in check.items()}
    )


@pytest.mark.parametrize(
    "check",
    [
        {"script": "other/*.py"},
        {"glue_version": "4.0"},
        {"worker_type": "G.2X"},
        {"number_of_workers": 3},
        {"max_capacity": Decimal("0.0625")},
        {"job_type": "pythonshell"},
        {"role_arn": "arn:aws:iam::123456789012:role/other"},
        {"connections": ("warehouse",)},
        {"python_modules": ("pandas==2.2.0",)},
        {"arguments": {"--table": "orders"}},
        {"arguments": {"--batch": "4712"}},
    ],
)
def test_leg_of__a_setting_that_a_matrix_may_vary__is_another(check):
    assert leg(**check) != leg()


@pytest.mark.parametrize(
    "plan",
    [
        {"engine": "local"},
        {"region": "eu-west-1"},
        {"assume_role_arn": "arn:aws:iam::123456789012:role/ci"},
    ],
)
def test_leg_of__another_engine_region_or_account__is_another(plan):
    assert leg(plan=plan) != leg()


def test_leg_of__another_job_of_the_build_or_other_names_of_checks__is_another():
    assert len({leg(), leg(build=replace(BUILD, job="nightly")), leg(only=("etl",))}) == 3


def test_leg_of__names_given_in_another_order__is_the_same():
    assert leg(only=("a", "b")) == leg(only=("b", "a"))


def test_leg_of__arguments_given_in_another_order__is_the_same():
    forth, back = ({"--a": "1", "--b": "2"}, {"--b": "2", "--a": "1"})

    assert leg(arguments=forth) == leg(arguments=back)


def test_leg_of__a_secret_argument__is_left_out():
    with_secret = [leg(arguments={"--db-password": value}) for value in ("Xk9#mmPq2", "Lw7!zzRt5")]

    assert with_secret[0] == with_secret[1]
    assert with_secret[0] != leg()


def test_leg_of__settings_that_hold_secrets__are_none_of_those_it_reads():
    read = {name for name, row in table().items() if row.is_per_check} | {"engine", "region"}

    assert not [name for name in read if table()[name].is_secret]
    assert leg(plan={"github_token": "ghp_abc"}) == leg()


def test_leg_of__a_build_without_number_and_commit__leaves_values_as_they_are():
    plain = Build(host=Host.PLAIN)

    assert leg(build=plain, arguments={"--n": "1"}) != leg(build=plain, arguments={"--n": "2"})


def test_leg_of__any_text__is_twelve_hexadecimal_digits():
    assert re.fullmatch("[0-9a-f]{12}", leg(script="\ud800 -->"))
