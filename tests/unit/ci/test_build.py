"""The build of any host, and what GitHub's answer makes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.ci.build import answer, build_of
from plugin.ci.event import parse_event
from plugin.ci.git import GitFacts
from plugin.core.build import Build, Fork, Host, Question
from plugin.core.pull_request import PullRequestHead, head_of

BUILT, TODAY = "a" * 40, "b" * 40
HEAD = PullRequestHead(sha=TODAY, fork=Fork.NO, branch="feature/x", target_branch="main")
NOTHING = PullRequestHead(sha="", fork=Fork.UNKNOWN, branch="")


def asking(host, *, commit=BUILT, fork=Fork.UNKNOWN, branch=""):
    return Build(
        host=host,
        commit=commit,
        fork=fork,
        branch=branch,
        pull_request=7,
        questions=(Question.PULL_REQUEST_HEAD,),
    )


def test_answer__github_knew_nothing__stays_foreign():
    build = answer(asking(Host.DRONE), NOTHING)

    assert (build.commit, build.fork, build.questions) == (BUILT, Fork.UNKNOWN, ())
    assert build.is_foreign


def test_answer__known_fork__stays_one():
    build = answer(asking(Host.JENKINS, fork=Fork.YES), HEAD)

    assert build.fork is Fork.YES


def test_answer__jenkins_took_it_for_ours__becomes_a_fork():
    head = PullRequestHead(sha=TODAY, fork=Fork.YES, branch="main")

    build = answer(asking(Host.JENKINS, fork=Fork.NO), head)

    assert build.is_foreign


def test_answer__drone__keeps_the_commit_that_was_built():
    build = answer(asking(Host.DRONE), HEAD)

    assert (build.commit, build.fork) == (BUILT, Fork.NO)


def test_answer__jenkins__gives_way_to_the_head():
    assert answer(asking(Host.JENKINS), HEAD).commit == TODAY


def test_answer__jenkins_and_no_head__keeps_what_it_has():
    assert answer(asking(Host.JENKINS), NOTHING).commit == BUILT


@pytest.mark.parametrize("host", [Host.GITHUB, Host.DRONE])
def test_answer__no_commit_yet__takes_the_head(host):
    assert answer(asking(host, commit=""), HEAD).commit == TODAY


def test_answer__branches__fill_what_is_empty_only():
    filled = answer(asking(Host.GITHUB), HEAD)
    kept = answer(asking(Host.GITHUB, branch="mine"), HEAD)

    assert (filled.branch, filled.target_branch) == ("feature/x", "main")
    assert kept.branch == "mine"


@pytest.mark.parametrize(
    ("head", "base", "fork"),
    [
        ({"repo": None}, {"repo": {"full_name": "o/r"}}, Fork.YES),
        ({"repo": {"full_name": "x/r"}}, {"repo": {"full_name": "o/r"}}, Fork.YES),
        ({"repo": {"full_name": "O/R"}}, {"repo": {"full_name": "o/r"}}, Fork.NO),
        ({}, {"repo": {"full_name": "o/r"}}, Fork.UNKNOWN),
        ({"repo": {"full_name": "o/r"}}, {}, Fork.UNKNOWN),
        ({"repo": {"full_name": ""}}, {"repo": {"full_name": ""}}, Fork.UNKNOWN),
        ({"repo": {"full_name": 7}}, {"repo": {"full_name": 7}}, Fork.UNKNOWN),
    ],
)
def test_head_of__repositories__tell_a_fork(head, base, fork):
    assert head_of({"head": head, "base": base}).fork is fork


@given(
    host=st.sampled_from(Host),
    environ=st.dictionaries(
        st.sampled_from(
            [
                "GITHUB_EVENT_NAME",
                "GITHUB_REF",
                "GITHUB_SHA",
                "GITHUB_REPOSITORY",
                "GITHUB_SERVER_URL",
                "GITHUB_API_URL",
                "GITHUB_RUN_ID",
                "DRONE_REPO",
                "DRONE_REPO_LINK",
                "DRONE_BUILD_LINK",
                "DRONE_COMMIT",
                "DRONE_PULL_REQUEST",
                "CHANGE_ID",
                "CHANGE_URL",
                "GIT_URL",
                "GIT_BRANCH",
                "BUILD_URL",
                "ghprbPullId",
                "ghprbAuthorRepoGitUrl",
                "CODEBUILD_WEBHOOK_TRIGGER",
            ]
        ),
        st.text(max_size=30),
    ),
    text=st.text(max_size=30),
)
def test_build_of__any_environment__never_raises_nor_lets_control_characters_through(
    host, environ, text
):
    git = GitFacts(commit=text, branch=text, remote_url=text)

    build = build_of(host, environ, event=parse_event(text), git=git)

    told = [build.repository, build.commit, build.branch, build.target_branch, build.event]
    told += [build.actor, build.link, build.number, build.server_url, build.api_url]
    assert all(value.isprintable() for value in told)
