"""The ticket: enough for whoever finds the job, and no secret."""

import json
from datetime import UTC, datetime

from plugin.core.build import Build, Host
from plugin.core.making import make_check
from plugin.core.settings import PlanSettings
from plugin.core.settings.sources import Wanted
from plugin.core.ticket import ticket_text, ticket_upload
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
    assert upload.body.decode() == ticket_text(build(), BUILD_ID, check, begin=NOW)
