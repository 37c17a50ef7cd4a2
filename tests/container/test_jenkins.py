"""The example Jenkinsfiles, executed: pass, fail, wrong settings, abort, and what is left on AWS."""

import json
import os
import shutil
import time
import uuid

import pytest

from tests.container.conftest import BROKEN, ENDLESS, GOOD
from tests.container.jenkins_agent import Jenkins, commands_before, groovy_jars
from tests.container.tidy import tidy
from tests.doubles.github_server import GitHubServer

pytestmark = pytest.mark.container

PUBLISHED = "ghcr.io/glue-health-check/glue-health-check:1"
HEAD = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
MERGE = "e5bd3914e2e596debea16f433f57875b5b90bcd6"  # on the agent only
ALL = ("Jenkinsfile", "Jenkinsfile.scripted", "Jenkinsfile.inside")
RUNNING = ("Jenkinsfile", "Jenkinsfile.scripted")  # in these a signal reaches the container
AGENT_USER = 4321  # it has no passwd entry and no home in the image
EXAMPLES = "examples/ci/jenkins"


@pytest.fixture(autouse=True)
def _only_its_own(aws):
    yield
    tidy(aws)


@pytest.fixture
def github():
    """A GitHub that knows the pull request's head; Jenkins knows its merge alone."""
    with GitHubServer(token="ghp_made_up") as server:
        server.repository("octocat/flight-etl").add_pull(
            123, sha=HEAD, base="octocat/flight-etl", head="octocat/flight-etl"
        )
        yield server


@pytest.fixture
def jenkins(
    repository, image, docker_client, workspace, tmp_path, aws_environ, machine_environ, github
):
    """A Jenkins whose job builds pull request 123; its containers end with the test."""
    if not groovy_jars():
        pytest.skip("no Groovy: make venv-tools")
    shutil.rmtree(workspace / "jobs")
    (workspace / "jobs").mkdir()
    (workspace / ".glue-health-check.yml").write_text("job_type: pythonshell\n")
    mark = f"ghc-jenkins-{uuid.uuid4().hex}"
    before = commands_before(
        tmp_path / "before",
        real=str(shutil.which("docker", path=machine_environ["PATH"])),
        options={
            "AWS_ENDPOINT_URL": aws_environ["AWS_ENDPOINT_URL"],
            "GITHUB_API_URL": github.api_url,
        },
        label=mark,
        images={PUBLISHED: image},
        user=AGENT_USER,
    )
    made = Jenkins(
        workspace=workspace,
        temp=tmp_path / "jenkins",
        agent={**machine_environ, "PATH": f"{before}:{machine_environ['PATH']}"},
        environ={
            "JENKINS_URL": "https://jenkins.acme.example/",
            "BUILD_URL": "https://jenkins.acme.example/job/acme/job/etl/job/PR-123/7/",
            "BUILD_NUMBER": "7",
            "BUILD_TAG": f"jenkins-acme-etl%2Fa-PR-123-7-{mark}",
            "JOB_NAME": "acme/etl%2Fa/PR-123",
            "BRANCH_NAME": "PR-123",
            "CHANGE_ID": "123",
            "CHANGE_URL": "https://github.com/octocat/flight-etl/pull/123",
            "CHANGE_BRANCH": "feature/delays",
            "CHANGE_TARGET": "main",
            "CHANGE_AUTHOR": "octocat",
            "CHANGE_TITLE": "A title; $(with) `signs` '\" & more",
        },
        scm={
            "GIT_COMMIT": MERGE,
            "GIT_URL": "https://github.com/octocat/flight-etl.git",
            "GIT_BRANCH": "PR-123",
        },
        credentials={
            "glue-health-check-aws": {
                "username": aws_environ["AWS_ACCESS_KEY_ID"],
                "password": aws_environ["AWS_SECRET_ACCESS_KEY"],
            },
            "glue-health-check-github": "ghp_made_up",
        },
    )
    yield made
    made.close()
    for container in docker_client.containers.list(all=True, filters={"label": mark}):
        container.remove(force=True, v=True)


