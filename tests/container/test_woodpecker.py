"""The Woodpecker example as Woodpecker runs it.

Woodpecker gives a plugin settings and its own variables, nothing else.  The two AWS_ variables that
the machine adds here stand for its way to AWS, which on a real one is the internet: where AWS is,
and that this machine is no EC2 instance.  Keys, region and token come from settings alone.
"""

import copy
from pathlib import Path

import pytest

from tests.container.runners.checkout import (
    COMMIT,
    REPOSITORY,
    SECRETS,
    assert_github_was_told,
    assert_nothing_told,
    assert_report_is_the_owners,
    check_out,
    github_with_pull,
    purge,
    report_of,
)
from tests.container.runners.step import Machine
from tests.container.runners.woodpecker import CompileError, Pipeline, Woodpecker

pytestmark = pytest.mark.container


@pytest.fixture
def example(repository):
    return repository / "examples/ci/woodpecker/.woodpecker.yml"


@pytest.fixture
def github():
    with github_with_pull() as server:
        yield server


@pytest.fixture
def woodpecker(run_container, image, workspace, glue, github, aws):
    """A Woodpecker for one pipeline."""

    def make(settings=None, **options):
        def change(step):
            step["settings"] |= {"github_api_url": github.api_url, **(settings or {})}

        way = {"AWS_ENDPOINT_URL": glue.endpoint_url, "AWS_EC2_METADATA_DISABLED": "true"}
        machine = Machine(run_container=run_container, image=image, checkout=workspace, environ=way)
        return Woodpecker(**{"machine": machine, "secrets": SECRETS, "change": change, **options})

    yield make
    purge(aws)


# --- what is wrong is said -------------------------------------------------------------------------


def test_woodpecker__wrong_settings__are_all_told_at_once_with_2(
    woodpecker, example, workspace, nothing_left
):
    check_out(workspace, "good")
    wrong = {
        "region": "nowhere",
        "queue-timeout-minutes": "soon",  # Woodpecker makes an underscore of the hyphen
        "scirpt": "x",
        "worker.type": "G.9X",  # and of the dot
    }

    ended = woodpecker(wrong).run(example)

    assert ended.code == 2
    for words in ("nowhere", "QUEUE_TIMEOUT_MINUTES", "SCRIPT", "WORKER_TYPE"):
        assert words in ended.log
    assert "Traceback" not in ended.log
    assert_nothing_told(SECRETS.values(), ended.log)
    nothing_left()


def test_woodpecker__secret_that_is_missing__does_not_start_the_pipeline(
    woodpecker, example, workspace
):
    check_out(workspace, "good")

    with pytest.raises(CompileError, match="aws_access_key_id"):
        woodpecker(secrets={}).start(example)


@pytest.mark.parametrize("head", ["stranger/etl", None])
def test_woodpecker__pull_request_of_a_fork__is_skipped_with_a_reason(
    woodpecker, example, workspace, github, nothing_left, head
):
    check_out(workspace, "broken")
    github.repository(REPOSITORY).add_pull(7, sha=COMMIT, base=REPOSITORY, head=head)

    ended = woodpecker().run(example)

    assert (ended.code, ended.outputs["verdict"]) == (0, "skipped")
    assert "fork" in ended.log
    assert "it runs" not in ended.log
    nothing_left()


def test_woodpecker__cancelled__stops_in_the_grace_and_leaves_nothing(
    woodpecker, example, workspace, nothing_left
):
    check_out(workspace, "endless")
    runner = woodpecker()

    ended = runner.cancel(runner.start(example).until("it runs"))

    assert ended.code == 143  # not 137: it was not killed
    assert ended.outputs["verdict"] == "cancelled"
    assert report_of(workspace)["verdict"] == "cancelled"
    assert_report_is_the_owners(workspace)
    assert_nothing_told(SECRETS.values(), ended.log, workspace)
    nothing_left()


