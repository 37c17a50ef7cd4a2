"""The build of any host, and what GitHub's answer makes of it."""

from dataclasses import replace

import pytest

from plugin.ci.build import answer, answer_of_branches, answer_of_commit
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


def test_answer__github_knew_nothing__stays_foreign_and_the_question_open():
    build = answer(asking(Host.DRONE), NOTHING)

    assert build == asking(Host.DRONE)
    assert build.questions == (Question.PULL_REQUEST_HEAD,)
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


@pytest.mark.parametrize("host", Host)
def test_answer__no_commit_yet__takes_the_head(host):
    assert answer(asking(host, commit=""), HEAD).commit == TODAY


def test_answer__no_commit_and_no_head__stays_without():
    assert answer(asking(Host.JENKINS, commit=""), NOTHING).commit == ""


def test_answer__dependabot_opened_it__is_foreign_although_no_fork():
    build = answer(asking(Host.DRONE), replace(HEAD, author="dependabot[bot]"))

    assert build.is_dependabot
    assert build.is_foreign


def test_answer__known_to_be_dependabots__stays_so():
    build = answer(replace(asking(Host.DRONE), is_dependabot=True), HEAD)

    assert build.is_dependabot


# --- the pull request of a commit ----------------------------------------------------------------

OF_COMMIT = Build(
    host=Host.GITHUB,
    repository="octocat/flight-etl",
    commit=BUILT,
    fork=Fork.UNKNOWN,
    questions=(Question.PULL_REQUEST_OF_COMMIT,),
)
FOUND = PullRequestHead(
    sha=BUILT,
    fork=Fork.NO,
    branch="feature/x",
    target_branch="main",
    number=7,
    target_repository="Octocat/Flight-ETL",
    is_open=True,
)


@pytest.mark.parametrize(
    "other",
    [
        replace(FOUND, sha=TODAY),
        replace(FOUND, sha=""),
        replace(FOUND, number=None),
        replace(FOUND, target_repository="hubot/flight-etl"),
        replace(FOUND, target_repository=""),
    ],
)
def test_answer_of_commit__none_has_it_as_its_head_into_us__stays_foreign(other):
    build = answer_of_commit(OF_COMMIT, (other,))

    assert build == OF_COMMIT
    assert build.is_foreign


def test_answer_of_commit__no_pull_request_at_all__stays_foreign():
    assert answer_of_commit(OF_COMMIT, ()) == OF_COMMIT


def test_answer_of_commit__no_pull_request_of_a_known_fork__stays_one_and_leaves_no_question():
    fork = replace(OF_COMMIT, fork=Fork.YES)

    assert answer_of_commit(fork, ()) == replace(fork, questions=())


def test_answer_of_commit__one_of_a_fork_among_ours__is_taken():
    fork = replace(FOUND, number=8, fork=Fork.YES, is_open=False)

    build = answer_of_commit(OF_COMMIT, (FOUND, fork, FOUND))

    assert (build.pull_request, build.fork) == (8, Fork.YES)


def test_answer_of_commit__closed_and_open__takes_the_open_one():
    closed = replace(FOUND, number=5, is_open=False)

    assert answer_of_commit(OF_COMMIT, (closed, FOUND)).pull_request == 7


def test_answer_of_commit__the_heads__is_that_pull_request():
    build = answer_of_commit(OF_COMMIT, (replace(FOUND, sha=TODAY, number=3), FOUND))

    assert (build.pull_request, build.fork, build.questions) == (7, Fork.NO, ())
    assert (build.commit, build.branch, build.target_branch) == (BUILT, "feature/x", "main")


def test_answer_of_commit__known_fork__stays_one():
    build = answer_of_commit(replace(OF_COMMIT, fork=Fork.YES), (FOUND,))

    assert (build.pull_request, build.fork) == (7, Fork.YES)


# --- the branches of a commit --------------------------------------------------------------------


@pytest.mark.parametrize("branches", [(), ("",), ("a\nb", "\x1b[31m")])
def test_answer_of_branches__none_of_ours_has_it_as_its_head__stays_foreign(branches):
    assert answer_of_branches(OF_COMMIT, branches) == OF_COMMIT


@pytest.mark.parametrize("branches", [("main",), ()])
def test_answer_of_branches__known_fork__stays_one(branches):
    build = answer_of_branches(replace(OF_COMMIT, fork=Fork.YES), branches)

    assert (build.fork, build.branch, build.questions) == (Fork.YES, "", ())


@pytest.mark.parametrize("branches", [("dependabot/pip/x",), ("dependabot/a", "dependabot/b")])
def test_answer_of_branches__dependabots_only__is_foreign_although_no_fork(branches):
    build = answer_of_branches(OF_COMMIT, branches)

    assert build.is_dependabot
    assert build.is_foreign


def test_answer_of_branches__known_to_be_dependabots__stays_so():
    assert answer_of_branches(replace(OF_COMMIT, is_dependabot=True), ("main",)).is_dependabot


@pytest.mark.parametrize(
    ("known", "branches", "branch"),
    [
        ("", ("main",), "main"),
        ("mine", ("main",), "mine"),
        ("", ("main", "dependabot/x"), ""),
    ],
)
def test_answer_of_branches__one_of_ours__is_ours(known, branches, branch):
    build = answer_of_branches(replace(OF_COMMIT, branch=known), branches)

    assert (build.fork, build.branch, build.questions) == (Fork.NO, branch, ())
    assert not build.is_foreign


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
        (
            {"repo": {"full_name": "o/r"}, "ref": "refs/pull/7/head"},
            {"repo": {"full_name": "o/r"}},
            Fork.YES,
        ),
    ],
)
def test_head_of__repositories__tell_a_fork(head, base, fork):
    assert head_of({"head": head, "base": base}).fork is fork
