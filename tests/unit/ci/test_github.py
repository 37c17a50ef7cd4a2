"""GitHub's events become builds: the head commit, not the merge commit."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.ci.build import build_of
from plugin.ci.event import parse_event
from plugin.core.build import Fork, Host, Question

EVENTS = Path(__file__).parents[2] / "events"
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


def recorded(name, environ):
    """The build of a recorded event."""
    text = (EVENTS / f"github_{name}.json").read_text()
    return build_of(Host.GITHUB, RUNNER | environ, event=parse_event(text))


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


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "pull_request",
                    "head",
                    "base",
                    "repo",
                    "sha",
                    "ref",
                    "full_name",
                    "number",
                    "issue",
                    "merge_group",
                    "head_ref",
                    "workflow_run",
                    "check_suite",
                    "check_run",
                    "pull_requests",
                    "head_repository",
                    "id",
                    "deleted",
                ]
            ),
            inner,
        )
    ),
    max_leaves=20,
)


@given(
    name=st.sampled_from(
        [
            "pull_request",
            "issue_comment",
            "merge_group",
            "workflow_run",
            "check_run",
            "check_suite",
            "push",
        ]
    ),
    event=JSON.filter(lambda value: isinstance(value, dict)),
)
def test_github__any_payload__never_raises_nor_makes_up_a_commit(name, event):
    build = build_of(Host.GITHUB, {"GITHUB_EVENT_NAME": name}, event=event)

    assert build.commit == ""
    assert build.pull_request is None or build.pull_request > 0


# --- recorded events -----------------------------------------------------------------------------


def test_github__pull_request__is_about_the_head_not_the_merge():
    build = recorded("pull_request", OF_PULL_REQUEST)

    assert build.commit == HEAD
    assert build.pull_request == 123
    assert (build.branch, build.target_branch) == ("feature/delays", "main")
    assert build.fork is Fork.NO
    assert build.questions == ()
    assert build.job_suffix() == "pr-123-9876543210"
    assert build.link == (
        "https://github.com/octocat/flight-etl/actions/runs/9876543210/attempts/2"
    )
    assert (build.number, build.attempt) == ("9876543210", "2")
    assert (build.event, build.actor) == ("pull_request", "octocat")


@pytest.mark.parametrize(
    ("name", "number", "branch"),
    [("pull_request_fork", 124, "main"), ("pull_request_fork_deleted", 125, "patch-1")],
)
@pytest.mark.parametrize("event", ["pull_request", "pull_request_target"])
def test_github__pull_request_from_a_fork__is_foreign(name, number, branch, event):
    environ = {"GITHUB_EVENT_NAME": event}

    build = recorded(name, environ)

    assert build.fork is Fork.YES
    assert build.is_foreign
    assert (build.pull_request, build.branch, build.commit) == (number, branch, HEAD)
    assert build.questions == ()


def test_github__pull_request_target__takes_the_head_although_the_sha_is_the_default_branch():
    build = recorded("pull_request", {"GITHUB_EVENT_NAME": "pull_request_target"})

    assert (build.commit, build.pull_request) == (HEAD, 123)


@pytest.mark.parametrize("event", ["pull_request_review", "pull_request_review_comment"])
def test_github__review__is_about_the_head(event):
    build = recorded("pull_request_review", OF_PULL_REQUEST | {"GITHUB_EVENT_NAME": event})

    assert (build.commit, build.pull_request) == (HEAD, 123)


def test_github__merged_pull_request__is_about_its_head():
    environ = OF_PULL_REQUEST | {"GITHUB_REF": "refs/heads/main", "GITHUB_SHA": TIP}

    build = recorded("pull_request_merged", environ)

    assert (build.commit, build.pull_request) == (HEAD, 123)


def test_github__dependabot__is_the_actor_and_no_fork():
    environ = OF_PULL_REQUEST | {"GITHUB_ACTOR": "dependabot[bot]"}

    build = recorded("pull_request_dependabot", environ)

    assert build.actor == "dependabot[bot]"
    assert build.fork is Fork.NO


def test_github__push__is_about_the_commit_pushed():
    build = recorded("push", {"GITHUB_EVENT_NAME": "push", "GITHUB_SHA": HEAD})

    assert (build.commit, build.pull_request, build.branch) == (HEAD, None, "main")
    assert not build.is_foreign
    assert build.job_suffix() == "main-9876543210"


def test_github__push_that_deletes__has_no_commit_to_report_on():
    build = recorded("push_deleted", {"GITHUB_EVENT_NAME": "push"})

    assert build.commit == ""


@pytest.mark.parametrize("name", ["push_tag", "release"])
def test_github__tag__is_about_the_tagged_commit(name):
    environ = {
        "GITHUB_EVENT_NAME": name.removesuffix("_tag"),
        "GITHUB_REF": "refs/tags/v1.2.0",
        "GITHUB_REF_NAME": "v1.2.0",
    }

    build = recorded(name, environ)

    assert (build.commit, build.branch, build.pull_request) == (TIP, "v1.2.0", None)


@pytest.mark.parametrize("name", ["workflow_dispatch", "schedule", "repository_dispatch"])
def test_github__no_pull_request__is_about_the_tip(name):
    build = recorded(name, {"GITHUB_EVENT_NAME": name})

    assert (build.commit, build.branch, build.pull_request) == (TIP, "main", None)
    assert build.fork is Fork.NO


def test_github__merge_queue__is_about_the_group_and_finds_the_number_in_its_branch():
    environ = {"GITHUB_EVENT_NAME": "merge_group", "GITHUB_SHA": MERGE}

    build = recorded("merge_group", environ)

    assert (build.commit, build.pull_request) == (MERGE, 123)
    assert build.branch == f"gh-readonly-queue/release/1.x/pr-123-{TIP}"
    assert build.target_branch == "release/1.x"
    assert build.fork is Fork.NO


def test_github__merge_queue_without_payload__finds_the_number_in_the_ref():
    environ = {
        "GITHUB_EVENT_NAME": "merge_group",
        "GITHUB_REF": f"refs/heads/gh-readonly-queue/main/pr-7-{TIP}",
        "GITHUB_SHA": MERGE,
    }

    build = build_of(Host.GITHUB, environ)

    assert (build.commit, build.pull_request) == (MERGE, 7)


def test_github__comment_on_a_pull_request__asks_for_the_head():
    build = recorded("issue_comment_pull_request", {"GITHUB_EVENT_NAME": "issue_comment"})

    assert (build.commit, build.pull_request) == ("", 123)
    assert build.is_foreign
    assert build.questions == ASK


def test_github__comment_on_an_issue__is_about_the_default_branch():
    build = recorded("issue_comment_issue", {"GITHUB_EVENT_NAME": "issue_comment"})

    assert (build.commit, build.pull_request, build.questions) == (TIP, None, ())
    assert not build.is_foreign


def test_github__workflow_run__is_about_the_other_head_and_the_pull_request_into_us():
    build = recorded("workflow_run", {"GITHUB_EVENT_NAME": "workflow_run"})

    assert (build.commit, build.pull_request, build.branch) == (HEAD, 123, "feature/delays")
    assert build.fork is Fork.NO


def test_github__workflow_run_of_a_fork__is_foreign():
    build = recorded("workflow_run_fork", {"GITHUB_EVENT_NAME": "workflow_run"})

    assert (build.commit, build.pull_request) == (HEAD, None)
    assert build.is_foreign


@pytest.mark.parametrize("name", ["check_run", "check_suite"])
def test_github__check__is_about_its_head(name):
    build = recorded(name, {"GITHUB_EVENT_NAME": name})

    assert (build.commit, build.pull_request, build.branch) == (HEAD, 123, "feature/delays")
    assert build.fork is Fork.NO


def test_github__check_of_a_fork__is_foreign():
    build = recorded("check_suite_fork", {"GITHUB_EVENT_NAME": "check_suite"})

    assert (build.commit, build.pull_request) == (HEAD, None)
    assert build.is_foreign


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
