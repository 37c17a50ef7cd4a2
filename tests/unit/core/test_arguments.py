"""The arguments of a copy: the user's win, and some of production's stay behind."""

import pytest

from plugin.core.cloning.arguments import EVENT_LOGS, GROUPS, JobArguments, merged
from plugin.core.ports import JobDefinition

LOGS = "s3://temp/ours/events/"


def definition(default=None, fixed=None):
    members = {"DefaultArguments": default or {}, "NonOverridableArguments": fixed or {}}
    return JobDefinition(name="j", members=members)


def test_merged__no_production_job__is_the_users_own():
    assert merged({"--a": "1"}, None, event_logs=LOGS) == JobArguments(default={"--a": "1"})


def test_merged__a_job_without_arguments__is_the_users_own():
    found = merged({"--a": "1"}, JobDefinition(name="j", members={}), event_logs=LOGS)

    assert found == JobArguments(default={"--a": "1"})


def test_merged__of_both__the_users_win_with_and_without_dashes():
    ours = {"--a": "ours", "--b": "ours", "--c": "ours"}

    found = merged(
        ours,
        definition({"--a": "1", "b": "2", "d": "4"}, {"--c": "3", "--e": "5"}),
        event_logs=LOGS,
    )

    assert found == JobArguments(
        default={**ours, "d": "4"}, fixed={"--e": "5"}, cloned=frozenset({"d", "--e"})
    )
    assert found.of_the_job == {"d": "4", "--e": "5"}


@pytest.mark.parametrize("key", [EVENT_LOGS, EVENT_LOGS.removeprefix("--")])
@pytest.mark.parametrize("where", ["default", "fixed"])
def test_merged__production_writes_event_logs__the_copy_writes_its_own(key, where):
    found = merged({}, definition(**{where: {key: "s3://production/"}}), event_logs=LOGS)

    assert found == JobArguments(default={EVENT_LOGS: LOGS})


def test_merged__the_user_says_where_event_logs_go__is_heeded():
    ours = {EVENT_LOGS: "s3://mine/"}

    found = merged(ours, definition({EVENT_LOGS: "s3://production/"}), event_logs=LOGS)

    assert found == JobArguments(default=ours)


def test_merged__production_writes_no_event_logs__neither_does_the_copy():
    assert EVENT_LOGS not in merged({}, definition({"--a": "1"}), event_logs=LOGS).default


def test_merged__what_a_copy_does_without__is_named_once_and_in_order():
    group = min(GROUPS)

    found = merged(
        {}, definition({"scriptLocation": "x", group: "g"}, {group: "g"}), event_logs=LOGS
    )

    assert found == JobArguments(default={}, left_out=tuple(sorted(["--scriptLocation", group])))


def test_merged__the_user_sets_what_a_copy_does_without__is_not_left_out():
    group = min(GROUPS)

    found = merged({group: "mine"}, definition({group: "g"}), event_logs=LOGS)

    assert found == JobArguments(default={group: "mine"})
