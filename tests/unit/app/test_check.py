"""The command check, from settings to exit code."""

import json
import os
import signal
import tempfile
import time

import pytest

from plugin.core.naming import Tag
from tests.unit.aws.relay import refusal

CONFIG = ".glue-health-check.yml"


def finding(**members):
    return f"print('GLUE_HEALTH_CHECK ' + {json.dumps(json.dumps(members))})\n"


# --- scripts that fail ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "reason", "line"),
    [
        ("import os\n\ndef f():\n    raise ValueError('boom')\n\nf()\n", "ValueError: boom", 4),
        ("x = 1\ndef broken(:\n", "SyntaxError", 2),
        ("import module_that_is_nowhere\n", "module_that_is_nowhere", 1),
        ("import sys\nsys.exit(3)\n", "3", None),
        ("import sys\nsys.exit('no rows')\n", "no rows", None),
        ("import os\nos._exit(9)\n", "9", None),
    ],
)
def test_check__script_fails__is_failed_and_says_where(checkout, body, reason, line):
    checkout.write("jobs/a.py", body)

    outcome = checkout.local("--script", "jobs/a.py")

    (result,) = outcome.report["results"]
    page = (checkout.root / "glue-health-check-report/report.md").read_text()
    assert outcome.code == 1
    assert outcome.err == ""
    assert result["verdict"] == "failed"
    assert reason in result["reason"]
    if line:
        assert result["place"] == {"file": "jobs/a.py", "line": line}
        assert f"jobs/a.py:{line}" in page
        assert f"jobs/a.py:{line}" in outcome.out


def test_check__helper_module_fails__place_is_in_the_helper(checkout):
    checkout.write("lib/helper.py", "def f():\n    return 1 / 0\n")
    checkout.write("a.py", "import helper\nhelper.f()\n")

    outcome = checkout.local("--script", "a.py", "--extra-py-files", "lib/helper.py")

    (result,) = outcome.report["results"]
    assert outcome.code == 1
    assert result["place"] == {"file": "lib/helper.py", "line": 2}


def test_check__a_finding_is_not_ok__is_failed(checkout):
    checkout.write("a.py", finding(name="rows", ok=False, value=0, expected="at least 1"))

    outcome = checkout.local("--script", "a.py")

    (result,) = outcome.report["results"]
    assert outcome.code == 1
    assert "rows" in result["reason"]
    assert [item["ok"] for item in result["findings"]] == [False]


def test_check__fewer_findings_than_promised__is_errored(checkout):
    checkout.write("a.py", finding(name="rows", ok=True) + finding(findings=2))

    outcome = checkout.local("--script", "a.py")

    assert outcome.code == 3
    assert outcome.report["results"][0]["verdict"] == "errored"


def test_check__forbidden_pattern_in_the_log__is_failed(checkout):
    checkout.write("a.py", "print('0 rows written')")

    outcome = checkout.local("--script", "a.py", "--fail-on-log-pattern", "^0 rows")

    assert outcome.code == 1


# --- what ends everything before it begins ---------------------------------------------------------


def test_check__no_credentials__is_errored_with_a_hint_and_leaves_nothing(checkout):
    checkout.write("a.py", "print(1)")
    no_key = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}

    outcome = checkout.on_glue("check", "--script", "a.py", **no_key)

    (result,) = outcome.report["results"]
    assert outcome.code == 3
    assert "There are no AWS credentials." in result["reason"]
    assert "OIDC" in result["hint"]
    assert "OIDC" in outcome.out
    assert result["leftovers"] == []
    assert checkout.relay.asked == []