def give(jenkins, **jobs):
    """Write the jobs of the checkout, and hand all of it to the agent's user."""
    for name, text in jobs.items():
        (jenkins.workspace / f"jobs/{name}.py").write_text(text)
    if os.getuid() == 0:
        for path in (jenkins.workspace, *jenkins.workspace.rglob("*")):
            os.chown(path, AGENT_USER, AGENT_USER)


def report_of(jenkins):
    return json.loads((jenkins.workspace / "glue-health-check-report/report.json").read_text())


# --- the double itself ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("node('x') { sh script: 'true', returnStatsu: true }", "Unknown parameter(s) of sh"),
        (
            "node('x') { withCredentials([string(credentialsId: 'b', variable: 'C')]) { } }",
            "entry with ID 'b'",
        ),
    ],
)
def test_jenkins_shim__mistake__fails_the_build_as_jenkins_does(jenkins, tmp_path, body, words):
    (tmp_path / "Jenkinsfile").write_text(body)

    ended = jenkins.run(tmp_path / "Jenkinsfile")

    assert ended.result == "FAILURE"
    assert words in ended.log


@pytest.mark.parametrize(
    ("cases", "age", "result"),
    [
        ("<testcase name='a'><error/></testcase>", -600, "UNSTABLE"),
        ("<testcase name='a'/>", 600, "FAILURE"),
    ],
)
def test_jenkins_shim__test_results__are_read_as_jenkins_does(
    jenkins, tmp_path, cases, age, result
):
    (tmp_path / "Jenkinsfile").write_text("node('x') { junit testResults: 'junit.xml' }")
    results = jenkins.workspace / "junit.xml"
    results.write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
    os.utime(results, (time.time() - age,) * 2)

    ended = jenkins.run(tmp_path / "Jenkinsfile")

    assert ended.result == result, ended.log


# --- it cannot be known, or is not to be run ------------------------------------------------------


def test_jenkins_example__wrong_settings__fails_and_says_all_problems(
    jenkins, repository, nothing_left
):
    give(jenkins, orders=GOOD)
    (jenkins.workspace / ".glue-health-check.yml").write_text(
        "job_typ: pythonshell\nnumber_of_workers: many\n"
    )

    ended = jenkins.run(repository / EXAMPLES / "Jenkinsfile")

    assert ended.result == "FAILURE", ended.log
    assert "job_type" in ended.log  # the nearest name
    assert "number_of_workers" in ended.log
    assert "Traceback" not in ended.log
    nothing_left()


def test_jenkins_example__pull_request_of_a_fork__is_green_and_skipped(
    jenkins, repository, nothing_left
):
    give(jenkins, orders=GOOD)
    jenkins.environ = {**jenkins.environ, "CHANGE_FORK": "somebody"}
    jenkins.credentials = {**jenkins.credentials, "glue-health-check-github": "expired"}

    ended = jenkins.run(repository / EXAMPLES / "Jenkinsfile")

    assert ended.result == "SUCCESS", ended.log
    assert "verdict=skipped" in ended.log
    assert "fork" in ended.log
    nothing_left()


def test_jenkins_example__branch_build__is_left_out(jenkins, repository):
    give(jenkins, orders=GOOD)
    jenkins.environ = {
        key: value for key, value in jenkins.environ.items() if not key.startswith("CHANGE_")
    }

    ended = jenkins.run(repository / EXAMPLES / "Jenkinsfile")

    assert ended.result == "SUCCESS"
    assert "skipped due to when conditional" in ended.log


def test_jenkins_example_scripted__nobody_could_find_out__is_unstable(
    jenkins, repository, nothing_left
):
    give(jenkins, orders=GOOD)
    jenkins.environ = {**jenkins.environ}
    text = (repository / EXAMPLES / "Jenkinsfile.scripted").read_text()
    (jenkins.workspace / "Jenkinsfile").write_text(text.replace("role/glue'", "role/nobody'"))

    ended = jenkins.run(jenkins.workspace / "Jenkinsfile")

    assert ended.result == "UNSTABLE", ended.log
    assert "verdict=errored" in ended.log
    nothing_left()


