"""The Drone example as Drone runs it: pass, fail, wrong settings, forks, cancel, Drone's traps."""

import json
import shutil

import pytest

from tests.container.runners.checkout import (
    COMMIT,
    REPOSITORY,
    SECRETS,
    assert_github_was_told,
    assert_nothing_told,
    assert_report_is_the_owners,
    check_out,
    expire,
    github_with_pull,
    purge,
    report_of,
)
from tests.container.runners.drone import Build, Drone, cards_in, encode
from tests.container.runners.step import Ended, Machine

pytestmark = pytest.mark.container


@pytest.fixture
def example(repository):
    return repository / "examples/ci/drone/.drone.yml"


@pytest.fixture
def github():
    with github_with_pull() as server:
        yield server


@pytest.fixture
def drone(run_container, image, workspace, glue, github, aws):
    """A Drone for one build; its machine's way to AWS and GitHub ends at loopback."""

    def make(settings=None, **options):
        def change(step):
            if "settings" in step:
                step["settings"] |= {"github_api_url": github.api_url, **(settings or {})}

        way = {"AWS_ENDPOINT_URL": glue.endpoint_url, "AWS_EC2_METADATA_DISABLED": "true"}
        machine = Machine(run_container=run_container, image=image, checkout=workspace, environ=way)
        return Drone(**{"machine": machine, "secrets": SECRETS, "change": change, **options})

    yield make
    purge(aws)


# --- what is wrong is said -------------------------------------------------------------------------


def test_drone__wrong_settings__are_all_told_at_once_with_2(
    drone, example, workspace, nothing_left
):
    check_out(workspace, "good")
    wrong = {
        "region": "nowhere",
        "queue-timeout-minutes": "soon",
        "scirpt": "x",
        "worker_type": "G.9X",
    }

    done = drone(wrong).run(example)

    ended = done["glue-health-check"]
    assert ended.code == 2
    for words in ("nowhere", "soon", "SCRIPT", "G.9X"):
        assert words in ended.log
    assert "Traceback" not in ended.log
    assert_nothing_told(SECRETS.values(), ended.log)
    nothing_left()


def test_drone__from_secret_below_a_map__is_refused_and_says_where_drone_resolves_it(
    drone, example, workspace, nothing_left
):
    check_out(workspace, "good")
    nested = {"arguments": {"password": {"from_secret": "database_password"}}}

    done = drone(nested).run(example)

    ended = done["glue-health-check"]
    assert ended.code == 2
    assert "from_secret" in ended.log
    assert "ARGUMENTS" in ended.log
    nothing_left()


def test_drone__secrets_kept_from_pull_requests__is_exit_3_that_says_credentials(
    drone, example, workspace, nothing_left
):
    check_out(workspace, "good")
    hidden = {"github_token": SECRETS["github_token"]}

    done = drone(secrets=hidden).run(example)

    ended = done["glue-health-check"]
    assert ended.code == 3
    assert "credentials" in ended.log
    nothing_left()


def test_drone__token_kept_from_pull_requests__skips_because_a_fork_cannot_be_told(
    drone, example, workspace, github, nothing_left
):
    check_out(workspace, "broken")
    hidden = {name: value for name, value in SECRETS.items() if name != "github_token"}

    done = drone(secrets=hidden).run(example)

    ended = done["glue-health-check"]
    assert (ended.code, ended.outputs["verdict"]) == (0, "skipped")
    assert "github_token" in ended.log
    assert github.asked == []
    nothing_left()


@pytest.mark.parametrize("head", ["stranger/etl", None])
def test_drone__pull_request_of_a_fork__is_skipped_with_a_reason(
    drone, example, workspace, github, nothing_left, head
):
    check_out(workspace, "broken")
    github.repository(REPOSITORY).add_pull(7, sha=COMMIT, base=REPOSITORY, head=head)

    done = drone().run(example)

    assert list(done) == ["glue-health-check"]
    ended = done["glue-health-check"]
    assert (ended.code, ended.outputs["verdict"]) == (0, "skipped")
    assert "fork" in ended.log
    assert "it runs" not in ended.log
    nothing_left()


