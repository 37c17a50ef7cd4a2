"""A newer build of a pull request, before a Glue that stands for AWS: what older ones left goes."""

import os
import signal
import threading
from functools import partial

import pytest

from plugin.app.supersede import MOST_COMMANDS
from plugin.core.build import Host
from plugin.core.forms.status import SUPERSEDED, pending_of
from plugin.core.naming import Tag
from tests.doubles.github_server import GitHubServer
from tests.unit.aws.relay import refusal
from tests.unit.core.checkouts import build

OLDER = "0123456789ab"
COMMAND = (
    f"supersede: to remove what is left of build {OLDER} now:"
    f" glue-health-check cleanup --build-id {OLDER}"
)
CONFIG = ".glue-health-check.yml"
TWO = "checks:\n- {name: a, script: a.py}\n- {name: b, script: a.py}\n"


def drone(number="42", **more):
    """A pull request's build on Drone, allowed although Drone does not say whose it is."""
    return {
        "DRONE": "true",
        "DRONE_REPO": "acme/etl",
        "DRONE_PULL_REQUEST": "7",
        "DRONE_COMMIT_SHA": "6dcb09b5b57875f334f61aebed695e2e4193db5e",
        "DRONE_BUILD_EVENT": "pull_request",
        "DRONE_BUILD_NUMBER": number,
        "GLUE_HEALTH_CHECK_ALLOW_FORKS": "true",
        **more,
    }


def leave(checkout, build_id=OLDER, *, check="a", body=b"print(1)", **tags):
    """Leave what a killed build leaves: an object and a job."""
    key = f"glue-health-check/{build_id}/{check}/script/a.py"
    checkout.truth["s3"].put_object(Bucket=checkout.bucket, Key=key, Body=body)
    name = f"glue-health-check-{check}-pr-7-{build_id[:6]}"
    checkout.truth["glue"].create_job(
        Name=name,
        Role="job-role",
        Command={"Name": "pythonshell", "ScriptLocation": f"s3://{checkout.bucket}/{key}"},
        Tags={
            Tag.MANAGED: "true",
            Tag.BUILD: build_id,
            Tag.CHECK: check,
            Tag.REPOSITORY: "acme/etl",
            Tag.PULL_REQUEST: "7",
            Tag.CONTEXT: "glue-health-check",
            Tag.NUMBER: "drone-41.0",
            Tag.EXPIRES_AT: "2999-01-01T00:00:00Z",
            Tag.SCRIPTS: checkout.bucket,
            Tag.TEMP: checkout.bucket,
            **{getattr(Tag, key): value for key, value in tags.items()},
        },
    )
    return name


def check(checkout, *argv, is_quick=True, factor=5, **environ):
    """Run a check; a quick one is refused its start, which spares the wait for late log lines."""
    checkout.write("a.py", "print(1)")
    checkout.factor = factor
    if is_quick:
        checkout.relay.let("StartJobRun", refusal(400, "InvalidInputException"))
    return checkout.on_glue("check", "--script", "a.py", *argv, **{**drone(), **environ})


# --- what is left alone --------------------------------------------------------------------------


@pytest.mark.untraced  # a long table; tests/unit/core/test_superseding.py traces what decides
@pytest.mark.parametrize(
    ("argv", "environ"),
    [
        (("--supersede", "false"), {}),
        (("--dry-run",), {}),
        (("--status-context", "nightly"), {}),
        ((), {"DRONE_PULL_REQUEST": "8"}),
        ((), {"DRONE_PULL_REQUEST": "", "DRONE_BUILD_EVENT": "push"}),
        ((), {"DRONE_REPO": "acme/other"}),
        ((), {"DRONE_BUILD_NUMBER": "41"}),
        ((), {"DRONE_BUILD_NUMBER": "40"}),
    ],
)
def test_check__what_is_there_is_no_older_builds__stays(checkout, argv, environ):
    name = leave(checkout)

    outcome = check(checkout, *argv, **environ)

    assert outcome.code == (0 if "--dry-run" in argv else 3), outcome.out
    assert checkout.jobs() == [name]
    assert len(checkout.keys()) == 1
    assert "supersede" not in outcome.out


