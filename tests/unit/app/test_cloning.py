"""Cloning a production job, whole: its copy runs the pull request's script, and it is untouched."""

import os
import signal
import threading
import uuid

import pytest

from plugin.core.naming import Tag
from tests.unit.app.conftest import ROLE
from tests.unit.app.test_trail import FORK, NO_KEYS
from tests.unit.aws.relay import refusal

CONFIG = ".glue-health-check.yml"
SCRIPT = "import sys\nprint('hello from the pull request', '--level' in sys.argv, sys.argv)\n"


@pytest.fixture
def production(checkout):
    """A production job, whose own script fails; returns its name."""
    name = f"nightly-{uuid.uuid4().hex[:8]}"
    checkout.truth["s3"].put_object(
        Bucket=checkout.bucket, Key="production.py", Body=b"raise SystemExit('production ran')"
    )
    checkout.truth["glue"].create_job(
        Name=name,
        Role=ROLE,
        Command={
            "Name": "pythonshell",
            "ScriptLocation": f"s3://{checkout.bucket}/production.py",
            "PythonVersion": "3.9",
        },
        MaxCapacity=1.0,
        MaxRetries=2,
        Timeout=9,
        ExecutionProperty={"MaxConcurrentRuns": 3},
        DefaultArguments={
            "--level": "hush-hush-level",
            "--db_password": "correct-horse-battery",
            "--TempDir": "s3://production/tmp",
            "--job-bookmark-option": "job-bookmark-enable",
        },
        NonOverridableArguments={"--region_code": "hush-hush-code"},
        Tags={"team": "data"},
    )
    return name


def cloning(checkout, name, *argv, **environ):
    """Call check with nothing but what no job tells."""
    where = ("--script", "a.py", "--scripts-bucket", checkout.bucket, "--job", name)
    return checkout.run("check", *where, *argv, **{**checkout.aws, **environ})


def test_clone__job_that_is_not_there__is_2_and_creates_nothing(checkout):
    checkout.write("a.py", SCRIPT)

    outcome = cloning(checkout, "nowhere")

    assert outcome.code == 2
    assert "error: job: there is no job nowhere in us-east-1." in outcome.err
    assert "CreateJob" not in checkout.relay.asked


def test_clone__argument_that_names_a_store__is_2_with_names_and_without_values(
    checkout, production
):
    checkout.write("a.py", SCRIPT)

    outcome = cloning(checkout, production)

    assert outcome.code == 2
    assert "name what production works on: --db_password. " in outcome.err
    assert "correct-horse" not in outcome.err + outcome.out
    assert "CreateJob" not in checkout.relay.asked


def test_clone__job_that_may_not_be_read__keeps_nobody_else_from_being_run(checkout, production):
    checkout.write("a.py", SCRIPT)
    role = f"arn:aws:iam::123456789012:role/{ROLE}"
    checkout.write(
        CONFIG,
        f"checks:\n- {{name: one, script: a.py, job: {production}}}\n"
        f"- {{name: two, script: a.py, job_type: pythonshell, role_arn: '{role}'}}\n",
    )
    checkout.relay.let("GetJob", refusal(400, "AccessDeniedException", "not you"))
    where = ("--scripts-bucket", checkout.bucket)

    outcome = checkout.run("check", *where, "--dry-run", **checkout.aws)

    assert outcome.code == 3
    assert "1 to run, 0 skipped, 1 could not be read." in outcome.out
    assert f"errored  one: Could not read the job {production}: " in outcome.out
    assert "two: a.py on Glue 3.0" in outcome.out


def test_clone__signal_while_glue_says_nothing__is_cancelled_and_makes_nothing(
    checkout, production
):
    checkout.write("a.py", SCRIPT)
    is_over = threading.Event()

    def say_nothing():
        os.kill(os.getpid(), signal.SIGTERM)
        is_over.wait(30)

    checkout.relay.once("GetJob", say_nothing)
    try:
        outcome = cloning(checkout, production)
    finally:
        is_over.set()

    (result,) = outcome.report["results"]
    assert outcome.code == 143
    assert result["verdict"] == "cancelled"
    assert "CreateJob" not in checkout.relay.asked