# --- a cancelled build -----------------------------------------------------------------------------


def test_drone__cancelled__next_check_of_the_same_pull_request_removes_what_is_left(
    drone, example, workspace, aws, nothing_left
):
    check_out(workspace, "endless")
    first = drone()
    step = first.start(example, "glue-health-check").until("it runs")
    first.cancel(step)
    (left,) = aws.jobs()
    shutil.rmtree(workspace / "glue-health-check-report")  # the volume is gone with the build
    check_out(workspace, "good")

    done = drone(build=Build(number=43)).run(example)

    ended = done["glue-health-check"]
    assert (ended.code, ended.outputs["verdict"]) == (0, "passed")
    assert left in ended.log
    nothing_left()


def test_drone__cancelled__sweep_of_the_nightly_pipeline_removes_what_is_left(
    drone, example, workspace, aws, nothing_left
):
    check_out(workspace, "endless")
    first = drone()
    step = first.start(example, "glue-health-check").until("it runs")
    first.cancel(step)
    (left,) = aws.jobs()
    expire(aws, left)

    nightly = drone(build=Build(event="cron"), change=_sweep_all)
    done = nightly.run(example.with_name("sweep.yml"))

    assert done["sweep"].code == 0, done["sweep"].log
    assert left in done["sweep"].log
    assert_nothing_told(SECRETS.values(), done["sweep"].log)
    nothing_left()


def _sweep_all(step):
    """What is seconds old is no leftover yet, unless one says so."""
    step["environment"]["GLUE_HEALTH_CHECK_SWEEP_OLDER_THAN_HOURS"] = "0"


def test_drone__container_killed_for_want_of_memory__clean_up_step_removes_what_is_left(
    drone, example, workspace, nothing_left
):
    check_out(workspace, "endless")
    runner, done = drone(), dict[str, Ended]()

    for name, start in runner.steps(example, done):
        step = start()
        is_check = name == "glue-health-check"
        done[name] = step.until("it runs").killed() if is_check else step.ended()

    assert [ended.code for ended in done.values()] == [137, 0]
    assert_nothing_told(SECRETS.values(), done["clean-up"].log)
    nothing_left()


# --- fail and pass ---------------------------------------------------------------------------------


def test_drone__script_fails__is_1_and_the_clean_up_step_finds_nothing_to_do(
    drone, example, workspace, nothing_left
):
    check_out(workspace, "broken")

    done = drone().run(example)

    assert [ended.code for ended in done.values()] == [1, 0]
    ended = done["glue-health-check"]
    assert ended.outputs["verdict"] == "failed"
    assert "failed" in json.dumps([card["data"] for card in cards_in(ended.log)])
    assert "jobs/flights.py:3" in ended.log
    assert "no such column: fare" in ended.log
    assert_report_is_the_owners(workspace)
    assert_nothing_told(SECRETS.values(), ended.log, workspace)
    nothing_left()


def test_drone__script_passes__is_0_with_outputs_and_a_report(
    drone, example, workspace, aws, github, nothing_left
):
    check_out(workspace, "good")
    netrc = "made-up-netrc-password"

    done = drone(build=Build(netrc_password=netrc)).run(example)

    assert list(done) == ["glue-health-check"]  # nothing failed, so nothing cleans up
    ended = done["glue-health-check"]
    assert (ended.code, ended.outputs["verdict"]) == (0, "passed")
    assert ended.outputs["run_id"].startswith("jr_")
    assert "::error::not a command" not in ended.log
    assert_github_was_told(github, "success")  # no pending: a cancel could not take it back
    (card,) = cards_in(ended.log)
    assert card["schema"].startswith("https://")
    assert "passed" in json.dumps(card["data"])
    build = report_of(workspace)["build"]
    assert (build["host"], build["commit"], build["pull_request"]) == ("drone", COMMIT, 7)
    assert_report_is_the_owners(workspace)
    assert_nothing_told([*SECRETS.values(), netrc], ended.log, workspace)
    nothing_left()