def test_check__a_build_that_is_skipped__supersedes_nothing(checkout):
    leave(checkout)

    outcome = check(checkout, GLUE_HEALTH_CHECK_ALLOW_FORKS="false")

    assert outcome.code == 0
    assert checkout.relay.asked == []


# --- what goes -----------------------------------------------------------------------------------


def test_check__an_older_build_was_killed__is_removed_before_ours_begins(checkout):
    name = leave(checkout)

    outcome = check(checkout, is_quick=False)

    assert outcome.code == 0
    assert f"supersede: removed job {name} (an older build, {OLDER})" in outcome.out
    assert checkout.jobs() == []
    assert checkout.keys() == []
    asked = checkout.relay.asked
    assert asked.index("DeleteJob") < asked.index("CreateJob")


def test_check__an_older_run_goes_on__is_stopped_first(checkout):
    name = leave(checkout, body=b"import time\ntime.sleep(60)\n")
    run_id = checkout.truth["glue"].start_job_run(JobName=name)["JobRunId"]

    outcome = check(checkout)

    run = checkout.truth["glue"].get_job_run(JobName=name, RunId=run_id)["JobRun"]
    assert outcome.code == 3
    assert run["JobRunState"] == "STOPPED"
    assert checkout.jobs() == []
    assert checkout.keys() == []


def test_check__two_checks__are_listed_once_and_other_checks_stay(checkout):
    for name in "ab":
        leave(checkout, check=name)
    other = leave(checkout, check="c")
    checkout.write("a.py", "print(1)")
    checkout.write(CONFIG, TWO)
    checkout.factor = 5
    checkout.relay.let("StartJobRun", *[refusal(400, "InvalidInputException")] * 2)

    checkout.on_glue("check", **drone())

    assert checkout.jobs() == [other]
    assert checkout.relay.asked.count("ListJobs") == 1


def test_check__our_own_job__bears_what_the_next_build_needs(checkout):
    check(checkout, "--status-context", "glue ✓")

    (created,) = checkout.relay.sent("CreateJob")
    assert created.json["Tags"][Tag.CONTEXT] == "glue _"
    assert created.json["Tags"][Tag.NUMBER] == "drone-42.0"


def test_check__a_job_without_a_number__is_older_by_its_time(checkout):
    leave(checkout, NUMBER="?")

    outcome = check(checkout)

    assert checkout.jobs() == []
    assert "supersede: removed job" in outcome.out


# --- what goes wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["AccessDeniedException", "InternalServiceException"])
def test_check__listing_is_refused__is_a_warning_and_the_check_goes_on(checkout, code):
    name = leave(checkout)
    status = 400 if code == "AccessDeniedException" else 500
    checkout.relay.let("ListJobs", *[refusal(status, code, "no glue:ListJobs")] * 20)

    outcome = check(checkout)

    assert outcome.code == 3  # for want of a start, which is_quick refuses
    assert checkout.relay.asked.count("StartJobRun") == 1
    assert "warning: supersede: older builds were not looked for: " in outcome.out
    assert "no glue:ListJobs" in outcome.out
    assert checkout.jobs() == [name]


def test_check__a_removal_is_refused__is_a_warning_and_the_check_goes_on(checkout):
    name = leave(checkout)
    checkout.relay.let("DeleteJob", refusal(400, "AccessDeniedException", "not you"))

    outcome = check(checkout)

    assert f"warning: supersede: job {name} stays for sweep: " in outcome.out
    assert "not you" in outcome.out
    assert outcome.out.count(COMMAND) == 1
    assert outcome.report["results"][0]["leftovers"] == []
    assert checkout.jobs() == [name]