def test_check__profile_missing__is_errored_and_reported(checkout):
    checkout.write("a.py", "print(1)")
    environ = {"AWS_PROFILE": "nowhere", "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}

    outcome = checkout.on_glue("check", "--script", "a.py", **environ)

    assert outcome.code == 3
    assert "AWS_PROFILE" in outcome.report["results"][0]["hint"]


def test_check__role_to_assume_but_no_credentials__is_errored_and_no_bug(checkout):
    checkout.write("a.py", "print(1)")
    environ = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    role = ("--assume-role-arn", "arn:aws:iam::123456789012:role/runner")

    outcome = checkout.on_glue("check", "--script", "a.py", *role, **environ)

    assert outcome.code == 3
    assert "bug" not in outcome.err
    assert outcome.report["verdict"] == "errored"


def test_check__half_a_key__is_2_and_says_which_settings(checkout):
    checkout.write("a.py", "print(1)")

    outcome = checkout.on_glue("check", "--script", "a.py", AWS_SECRET_ACCESS_KEY="")

    assert outcome.code == 2
    assert "AWS_SECRET_ACCESS_KEY" in outcome.err
    assert checkout.relay.asked == []


def test_check__role_unknown__is_errored_and_everything_is_removed(checkout):
    checkout.write("a.py", "print(1)")

    outcome = checkout.on_glue(
        "check", "--script", "a.py", "--role-arn", "arn:aws:iam::123456789012:role/none"
    )

    assert outcome.code == 3
    assert "none" in outcome.report["results"][0]["reason"]
    assert checkout.keys() == []
    assert checkout.jobs() == []


def test_check__bucket_missing__is_errored_and_no_job_is_made(checkout):
    checkout.write("a.py", "print(1)")

    outcome = checkout.on_glue(
        "check", "--script", "a.py", "--scripts-bucket", "bucket-that-is-gone"
    )

    assert outcome.code == 3
    assert "CreateJob" not in checkout.relay.asked


def test_check__report_folder_cannot_be_written__nothing_is_made(checkout):
    checkout.write("a.py", "print(1)")
    checkout.write("glue-health-check-report", "a file")

    outcome = checkout.on_glue("check", "--script", "a.py")

    assert outcome.code == 3
    assert "glue-health-check-report/build-id was not written" in outcome.out
    assert checkout.relay.asked == []


def test_check__report_folder_is_a_link__nothing_is_written_through_it(checkout, tmp_path):
    checkout.write("a.py", "print(1)")
    (tmp_path / "outside").mkdir()
    (checkout.root / "glue-health-check-report").symlink_to(tmp_path / "outside")

    outcome = checkout.local("--script", "a.py")

    assert outcome.code == 3
    assert list((tmp_path / "outside").iterdir()) == []


@pytest.mark.parametrize(
    ("required", "code", "word"),
    [((), 0, "warning"), (("--required-reporters", "files"), 4, "error")],
)
def test_check__a_reporter_fails__counts_only_when_it_is_required(checkout, required, code, word):
    checkout.write("a.py", "print(1)")
    (checkout.root / "glue-health-check-report/report.md").mkdir(parents=True)

    outcome = checkout.local("--script", "a.py", *required)

    assert outcome.code == code
    assert f"\n{word}: reporter files: " in outcome.out


def test_check__local_glue_cannot_start__is_errored_and_reported(checkout, tmp_path):
    checkout.write("a.py", "print(1)")
    before, tempfile.tempdir = tempfile.tempdir, str(tmp_path / "nowhere")
    try:
        outcome = checkout.local("--script", "a.py")
    finally:
        tempfile.tempdir = before

    assert outcome.code == 3
    assert "The local Glue did not start" in outcome.report["results"][0]["reason"]
    assert outcome.report["results"][0]["trouble"] == "local-engine"
    assert "bug" not in outcome.err


# --- passing -------------------------------------------------------------------------------------


def test_check__script_passes__is_0_and_leaves_only_the_report(checkout):
    checkout.write("a.py", "print('hello')")

    outcome = checkout.local("--script", "a.py")

    assert outcome.code == 0
    assert outcome.err == ""
    assert outcome.report["verdict"] == "passed"
    assert outcome.outputs["verdict"] == "passed"
    assert outcome.outputs["report_path"] == "glue-health-check-report/report.md"
    assert "  | hello\n" in outcome.out
    names = {name.removeprefix("glue-health-check-report/") for name in checkout.files}
    assert names == {"a.py", ".gitignore", "junit.xml", "report.json", "report.md"}


def test_check__on_glue__passes_and_leaves_no_job_and_no_object(checkout):
    checkout.write("a.py", "print('hello')")
    policy = '{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'
    checkout.write("policy.json", policy)

    outcome = checkout.on_glue(
        "check", "--script", "a.py", "--session-policy", "policy.json", "--debug"
    )

    (created,), (started,) = checkout.relay.sent("CreateJob"), checkout.relay.sent("StartJobRun")
    (result,) = outcome.report["results"]
    assert outcome.code == 0
    assert checkout.keys() == []
    assert checkout.jobs() == []
    assert created.json["Tags"][Tag.BUILD] == outcome.report["build_id"]
    assert started.json["ExecutionRoleSessionPolicy"] == policy
    assert result["console_url"].startswith("https://")
    assert result["error_log_url"].startswith("https://")
    assert (result["run_url"], result["trouble"]) == ("", None)
    assert "operation=CreateJob" in outcome.err
    assert "a-secret-of-ours" not in outcome.err + outcome.out


def test_check__several__are_told_apart_and_keep_their_order(checkout):
    checkout.write("good.py", "print('all is well')")
    checkout.write("bad.py", "print('oh no')\nraise ValueError('boom')")
    checkout.write(
        CONFIG, "checks:\n- {name: good, script: good.py}\n- {name: bad, script: bad.py}\n"
    )

    outcome = checkout.local()

    assert outcome.code == 1
    assert [item["verdict"] for item in outcome.report["results"]] == ["passed", "failed"]
    assert outcome.outputs["job_name"].startswith("glue-health-check-bad-")
    lines = outcome.out.splitlines()
    ends = {lines.index(f"Log of {name}"): name for name in ("good", "bad")}
    (first, one), (second, other) = sorted(ends.items())
    logs = {one: lines[first:second], other: lines[second:]}
    assert "  | oh no" in logs["bad"]  # beside the traceback: two streams have no common order
    assert "  | all is well" in logs["good"]


def test_check__glob__makes_one_check_of_each_file(checkout):
    checkout.write("jobs/a.py", "print(1)")
    checkout.write("jobs/b.py", "print(2)")

    outcome = checkout.local("--script", "jobs/*.py", "--only", "b")

    assert outcome.code == 0
    assert [item["name"] for item in outcome.report["results"]] == ["b"]


def test_check__dry_run__prints_the_requests_and_makes_nothing(checkout):
    checkout.write("a.py", "print(1)")

    outcome = checkout.on_glue("check", "--script", "a.py", "--dry-run")

    assert outcome.code == 0
    assert '"CreateJob"' in outcome.out
    assert "cost: from $" in outcome.out
    assert checkout.relay.asked == []
    assert checkout.files == {"a.py"}


def test_check__arguments_name_a_bucket__the_script_finds_it(checkout):
    checkout.write("data/x.csv", "a\n1\n")
    checkout.write(
        "a.py",
        "import boto3\n"
        "s3 = boto3.client('s3')\n"
        "print(s3.get_object(Bucket='raw-bucket-of-a-test', Key='in/x.csv')['Body'].read())\n"
        "s3.list_objects_v2(Bucket='out-bucket-of-a-test')\n",
    )

    outcome = checkout.local(
        *("--script", "a.py", "--fixtures", "data=s3://raw-bucket-of-a-test/in/"),
        *("--arguments", "target=s3://out-bucket-of-a-test/x"),
    )

    assert outcome.code == 0, outcome.out


# --- keeping -------------------------------------------------------------------------------------


def test_check__keep_resources__keeps_all_loudly(checkout):
    checkout.write("a.py", "print(1)")
    checkout.relay.let("StartJobRun", refusal(400, "InvalidInputException"))

    outcome = checkout.on_glue("check", "--script", "a.py", "--keep-resources")

    assert outcome.code == 3
    assert len(checkout.jobs()) == 1
    assert len(checkout.keys()) == 2
    assert "KEPT" in outcome.out


def test_check__keep_resources_on_the_local_glue__says_that_nothing_is_kept(checkout):
    checkout.write("a.py", "print(1)")

    outcome = checkout.local("--script", "a.py", "--keep-resources")

    assert outcome.code == 0
    assert "keep_resources is without effect: the local Glue keeps nothing" in outcome.out
    assert "KEPT" not in outcome.out


# --- signals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_check__signal_while_the_script_runs__stops_and_removes_everything(checkout, number, code):
    checkout.factor = 1  # by this clock the machine does not lose the time for it
    checkout.write("a.py", "import time\ntime.sleep(60)")
    checkout.relay.once("GetJobRun", lambda: os.kill(os.getpid(), number))

    outcome = checkout.on_glue("check", "--script", "a.py")

    assert outcome.code == code
    assert outcome.report["verdict"] == "cancelled"
    assert outcome.report["results"][0]["leftovers"] == []
    assert checkout.jobs() == []
    assert checkout.keys() == []
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_check__signal_again_and_again__does_not_tear_the_clean_up(checkout):
    checkout.factor = 0.2  # on a busy machine, too, there is time for it
    checkout.write("a.py", "import time\ntime.sleep(60)")

    def hit():
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    checkout.relay.once("GetJobRun", hit)

    outcome = checkout.on_glue("check", "--script", "a.py")

    assert outcome.code == 143
    assert checkout.keys() == []
    left = outcome.report["results"][0]["leftovers"]
    assert [item["kind"] for item in left] == (["run", "job"] if checkout.jobs() else [])
    assert all(item["reason"] and item["command"] for item in left)


def test_check__on_glue_without_a_region__is_2_and_sends_nothing(checkout):
    checkout.write("a.py", "print('hello')")

    outcome = checkout.on_glue(
        *("check", "--script", "a.py", "--job-type", "pythonshell"),
        *("--role-arn", "arn:aws:iam::123456789012:role/x", "--scripts-bucket", "some-bucket"),
        AWS_REGION="",
        AWS_DEFAULT_REGION="",
    )

    assert outcome.code == 2
    assert "error: region is required" in outcome.err
    assert "LEFT BEHIND" not in outcome.out


def test_check__local_with_aws_settings_that_are_broken__passes_all_the_same(checkout):
    checkout.write("a.py", "print('hello')")

    outcome = checkout.local("--script", "a.py", AWS_PROFILE="nosuch", AWS_CONFIG_FILE="/none")

    assert outcome.code == 0