@pytest.mark.parametrize("engine", ["glue", "local"])
def test_clone__dry_run_without_credentials__is_3_and_says_what_could_not_be_read(checkout, engine):
    checkout.write("a.py", SCRIPT)
    argv = ("--script", "a.py", "--job", "nightly", "--engine", engine, "--region", "eu-west-1")

    outcome = checkout.run("check", *argv, "--scripts-bucket", "acme-scripts", "--dry-run")

    assert outcome.code == 3
    assert "0 to run, 0 skipped, 1 could not be read." in outcome.out
    assert "errored  a: " in outcome.out


@pytest.mark.parametrize(
    ("engine", "instead"),
    [
        ("glue", "leave job out and set role_arn, glue_version"),
        ("local", "is read from AWS on engine local, too: give"),
    ],
)
def test_clone__no_credentials__is_errored_and_says_what_to_give_instead(checkout, engine, instead):
    checkout.write("a.py", SCRIPT)

    outcome = cloning(checkout, "nightly", "--engine", engine, **NO_KEYS)

    (result,) = outcome.report["results"]
    assert outcome.code == 3
    assert result["verdict"] == "errored"
    assert "There are no AWS credentials" in result["reason"]
    assert instead in result["hint"]
    assert checkout.relay.asked == []


@pytest.mark.parametrize("engine", ["glue", "local"])
def test_clone__stranger_without_credentials__is_skipped_and_asks_nothing(checkout, engine):
    checkout.write("a.py", SCRIPT)
    strangers = {**FORK, **NO_KEYS, "GLUE_HEALTH_CHECK_ENGINE": engine}

    outcome = cloning(checkout, "nightly", "--allow-forks", "--dry-run", **strangers)

    assert checkout.relay.asked == []
    assert outcome.code == 0 or engine == "local"
    if engine == "glue":
        assert "Skipped: A build of a fork without AWS credentials" in outcome.out


def test_clone__no_region__is_2(checkout):
    checkout.write("a.py", SCRIPT)

    outcome = cloning(checkout, "nightly", AWS_REGION="")

    assert outcome.code == 2
    assert "job: region is required to read it" in outcome.err


def test_clone__dry_run__shows_names_without_values_and_only_reads(checkout, production):
    checkout.write("a.py", SCRIPT)

    outcome = cloning(checkout, production, "--allow-production-arguments", "--dry-run")

    assert outcome.code == 0
    assert f'"--level": "<from the job {production}>"' in outcome.out
    assert f'"--region_code": "<from the job {production}>"' in outcome.out
    assert not any(word in outcome.out for word in ("hush", "correct-horse", "production/tmp"))
    assert set(checkout.relay.asked) <= {"GetJob", "GetTags", "GetCallerIdentity"}


def test_clone__production_job__its_copy_runs_the_script_and_it_is_untouched(checkout, production):
    checkout.write("a.py", SCRIPT)
    before = checkout.truth["glue"].get_job(JobName=production)["Job"]

    outcome = cloning(
        checkout,
        production,
        "--allow-production-arguments",
        "--arguments",
        "level=for-a-test",
    )

    (created,) = (asked.json for asked in checkout.relay.sent("CreateJob"))
    assert outcome.code == 0
    assert "hello from the pull request True" in outcome.out
    assert "production ran" not in outcome.out
    assert created["Role"] == ROLE
    assert (created["MaxCapacity"], created["Timeout"], created["MaxRetries"]) == (1.0, 9, 0)
    assert created["ExecutionProperty"] == {"MaxConcurrentRuns": 1}
    assert created["NonOverridableArguments"] == {"--region_code": "hush-hush-code"}
    arguments = created["DefaultArguments"]
    assert arguments["--level"] == "for-a-test"
    assert arguments["--db_password"] == "correct-horse-battery"
    assert "correct-horse-battery" not in outcome.out + outcome.err + str(outcome.report)
    assert arguments["--job-bookmark-option"] == "job-bookmark-disable"
    assert arguments["--TempDir"].startswith(f"s3://{checkout.bucket}/glue-health-check/")
    assert created["Tags"]["team"] == "data"
    assert created["Tags"][Tag.MANAGED] == "true"
    assert checkout.jobs() == [production]
    assert checkout.truth["glue"].get_job(JobName=production)["Job"] == before
    assert checkout.truth["glue"].get_job_runs(JobName=production)["JobRuns"] == []
    assert "the time limit is that of the job" in outcome.out
