"""The GitLab example as GitLab Runner's docker executor runs it."""

import os

import pytest

from tests.container.runners.checkout import (
    COMMIT,
    assert_nothing_told,
    assert_report_is_the_owners,
    check_out,
    purge,
    report_of,
)
from tests.container.runners.gitlab import GitLab, Pipeline
from tests.container.runners.step import Machine

pytestmark = pytest.mark.container

JOB = "glue-health-check"
ID_TOKEN = "eyJhbGciOiJSUzI1NiJ9.bWFkZS11cC1tYWRlLXVw.bWFkZS11cA"
JOB_TOKEN = Pipeline().job_token


@pytest.fixture
def example(repository):
    return repository / "examples/ci/gitlab/.gitlab-ci.yml"


@pytest.fixture
def gitlab(run_container, image, workspace, glue, aws):
    """A GitLab for one job; there are no AWS keys but those that STS gives for the job's token."""

    def make(variables=None, **options):
        def change(job):
            job["variables"] |= variables or {}

        way = {"AWS_ENDPOINT_URL": glue.endpoint_url, "AWS_EC2_METADATA_DISABLED": "true"}
        machine = Machine(run_container=run_container, image=image, checkout=workspace, environ=way)
        tokens = {"ID_TOKEN_FOR_AWS": ID_TOKEN}
        return GitLab(**{"machine": machine, "tokens": tokens, "change": change, **options})

    yield make
    purge(aws)


# --- what is wrong is said -------------------------------------------------------------------------


def test_gitlab__wrong_settings__are_all_told_at_once_with_2(
    gitlab, example, workspace, nothing_left
):
    check_out(workspace, "good")
    wrong = {
        "AWS_REGION": "nowhere",
        "GLUE_HEALTH_CHECK_QUEUE_TIMEOUT_MINUTES": "soon",
        "GLUE_HEALTH_CHECK_SCIRPT": "x",
    }

    ended, after = gitlab(wrong).run(example, JOB)

    assert ended.code == 2
    for words in ("nowhere", "soon", "GLUE_HEALTH_CHECK_SCRIPT"):
        assert words in ended.log
    assert "Traceback" not in ended.log + after.log
    assert_nothing_told([JOB_TOKEN, ID_TOKEN], ended.log + after.log)
    nothing_left()


def test_gitlab__entrypoint_of_the_image_is_kept__is_2_at_once_for_the_words_of_the_shell(
    gitlab, example, workspace, nothing_left
):
    check_out(workspace, "good")

    def keep(job):
        job["image"]["entrypoint"] = None

    ended = gitlab(change=keep).start(example, JOB).ended()

    assert ended.code == 2
    assert "'-c' is unknown" in ended.log
    assert "Traceback" not in ended.log
    nothing_left()


def test_gitlab__merge_request_of_a_fork__is_skipped_with_a_reason(
    gitlab, example, workspace, nothing_left
):
    check_out(workspace, "broken")
    of_fork = Pipeline(project="stranger/etl", project_id=99)

    ended, after = gitlab(pipeline=of_fork).run(example, JOB)

    assert (ended.code, ended.outputs["verdict"]) == (0, "skipped")
    assert "fork" in ended.log
    assert "it runs" not in ended.log
    assert after.code == 0
    nothing_left()


def test_gitlab__cancelled__stops_in_the_grace_and_after_script_finds_nothing_to_do(
    gitlab, example, workspace, nothing_left
):
    check_out(workspace, "endless")
    runner = gitlab()

    step = runner.start(example, JOB).until("it runs")
    ended, after = runner.cancel(example, JOB, step)

    assert ended.outputs["verdict"] == "cancelled"
    assert report_of(workspace)["verdict"] == "cancelled"
    assert after.code == 0
    assert_report_is_the_owners(workspace)
    assert_nothing_told([JOB_TOKEN, ID_TOKEN], ended.log + after.log, workspace)
    nothing_left()


def test_gitlab__container_killed__after_script_removes_what_is_left(
    gitlab, example, workspace, aws, nothing_left
):
    check_out(workspace, "endless")
    runner = gitlab()
    step = runner.start(example, JOB).until("it runs")
    step.killed()
    (left,) = aws.jobs()

    after = runner.after(example, JOB, step)

    assert after.code == 0
    assert left in after.log
    assert_nothing_told([JOB_TOKEN, ID_TOKEN], after.log)
    nothing_left()


def test_gitlab__runner_dies__next_check_of_the_same_merge_request_removes_what_is_left(
    gitlab, example, workspace, aws, nothing_left
):
    check_out(workspace, "endless")
    gitlab().start(example, JOB).until("it runs").killed()
    (left,) = aws.jobs()
    check_out(workspace, "good")

    ended, _ = gitlab(pipeline=Pipeline(number=1043)).run(example, JOB)

    assert (ended.code, ended.outputs["verdict"]) == (0, "passed")
    assert left in ended.log
    nothing_left()


# --- fail and pass ---------------------------------------------------------------------------------


def test_gitlab__script_fails__is_1_and_after_script_finds_nothing_to_do(
    gitlab, example, workspace, nothing_left
):
    check_out(workspace, "broken")

    ended, after = gitlab().run(example, JOB)

    assert (ended.code, ended.outputs["verdict"]) == (1, "failed")
    assert "jobs/flights.py:3" in ended.log
    assert after.code == 0
    assert_report_is_the_owners(workspace)
    assert_nothing_told([JOB_TOKEN, ID_TOKEN], ended.log + after.log, workspace)
    nothing_left()


def test_gitlab__script_passes__is_0_with_outputs_and_a_report(
    gitlab, example, workspace, nothing_left
):
    check_out(workspace, "good")

    ended, after = gitlab().run(example, JOB)

    assert (ended.code, ended.outputs["verdict"]) == (0, "passed")
    assert ended.outputs["run_id"].startswith("jr_")
    build = report_of(workspace)["build"]
    assert (build["host"], build["commit"], build["pull_request"]) == ("gitlab", COMMIT, 7)
    assert after.code == 0
    assert_report_is_the_owners(workspace)
    assert_nothing_told([JOB_TOKEN, ID_TOKEN], ended.log + after.log, workspace)
    nothing_left()


def test_gitlab__checkout_of_another_user__report_belongs_to_that_user(
    gitlab, example, workspace, nothing_left
):
    check_out(workspace, "good")
    for path in (workspace, *workspace.rglob("*")):
        os.chown(path, 1000, 1001)

    ended, after = gitlab().run(example, JOB)

    assert (ended.code, after.code) == (0, 0)
    assert_report_is_the_owners(workspace)
    nothing_left()


def test_gitlab__merged_results__reports_on_the_head_not_on_gitlabs_merge(
    gitlab, example, workspace, nothing_left
):
    check_out(workspace, "good")
    merged = Pipeline(commit="d" * 40, source_commit=COMMIT)

    ended, _ = gitlab(pipeline=merged).run(example, JOB)

    assert ended.outputs["verdict"] == "passed"
    assert report_of(workspace)["build"]["commit"] == COMMIT
    nothing_left()