def test_woodpecker__agent_dies__next_check_of_the_same_pull_request_removes_what_is_left(
    woodpecker, example, workspace, aws, nothing_left
):
    check_out(workspace, "endless")
    woodpecker().start(example).until("it runs").killed()
    (left,) = aws.jobs()
    check_out(workspace, "good")

    ended = woodpecker(pipeline=Pipeline(number=43)).run(example)

    assert (ended.code, ended.outputs["verdict"]) == (0, "passed")
    assert left in ended.log
    nothing_left()


# --- fail and pass ---------------------------------------------------------------------------------


def test_woodpecker__script_fails__is_1_and_says_where(
    woodpecker, example, workspace, nothing_left
):
    check_out(workspace, "broken")

    ended = woodpecker().run(example)

    assert (ended.code, ended.outputs["verdict"]) == (1, "failed")
    assert "jobs/flights.py:3" in ended.log
    assert_report_is_the_owners(workspace)
    assert_nothing_told(SECRETS.values(), ended.log, workspace)
    nothing_left()


def test_woodpecker__script_passes__is_0_with_outputs_and_a_report_under_its_own_name(
    woodpecker, example, workspace, github, nothing_left
):
    check_out(workspace, "good")

    ended = woodpecker().run(example)

    assert (ended.code, ended.outputs["verdict"]) == (0, "passed")
    assert ended.outputs["run_id"].startswith("jr_")
    assert_github_was_told(github, "pending", "success")
    build = report_of(workspace)["build"]
    assert (build["host"], build["commit"], build["pull_request"]) == ("woodpecker", COMMIT, 7)
    assert_report_is_the_owners(workspace)
    assert_nothing_told(SECRETS.values(), ended.log, workspace)
    nothing_left()


def test_woodpecker__names_of_drone_say_something_else__native_names_win(
    woodpecker, example, workspace, nothing_left
):
    check_out(workspace, "good")
    runner = woodpecker()
    compiled = runner.environ_of

    def with_other_names(step):
        other = {"DRONE_REPO": "stranger/etl", "DRONE_PULL_REQUEST": "8"}
        return {**compiled(step), **other, "DRONE_COMMIT_SHA": "d" * 40}

    runner.environ_of = with_other_names
    ended = runner.run(example)

    assert ended.outputs["verdict"] == "passed"
    build = report_of(workspace)["build"]
    assert (build["repository"], build["commit"], build["pull_request"]) == (REPOSITORY, COMMIT, 7)
    nothing_left()


def test_woodpecker__secret_below_a_map__is_filled_in_and_masked(
    woodpecker, example, workspace, aws, nothing_left
):
    check_out(workspace, "endless")
    nested = {"arguments": {"rows": "5000", "label": {"from_secret": "label"}}}
    runner = woodpecker(nested, secrets={**SECRETS, "label": "made-up label"})

    step = runner.start(example).until("it runs")
    (name,) = aws.jobs()
    (run,) = aws.glue.get_job_runs(JobName=name)["JobRuns"]
    job = aws.glue.get_job(JobName=name)["Job"]
    ended = runner.cancel(step)

    given = {**job["DefaultArguments"], **run["Arguments"]}
    assert (given["--rows"], given["--label"]) == ("5000", "made-up label")
    assert ended.code == 143
    nothing_left()


# --- Woodpecker's ways with values -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (4.0, "4"),
        (3.10, "3.1"),
        (20, "20"),
        (False, "false"),
        ([], ""),
        (["a", 1, {"from_secret": "LABEL"}], "a,1,made-up"),
        ({"b": {"from_secret": "label"}, "a": [1]}, '{"a":[1],"b":"made-up"}'),
        ([{"a": {"from_secret": "label"}}], '[{"a":"made-up"}]'),
    ],
)
def test_runner_of_woodpecker__value__is_spelled_as_woodpecker_does(value, text):
    idle = Machine(run_container=print, image="", checkout=Path())
    runner = Woodpecker(machine=idle, secrets={"label": "made-up"})
    step = {"name": "x", "settings": {"a-b.c": copy.deepcopy(value)}}

    assert runner.environ_of(step)["PLUGIN_A_B_C"] == text
