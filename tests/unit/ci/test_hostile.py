"""Every host with values that are missing, empty or hostile: no traceback, no wrong commit.

And no pull request that passes for ours because what tells a fork is not there.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.ci.build import answer, answer_of_branches, answer_of_commit, build_of
from plugin.ci.event import parse_event
from plugin.ci.git import GitFacts
from plugin.core.build import Fork, Host
from plugin.core.pull_request import PullRequestHead, head_of
from tests.unit.ci.recorded import CASES, case

# Long tables of what few lines decide; the tests of each host trace those.
pytestmark = pytest.mark.untraced

HEAD = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
MERGE = "e5bd3914e2e596debea16f433f57875b5b90bcd6"
HOSTILE = (
    "",
    " ",
    "\x00",
    "false",
    "null",
    "0",
    "-1",
    "9" * 40,
    "0" * 40,
    "HEAD",
    "deadbee",
    "a" * 39,
    "$(id)",
    "::error::x",
    "x\n::set-output name=verdict::passed",
    "\x1b]0;t\x07",
    "\u202egnp",
    "../../etc/passwd",
    "refs/pull/7/merge",
    "refs/heads/main",
    "https://user:token@evil.example/o/r",
    "http://evil.example/api/v3",
    "javascript:alert(1)",
    "[::1",
    "٣",
    "\ud800",
    "x" * 5000,
    "pr/7",
    "PR-7",
    "https://[",
    "ssh://git@host:o/r.git",
)
NAMES = sorted({name for one in CASES for name in one.environ})
CHANGED = st.dictionaries(
    st.sampled_from(NAMES), st.sampled_from([None, *HOSTILE]) | st.text(max_size=40), max_size=6
)
FIELDS = (
    "repository",
    "commit",
    "branch",
    "target_branch",
    "event",
    "actor",
    "link",
    "number",
    "attempt",
    "server_url",
    "api_url",
)


def changed(environ, changes):
    """The environment with some values replaced, None: taken away."""
    merged = {**environ, **changes}
    return {name: value for name, value in merged.items() if value is not None}


def assert_harmless(build):
    told = [getattr(build, field) for field in FIELDS]
    assert all(value.isprintable() for value in told)
    links = (build.repository, build.link, build.server_url, build.api_url)
    assert not any("token" in value for value in links)
    assert build.commit == "" or (len(build.commit) in {40, 64} and int(build.commit, 16))
    assert build.pull_request is None or build.pull_request > 0
    assert not build.api_url.startswith("http://")
    assert len(build.questions) <= 1
    assert not (build.questions and not build.api_url)


# --- never a traceback, never a wrong commit -----------------------------------------------------


@given(host=st.sampled_from(Host), recorded=st.sampled_from(CASES), changes=CHANGED)
def test_build_of__changed_environment__is_harmless_and_makes_up_no_commit(host, recorded, changes):
    environ = changed(recorded.environ, changes)

    build = build_of(host, environ, event=recorded.event, git=recorded.git)

    assert_harmless(build)
    payload = repr((environ, recorded.event, recorded.git)).lower()
    assert build.commit in payload


@given(host=st.sampled_from(Host), changes=CHANGED, text=st.text(max_size=30))
def test_build_of__any_environment__is_harmless(host, changes, text):
    git = GitFacts(commit=text, branch=text, remote_url=text)

    build = build_of(host, changed({}, changes), event=parse_event(text), git=git)

    assert_harmless(build)


@pytest.mark.parametrize("recorded", CASES, ids=lambda one: one.name)
@pytest.mark.parametrize("value", [None, "", "HEAD", "0" * 40, HEAD[:12], "$(id)"])
def test_build_of__commits_that_are_none__has_no_commit_of_somebody_else(recorded, value):
    hashes = {n: value for n, v in recorded.environ.items() if HEAD[:12] in v or MERGE in v}

    build = build_of(recorded.host, changed(recorded.environ, hashes), event=recorded.event)

    assert build.commit in {"", recorded.build.commit}
    if hashes and recorded.event is None:
        assert build.commit == ""


PULL_REQUESTS = [one for one in CASES if one.build.pull_request or one.build.is_foreign]


@pytest.mark.parametrize("recorded", PULL_REQUESTS, ids=lambda one: one.name)
def test_build_of__pull_request__is_never_about_the_merge(recorded):
    build = build_of(recorded.host, recorded.environ, event=recorded.event, git=recorded.git)

    is_queue = recorded.build.event == "merge_group"  # whose head a merge is, and GitHub's own
    assert build.commit in {"", MERGE if is_queue else HEAD}


# --- never ours by default -----------------------------------------------------------------------

FACTS = {
    "bitbucket/pull_request": ("BITBUCKET_BRANCH", "BITBUCKET_PR_ID"),
    "buildkite/pull_request": ("BUILDKITE_PULL_REQUEST_REPO", "BUILDKITE_REPO"),
    "gitlab/external_pull_request": (
        "CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY",
        "CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY",
    ),
    "jenkins/change_in_docker_run_that_passes_an_empty_fork": ("CHANGE_FORK", "CHANGE_ID"),
    "jenkins/change_merged_with_target": ("EXECUTOR_NUMBER", "CHANGE_ID"),
    "jenkins/ghprb": ("ghprbAuthorRepoGitUrl",),
}
"""Pull requests of ours, and the variables of which each is needed to know that."""


@pytest.mark.parametrize(
    ("name", "fact"), [(n, fact) for n, facts in FACTS.items() for fact in facts]
)
def test_build_of__fact_that_tells_a_fork_is_missing__counts_as_one(name, fact):
    recorded = case(name)

    build = build_of(recorded.host, changed(recorded.environ, {fact: None}))

    assert not recorded.build.is_foreign
    assert build.is_foreign


@pytest.mark.parametrize("fact", ["head", "base"])
@pytest.mark.parametrize("missing", [{}, None, {"repo": {}}, {"repo": {"full_name": ""}}, 7, []])
@pytest.mark.parametrize("name", ["github/pull_request", "gitea/pull_request"])
def test_build_of__payload_that_does_not_tell_a_fork__counts_as_one(name, fact, missing):
    recorded = case(name)
    pull_request = {**recorded.event["pull_request"], fact: missing}

    build = build_of(
        recorded.host, recorded.environ, event={**recorded.event, "pull_request": pull_request}
    )

    assert build.fork is not Fork.NO


SURE = {
    Host.BITBUCKET: {"BITBUCKET_PR_ID": "7"},
    Host.BUILDKITE: {"BUILDKITE_PULL_REQUEST": "7"},
    Host.CODEBUILD: {"CODEBUILD_WEBHOOK_EVENT": "PULL_REQUEST_CREATED"},
    Host.DRONE: {"DRONE_BUILD_EVENT": "pull_request"},
    Host.GITEA: {"GITHUB_EVENT_NAME": "pull_request"},
    Host.GITHUB: {"GITHUB_EVENT_NAME": "pull_request_target"},
    Host.GITLAB: {"CI_PIPELINE_SOURCE": "merge_request_event"},
    Host.HARNESS: {"DRONE_BUILD_EVENT": "pull_request"},
    Host.JENKINS: {"CHANGE_ID": "7"},
    Host.PLAIN: {"CIRCLE_PR_NUMBER": "7"},
    Host.WOODPECKER: {"CI_PIPELINE_EVENT": "pull_request"},
}
"""What alone says that it is a pull request, and nothing about whose."""


@pytest.mark.parametrize("host", Host)
def test_build_of__pull_request_of_which_nothing_else_is_known__counts_as_a_fork(host):
    build = build_of(host, SURE[host], git=GitFacts(commit=MERGE))

    assert build.fork is not Fork.NO
    assert build.is_foreign
    assert build.commit == ""


NOT_TOLD = {
    Host.BUILDKITE: ("push", "BUILDKITE_PULL_REQUEST"),
    Host.CODEBUILD: ("by_hand", "CODEBUILD_INITIATOR"),
    Host.DRONE: ("push", "DRONE_BUILD_EVENT"),
    Host.GITEA: ("push", "GITHUB_EVENT_NAME"),
    Host.GITHUB: ("push", "GITHUB_EVENT_NAME"),
    Host.GITLAB: ("branch", "CI_PIPELINE_SOURCE"),
    Host.WOODPECKER: ("push", "CI_PIPELINE_EVENT"),
}
"""Builds of our own, and the variable that is always there and says so."""


@pytest.mark.parametrize("value", [None, "", " "])
@pytest.mark.parametrize("host", NOT_TOLD)
def test_build_of__variable_that_is_always_there_is_not__counts_as_a_fork(host, value):
    name, always = NOT_TOLD[host]
    recorded = case(f"{host}/{name}")

    build = build_of(host, changed(recorded.environ, {always: value}))

    assert not recorded.build.is_foreign
    assert build.is_foreign


def test_build_of__jenkins_step_that_passes_the_commit_only__counts_as_a_fork():
    environ = {"JENKINS_URL": "https://ci.example.com/", "GIT_COMMIT": MERGE}

    assert build_of(Host.JENKINS, environ).is_foreign


@given(
    recorded=st.sampled_from([one for one in CASES if one.build.fork is not Fork.NO]),
    data=st.data(),
)
def test_build_of__foreign_one_with_variables_missing__does_not_become_ours_by_that(recorded, data):
    """Unless all that says that it is a pull request is gone."""
    removable = sorted(set(recorded.environ) - MARKS)
    gone = data.draw(st.sets(st.sampled_from(removable))) if removable else set()

    build = build_of(
        recorded.host,
        changed(recorded.environ, dict.fromkeys(gone)),
        event=recorded.event,
        git=recorded.git,
    )

    assert build.is_foreign


MARKS = frozenset(
    {
        "GITHUB_EVENT_NAME",
        "GITHUB_REF",
        "GITHUB_HEAD_REF",
        "DRONE_BUILD_EVENT",
        "DRONE_COMMIT_REF",
        "DRONE_PULL_REQUEST",
        "CI_PIPELINE_EVENT",
        "CI_COMMIT_REF",
        "CI_COMMIT_PULL_REQUEST",
        "CHANGE_ID",
        "CHANGE_FORK",
        "BRANCH_NAME",
        "JOB_NAME",
        "GIT_BRANCH",
        "CHANGE_URL",
        "CHANGE_TARGET",
        "CHANGE_BRANCH",
        "ghprbPullId",
        "ghprbActualCommit",
        "ghprbPullLink",
        "ghprbSourceBranch",
        "ghprbAuthorRepoGitUrl",
        "gitlabSourceBranch",
        "gitlabTargetBranch",
        "gitlabActionType",
        "gitlabMergeRequestIid",
        "gitlabSourceRepoHttpUrl",
        "gitlabTargetRepoHttpUrl",
        "CI_PIPELINE_SOURCE",
        "CI_COMMIT_REF_NAME",
        "CI_PROJECT_ID",
        "CI_MERGE_REQUEST_PROJECT_ID",
        "CI_MERGE_REQUEST_SOURCE_PROJECT_ID",
        "CI_PROJECT_PATH",
        "CI_MERGE_REQUEST_PROJECT_PATH",
        "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH",
        "BITBUCKET_PR_ID",
        "CODEBUILD_WEBHOOK_EVENT",
        "CODEBUILD_WEBHOOK_TRIGGER",
        "CODEBUILD_SOURCE_VERSION",
        "CODEBUILD_INITIATOR",
        "BUILDKITE_PULL_REQUEST",
        "BUILDKITE_BRANCH",
        "GERRIT_CHANGE_NUMBER",
        "GERRIT_PATCHSET_REVISION",
        "BUILD_SOURCEBRANCH",
        "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER",
        "CIRCLE_PULL_REQUEST",
    }
)
"""What says that it is a pull request, or whose."""


# --- payloads ------------------------------------------------------------------------------------

KEYS = (
    "pull_request",
    "head",
    "base",
    "repo",
    "sha",
    "ref",
    "full_name",
    "number",
    "user",
    "login",
    "issue",
    "is_pull",
    "merge_group",
    "head_ref",
    "workflow_run",
    "check_suite",
    "check_run",
    "pull_requests",
    "head_repository",
    "repository",
    "id",
    "deleted",
    "after",
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(HOSTILE),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=20,
)
OBJECTS = JSON.filter(lambda value: isinstance(value, dict))
ACTIONS = (
    "pull_request",
    "pull_request_target",
    "pull_request_comment",
    "issue_comment",
    "merge_group",
    "workflow_run",
    "workflow_call",
    "check_run",
    "check_suite",
    "deployment",
    "deployment_status",
    "push",
)


@given(
    host=st.sampled_from([Host.GITHUB, Host.GITEA]), name=st.sampled_from(ACTIONS), event=OBJECTS
)
def test_build_of__any_payload__is_harmless_and_has_no_commit(host, name, event):
    build = build_of(host, {"GITHUB_EVENT_NAME": name}, event=event)

    assert_harmless(build)
    assert build.commit == ("9" * 40 if build.commit else "")
    if name.startswith("pull_request"):
        assert build.fork is not Fork.NO or head_of(event["pull_request"]).fork is Fork.NO


@given(recorded=st.sampled_from(CASES), pull_request=OBJECTS)
def test_answer__any_answer__never_takes_a_fork_away_nor_changes_the_commit(recorded, pull_request):
    head = head_of(pull_request)

    build = answer(recorded.build, head)

    assert_harmless(build)
    assert build.questions == (recorded.build.questions if build.fork is Fork.UNKNOWN else ())
    assert build.commit == (recorded.build.commit or head.sha)
    if recorded.build.fork is Fork.YES or recorded.build.is_dependabot:
        assert build.is_foreign


@given(recorded=st.sampled_from(CASES), found=st.lists(OBJECTS, max_size=4))
def test_answer_of_commit__any_answer__keeps_the_commit(recorded, found):
    build = answer_of_commit(recorded.build, map(head_of, found))

    assert build.commit == recorded.build.commit
    assert build.questions == (recorded.build.questions if build.fork is Fork.UNKNOWN else ())


@given(recorded=st.sampled_from(CASES), branches=st.lists(st.text() | st.sampled_from(HOSTILE)))
def test_answer_of_branches__any_answer__is_harmless_and_takes_no_fork_away(recorded, branches):
    build = answer_of_branches(recorded.build, branches)

    assert_harmless(build)
    assert (build.commit, build.pull_request) == (
        recorded.build.commit,
        recorded.build.pull_request,
    )
    if recorded.build.fork is Fork.YES or recorded.build.is_dependabot:
        assert build.is_foreign


def test_answer_of_commit__somebody_elses_pull_request__is_not_ours():
    recorded = case("github/workflow_run_without_head_repository").build
    theirs = PullRequestHead(
        sha=HEAD, fork=Fork.NO, branch="x", number=7, target_repository="hubot/flight-etl"
    )

    assert answer_of_commit(recorded, (theirs,)) == recorded
