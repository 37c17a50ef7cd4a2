"""The Harness example as Harness CI runs it."""

import json
import os

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
from tests.container.runners.harness import Codebase, Harness, encode
from tests.container.runners.step import Machine

pytestmark = pytest.mark.container

CHECK, AFTER = "glue_health_check", "tell_the_outputs"
SERVICE_TOKEN = "made-up-service-token"


@pytest.fixture
def example(repository):
    return repository / "examples/ci/harness/pipeline.yaml"


@pytest.fixture
def github():
    with github_with_pull() as server:
        yield server


@pytest.fixture
def harness(run_container, image, workspace, glue, github, aws):
    """A Harness for one execution."""

    def make(settings=None, user="", **options):
        def change(step):
            if "settings" in step["spec"]:
                step["spec"]["settings"] |= {"github_api_url": github.api_url, **(settings or {})}
            step["spec"]["runAsUser"] = user

        way = {"AWS_ENDPOINT_URL": glue.endpoint_url, "AWS_EC2_METADATA_DISABLED": "true"}
        machine = Machine(run_container=run_container, image=image, checkout=workspace, environ=way)
        given = {
            "machine": machine,
            "secrets": SECRETS,
            "codebase": Codebase(service_token=SERVICE_TOKEN),
            "change": change,
        }
        return Harness(**{**given, **options})

    yield make
    purge(aws)


# --- what is wrong is said -------------------------------------------------------------------------


def test_harness__wrong_settings__are_all_told_at_once_with_2(
    harness, example, workspace, nothing_left
):
    check_out(workspace, "good")
    wrong = {"region": "nowhere", "queue-timeout-minutes": "soon", "scirpt": "x"}

    done = harness(wrong).run(example)

    ended = done[CHECK]
    assert ended.code == 2
    for words in ("nowhere", "soon", "SCRIPT"):
        assert words in ended.log
    assert "Traceback" not in ended.log
    assert_nothing_told([*SECRETS.values(), SERVICE_TOKEN], ended.log)
    nothing_left()


@pytest.mark.parametrize("head", ["stranger/etl", None])
def test_harness__pull_request_of_a_fork__is_skipped_with_a_reason(
    harness, example, workspace, github, nothing_left, head
):
    check_out(workspace, "broken")
    github.repository(REPOSITORY).add_pull(7, sha=COMMIT, base=REPOSITORY, head=head)

    done = harness().run(example)

    assert list(done) == [CHECK, AFTER]
    assert (done[CHECK].code, done[CHECK].outputs["verdict"]) == (0, "skipped")
    assert "fork" in done[CHECK].log
    nothing_left()


def test_harness__aborted__next_check_of_the_same_pull_request_removes_what_is_left(
    harness, example, workspace, aws, nothing_left
):
    check_out(workspace, "endless")
    runner = harness()
    runner.abort(runner.start(example, CHECK).until("it runs"))
    (left,) = aws.jobs()
    check_out(workspace, "good")

    done = harness(codebase=Codebase(number=43)).run(example)

    assert (done[CHECK].code, done[CHECK].outputs["verdict"]) == (0, "passed")
    assert left in done[CHECK].log
    nothing_left()


def test_harness__soft_stop__stops_in_the_grace_and_leaves_nothing(
    harness, example, workspace, nothing_left
):
    check_out(workspace, "endless")

    ended = harness().start(example, CHECK).until("it runs").stopped(30)

    assert (ended.code, ended.outputs["verdict"]) == (143, "cancelled")
    assert_report_is_the_owners(workspace)
    nothing_left()


def test_harness__container_killed_for_want_of_memory__clean_up_step_removes_what_is_left(
    harness, example, workspace, nothing_left
):
    check_out(workspace, "endless")
    runner = harness()
    runner.start(example, CHECK).until("it runs").killed()

    ended = runner.start(example, "clean_up").ended()

    assert ended.code == 0
    assert_nothing_told([*SECRETS.values(), SERVICE_TOKEN], ended.log)
    nothing_left()


# --- fail and pass ---------------------------------------------------------------------------------


def test_harness__script_fails__is_1_and_the_clean_up_step_finds_nothing_to_do(
    harness, example, workspace, nothing_left
):
    check_out(workspace, "broken")

    runner = harness()
    done = runner.run(example)

    assert {name: ended.code for name, ended in done.items()} == {CHECK: 1, AFTER: 0, "clean_up": 0}
    assert runner.outputs[CHECK]["verdict"] == "failed"
    (result,) = json.loads(runner.outputs[CHECK]["results"])
    assert result["verdict"] == "failed"
    assert "verdict=failed cost_usd=0" in done[AFTER].log
    assert done[CHECK].outputs["verdict"] == "failed"
    assert "jobs/flights.py:3" in done[CHECK].log
    assert_report_is_the_owners(workspace)
    assert_nothing_told([*SECRETS.values(), SERVICE_TOKEN], done[CHECK].log, workspace)
    nothing_left()


def test_harness__script_passes__is_0_and_drones_marker_is_not_believed(
    harness, example, workspace, github, nothing_left
):
    check_out(workspace, "good")

    done = harness().run(example)

    assert list(done) == [CHECK, AFTER]
    assert (done[CHECK].code, done[CHECK].outputs["verdict"]) == (0, "passed")
    assert_github_was_told(github, "success")
    build = report_of(workspace)["build"]
    assert (build["host"], build["commit"], build["pull_request"]) == ("harness", COMMIT, 7)
    assert_report_is_the_owners(workspace)
    assert_nothing_told([*SECRETS.values(), SERVICE_TOKEN], done[CHECK].log, workspace)
    nothing_left()


def test_harness__run_as_a_user__reports_belong_to_whom_the_workspace_belongs_to(
    harness, example, workspace, nothing_left
):
    check_out(workspace, "good")
    for path in (workspace, *workspace.rglob("*")):
        os.chown(path, 1000, 1000)

    done = harness(user="1000:1000").run(example)

    assert (done[CHECK].code, done[CHECK].outputs["verdict"]) == (0, "passed")
    assert_report_is_the_owners(workspace)
    nothing_left()


def test_harness__maps_over_several_lines__reach_the_job(
    harness, example, workspace, aws, nothing_left
):
    check_out(workspace, "endless")

    step = harness().start(example, CHECK).until("it runs")
    (name,) = aws.jobs()
    (run,) = aws.glue.get_job_runs(JobName=name)["JobRuns"]
    job = aws.glue.get_job(JobName=name)["Job"]
    step.stopped(30)

    given = {**job["DefaultArguments"], **run["Arguments"]}
    assert (given["--source"], given["--rows"]) == ("s3://acme-data/flights/", "5000")
    nothing_left()


# --- Harness' ways with values ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (4.0, "4.0"),
        (3.10, "3.1"),
        (20, "20"),
        (None, ""),
        (True, "true"),
        (["a", 1, 2.0], "a,1,2.0"),
        ({"a": "b", "c": 1}, '{\n  "a" : "b",\n  "c" : 1\n}'),
        ({"a": {"b": ["c", 1]}}, '{\n  "a" : {\n    "b" : [ "c", 1 ]\n  }\n}'),
        ([{"a": 1}], '[ {\n  "a" : 1\n} ]'),
        ({}, "{ }"),
    ],
)
def test_runner_of_harness__value__is_spelled_as_harness_does(value, text):
    assert encode(value) == text