# --- it fails, it passes --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_jenkins_example__one_of_two_jobs_is_broken__fails_and_archives_the_report(
    jenkins, repository, github, nothing_left, name
):
    give(jenkins, orders=GOOD, customers=BROKEN)

    ended = jenkins.run(repository / EXAMPLES / name)

    assert ended.result == "FAILURE", ended.log
    assert "no such column: fare" in ended.log
    assert "jobs/customers.py:3" in ended.log
    for file in ("report.json", "report.md"):
        assert f"Archiving glue-health-check-report/{file}" in ended.log
    assert "Test results: 1 bad in 1 file(s)" in ended.log
    report = report_of(jenkins)
    assert {one["name"]: one["verdict"] for one in report["results"]} == {
        "orders": "passed",
        "customers": "failed",
    }
    build = report["build"]
    assert (build["host"], build["repository"], build["pull_request"]) == (
        "jenkins",
        "octocat/flight-etl",
        123,
    )
    assert build["commit"] == HEAD  # GitHub was asked: the agent knows a merge alone
    assert "ghp_made_up" not in ended.log
    (comment,) = github.repository("octocat/flight-etl").comments[123]
    assert "no such column: fare" in comment["body"]
    files = list((jenkins.workspace / "glue-health-check-report").rglob("*"))
    assert "junit.xml" in {path.name for path in files}
    assert [path for path in files if not path.stat().st_mode & 0o400] == []
    assert {path.stat().st_uid for path in files} == {
        AGENT_USER if os.getuid() == 0 else os.getuid()
    }
    nothing_left()


def test_jenkins_example__job_passes__is_green(jenkins, repository, nothing_left):
    give(jenkins, orders=GOOD)

    ended = jenkins.run(repository / EXAMPLES / "Jenkinsfile")

    assert ended.result == "SUCCESS", ended.log
    assert "removed job" not in ended.log
    assert "Test results: 0 bad in 1 file(s)" in ended.log
    nothing_left()


# --- it is aborted --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RUNNING)
def test_jenkins_example__aborted__lets_the_container_stop_its_job(
    jenkins, repository, nothing_left, name
):
    give(jenkins, orders=ENDLESS)
    build = jenkins.start(repository / EXAMPLES / name)
    build.until("| it runs")

    build.abort()
    ended = build.finish()

    assert ended.result == "ABORTED", ended.log
    assert report_of(jenkins)["verdict"] == "cancelled"
    assert "Archiving glue-health-check-report/report.json" in ended.log
    nothing_left()


def test_jenkins_example__container_dies__is_cleaned_up_after_it(
    jenkins, repository, docker_client, nothing_left
):
    give(jenkins, orders=ENDLESS)
    build = jenkins.start(repository / EXAMPLES / "Jenkinsfile")
    build.until("| it runs")

    [container] = jenkins_containers(docker_client, jenkins)
    container.kill()
    ended = build.finish()

    assert ended.result == "FAILURE", ended.log
    assert "removed job glue-health-check-orders" in ended.log
    nothing_left()


def test_jenkins_example_inside__aborted__is_cleaned_up_by_a_second_container(
    jenkins, repository, nothing_left
):
    give(jenkins, orders=ENDLESS)
    build = jenkins.start(repository / EXAMPLES / "Jenkinsfile.inside")
    build.until("| it runs")

    build.abort()
    ended = build.finish()

    assert ended.result == "ABORTED", ended.log
    assert "removed job glue-health-check-orders" in ended.log
    nothing_left()


def jenkins_containers(docker_client, jenkins):
    """The containers of a build."""
    mark = jenkins.environ["BUILD_TAG"].rsplit("-ghc-", 1)[1]
    return docker_client.containers.list(filters={"label": f"ghc-{mark}"})