@pytest.mark.parametrize("step", ["ListJobs", "GetJobRuns"])
def test_check__a_signal_while_superseding__is_cancelled_and_makes_nothing(
    checkout, interrupt, step
):
    leave(checkout)
    checkout.relay.once(step, partial(interrupt, signal.SIGTERM))

    outcome = check(checkout, factor=1)

    assert outcome.code == 143
    assert outcome.report["verdict"] == "cancelled"
    assert "CreateJob" not in checkout.relay.asked
    # Its job is known only if the list came in time; and it may be gone before the signal is heard.
    is_known = step == "GetJobRuns" and "supersede: removed job" not in outcome.out
    assert is_known <= outcome.out.count(COMMAND) <= 1


def test_check__a_signal_and_aws_is_silent__names_what_removes_the_older_build(checkout):
    leave(checkout)
    is_over = threading.Event()

    def fall_silent():
        os.kill(os.getpid(), signal.SIGTERM)
        is_over.wait(20)

    checkout.relay.once("GetJobRuns", fall_silent)
    outcome = check(checkout, factor=1)
    is_over.set()

    assert outcome.code == 143
    assert "warning: supersede: AWS did not answer within " in outcome.out
    assert outcome.out.count(COMMAND) == 1


def test_check__many_older_builds_stay__names_a_few_commands_and_counts_the_others(checkout):
    older = [f"{number:06x}000000" for number in range(MOST_COMMANDS + 2)]
    for build_id in older:
        leave(checkout, build_id, NUMBER="drone-1.0")
    checkout.relay.let("DeleteJob", *[refusal(400, "AccessDeniedException")] * len(older))

    outcome = check(checkout)

    assert outcome.out.count("cleanup --build-id ") == MOST_COMMANDS
    assert "supersede: 2 more builds are left." in outcome.out


# --- the killed build's commit status ------------------------------------------------------------

KILLED, OURS = "a" * 40, "b" * 40
TOKEN = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"


@pytest.fixture
def github():
    with GitHubServer(token=TOKEN) as server:
        server.repository("acme/etl").commits.update({KILLED, OURS})
        yield server


def post_pending(github, commit, build_id=OLDER, *, state="pending"):
    """Say of a commit what the killed build said last."""
    post = pending_of(build(host=Host.DRONE), context="glue-health-check", build_id=build_id)
    github.repository("acme/etl").add_status(
        commit,
        state=state,
        context=post.context,
        description=post.description,
        target_url="https://drone.test/acme/etl/41",
    )


def on_github(github, **more):
    """A check of the commit OURS that may write its status."""
    return {
        "DRONE_COMMIT_SHA": OURS,
        "DRONE_REPO_LINK": "https://github.com/acme/etl",
        "GITHUB_TOKEN": TOKEN,
        "GLUE_HEALTH_CHECK_GITHUB_API_URL": github.api_url,
        **more,
    }


def said(github, commit=KILLED):
    return [one["state"] for one in github.repository("acme/etl").statuses[commit]]


def test_check__an_older_build_was_killed__its_pending_status_is_ended(checkout, github):
    leave(checkout, COMMIT=KILLED, SERVER="https://github.com")
    post_pending(github, KILLED)

    outcome = check(checkout, **on_github(github))

    assert said(github) == ["pending", "error"]
    last = github.repository("acme/etl").statuses[KILLED][-1]
    assert last["description"] == SUPERSEDED
    assert f"supersede: the commit status of {KILLED[:7]} said pending: now it is error." in (
        outcome.out
    )


@pytest.mark.parametrize("posted", [{"state": "success"}, {"build_id": "f" * 12}])
def test_check__the_status_is_not_the_killed_builds_pending__stays(checkout, github, posted):
    leave(checkout, COMMIT=KILLED, SERVER="https://github.com")
    post_pending(github, KILLED, **posted)

    outcome = check(checkout, **on_github(github))

    assert len(said(github)) == 1
    assert checkout.jobs() == []
    assert "said pending" not in outcome.out


def test_check__the_older_job_stays__so_does_its_status(checkout, github):
    leave(checkout, COMMIT=KILLED, SERVER="https://github.com")
    post_pending(github, KILLED)
    checkout.relay.let("DeleteJob", refusal(400, "AccessDeniedException", "not you"))

    check(checkout, **on_github(github))

    assert said(github) == ["pending"]
