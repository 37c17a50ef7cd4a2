"""Jenkins' variables, multibranch and ghprb, become a build."""

import re
from pathlib import Path

import pytest

from plugin.ci.build import build_of
from plugin.ci.git import GitFacts
from plugin.core.build import Fork, Host, Question

HEAD = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
MERGE = "e5bd3914e2e596debea16f433f57875b5b90bcd6"
ASK = (Question.PULL_REQUEST_HEAD,)
JOB = {
    "JENKINS_URL": "https://ci.example.com/",
    "BUILD_NUMBER": "456",
    "BUILD_URL": "https://ci.example.com/job/flight-etl/job/PR-123/456/",
    "EXECUTOR_NUMBER": "1",
    "JOB_NAME": "octocat/flight-etl",
}
BRANCH = JOB | {
    "BRANCH_NAME": "feature/delays",
    "GIT_BRANCH": "feature/delays",
    "GIT_COMMIT": HEAD,
    "GIT_URL": "https://github.com/octocat/flight-etl.git",
}
CHANGE = JOB | {
    "BRANCH_NAME": "PR-123",
    "CHANGE_AUTHOR": "hubot",
    "CHANGE_BRANCH": "feature/delays",
    "CHANGE_ID": "123",
    "CHANGE_TARGET": "main",
    "CHANGE_TITLE": "Count delays\x1b[31m",
    "CHANGE_URL": "https://github.com/octocat/flight-etl/pull/123",
    "GIT_COMMIT": MERGE,
    "GIT_URL": "https://jenkins:ghp_secret@github.com/octocat/flight-etl.git",
}
GHPRB = JOB | {
    "GIT_BRANCH": "origin/pr/123/merge",
    "GIT_COMMIT": MERGE,
    "GIT_URL": "git@github.com:octocat/flight-etl.git",
    "ghprbActualCommit": HEAD,
    "ghprbAuthorRepoGitUrl": "https://github.com/Octocat/flight-etl.git",
    "ghprbGhRepository": "octocat/flight-etl",
    "ghprbPullAuthorLogin": "octocat",
    "ghprbPullId": "123",
    "ghprbPullLink": "https://github.com/octocat/flight-etl/pull/123",
    "ghprbSourceBranch": "feature/delays",
    "ghprbTargetBranch": "main",
}


def without(environ, *names):
    return {key: value for key, value in environ.items() if key not in names}


# --- little is known -----------------------------------------------------------------------------


def test_jenkins__nothing_set__is_an_empty_build():
    build = build_of(Host.JENKINS, {})

    assert (build.repository, build.commit, build.link, build.number) == ("", "", "", "")
    assert build.job_suffix() == "local"


def test_jenkins__scripted_pipeline__falls_back_on_git():
    git = GitFacts(commit=HEAD, branch="main", remote_url="git@github.com:octocat/flight-etl.git")

    build = build_of(Host.JENKINS, JOB, git=git)

    assert (build.commit, build.branch, build.repository) == (HEAD, "main", "octocat/flight-etl")
    assert build.api_url == "https://api.github.com"


def test_jenkins__hostile_environment__leaves_nothing_of_it():
    environ = {
        "BUILD_URL": "https://ci.example.com/\n::error::x",
        "RUN_DISPLAY_URL": "javascript:alert(1)",
        "BUILD_NUMBER": "$(id)",
        "GIT_COMMIT": "HEAD",
        "GIT_URL": "--upload-pack=id",
        "BRANCH_NAME": "a\nb",
        "TAG_NAME": "\x1b[31m",
    }

    build = build_of(Host.JENKINS, environ)

    assert (build.link, build.number, build.commit) == ("", "", "")
    assert (build.repository, build.branch, build.event) == ("", "", "push")


@pytest.mark.parametrize("number", ["abc", "0", "I8473b95934b5732ac55d26311a706c9c2bde9940"])
def test_jenkins__change_without_usable_number__counts_as_a_fork(number):
    build = build_of(Host.JENKINS, CHANGE | {"CHANGE_ID": number})

    assert build.pull_request is None
    assert build.is_foreign
    assert build.questions == ()


