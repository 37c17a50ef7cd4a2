"""The pending status of a check that was killed: cleanup ends it, and no other."""

from dataclasses import replace

import pytest

from plugin.core.build import Build, Host
from plugin.core.forms.status import pending_of
from tests.doubles.github_server import GitHubServer, refusal
from tests.unit.aws.relay import refusal as aws_refusal

BUILD_ID = "0123456789ab"
COMMIT = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
TOKEN = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
REPOSITORY = "octocat/etl"
BUILD = Build(host=Host.GITHUB, link=f"https://github.com/{REPOSITORY}/actions/runs/42/attempts/1")
CONTEXT = "glue-health-check"


@pytest.fixture
def github():
    with GitHubServer(token=TOKEN) as server:
        server.repository(REPOSITORY).commits.add(COMMIT)
        yield server


def say(github, state="pending", *, build_id=BUILD_ID, context=CONTEXT, build=BUILD):
    post = replace(pending_of(build, context=context, build_id=build_id), state=state)
    github.repository(REPOSITORY).add_status(
        COMMIT,
        state=post.state,
        context=post.context,
        description=post.description,
        target_url=post.target_url,
    )


def said(github):
    return [one["state"] for one in github.repository(REPOSITORY).statuses[COMMIT]]


def environ(github, **more):
    """What the action's post step has after a push."""
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_REF": "refs/heads/main",
        "GITHUB_SHA": COMMIT,
        "GITHUB_RUN_ID": "42",
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_API_URL": github.api_url,
        "GITHUB_TOKEN": TOKEN,
        "STATE_build_id": BUILD_ID,
        **more,
    }


def jenkins(build, github):
    """What a stage after the check has, on a host that keeps no state."""
    return {
        "JENKINS_URL": "https://ci.test/",
        "BUILD_URL": build.link,
        "BUILD_NUMBER": "42",
        "JOB_NAME": "etl",
        "GIT_URL": f"https://github.com/{REPOSITORY}.git",
        "GIT_COMMIT": COMMIT,
        "BRANCH_NAME": "main",
        "CI": "true",
        "GITHUB_TOKEN": TOKEN,
        "GLUE_HEALTH_CHECK_GITHUB_API_URL": github.api_url,
    }


def cleanup(checkout, github, *argv, **more):
    """Clean up after a local check: nothing on AWS is asked."""
    return checkout.on_glue("cleanup", "--engine", "local", *argv, **environ(github, **more))


def test_cleanup__github_refuses__is_a_warning_that_says_what_to_change(checkout, github):
    say(github)
    github.permissions = {"statuses": "read"}

    outcome = cleanup(checkout, github)

    assert outcome.code == 0
    assert said(github) == ["pending"]
    assert "warning: Could not set the status error" in outcome.out
    assert "statuses: write" in outcome.out


def test_cleanup__the_token_is_wrong__is_a_warning(checkout, github):
    github.answers_for(
        "GET",
        f"/repos/{REPOSITORY}/commits/{COMMIT}/status",
        refusal(401, "Bad credentials"),
        forever=True,
    )

    outcome = cleanup(checkout, github)

    assert outcome.code == 0
    assert "warning: Could not read the status of commit" in outcome.out


def test_cleanup__no_token__is_a_warning_and_asks_nothing(checkout, github):
    outcome = cleanup(checkout, github, GITHUB_TOKEN="")

    assert outcome.code == 0
    assert "warning: no github_token: a commit status may go on saying pending." in outcome.out
    assert github.lines == []


@pytest.mark.parametrize(
    "other",
    [
        {"state": "success"},
        {"build_id": "ba9876543210"},
        {"context": "another"},
        {"build": replace(BUILD, link="https://ci.test/1")},
    ],
)
def test_cleanup__a_status_that_is_not_the_killed_checks__is_left_alone(checkout, github, other):
    say(github, **other)

    outcome = cleanup(checkout, github)

    assert outcome.code == 0
    assert len(said(github)) == 1


@pytest.mark.parametrize("argv", [("--commit-status", "false"), ("--dry-run",)])
def test_cleanup__nothing_may_be_changed__asks_nothing(checkout, github, argv):
    say(github)

    outcome = cleanup(checkout, github, *argv)

    assert outcome.code == 0
    assert github.lines == []


