"""The CodeBuild example as CodeBuild runs it: the commands of a buildspec, on a build machine."""

import re
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import yaml

from tests.container.runners.checkout import (
    ACCESS_KEY,
    COMMIT,
    REPOSITORY,
    SECRET_KEY,
    TOKEN,
    assert_github_was_told,
    assert_nothing_told,
    assert_report_is_the_owners,
    check_out,
    github_with_pull,
    purge,
    report_of,
)
from tests.container.runners.codebuild import CodeBuild, Webhook, credentials_server
from tests.container.runners.step import SECONDS, Step

pytestmark = pytest.mark.container

SESSION_TOKEN = "made-up-session-token"
KEYS = {"AccessKeyId": ACCESS_KEY, "SecretAccessKey": SECRET_KEY, "Token": SESSION_TOKEN}
KEPT = [SECRET_KEY, SESSION_TOKEN, TOKEN]


@pytest.fixture
def example(repository):
    return repository / "examples/ci/codebuild/buildspec.yml"


@pytest.fixture
def github():
    with github_with_pull() as server:
        yield server


@pytest.fixture
def credentials():
    with credentials_server(KEYS) as address:
        yield address


@pytest.fixture
def codebuild(
    docker_client, machine_environ, image, workspace, tmp_path, glue, github, credentials, aws
):
    """A CodeBuild for one build; there are no AWS keys but those of the build's role."""
    label = f"glue-health-check-test-{uuid.uuid4().hex[:12]}"
    names = ("PATH", "DOCKER_HOST", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH")

    def make(variables=None, **options):
        def change(spec):
            spec["env"]["variables"] |= variables or {}

        given = {
            "image": image,
            "folder": workspace,
            "home": tmp_path,
            "label": label,
            "credentials": credentials,
            "docker_environ": {
                name: machine_environ[name] for name in names if name in machine_environ
            },
            "aws_environ": {
                "AWS_ENDPOINT_URL": glue.endpoint_url,
                "AWS_EC2_METADATA_DISABLED": "true",
                "GITHUB_API_URL": github.api_url,
            },
            "secrets": {"glue-health-check:github_token": TOKEN},
            "change": change,
        }
        return CodeBuild(**{**given, **options})

    yield make
    for container in docker_client.containers.list(all=True, filters={"label": label}):
        container.remove(force=True, v=True)
    purge(aws)


@pytest.fixture
def in_background():
    """Runs a build beside the test, to its end."""
    with ThreadPoolExecutor() as pool:
        yield pool.submit


def running(docker_client, build, words):
    """The build's container, once it has printed these words."""
    give_up = time.monotonic() + SECONDS
    while not (found := docker_client.containers.list(filters={"label": build.label})):
        assert time.monotonic() < give_up, "the build started no container"
        threading.Event().wait(0.1)
    return Step(found[0]).until(words)


def test_codebuild_example__variables_that_we_read__are_passed_on(example, repository):
    sources = (repository / f"plugin/ci/{name}.py" for name in ("codebuild", "detect"))
    read = {name for path in sources for name in re.findall(r'"(CODEBUILD_\w+)"', path.read_text())}

    (script,) = yaml.safe_load(example.read_text())["phases"]["pre_build"]["commands"]

    assert read - set(script.split()) == set()


# --- what is wrong is said -------------------------------------------------------------------------


def test_codebuild__wrong_settings__are_all_told_at_once_with_2(
    codebuild, example, workspace, nothing_left
):
    check_out(workspace, "good")
    wrong = {"GLUE_HEALTH_CHECK_TIMEOUT_MINUTES": "soon", "GLUE_HEALTH_CHECK_ROLE_ARN": "glue role"}

    done = codebuild(wrong).run(example)

    ended = done["build"]
    assert ended.code == 2
    for words in ("soon", "glue role"):
        assert words in ended.log
    assert "Traceback" not in ended.log
    assert_nothing_told(KEPT, ended.log)
    nothing_left()


def test_codebuild__credentials_not_passed_on__is_3_that_says_credentials(
    codebuild, example, workspace, nothing_left
):
    check_out(workspace, "good")

    def forget(spec):
        (script,) = spec["phases"]["pre_build"]["commands"]
        name = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI\n"
        spec["phases"]["pre_build"]["commands"] = [script.replace(name, "")]

    done = codebuild(change=forget).run(example)

    assert done["build"].code == 3
    assert "credentials" in done["build"].log
    nothing_left()


@pytest.mark.parametrize("head", ["stranger/etl", None])
def test_codebuild__pull_request_of_a_fork__is_skipped_with_a_reason(
    codebuild, example, workspace, github, nothing_left, head
):
    check_out(workspace, "broken")
    github.repository(REPOSITORY).add_pull(7, sha=COMMIT, base=REPOSITORY, head=head)

    done = codebuild().run(example)

    ended = done["build"]
    assert (ended.code, ended.outputs["verdict"]) == (0, "skipped")
    assert "fork" in ended.log
    assert done["build.finally"].code == 0
    nothing_left()


def test_codebuild__stopped__next_check_of_the_same_pull_request_removes_what_is_left(
    codebuild, example, workspace, aws, docker_client, in_background, nothing_left
):
    check_out(workspace, "endless")
    build = codebuild()
    going = in_background(build.run, example)
    step = running(docker_client, build, "it runs")
    build.stop()
    step.killed_and_gone()
    going.result(timeout=SECONDS)
    (left,) = aws.jobs()
    check_out(workspace, "good")

    done = codebuild(webhook=Webhook(number=43)).run(example)

    ended = done["build"]
    assert (ended.code, ended.outputs["verdict"]) == (0, "passed")
    assert left in ended.log
    nothing_left()


def test_codebuild__container_killed__finally_removes_what_is_left(
    codebuild, example, workspace, docker_client, in_background, nothing_left
):
    check_out(workspace, "endless")
    build = codebuild()

    going = in_background(build.run, example)
    running(docker_client, build, "it runs").killed_and_gone()
    done = going.result(timeout=SECONDS)

    assert done["build"].code == 137
    assert done["build.finally"].code == 0
    assert_nothing_told(KEPT, done["build"].log + done["build.finally"].log)
    nothing_left()


# --- fail and pass ---------------------------------------------------------------------------------


def test_codebuild__script_fails__is_1_and_finally_finds_nothing_to_do(
    codebuild, example, workspace, nothing_left
):
    check_out(workspace, "broken")

    done = codebuild().run(example)

    codes = {name: ended.code for name, ended in done.items()}
    assert codes == {"pre_build": 0, "build": 1, "build.finally": 0}
    ended = done["build"]
    assert ended.outputs["verdict"] == "failed"
    assert "jobs/flights.py:3" in ended.log
    assert_report_is_the_owners(workspace)
    assert_nothing_told(KEPT, ended.log, workspace)
    nothing_left()


def test_codebuild__script_passes__is_0_with_outputs_and_a_report(
    codebuild, example, workspace, github, nothing_left
):
    check_out(workspace, "good")

    done = codebuild().run(example)

    ended = done["build"]
    assert (ended.code, ended.outputs["verdict"]) == (0, "passed")
    assert ended.outputs["run_id"].startswith("jr_")
    assert_github_was_told(github, "pending", "success")
    build = report_of(workspace)["build"]
    assert (build["host"], build["commit"], build["pull_request"]) == ("codebuild", COMMIT, 7)
    assert_report_is_the_owners(workspace)
    assert_nothing_told(KEPT, ended.log, workspace)
    nothing_left()