def test_jenkins__change_of_unknown_repository__asks_nobody():
    build = build_of(Host.JENKINS, without(CHANGE, "CHANGE_URL", "GIT_URL"))

    assert build.pull_request == 123
    assert build.questions == ()


# --- multibranch ---------------------------------------------------------------------------------


def test_jenkins__change__asks_for_the_head_because_the_commit_may_be_a_merge():
    build = build_of(Host.JENKINS, CHANGE)

    assert (build.commit, build.pull_request, build.questions) == ("", 123, ASK)
    assert (build.branch, build.target_branch) == ("feature/delays", "main")
    assert (build.event, build.actor, build.fork) == ("pull_request", "hubot", Fork.NO)
    assert (build.repository, build.server_url) == ("octocat/flight-etl", "https://github.com")
    assert build.job_suffix() == "pr-123-456"
    assert "ghp_secret" not in repr(build)


@pytest.mark.parametrize("fork", ["hubot", "hubot/flight-etl"])
def test_jenkins__change_from_a_fork__is_foreign(fork):
    build = build_of(Host.JENKINS, CHANGE | {"CHANGE_FORK": fork})

    assert build.is_foreign
    assert build.questions == ASK


def test_jenkins__change_without_link__takes_the_clone_url():
    build = build_of(Host.JENKINS, without(CHANGE, "CHANGE_URL"))

    assert build.repository == "octocat/flight-etl"


@pytest.mark.parametrize(
    ("url", "repository"),
    [
        ("https://git.example.com/projects/ETL/repos/flights/pull-requests/123", "ETL/flights"),
        ("https://git.example.com/data/etl/flights/-/merge_requests/123", "data/etl/flights"),
    ],
)
def test_jenkins__change_on_another_forge__has_no_commit_and_asks_nobody(url, repository):
    build = build_of(Host.JENKINS, CHANGE | {"CHANGE_URL": url})

    assert (build.repository, build.commit) == (repository, "")
    assert (build.api_url, build.questions) == ("", ())


# --- ghprb ---------------------------------------------------------------------------------------


def test_jenkins__pull_request_builder__knows_the_head_and_asks_nothing():
    build = build_of(Host.JENKINS, GHPRB)

    assert (build.commit, build.pull_request, build.questions) == (HEAD, 123, ())
    assert (build.branch, build.target_branch) == ("feature/delays", "main")
    assert (build.fork, build.actor) == (Fork.NO, "octocat")
    assert (build.repository, build.event) == ("octocat/flight-etl", "pull_request")


def test_jenkins__pull_request_builder_with_anothers_repository__is_foreign():
    url = "https://github.com/hubot/flight-etl.git"

    build = build_of(Host.JENKINS, GHPRB | {"ghprbAuthorRepoGitUrl": url})

    assert build.fork is Fork.YES


def test_jenkins__pull_request_builder_without_author_url__asks_whether_it_is_a_fork():
    build = build_of(Host.JENKINS, without(GHPRB, "ghprbAuthorRepoGitUrl"))

    assert (build.commit, build.fork, build.questions) == (HEAD, Fork.UNKNOWN, ASK)


def test_jenkins__pull_request_builder_with_hostile_commit__asks_for_the_head():
    build = build_of(Host.JENKINS, GHPRB | {"ghprbActualCommit": "`id`"})

    assert (build.commit, build.questions) == ("", ASK)


def test_jenkins__pull_request_builder_without_number_and_author__counts_as_a_fork():
    environ = without(GHPRB, "ghprbAuthorRepoGitUrl") | {"ghprbPullId": "x"}

    build = build_of(Host.JENKINS, environ)

    assert build.is_foreign
    assert build.questions == (Question.PULL_REQUEST_OF_COMMIT,)


def test_jenkins__pull_request_builder_without_repository__takes_the_link():
    build = build_of(Host.JENKINS, without(GHPRB, "ghprbGhRepository"))

    assert build.repository == "octocat/flight-etl"


# --- branches and tags ---------------------------------------------------------------------------


