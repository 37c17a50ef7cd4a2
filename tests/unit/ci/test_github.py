"""GitHub's events that are incomplete or hostile; the complete ones are in tests/events."""

import pytest

from plugin.ci.build import build_of
from plugin.ci.event import parse_event
from plugin.core.build import Fork, Host, Question

HEAD = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
MERGE = "e5bd3914e2e596debea16f433f57875b5b90bcd6"
TIP = "7638417db6d59f3c431d3e1f261cc637155684cd"
ASK = (Question.PULL_REQUEST_HEAD,)
RUNNER = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_ACTOR": "octocat",
    "GITHUB_API_URL": "https://api.github.com",
    "GITHUB_REPOSITORY": "octocat/flight-etl",
    "GITHUB_RUN_ATTEMPT": "2",
    "GITHUB_RUN_ID": "9876543210",
    "GITHUB_RUN_NUMBER": "17",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_SHA": TIP,
    "GITHUB_REF": "refs/heads/main",
    "GITHUB_REF_NAME": "main",
}
OF_PULL_REQUEST = {
    "GITHUB_EVENT_NAME": "pull_request",
    "GITHUB_SHA": MERGE,
    "GITHUB_REF": "refs/pull/123/merge",
    "GITHUB_REF_NAME": "123/merge",
    "GITHUB_HEAD_REF": "feature/delays",
    "GITHUB_BASE_REF": "main",
}


# --- events that cannot be read ------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"pull_request": null}',
        '{"pull_request": 7, "number": "x"}',
        '{"pull_request": {"head": null, "base": []}}',
        '{"pull_request": {"number": -1, "head": {"sha": "; rm -rf /", "repo": {}}}}',
    ],
)
def test_github__pull_request_without_payload__asks_by_the_number_in_the_ref(text):
    environ = RUNNER | OF_PULL_REQUEST

    build = build_of(Host.GITHUB, environ, event=parse_event(text))

    assert build.pull_request == 123
    assert build.commit == ""
    assert build.fork is Fork.UNKNOWN
    assert build.is_foreign
    assert build.questions == ASK
    assert (build.branch, build.target_branch) == ("feature/delays", "main")


@pytest.mark.parametrize("event", ["pull_request", "pull_request_target", "pull_request_review"])
def test_github__pull_request_without_payload_and_number__counts_as_a_fork(event):
    build = build_of(Host.GITHUB, RUNNER | {"GITHUB_EVENT_NAME": event})

    assert build.pull_request is None
    assert build.is_foreign
    assert build.questions == ()
    assert build.commit == ""


def test_github__head_without_its_repository__asks_whether_it_is_a_fork():
    event = {"pull_request": {"number": 9, "head": {"sha": HEAD}, "base": {"repo": {}}}}

    build = build_of(Host.GITHUB, RUNNER | OF_PULL_REQUEST, event=event)

    assert (build.pull_request, build.commit) == (9, HEAD)
    assert build.fork is Fork.UNKNOWN
    assert build.questions == ASK


@pytest.mark.parametrize(
    "event",
    ["issue_comment", "merge_group", "workflow_run", "check_run", "check_suite", "push", ""],
)
def test_github__any_event_without_payload__names_no_pull_request(event):
    build = build_of(Host.GITHUB, RUNNER | {"GITHUB_EVENT_NAME": event})

    assert build.pull_request is None
    assert build.questions == ()


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"issue": 7},
        {"issue": {"number": 9, "pull_request": {}}},
        {"issue": {"number": 9}, "is_pull": True},
    ],
)
def test_github__comment_that_may_be_on_a_pull_request__counts_as_a_fork(event):
    build = build_of(Host.GITHUB, RUNNER | {"GITHUB_EVENT_NAME": "issue_comment"}, event=event)

    assert build.is_foreign
    assert build.commit == ""


@pytest.mark.parametrize("event", ["workflow_run", "check_run", "check_suite"])
def test_github__run_of_others_without_payload__counts_as_a_fork_without_commit(event):
    build = build_of(Host.GITHUB, RUNNER | {"GITHUB_EVENT_NAME": event})

    assert build.commit == ""
    assert build.is_foreign


def test_github__comment_whose_number_is_missing__counts_as_a_fork():
    environ = RUNNER | {"GITHUB_EVENT_NAME": "issue_comment"}

    build = build_of(Host.GITHUB, environ, event={"issue": {"pull_request": {}}})

    assert build.is_foreign
    assert build.questions == ()


@pytest.mark.parametrize(
    ("environ", "event"),
    [
        ({"GITHUB_REF": "refs/pull/9/merge"}, {}),
        ({"GITHUB_HEAD_REF": "feature/delays"}, {}),
        ({}, {"pull_request": {"number": 9}}),
    ],
)
@pytest.mark.parametrize("name", ["workflow_call", "deployment", "deployment_status", ""])
def test_github__event_of_another_name_for_a_pull_request__counts_as_a_fork(environ, event, name):
    build = build_of(Host.GITHUB, RUNNER | {"GITHUB_EVENT_NAME": name} | environ, event=event)

    assert build.is_foreign
    assert build.commit == ""


