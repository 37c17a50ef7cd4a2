"""A laptop and hosts that are not told apart become a build."""

import pytest

from plugin.ci.build import build_of
from plugin.ci.git import GitFacts
from plugin.core.build import Build, Fork, Host, Question

HEAD = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
GIT = GitFacts(commit=HEAD, branch="feature/delays", remote_url="git@github.com:o/r.git")


def test_plain__no_git_at_all__is_local():
    build = build_of(Host.PLAIN, {})

    assert build == Build(host=Host.PLAIN)
    assert build.job_suffix() == "local"


def test_plain__detached_head_and_odd_facts__are_left_out():
    git = GitFacts(commit="not a hash", branch="HEAD", remote_url="/srv/git/r.git")

    assert build_of(Host.PLAIN, {}, git=git) == Build(host=Host.PLAIN)


def test_plain__laptop__is_what_git_says():
    build = build_of(Host.PLAIN, {"USER": "octocat"}, git=GIT)

    assert (build.repository, build.commit, build.branch) == ("o/r", HEAD, "feature/delays")
    assert (build.pull_request, build.fork, build.questions) == (None, Fork.NO, ())
    assert build.api_url == "https://api.github.com"
    assert build.job_suffix() == "feature/delays"


@pytest.mark.parametrize(
    "environ",
    [
        {"CI": "woodpecker", "CI_COMMIT_PULL_REQUEST": "7"},
        {"CI": "woodpecker", "CI_COMMIT_REF": "refs/pull/7/head"},
        {"HARNESS_BUILD_ID": "1", "DRONE_PULL_REQUEST": "7"},
        {"HARNESS_BUILD_ID": "1", "DRONE_COMMIT_REF": "refs/pull/7/head"},
        {"GITEA_ACTIONS": "true", "GITHUB_REF": "refs/pull/7/head"},
        {"GITLAB_CI": "true", "CI_MERGE_REQUEST_IID": "7"},
        {"GITLAB_CI": "true", "CI_EXTERNAL_PULL_REQUEST_IID": "7"},
        {"BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_PR_ID": "7"},
        {"BUILDKITE": "true", "BUILDKITE_PULL_REQUEST": "7"},
        {"CODEBUILD_BUILD_ID": "1", "CODEBUILD_WEBHOOK_TRIGGER": "pr/7"},
        {"CODEBUILD_BUILD_ID": "1", "CODEBUILD_SOURCE_VERSION": "pr/7"},
    ],
)
def test_plain__pull_request_of_a_host_not_told_apart__counts_as_foreign(environ):
    build = build_of(Host.PLAIN, environ, git=GIT)

    assert build.pull_request == 7
    assert build.is_foreign
    assert build.questions == (Question.PULL_REQUEST_HEAD,)


@pytest.mark.parametrize(
    "environ",
    [
        {"BUILDKITE_PULL_REQUEST": "false"},
        {"CODEBUILD_WEBHOOK_TRIGGER": "branch/main"},
        {"GITHUB_REF": "refs/heads/main"},
    ],
)
def test_plain__branch_of_a_host_not_told_apart__is_ours(environ):
    build = build_of(Host.PLAIN, environ, git=GIT)

    assert build.pull_request is None
    assert not build.is_foreign
