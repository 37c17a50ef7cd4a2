"""The action on a GitHub runner: its steps, its files, its cancels, and what is left on AWS."""

import json
import os

import pytest
import yaml

from tests.container.conftest import BUCKET, ROLE_ARN
from tests.container.github_runner import TOKEN, GithubJob
from tests.container.tidy import tidy
from tests.doubles.github_server import GitHubServer

pytestmark = pytest.mark.container

RUNNER_USER = 1001  # that of GitHub's own runners; the container is root
REPOSITORY, PULL_REQUEST = "octocat/flight-etl", 123
HEAD = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
INPUTS = {"role_arn": ROLE_ARN, "scripts_bucket": BUCKET, "job_type": "pythonshell"}
HOSTILE = """\
print('::add-mask::it runs')
print('::error file=a.py::pwned by ::')
print('##[error]pwned by ##')
print('it runs ::set-output name=verdict::pwned')
print('::stop-commands::x', flush=True)
raise ValueError('::error::pwned by an exception')
"""


@pytest.fixture(autouse=True)
def _only_its_own(aws):
    yield
    tidy(aws)


@pytest.fixture
def github():
    """The GitHub that the job's token is for."""
    with GitHubServer(token=TOKEN) as server:
        pulls = server.repository(REPOSITORY)
        pulls.add_pull(PULL_REQUEST, sha=HEAD, base=REPOSITORY, head=REPOSITORY)
        yield server


@pytest.fixture
def github_job(image, repository, workspace, tmp_path, aws_environ, machine_environ, github):
    """Makes jobs for an event of tests/events; ends what they started."""
    action = yaml.safe_load((repository / "action.yml").read_text())
    jobs: list[GithubJob] = []

    def job(event="pull_request", payload="github_pull_request", attempt="1", **job_environ):
        made = GithubJob(
            image=image,
            action=action,
            workspace=workspace,
            temp=tmp_path / f"temp-{len(jobs)}",
            event_name=event,
            event=json.loads((repository / f"tests/events/{payload}.json").read_text()),
            machine=machine_environ,
            api_url=github.api_url,
            attempt=attempt,
            job_environ=job_environ or aws_environ,
        )
        jobs.append(made)
        return made

    yield job
    for made in jobs:
        made.close()


@pytest.fixture
def owned(workspace):
    """Give the checkout to the runner's user, where we may."""
    if os.getuid() == 0:
        for path in (workspace, *workspace.rglob("*")):
            os.chown(path, RUNNER_USER, RUNNER_USER)
    return workspace.stat()


def files_of(workspace):
    """The files and folders of the report."""
    report = workspace / "glue-health-check-report"
    return [report, *sorted(report.iterdir())]


# --- it cannot be known, or is not to be run ------------------------------------------------------


def test_action__wrong_settings__is_2_with_all_problems_and_a_well_formed_end(
    github_job, workspace, nothing_left
):
    job = github_job()
    wrong = {"script": "jobs/nowhere.py", "number_of_workers": "many", "tags": "not a map"}

    step = job.run(**wrong)
    post = job.run("post", **wrong)

    assert (step.exit_code, step.conclusion, step.problems) == (2, "failure", ())
    for words in (
        "jobs/nowhere.py is missing",
        "INPUT_NUMBER_OF_WORKERS",
        "INPUT_TAGS",
        "scripts_bucket",
    ):
        assert words in step.log
    assert "Traceback" not in step.log
    assert post.exit_code == 0
    assert post.problems == ()
    assert not (workspace / "glue-health-check-report").exists()
    nothing_left()


@pytest.mark.parametrize(
    ("payload", "word"),
    [("github_pull_request_fork", "fork"), ("github_pull_request_dependabot", "Dependabot")],
)
def test_action__code_of_others__is_skipped_with_the_reason(
    github_job, nothing_left, payload, word
):
    job = github_job(payload=payload, CI="true")  # no credentials, no variables of the repository

    step = job.run(script="jobs/good.py", role_arn="", scripts_bucket="")
    post = job.run("post", script="jobs/good.py")

    assert (step.exit_code, step.conclusion, step.outputs["verdict"]) == (0, "success", "skipped")
    assert word in step.log
    assert word in step.summary
    assert post.conclusion == "success"
    nothing_left()