@pytest.mark.parametrize("event", [{"deleted": True}, {"after": "0" * 40}])
def test_github__push_that_deletes_by_either_sign__has_no_commit(event):
    build = build_of(Host.GITHUB, RUNNER | {"GITHUB_EVENT_NAME": "push"}, event=event)

    assert build.commit == ""


@pytest.mark.parametrize("event", [{"deleted": False}, {"after": ""}, {"after": TIP}, {"after": 0}])
def test_github__push_without_such_a_sign__is_about_its_commit(event):
    build = build_of(Host.GITHUB, RUNNER | {"GITHUB_EVENT_NAME": "push"}, event=event)

    assert build.commit == TIP


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("check_suite", {"check_suite": {"head_commit": {"author": {"name": "dependabot[bot]"}}}}),
        ("issue_comment", {"issue": {"pull_request": {}, "user": {"login": "dependabot[bot]"}}}),
        ("workflow_run", {"workflow_run": {"actor": {"login": "dependabot[bot]"}}}),
        ("pull_request_target", {"pull_request": {"user": {"login": "dependabot[bot]"}}}),
    ],
)
def test_github__dependabot_behind_another_event__is_found(name, event):
    build = build_of(Host.GITHUB, RUNNER | {"GITHUB_EVENT_NAME": name}, event=event)

    assert build.is_dependabot


@pytest.mark.parametrize("repository", ["", "flight-etl", "a/b/c"])
def test_github__no_repository__asks_nothing(repository):
    environ = RUNNER | OF_PULL_REQUEST | {"GITHUB_REPOSITORY": repository}

    build = build_of(Host.GITHUB, environ)

    assert build.pull_request == 123
    assert build.questions == ()


def test_github__nothing_set__is_an_empty_build():
    build = build_of(Host.GITHUB, {})

    assert (build.repository, build.commit, build.link, build.number) == ("", "", "", "")
    assert build.api_url == "https://api.github.com"


# --- values that nobody should pass on -----------------------------------------------------------


def test_github__hostile_environment__leaves_nothing_of_it():
    environ = {
        "GITHUB_EVENT_NAME": "push\n::set-output name=x::y",
        "GITHUB_ACTOR": "\x1b[31mroot",
        "GITHUB_API_URL": "http://evil.example/",
        "GITHUB_REPOSITORY": "octocat/../../evil",
        "GITHUB_RUN_ATTEMPT": "1; id",
        "GITHUB_RUN_ID": "../../evil",
        "GITHUB_SERVER_URL": "https://token@github.com",
        "GITHUB_SHA": "$(id)",
        "GITHUB_REF_NAME": "main\n::error::x",
    }

    build = build_of(Host.GITHUB, environ)

    assert (build.event, build.actor, build.repository, build.number) == ("", "", "", "")
    assert (build.attempt, build.commit, build.branch, build.link) == ("", "", "", "")
    assert (build.server_url, build.api_url) == ("https://github.com", "https://api.github.com")


def test_github__repository_with_three_parts__is_none_of_github():
    assert build_of(Host.GITHUB, {"GITHUB_REPOSITORY": "a/b/c"}).repository == ""


# --- where -------------------------------------------------------------------------------------


def test_github__enterprise_server__keeps_its_own_addresses():
    environ = {
        "GITHUB_SERVER_URL": "https://ghe.example.com:8443",
        "GITHUB_API_URL": "https://ghe.example.com:8443/api/v3",
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_RUN_ID": "7",
    }

    build = build_of(Host.GITHUB, environ)

    assert build.api_url == "https://ghe.example.com:8443/api/v3"
    assert build.link == "https://ghe.example.com:8443/o/r/actions/runs/7"


@pytest.mark.parametrize(
    ("server", "api"),
    [
        ("https://octo.ghe.com", "https://api.octo.ghe.com"),
        ("https://ghe.example.com", "https://ghe.example.com/api/v3"),
        ("http://[::1]:8080", ""),
    ],
)
def test_github__no_api_named__derives_it_from_the_server(server, api):
    build = build_of(Host.GITHUB, {"GITHUB_SERVER_URL": server})

    assert build.api_url == api


@pytest.mark.parametrize(
    "ref", [None, "", " ", "main", "refs/", "refs/heads", "refs/changes/1", HEAD]
)
@pytest.mark.parametrize("name", ["deployment", "deployment_status"])
def test_github__deployment_of_no_branch_or_tag__may_be_of_a_fork_and_is_asked_about(name, ref):
    environ = RUNNER | {"GITHUB_EVENT_NAME": name, "GITHUB_SHA": HEAD}
    environ = {key: value for key, value in environ.items() if key != "GITHUB_REF"}

    build = build_of(Host.GITHUB, environ | ({} if ref is None else {"GITHUB_REF": ref}))

    assert (build.fork, build.branch, build.commit) == (Fork.UNKNOWN, "", HEAD)
    assert build.questions == (Question.PULL_REQUEST_OF_COMMIT,)
