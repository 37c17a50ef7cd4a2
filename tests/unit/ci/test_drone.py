"""Drone's variables become a build."""

import pytest

from plugin.ci.build import build_of
from plugin.core.build import Fork, Host, Question

HEAD = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
PUSH = {
    "CI": "true",
    "DRONE": "true",
    "DRONE_BRANCH": "main",
    "DRONE_BUILD_EVENT": "push",
    "DRONE_BUILD_LINK": "https://drone.example.com/octocat/flight-etl/456",
    "DRONE_BUILD_NUMBER": "456",
    "DRONE_COMMIT": HEAD,
    "DRONE_COMMIT_AUTHOR": "octocat",
    "DRONE_COMMIT_BRANCH": "main",
    "DRONE_COMMIT_REF": "refs/heads/main",
    "DRONE_COMMIT_SHA": HEAD,
    "DRONE_GIT_HTTP_URL": "https://github.com/octocat/flight-etl.git",
    "DRONE_GIT_SSH_URL": "ssh://git@github.com:octocat/flight-etl.git",
    "DRONE_REPO": "octocat/flight-etl",
    "DRONE_REPO_BRANCH": "main",
    "DRONE_REPO_LINK": "https://github.com/octocat/flight-etl",
    "DRONE_SYSTEM_HOST": "drone.example.com",
    "DRONE_TARGET_BRANCH": "main",
}
PULL_REQUEST = PUSH | {
    "DRONE_BUILD_EVENT": "pull_request",
    "DRONE_COMMIT_REF": "refs/pull/123/head",
    "DRONE_PULL_REQUEST": "123",
    "DRONE_SOURCE_BRANCH": "feature/delays",
}


def test_drone__nothing_set__is_an_empty_build():
    build = build_of(Host.DRONE, {"DRONE": "true"})

    assert (build.repository, build.commit, build.link, build.api_url) == ("", "", "", "")
    assert build.is_foreign


def test_drone__hostile_environment__leaves_nothing_of_it():
    environ = {
        "DRONE_BUILD_EVENT": "push\n::error::",
        "DRONE_BUILD_LINK": "javascript:alert(1)",
        "DRONE_BUILD_NUMBER": "1 or 1",
        "DRONE_COMMIT_SHA": "HEAD",
        "DRONE_COMMIT_AUTHOR": "\x1b[31m",
        "DRONE_REPO": "../../etc",
        "DRONE_REPO_LINK": "https://",
        "DRONE_BRANCH": "a\nb",
    }

    build = build_of(Host.DRONE, environ)

    assert (build.event, build.link, build.number, build.commit) == ("", "", "", "")
    assert (build.actor, build.repository, build.branch, build.api_url) == ("", "", "", "")


@pytest.mark.parametrize("number", ["", "abc", "-1"])
def test_drone__pull_request_without_number_anywhere__counts_as_a_fork(number):
    environ = PULL_REQUEST | {"DRONE_PULL_REQUEST": number, "DRONE_COMMIT_REF": ""}

    build = build_of(Host.DRONE, environ)

    assert build.pull_request is None
    assert build.is_foreign
    assert build.questions == (Question.PULL_REQUEST_OF_COMMIT,)


def test_drone__promoted_pull_request__still_is_one():
    environ = PUSH | {"DRONE_BUILD_EVENT": "promote", "DRONE_COMMIT_REF": "refs/pull/123/head"}

    build = build_of(Host.DRONE, environ)

    assert build.pull_request == 123
    assert build.is_foreign


def test_drone__pull_request__keeps_the_head_and_asks_whether_it_is_a_fork():
    build = build_of(Host.DRONE, PULL_REQUEST)

    assert (build.commit, build.pull_request) == (HEAD, 123)
    assert (build.branch, build.target_branch) == ("feature/delays", "main")
    assert build.fork is Fork.UNKNOWN
    assert build.is_foreign
    assert build.questions == (Question.PULL_REQUEST_HEAD,)
    assert build.job_suffix() == "pr-123-456"


def test_drone__push__is_ours():
    build = build_of(Host.DRONE, PUSH)

    assert (build.repository, build.commit, build.branch) == ("octocat/flight-etl", HEAD, "main")
    assert (build.event, build.actor, build.number) == ("push", "octocat", "456")
    assert build.link == "https://drone.example.com/octocat/flight-etl/456"
    assert (build.server_url, build.api_url) == ("https://github.com", "https://api.github.com")
    assert (build.fork, build.questions, build.target_branch) == (Fork.NO, (), "")


def test_drone__tag__is_named_by_the_tag():
    environ = PUSH | {
        "DRONE_BUILD_EVENT": "tag",
        "DRONE_BRANCH": "",
        "DRONE_TAG": "v1.2.0",
        "DRONE_COMMIT_REF": "refs/tags/v1.2.0",
    }

    assert build_of(Host.DRONE, environ).branch == "v1.2.0"


def test_drone__only_the_short_name_of_the_commit__is_taken():
    environ = {key: value for key, value in PUSH.items() if key != "DRONE_COMMIT_SHA"}

    assert build_of(Host.DRONE, environ).commit == HEAD


@pytest.mark.parametrize(
    ("link", "api_url"),
    [
        ("https://ghe.example.com/octocat/flight-etl", "https://ghe.example.com/api/v3"),
        ("https://octo.ghe.com/octocat/flight-etl", "https://api.octo.ghe.com"),
        ("https://gitlab.com/octocat/flight-etl", ""),
        ("https://bitbucket.org/octocat/flight-etl", ""),
    ],
)
def test_drone__forge__is_that_of_the_repository_not_the_server(link, api_url):
    build = build_of(Host.DRONE, PULL_REQUEST | {"DRONE_REPO_LINK": link})

    assert build.api_url == api_url
    assert bool(build.questions) == bool(api_url)


def test_drone__only_the_malformed_ssh_url__is_understood():
    environ = {key: value for key, value in PUSH.items() if not key.endswith(("LINK", "HTTP_URL"))}

    assert build_of(Host.DRONE, environ).api_url == "https://api.github.com"
