"""The example workflows for GitHub, run by act as they are, and this repository's own action."""

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.container.act_runner import MACHINE, TOKEN, Act, copied, released_action
from tests.container.conftest import BROKEN, BUCKET, GOOD, ROLE_ARN, SPARK_GOOD
from tests.container.tidy import tidy
from tests.doubles.github_server import GitHubServer

pytestmark = pytest.mark.container

REPOSITORY = "octocat/flight-etl"
HEAD = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
PUBLISHED = "ghcr.io/glue-health-check/glue-health-check:1"
EXAMPLES = "examples/ci/github"
CHECK, CREDENTIALS, UPLOAD, TELL = (
    "Check",
    "Take the AWS role",
    "Keep the report",
    "Tell the outputs",
)


@pytest.fixture(autouse=True)
def _only_its_own(aws):
    yield
    tidy(aws)


@pytest.fixture
def github():
    """The GitHub that act's token is for."""
    with GitHubServer(token=TOKEN) as server:
        pulls = server.repository(REPOSITORY)
        pulls.add_pull(123, sha=HEAD, base=REPOSITORY, head=REPOSITORY)
        yield server


@pytest.fixture
def act(workspace, tmp_path, aws_environ, machine_environ, docker_client, github):
    """act, in a checkout with two Glue jobs and the example workflows."""
    command = Path(sys.prefix) / "bin/act"
    if not command.exists():
        pytest.skip("no act: make venv-tools")
    if shutil.which("git") is None:
        pytest.skip("no git")
    shutil.rmtree(workspace / "jobs")
    (workspace / "jobs").mkdir()
    (workspace / "jobs/orders.py").write_text(GOOD)
    (workspace / "jobs/customers.py").write_text(BROKEN)
    (workspace / ".glue-health-check.yml").write_text("job_type: pythonshell\n")
    home = tmp_path / "home"
    home.mkdir()
    volumes = names_of_volumes(docker_client)
    yield Act(
        command=command,
        checkout=workspace,
        home=home,
        machine=machine_environ,
        environ={
            "AWS_ENDPOINT_URL": aws_environ["AWS_ENDPOINT_URL"],
            "GITHUB_API_URL": github.api_url,
        },
    )
    for name in names_of_volumes(docker_client) & {"act-toolcache"} - volumes:
        docker_client.volumes.get(name).remove()


def names_of_volumes(docker_client):
    return {volume.name for volume in docker_client.volumes.list()}


@pytest.fixture
def example(act, repository, tmp_path, image):
    """act with the main example, its actions replaced, the repository's variables set."""
    name = "glue-health-check.yml"
    workflow = copied(repository / EXAMPLES / name, act.checkout / ".github/workflows" / name, {})
    pinned = dict(re.findall(r"uses: ([\w.-]+/[\w.-]+)@(\S+)", workflow.read_text()))
    stubs = repository / "tests/container/stubs"
    folders = {
        "glue-health-check/glue-health-check": released_action(
            repository, tmp_path / "action", image
        ),
        "aws-actions/configure-aws-credentials": stubs / "credentials",
        "actions/upload-artifact": stubs / "upload",
    }
    return replace(
        act,
        replaced={f"{name}@{pinned[name]}": folder for name, folder in folders.items()},
        variables={
            "AWS_CI_ROLE_ARN": "arn:aws:iam::123456789012:role/ci",
            "GLUE_ROLE_ARN": ROLE_ARN,
            "GLUE_SCRIPTS_BUCKET": BUCKET,
        },
    )


WORKFLOW = ".github/workflows/glue-health-check.yml"


def event_of(repository, name):
    return repository / f"tests/events/{name}.json"


def test_github_example__variables_are_not_set__says_what_is_missing(
    example, repository, nothing_left
):
    unset = replace(example, variables={})

    ran = unset.run(
        WORKFLOW,
        "pull_request",
        event_of(repository, "github_pull_request"),
        "--matrix",
        "name:orders",
    )

    assert ran.exit_code == 1
    assert ran.result("orders", CHECK) == "failure"
    assert "scripts_bucket" in ran.said("orders", CHECK)
    assert "role_arn" in ran.said("orders", CHECK)
    assert "Traceback" not in ran.text
    assert ran.result("orders", UPLOAD) == "success"
    nothing_left()


@pytest.mark.parametrize(
    "payload",
    [
        "github_pull_request_fork",
        "github_pull_request_fork_deleted",
        "github_pull_request_dependabot",
    ],
)
def test_github_example__code_of_others__is_green_and_skipped_without_credentials(
    example, repository, nothing_left, payload
):
    unset = replace(example, variables={})  # GitHub hands them to no fork

    ran = unset.run(
        WORKFLOW, "pull_request", event_of(repository, payload), "--matrix", "name:orders"
    )

    assert ran.exit_code == 0, ran.text
    assert ran.result("orders", CREDENTIALS) == ""
    assert ran.outputs("orders", CHECK)["verdict"] == "skipped"
    assert "Nothing was run" in ran.summary("orders")
    nothing_left()


