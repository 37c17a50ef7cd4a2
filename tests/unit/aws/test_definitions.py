"""Reading production jobs: what may not be sent back never is, and one failure harms no other."""

import json
import uuid

import pytest

from plugin.aws.glue.definitions import JobDefinitions
from plugin.core.errors import AccessDenied, PluginError, Refused, SettingsError
from plugin.core.ports import JobDefinition
from tests.unit.aws.conftest import ROLE, Bench
from tests.unit.aws.relay import Trouble, refusal


def read(bench: Bench, *names: str) -> list[JobDefinition | PluginError]:
    found = JobDefinitions(bench.clients).definitions(names)
    return [found[name] for name in names]


def test_definitions__no_such_job__is_a_settings_problem_with_name_and_region(bench):
    (told,) = read(bench, "nowhere")

    assert isinstance(told, SettingsError)
    assert "there is no job nowhere in us-east-1. Check" in str(told)


@pytest.mark.parametrize(
    ("code", "kind"),
    [("AccessDeniedException", AccessDenied), ("InvalidInputException", Refused)],
)
def test_definitions__refused__is_the_error_of_that_job_alone(bench, code, kind):
    mine = bench.job()
    bench.relay.let("GetJob", refusal(400, code))

    (told,) = read(bench, "other")
    (good,) = read(bench, mine)

    assert isinstance(told, kind)
    assert isinstance(good, JobDefinition)


def test_definitions__tags_that_may_not_be_read__are_none_and_no_error(bench):
    # LBHackney#2274: a right that nobody thought of
    name = bench.job()
    bench.relay.let("GetTags", refusal(400, "AccessDeniedException"))

    (told,) = read(bench, name)

    assert isinstance(told, JobDefinition)
    assert told.tags is None


def test_definitions__job__has_what_create_job_takes_and_its_tags(bench):
    name = bench.job(DefaultArguments={"--a": "b"}, Tags={"team": "data"})

    (told,) = read(bench, name)

    assert isinstance(told, JobDefinition)
    assert told.tags == {"team": "data"}
    assert (told.members["Role"], told.members["DefaultArguments"]) == (ROLE, {"--a": "b"})
    assert not {"CreatedOn", "LastModifiedOn", "ProfileName", "AutoUpgradeMetadata"} & set(
        told.members
    )
    assert "'--a'" not in repr(told)


@pytest.mark.parametrize(
    ("status", "version"),
    [("UPGRADE_SUCCEEDED", "5.1"), ("UPGRADING", "4.0"), ("OBSERVING", "4.0"), ("STOPPED", "4.0")],
)
def test_definitions__job_that_lets_aws_choose__has_the_version_it_runs_on(bench, status, version):
    metadata = {"TargetVersion": "5.1", "SourceVersion": "4.0", "Status": status}
    job = {"Name": "x", "GlueVersion": "auto", "AutoUpgradeMetadata": metadata}
    bench.relay.let("GetJob", Trouble(status=200, body=json.dumps({"Job": job}).encode()))
    bench.relay.let("GetTags", Trouble(status=200, body=b'{"Tags": {}}'))

    (told,) = read(bench, "x")

    assert isinstance(told, JobDefinition)
    assert told.runs_on == version


def test_definitions__several__are_asked_for_once_each_and_the_account_once(bench):
    names = [bench.job() for _ in range(4)]
    bench.relay.forget()

    told = read(bench, *names, f"nowhere-{uuid.uuid4().hex}")

    assert [getattr(item, "name", "") for item in told] == [*names, ""]
    assert bench.relay.asked.count("GetJob") == 5
    assert bench.relay.asked.count("GetTags") == 4
    assert bench.relay.asked.count("GetCallerIdentity") <= 1