def test_jenkins__branch__is_about_its_commit():
    build = build_of(Host.JENKINS, BRANCH)

    assert (build.commit, build.branch, build.event) == (HEAD, "feature/delays", "push")
    assert (build.pull_request, build.fork, build.questions) == (None, Fork.NO, ())
    assert build.link == "https://ci.example.com/job/flight-etl/job/PR-123/456/"


def test_jenkins__tag__is_named_by_the_tag():
    build = build_of(Host.JENKINS, BRANCH | {"TAG_NAME": "v1.2.0"})

    assert (build.branch, build.event) == ("v1.2.0", "tag")


@pytest.mark.parametrize(
    ("environ", "branch"),
    [
        ({"GIT_BRANCH": "origin/main"}, "main"),
        ({"GIT_BRANCH": "origin/feature/x"}, "feature/x"),
        ({"GIT_BRANCH": "feature/x"}, "feature/x"),
        ({"GIT_BRANCH": "origin/main", "GIT_LOCAL_BRANCH": "main-2"}, "main-2"),
    ],
)
def test_jenkins__freestyle__takes_gits_branch(environ, branch):
    assert build_of(Host.JENKINS, JOB | environ).branch == branch


def test_jenkins__several_remotes__takes_the_first():
    environ = JOB | {
        "GIT_URL_1": "ssh://git@github.com/octocat/flight-etl.git",
        "GIT_URL_2": "ssh://git@github.com/octocat/library.git",
    }

    assert build_of(Host.JENKINS, environ).repository == "octocat/flight-etl"


def test_jenkins__display_url__is_the_nicer_link():
    url = "https://ci.example.com/job/flight-etl/456/display/redirect"

    build = build_of(Host.JENKINS, BRANCH | {"RUN_DISPLAY_URL": url})

    assert build.link == url


@pytest.mark.parametrize(
    "traces",
    [
        {"CHANGE_FORK": "hubot"},
        {"BRANCH_NAME": "PR-7"},
        {"BRANCH_NAME": "MR-7-merge"},
        {"JOB_NAME": "octocat/flight-etl/PR-7"},
        {"GIT_BRANCH": "origin/pr/7/merge"},
        {"GIT_BRANCH": "pr/7/head"},
        {"GIT_BRANCH": "refs/pull/7/head"},
        {"GIT_BRANCH": "origin/pull/7/head"},
        {"GIT_BRANCH": "origin/merge-requests/7"},
        {"GIT_BRANCH": "refs/pull-requests/7/from"},  # Bitbucket Server
        {"gitlabActionType": "NOTE"},
        {"gitlabMergeRequestId": "7"},
    ],
)
def test_jenkins__any_trace_of_a_pull_request__is_no_branch_of_ours(traces):
    environ = without(BRANCH, "BRANCH_NAME", "GIT_BRANCH") | traces

    build = build_of(Host.JENKINS, environ)

    assert build.is_foreign
    assert build.commit == ""


@pytest.mark.parametrize("name", ["PR-review", "PR-", "release/PR-7-x", "fix-PR-7"])
def test_jenkins__branch_that_is_merely_called_alike__is_ours(name):
    build = build_of(Host.JENKINS, BRANCH | {"BRANCH_NAME": name, "GIT_BRANCH": name})

    assert not build.is_foreign
    assert (build.branch, build.commit) == (name, HEAD)