def test_action__no_credentials__is_3_and_says_so(github_job):
    job = github_job(AWS_REGION="us-east-1", AWS_EC2_METADATA_DISABLED="true")

    step = job.run(script="jobs/good.py", **INPUTS)

    assert (step.exit_code, step.outputs["verdict"]) == (3, "errored")
    assert "no AWS credentials" in step.log


def test_action__local_engine_without_spark__is_2_and_names_the_local_image(github_job):
    step = github_job().run(script="jobs/spark_good.py", engine="local")

    assert (step.exit_code, step.problems) == (2, ())
    assert "1-local" in step.log or "`local` image" in step.log or "local image" in step.log


# --- it fails, it passes --------------------------------------------------------------------------


def test_action__script_fails__is_1_with_outputs_summary_and_annotation(
    github_job, workspace, nothing_left
):
    job = github_job()

    step = job.run(script="jobs/broken.py", **INPUTS)

    assert (step.exit_code, step.problems) == (1, ())
    assert (step.outputs["verdict"], step.outputs["failed"]) == ("failed", "1")
    assert json.loads(step.outputs["results"])[0]["verdict"] == "failed"
    assert "no such column: fare" in step.summary
    [error] = step.annotations()
    assert (error.properties["file"], error.properties["line"]) == ("jobs/broken.py", "3")
    nothing_left()


def test_action__hostile_script__commands_the_runner_nothing(github_job, workspace, nothing_left):
    (workspace / "jobs/hostile.py").write_text(HOSTILE)

    step = github_job().run(script="jobs/hostile.py", **INPUTS)

    assert (step.exit_code, step.outputs["verdict"]) == (1, "failed")
    assert {command.name for command in step.commands} <= {"error", "group", "endgroup"}
    assert [error.properties.get("file") for error in step.annotations()] == ["jobs/hostile.py"]
    nothing_left()


def test_action__script_passes__is_0_and_the_post_step_finds_nothing_to_do(
    github_job, workspace, owned, nothing_left
):
    job = github_job()

    step = job.run(script="jobs/good.py", **INPUTS)
    post = job.run("post", script="jobs/good.py", **INPUTS)

    assert (step.exit_code, step.problems, step.annotations()) == (0, (), [])
    assert {
        key: step.outputs[key] for key in ("verdict", "passed", "failed", "errored", "skipped")
    } == {
        "verdict": "passed",
        "passed": "1",
        "failed": "0",
        "errored": "0",
        "skipped": "0",
    }
    assert (workspace / step.outputs["report_path"]).is_file()
    report = json.loads((workspace / "glue-health-check-report/report.json").read_text())
    assert (report["build"]["commit"], report["build"]["pull_request"]) == (HEAD, 123)
    assert (post.exit_code, post.problems, post.outputs) == (0, (), {})
    assert "removed job" not in post.log
    nothing_left()


def test_action__checkout_of_another_user__leaves_the_report_to_that_user(
    github_job, workspace, owned
):
    github_job().run(script="jobs/good.py", **INPUTS)

    assert {(path.stat().st_uid, path.stat().st_gid) for path in files_of(workspace)} == {
        (owned.st_uid, owned.st_gid)
    }


def test_action__hyphens_and_maps_of_inputs__are_understood(github_job, workspace, nothing_left):
    (workspace / "jobs/arguments.py").write_text(
        "import sys\nassert 'a b' in sys.argv, sys.argv\nprint('it runs')\n"
    )
    job = github_job()

    step = job.run(
        script="jobs/arguments.py",
        arguments='{\n  "--day": "a b"\n}\n',
        **{"job-suffix": "leg-1"},
        **INPUTS,
    )

    assert (step.exit_code, step.outputs["verdict"]) == (0, "passed"), step.log
    assert "-leg-1-" in step.outputs["job_name"]
    nothing_left()


