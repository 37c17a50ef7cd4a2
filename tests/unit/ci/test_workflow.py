"""What a build is of: the workflow whose builds are numbered, and the part that we run in."""

import pytest

from plugin.ci.build import build_of
from plugin.core.build import Host


def found(host, **environ):
    build = build_of(host, environ)
    return build.workflow, build.job


@pytest.mark.parametrize("host", Host)
def test_workflow__nothing_is_told__is_empty(host):
    assert found(host) == ("", "")


HOSTILE = "check\x1b[2J\n::error::x"


@pytest.mark.parametrize(
    ("host", "names"),
    [
        (Host.GITHUB, ("GITHUB_WORKFLOW", "GITHUB_JOB")),
        (Host.GITEA, ("GITHUB_WORKFLOW", "GITHUB_JOB")),
        (Host.JENKINS, ("JOB_NAME",)),
        (Host.HARNESS, ("HARNESS_PIPELINE_ID", "HARNESS_STAGE_ID")),
        (Host.CODEBUILD, ("CODEBUILD_BUILD_ID", "CODEBUILD_BATCH_BUILD_IDENTIFIER")),
        (Host.BUILDKITE, ("BUILDKITE_PIPELINE_SLUG", "BUILDKITE_STEP_KEY")),
        (Host.DRONE, ("DRONE_STAGE_NAME",)),
        (Host.WOODPECKER, ("CI_WORKFLOW_NAME",)),
        (Host.GITLAB, ("CI_JOB_NAME",)),
    ],
)
def test_workflow__hostile_names__are_none(host, names):
    assert found(host, **dict.fromkeys(names, HOSTILE)) == ("", "")


@pytest.mark.parametrize(
    ("ref", "name", "workflow"),
    [
        ("octocat/etl/.github/workflows/a.yml@refs/heads/main", "A", ".github/workflows/a.yml"),
        ("octocat/etl/.github/workflows/a@b.yml@refs/pull/7/merge", "A", ".github/workflows/a"),
        ("octocat/etl", "A", "A"),
        ("", "A", "A"),
        ("octocat/etl/\n@x", "A", "A"),
    ],
)
@pytest.mark.parametrize("host", [Host.GITHUB, Host.GITEA])
def test_workflow__actions__is_the_file_whatever_the_branch(host, ref, name, workflow):
    environ = {"GITHUB_WORKFLOW_REF": ref, "GITHUB_WORKFLOW": name, "GITHUB_JOB": "check"}

    assert found(host, **environ) == (workflow, "check")


@pytest.mark.parametrize(
    ("name", "branch", "expected"),
    [
        ("etl", "", ("etl", "")),
        ("team/etl/PR-7", "PR-7", ("team/etl", "")),
        ("team/etl/PR-7", "", ("team/etl", "")),
        ("team/etl/PR-7-head", "PR-7-head", ("team/etl (head)", "")),
        ("team/etl/PR-7-merge", "PR-7-merge", ("team/etl (merge)", "")),
        ("team/etl/feature%2Fdelays", "feature/delays", ("team/etl", "")),
        ("team/etl/main", "other", ("team/etl/main", "")),
        ("team/etl/GLUE=5.0,os=linux", "", ("team/etl", "GLUE=5.0,os=linux")),
        ("PR-7", "PR-7", ("PR-7", "")),
        ("GLUE=5.0", "", ("GLUE=5.0", "")),
    ],
)
def test_workflow__jenkins__is_the_job_without_its_branch_or_cell(name, branch, expected):
    assert found(Host.JENKINS, JOB_NAME=name, BRANCH_NAME=branch) == expected


@pytest.mark.parametrize(
    ("environ", "job"),
    [
        ({"BUILDKITE_STEP_KEY": "check", "BUILDKITE_LABEL": ":spark: check"}, "check"),
        ({"BUILDKITE_STEP_KEY": "", "BUILDKITE_LABEL": ":spark: check"}, ":spark: check"),
    ],
)
def test_workflow__buildkite__is_the_pipeline_and_its_step(environ, job):
    assert found(Host.BUILDKITE, BUILDKITE_PIPELINE_SLUG="etl", **environ) == ("etl", job)


def test_workflow__harness__has_stages_of_its_own_and_not_drones():
    environ = {"HARNESS_PIPELINE_ID": "etl", "DRONE_STAGE_NAME": "x"}

    assert found(Host.HARNESS, **environ) == ("etl", "")


@pytest.mark.parametrize("host", [Host.DRONE, Host.WOODPECKER, Host.GITLAB, Host.BITBUCKET])
def test_workflow__a_host_that_numbers_the_builds_of_a_repository__has_none(host):
    environ = {"DRONE_STAGE_NAME": "a", "CI_WORKFLOW_NAME": "a", "CI_JOB_NAME": "a"}

    assert found(host, **environ)[0] == ""