def test_drone__debug__logs_requests_and_no_secret(drone, example, workspace, nothing_left):
    check_out(workspace, "broken")
    netrc = "made-up-netrc-password"

    done = drone({"debug": True}, build=Build(netrc_password=netrc)).run(example)

    ended = done["glue-health-check"]
    assert ended.code == 1
    assert "operation=StartJobRun" in ended.log
    assert_nothing_told([*SECRETS.values(), netrc], ended.log, workspace)
    nothing_left()


# --- Drone's ways with values ----------------------------------------------------------------------


def test_drone__build_parameters_by_the_names_of_settings__lose_against_the_settings(
    drone, example, workspace, nothing_left
):
    check_out(workspace, "good")
    parameters = {
        "PLUGIN_SCRIPT": "jobs/broken.py",
        "PLUGIN_REGION": "nowhere",
        "DRONE_COMMIT_SHA": "d" * 40,
        "DRONE_PULL_REQUEST": "8",
    }

    done = drone(build=Build(parameters=parameters)).run(example)

    assert done["glue-health-check"].outputs["verdict"] == "passed"
    assert report_of(workspace)["build"]["commit"] == COMMIT
    nothing_left()


def test_drone__empty_aws_parameters__do_not_reach_botocore(
    drone, example, workspace, nothing_left
):
    check_out(workspace, "good")
    parameters = {"AWS_PROFILE": "", "AWS_DEFAULT_REGION": "", "AWS_SESSION_TOKEN": ""}

    done = drone(build=Build(parameters=parameters)).run(example)

    assert done["glue-health-check"].outputs["verdict"] == "passed"
    nothing_left()


def test_drone__glue_version_without_quotes__is_told_to_glue_as_it_was_meant(
    drone, example, workspace, aws, nothing_left
):
    check_out(workspace, "endless", config="job_type: glueetl\n")
    runner = drone({"glue-version": 4.0, "worker-type": "G.1X"})  # hyphens stay hyphens on Drone

    step = runner.start(example, "glue-health-check").until("it runs")
    (name,) = aws.jobs()
    version = aws.glue.get_job(JobName=name)["Job"]["GlueVersion"]
    ended = step.stopped(20)

    assert version == "4.0"
    assert ended.code == 143
    nothing_left()


def test_drone__lists_and_maps__reach_the_job(drone, example, workspace, aws, nothing_left):
    check_out(workspace, "endless")
    runner = drone()

    step = runner.start(example, "glue-health-check").until("it runs")
    (name,) = aws.jobs()
    job = aws.glue.get_job(JobName=name)["Job"]
    arn = f"arn:aws:glue:us-east-1:123456789012:job/{name}"
    tags = aws.glue.get_tags(ResourceArn=arn)["Tags"]
    (run,) = aws.glue.get_job_runs(JobName=name)["JobRuns"]
    step.stopped(20)

    given = {**job["DefaultArguments"], **run["Arguments"]}
    assert (given["--source"], given["--rows"]) == ("s3://acme-data/flights/", "5000")
    assert tags["team"] == "data-platform"
    nothing_left()


def test_drone__log_pattern_of_the_list__fails_a_run_that_succeeded(
    drone, example, workspace, nothing_left
):
    check_out(workspace, "good")
    (workspace / "jobs/flights.py").write_text("print('s3: permission denied', flush=True)\n")

    done = drone().run(example)

    assert done["glue-health-check"].code == 1
    assert "permission denied" in done["glue-health-check"].log
    nothing_left()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (4.0, "4"),
        (3.10, "3.1"),
        (0.5, "0.5"),
        (1_000_000.0, "1e+06"),
        (12345678901.0, "1.2345678901e+10"),  # an account id with a leading zero and a 9 in it
        (20, "20"),
        (True, "true"),
        ("it is", "it is"),
        (["a", 1, 2.0, True], "a,1,2,true"),
        ([], ""),
        ({"b": 1.0, "a": "<x>"}, '{"a":"\\u003cx\\u003e","b":1}'),
        ([{"a": 1}], '[{"a":1}]'),
        ({"p": {"from_secret": "s"}}, '{"p":{"from_secret":"s"}}'),
    ],
)
def test_runner_of_drone__value__is_spelled_as_drone_does(value, text):
    assert encode(value) == text