def test_action__pull_request__hears_of_both_runs_in_one_comment_and_one_status(
    github_job, workspace, github, nothing_left
):
    there = github.repository(REPOSITORY)
    there.add_comment(PULL_REQUEST, "Somebody else's.")

    github_job().run(script="jobs/broken.py", **INPUTS)
    (_, first) = [dict(one) for one in there.comments[PULL_REQUEST]]
    (workspace / "jobs/broken.py").write_text("print('it runs', flush=True)\n")
    second_run = github_job(attempt="2").run(script="jobs/broken.py", **INPUTS)

    assert second_run.outputs["verdict"] == "passed"
    assert "warning: reporter" not in second_run.log
    (_, second) = there.comments[PULL_REQUEST]
    assert "no such column: fare" in first["body"]
    assert (second["id"], second["user"]["login"]) == (first["id"], "github-actions[bot]")
    assert "no such column: fare" not in second["body"]
    told = [(one["context"], one["state"]) for one in there.statuses[HEAD]]
    states = ("pending", "failure", "pending", "success")
    assert told == [("glue-health-check", state) for state in states]
    nothing_left()


# --- it is cancelled ------------------------------------------------------------------------------


def test_action__cancelled__stops_its_job_before_the_runner_kills(github_job, nothing_left):
    job = github_job()
    running = job.start(script="jobs/endless.py", **INPUTS)
    running.until("it runs")

    step = job.cancel(running)

    assert (step.exit_code, step.outputs["verdict"], step.problems) == (130, "cancelled", ())
    nothing_left()
    assert job.run("post", script="jobs/endless.py", **INPUTS).conclusion == "success"


def test_action__killed_at_once__is_cleaned_up_by_the_post_step(
    github_job, docker_client, aws, nothing_left
):
    job = github_job()
    running = job.start(script="jobs/endless.py", **INPUTS)
    running.until("it runs")

    docker_client.containers.get(running.name).kill()
    step = job.finish(running)
    left = aws.jobs()
    post = job.run("post", script="jobs/endless.py", **INPUTS)

    assert (step.exit_code, step.outputs) == (137, {})
    assert len(left) == 1
    assert (post.exit_code, post.problems) == (0, ())
    assert left[0] in post.log
    nothing_left()


def test_action__container_that_hears_nothing__is_cleaned_up_beside_it(
    github_job, docker_client, aws, nothing_left
):
    job = github_job()
    running = job.start(script="jobs/endless.py", **INPUTS)
    running.until("it runs")
    container = docker_client.containers.get(running.name)
    container.kill(signal="STOP")

    step = job.cancel(running)  # after both signals the runner kills the docker command alone
    post = job.run("post", script="jobs/endless.py", **INPUTS)

    assert step.exit_code == -9
    assert (post.exit_code, aws.jobs()) == (0, [])
    container.kill(signal="CONT")
    assert container.wait(timeout=60)["StatusCode"] in {3, 130}
    nothing_left()


def test_action__post_step_without_a_check__does_nothing(github_job):
    post = github_job().run("post", script="jobs/good.py", **INPUTS)

    assert (post.exit_code, post.problems) == (0, ())
    assert "nothing to do" in post.log


def test_action__build_id_of_another_repository__is_not_removed(github_job, docker_client, aws):
    job = github_job()
    running = job.start(script="jobs/endless.py", **INPUTS)
    running.until("it runs")
    docker_client.containers.get(running.name).kill()
    job.finish(running)
    other = github_job()
    other.event["repository"]["full_name"] = "octo-org/other"
    other.state = dict(job.state)

    ended = other.run("post", script="jobs/endless.py", **INPUTS)

    assert "belong to another pull request or repository: left alone" in ended.log
    assert len(aws.jobs()) == 1
    job.run("post", script="jobs/endless.py", **INPUTS)
    assert aws.jobs() == []