def test_cleanup__a_host_that_kills_without_signal__asks_nothing(checkout, github):
    checkout.write("glue-health-check-report/build-id", BUILD_ID)
    drone = {
        "DRONE": "true",
        "DRONE_REPO": REPOSITORY,
        "DRONE_REPO_LINK": f"https://github.com/{REPOSITORY}",
        "DRONE_BUILD_EVENT": "push",
        "DRONE_COMMIT_SHA": COMMIT,
    }

    outcome = checkout.on_glue(
        "cleanup",
        "--engine",
        "local",
        **drone,
        GITHUB_TOKEN=TOKEN,
        GLUE_HEALTH_CHECK_GITHUB_API_URL=github.api_url,
    )

    assert outcome.code == 0
    assert github.lines == []


def test_cleanup__the_check_was_killed__its_pending_becomes_an_error(checkout, github):
    say(github)

    outcome = cleanup(checkout, github)

    assert outcome.code == 0
    assert said(github) == ["pending", "error"]
    last = github.repository(REPOSITORY).statuses[COMMIT][-1]
    assert last["description"] == "The check did not finish."
    assert (
        "cleanup: the commit status glue-health-check said pending: now it is error." in outcome.out
    )


def test_cleanup__aws_cannot_be_reached__the_pending_status_is_ended_all_the_same(checkout, github):
    say(github)
    none = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}

    outcome = checkout.on_glue("cleanup", **environ(github, **none))

    assert outcome.code == 3
    assert said(github) == ["pending", "error"]


def test_cleanup__jobs_are_not_listed__the_pending_status_is_ended_all_the_same(checkout, github):
    say(github)
    checkout.relay.let("ListJobs", aws_refusal(400, "AccessDeniedException", "no glue:ListJobs"))

    outcome = checkout.on_glue("cleanup", **environ(github))

    assert outcome.code == 3
    assert "glue:ListJobs" in outcome.err
    assert said(github) == ["pending", "error"]


# --- a check that ended, whose final status did not get there ----------------------------------------


@pytest.mark.parametrize("state", ["success", "failure", "error"])
def test_cleanup__the_check_wrote_down_how_it_ended__its_pending_becomes_that(
    checkout, github, state
):
    say(github)

    outcome = cleanup(checkout, github, STATE_final=f"{BUILD_ID}:{state}")

    assert outcome.code == 0
    assert said(github) == ["pending", state]
    assert f"said pending: now it is {state}." in outcome.out


@pytest.mark.parametrize(
    "final", ["ba9876543210:success", f"{BUILD_ID}:pending", f"{BUILD_ID}:", "x", "a b"]
)
def test_cleanup__what_was_written_down_is_no_end_of_this_check__is_an_error(
    checkout, github, final
):
    say(github)

    outcome = cleanup(checkout, github, STATE_final=final)

    assert outcome.code == 0
    assert said(github) == ["pending", "error"]


def test_cleanup__it_passed_but_another_leg_did_not__that_stays(checkout, github):
    leg = replace(BUILD, link=f"{BUILD.link}#leg-{'a' * 12}")
    say(github, "failure", build=leg)
    say(github)

    cleanup(checkout, github, STATE_final=f"{BUILD_ID}:success")

    assert said(github) == ["failure", "pending", "failure"]


@pytest.mark.parametrize(
    ("state", "told"), [("success", "error"), ("failure", "failure"), ("error", "error")]
)
def test_cleanup__a_file_says_how_it_ended__a_pass_is_not_believed(checkout, github, state, told):
    """Whoever wrote the code that is checked can have written the file."""
    build = Build(host=Host.JENKINS, link="https://ci.test/job/etl/42/")
    say(github, build=build)
    checkout.write("glue-health-check-report/build-id", f"{BUILD_ID}\nfinal={BUILD_ID}:{state}\n")

    outcome = checkout.on_glue("cleanup", "--engine", "local", **jenkins(build, github))

    assert outcome.code == 0
    assert said(github) == ["pending", told]


@pytest.mark.parametrize("is_refused", [True, False])
def test_cleanup__github_did_not_take_the_end__another_cleanup_may_try(
    checkout, github, is_refused
):
    """On a host without a state of its own the file is all that leads to the status."""
    build = Build(host=Host.JENKINS, link="https://ci.test/job/etl/42/")
    say(github, build=build)
    checkout.write("glue-health-check-report/build-id", BUILD_ID)
    github.permissions = {"statuses": "read"} if is_refused else {"statuses": "write"}

    first = checkout.on_glue("cleanup", **jenkins(build, github))
    github.permissions = {"statuses": "write"}
    again = checkout.on_glue("cleanup", **jenkins(build, github))

    assert (first.code, again.code) == (0, 0)
    assert said(github) == ["pending", "error"]
    assert ("no build id was left here" in again.out) is not is_refused