@pytest.mark.parametrize(
    ("url", "api_url", "repository"),
    [
        ("https://github.com/o/r", "https://api.github.com", "o/r"),
        ("https://github.com/o/r.git/", "https://api.github.com", "o/r"),
        ("https://user:token@ghe.example.com/o/r.git", "https://ghe.example.com/api/v3", "o/r"),
        ("git@github.com:o/r.git", "https://api.github.com", "o/r"),
        ("org-123@github.com:o/r.git", "https://api.github.com", "o/r"),
        ("ssh://git@github.com/o/r.git", "https://api.github.com", "o/r"),
        ("ssh://git@ghe.example.com:22/o/r.git", "https://ghe.example.com/api/v3", "o/r"),
        ("ssh://git@github.com:o/r.git", "https://api.github.com", "o/r"),
        ("git://github.com/o/r.git", "https://api.github.com", "o/r"),
        ("git+https://octo.ghe.com/o/r", "https://api.octo.ghe.com", "o/r"),
        ("https://github.com/o/r/pull/7", "https://api.github.com", "o/r"),
        ("https://git.example.com/scm/proj/r.git", "", "proj/r"),
        ("ssh://git@git.example.com:7999/proj/r.git", "", "proj/r"),
        ("https://git.example.com/a/b/c.git", "", "a/b/c"),
    ],
)
@pytest.mark.parametrize("name", ["CHANGE_URL", "GIT_URL", "GIT_URL_1"])
def test_jenkins__any_form_of_url__finds_the_repository(name, url, api_url, repository):
    environ = JOB | {"CHANGE_ID": "7", name: url}

    build = build_of(Host.JENKINS, environ)

    assert (build.repository, build.api_url) == (repository, api_url)
    assert build.questions == (ASK if api_url else ())
    assert "token" not in repr(build)


# --- a docker run that passes what somebody listed ------------------------------------------------

PASSED = {
    "JENKINS_URL": "https://ci.example.com/",
    "BUILD_NUMBER": "456",
    "JOB_NAME": "etl-pr",
    "GIT_COMMIT": HEAD,
    "GIT_URL": "https://github.com/octocat/flight-etl.git",
}
OF_COMMIT = (Question.PULL_REQUEST_OF_COMMIT,)


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"GIT_BRANCH": "detached"},
        {"GIT_BRANCH": "detached", "EXECUTOR_NUMBER": "1"},
        {"GIT_BRANCH": "detached", "GIT_LOCAL_BRANCH": "main"},
        {"GIT_BRANCH": "origin/pr/7/built"},
        {"GIT_BRANCH": "refs/pull/7"},
        {"GIT_BRANCH": "refs/changes/34/1234/5"},
        {"GIT_BRANCH": "origin/changes/34/1234/5"},
        {"GIT_BRANCH": "main", "GERRIT_CHANGE_NUMBER": "1234"},
        {"BRANCH_NAME": "main", "GERRIT_PATCHSET_REVISION": HEAD},
    ],
)
def test_jenkins__no_branch_of_ours_is_named__the_commit_is_asked_about(environ):
    build = build_of(Host.JENKINS, PASSED | environ)

    assert build.is_foreign
    assert build.pull_request or (build.commit, build.questions) == (HEAD, OF_COMMIT)


@pytest.mark.parametrize(
    "environ",
    [
        {"GIT_BRANCH": "origin/main"},
        {"GIT_BRANCH": "origin/detached-head"},
        {"GIT_BRANCH": "origin/changes/for-7"},
        {"BRANCH_NAME": "main", "GIT_BRANCH": "detached"},
    ],
)
def test_jenkins__a_branch_of_ours_is_named__is_ours(environ):
    assert not build_of(Host.JENKINS, PASSED | environ).is_foreign


ROOT = Path(__file__).parents[3]
NOT_PASSED = {"EXECUTOR_NUMBER", "GIT_LOCAL_BRANCH"}
"""That it is there says that all was passed; and a local name, which says little."""


@pytest.mark.parametrize("name", ["Jenkinsfile", "Jenkinsfile.scripted"])
def test_jenkinsfile__docker_run__passes_each_variable_that_is_read(name):
    source = (ROOT / "plugin/ci/jenkins.py").read_text(encoding="utf-8")
    read = set(re.findall(r'"((?:ghprb|gitlab)[A-Z]\w+|[A-Z]+(?:_[A-Z0-9]+)+)"', source))
    read |= {
        f"gitlab{side}Repo{kind}Url" for side in ("Source", "Target") for kind in ("Http", "Ssh")
    }

    text = (ROOT / "examples/ci/jenkins" / name).read_text(encoding="utf-8")

    assert len(read) > 20
    assert read - NOT_PASSED - set(re.findall(r"-e (\w+)", text)) == set()