def test_github_example__one_of_two_jobs_is_broken__fails_its_own_leg_only(
    example, repository, github, nothing_left
):
    ran = example.run(WORKFLOW, "pull_request", event_of(repository, "github_pull_request"))

    assert ran.exit_code == 1
    assert [ran.result(leg, CHECK) for leg in ("orders", "customers")] == ["success", "failure"]
    assert "took arn:aws:iam::123456789012:role/ci in us-east-1" in ran.said("orders", CREDENTIALS)
    assert "verdict=passed cost_usd=0.0" in ran.said("orders", TELL)
    assert "verdict=failed cost_usd=0.0" in ran.said("customers", TELL)
    assert "customers failed" in ran.summary("customers")
    assert "uploads glue-health-check-customers: junit.xml, report.json, report.md" in ran.said(
        "customers", UPLOAD
    )
    states = {one["context"]: one["state"] for one in github.repository(REPOSITORY).statuses[HEAD]}
    assert states == {
        "glue-health-check/orders": "success",
        "glue-health-check/customers": "failure",
    }
    [error] = [line for line in ran.of("customers", CHECK) if line.get("command") == "error"]
    assert (error["kvPairs"]["file"], error["kvPairs"]["line"]) == ("jobs/customers.py", "3")
    for leg in ("orders", "customers"):  # act gives it no state: see act_runner
        assert ran.result(leg, CHECK, "Post") == "success"
        assert "nothing to do" in ran.said(leg, CHECK, "Post")
    nothing_left()


def test_github_example__merge_queue__is_checked_with_credentials(
    example, repository, nothing_left
):
    ran = example.run(
        WORKFLOW,
        "merge_group",
        event_of(repository, "github_merge_group"),
        "--matrix",
        "name:orders",
    )

    assert ran.exit_code == 0, ran.text
    assert ran.result("orders", CREDENTIALS) == "success"
    assert ran.outputs("orders", CHECK)["verdict"] == "passed"
    nothing_left()


def test_github_example_local__one_of_two_jobs_is_broken__fails_without_an_account(
    act, repository, local_image
):
    """Also for a fork: the container has no secret, no network, and the real Spark."""
    name = "glue-health-check-local.yml"
    copied(repository / EXAMPLES / name, act.checkout / name, {f"{PUBLISHED}-local": local_image})
    (act.checkout / ".glue-health-check.yml").unlink()
    (act.checkout / "jobs/orders.py").write_text(SPARK_GOOD)
    here = replace(act, environ={}, platform=MACHINE)

    ran = here.run(name, "pull_request", event_of(repository, "github_pull_request_fork"))

    assert ran.exit_code == 1, ran.text
    found = ran.outputs("", CHECK)
    assert found, ran.text
    assert (found["verdict"], found["passed"], found["failed"]) == ("failed", "1", "1"), ran.text
    assert "verdict=failed" in ran.said("", TELL)
    assert "no such column: fare" in ran.summary()


def test_github_example_sweep__job_of_a_dead_build__is_left_while_it_is_young(
    example, repository, image, aws
):
    name = "glue-health-check-sweep.yml"
    copied(
        repository / EXAMPLES / name,
        example.checkout / name,
        {f"docker://{PUBLISHED}": f"docker://{image}"},
    )

    ran = example.run(name, "workflow_dispatch")

    assert ran.exit_code == 0, ran.text
    assert "sweep: 0 removed, 0 stay." in ran.said("", "Sweep")


@pytest.fixture
def own(act, repository, tmp_path, docker_client, local_image, github):
    """act in a copy of this repository, whose steps run in the local image: Java is there.

    `make venv` is left out: the image has the command.
    """
    checkout = tmp_path / "repository"
    copy_of_repository(repository, checkout)
    make = tmp_path / "make"
    make.write_text(
        '#!/bin/sh\ntest "$*" = venv && mkdir -p .venv/bin'
        " && ln -s /usr/local/bin/glue-health-check .venv/bin/\n"
    )
    make.chmod(0o755)
    options = f"--volume {make}:/usr/local/bin/make:ro"
    remove_built_actions(docker_client)  # else act would take an older one
    environ = {"GITHUB_API_URL": github.api_url}
    yield replace(act, checkout=checkout, environ=environ, platform=local_image, options=options)
    remove_built_actions(docker_client)


def remove_built_actions(docker_client):
    """Remove the images that act has built of local actions."""
    for tag in (tag for image in docker_client.images.list() for tag in image.tags):
        if tag.startswith("act-") and tag.endswith("dockeraction:latest"):
            docker_client.images.remove(tag, noprune=True)


def copy_of_repository(repository, checkout):
    """Copy what git tracks or would track."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, done.stdout.split("\0")):
        if (repository / name).is_file():
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(repository / name, checkout / name)


@pytest.mark.slow
def test_own_workflow__uses_dot_slash__passes_the_sound_and_fails_the_broken_script(
    own, repository
):
    """The job of this repository's CI that builds the action from the Dockerfile and uses it."""
    name = ".github/workflows/ci.yml"
    pinned = dict(re.findall(r"uses: ([\w.-]+/[\w.-]+)@(\S+)", (own.checkout / name).read_text()))
    stubs = repository / "tests/container/stubs"
    folders = {
        "actions/setup-python": stubs / "python",
        "actions/upload-artifact": stubs / "upload",
    }
    with_stubs = replace(
        own, replaced={f"{key}@{pinned[key]}": path for key, path in folders.items()}
    )

    ran = with_stubs.run(name, "push", None, "--job", "action", "--rebuild=false")

    assert ran.exit_code == 0, ran.text
    assert [ran.result("", step) for step in ("A sound script", "A broken script")] == [
        "success",
        "failure",
    ]
    assert ran.outputs("", "A sound script")["verdict"] == "passed"
    assert ran.outputs("", "A broken script")["verdict"] == "failed"
    assert ".github/broken.py" in ran.summary()
    for step in ("A sound script", "A broken script"):
        assert ran.result("", step, "Post") == "success"
    assert "uploads reports: broken, sound" in ran.text
