"""The ticket: enough for whoever finds the job, and no secret."""

import json
from datetime import UTC, datetime

import pytest

from plugin.core.build import Build, Host
from plugin.core.making import make_check
from plugin.core.settings import PlanSettings
from plugin.core.settings.sources import Wanted
from plugin.core.ticket import Ticket, read_ticket, ticket_text, ticket_upload
from tests.unit.core.checkouts import BUILD_ID, Files, asked, build, circumstances

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def made(**values):
    wanted = Wanted(name="a", settings=asked(**values))
    return make_check(wanted, PlanSettings(), Files({"a.py": "x"}), circumstances())[0]


def test_ticket_text__arguments__are_left_out():
    text = ticket_text(build(), BUILD_ID, made(arguments={"password": "hunter2"}), begin=NOW)

    assert "hunter2" not in text


def test_ticket_text__hostile_build__is_still_one_json_value():
    hostile = Build(host=Host.GITHUB, branch='"}\n\u202e\ud800', link="javascript:x")

    content = json.loads(ticket_text(hostile, BUILD_ID, made(), begin=NOW))

    assert content["build"]["branch"] == hostile.branch
    assert ticket_text(hostile, BUILD_ID, made(), begin=NOW).isascii()


def test_ticket_text__usual__says_whom_to_tell_and_what_to_remove():
    check = made(temp_bucket="temp")

    content = json.loads(ticket_text(build(pull_request=7), BUILD_ID, check, begin=NOW))

    assert (content["version"], content["build_id"]) == (1, BUILD_ID)
    assert content["build"]["pull_request"] == 7
    assert content["check"] == {
        "name": "a",
        "script": "a.py",
        "job_name": check.job_name,
        "scripts": f"s3://scripts/glue-health-check/{BUILD_ID}/a/",
        "temp": f"s3://temp/glue-health-check/{BUILD_ID}/a/temp/",
    }


def test_ticket_upload__object__lies_beside_the_script_with_its_key():
    check = made(kms_key_id="k")

    upload = ticket_upload(build(), BUILD_ID, check, begin=NOW)

    assert (upload.bucket, upload.kms_key_id) == ("scripts", "k")
    assert upload.key == f"glue-health-check/{BUILD_ID}/a/ticket.json"
    assert upload.body == ticket_text(build(), BUILD_ID, check, begin=NOW).encode()


@pytest.mark.parametrize("region", ["", "eu-west-1"])
@pytest.mark.parametrize("keep", [False, True])
def test_read_ticket__one_of_ours__tells_region_end_and_whether_it_is_kept(region, keep):
    wanted = Wanted(name="a", settings=asked())
    plan = PlanSettings(keep_resources=keep)
    check = make_check(wanted, plan, Files({"a.py": "x"}), circumstances())[0]

    text = ticket_text(build(), BUILD_ID, check, begin=NOW, region=region)

    end = datetime(2026, 3, 1, 11, 15, tzinfo=UTC)  # both time-outs and an hour
    assert read_ticket(text) == Ticket(region=region, expires_at=end, is_kept=keep)


@pytest.mark.parametrize("region", ["", "eu-west-1"])
def test_ticket_upload__its_region__is_told(region):
    upload = ticket_upload(build(), BUILD_ID, made(), begin=NOW, region=region)

    told = ticket_text(build(), BUILD_ID, made(), begin=NOW, region=region)
    assert upload.body == told.encode()
    assert json.loads(told)["region"] == region


def test_ticket_text__nobody_knows_the_region__is_empty():
    assert json.loads(ticket_text(build(), BUILD_ID, made(), begin=NOW))["region"] == ""


TOLD = {"region": "eu-west-1", "keep": False, "expires_at": "2026-03-01T11:15:00Z"}


@pytest.mark.parametrize(
    "content",
    [
        [TOLD],
        "text",
        None,
        {},
        *({key: value for key, value in TOLD.items() if key != left_out} for left_out in TOLD),
        {**TOLD, "region": None},
        {**TOLD, "region": 1},
        {**TOLD, "keep": "true"},
        {**TOLD, "keep": 1},
        {**TOLD, "keep": None},
        {**TOLD, "expires_at": ""},
        {**TOLD, "expires_at": None},
        {**TOLD, "expires_at": 1772363700},
    ],
)
def test_read_ticket__of_a_version_that_said_less_or_of_somebody_else__is_none(content):
    assert read_ticket(json.dumps(content)) is None


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "NaN", '{"keep": }'])
def test_read_ticket__no_json__is_none(text):
    assert read_ticket(text) is None


def test_read_ticket__more_than_we_know__is_read():
    end = datetime(2026, 3, 1, 11, 15, tzinfo=UTC)

    assert read_ticket(json.dumps({**TOLD, "version": 99, "colour": "red"})) == Ticket(
        region="eu-west-1", expires_at=end, is_kept=False
    )
