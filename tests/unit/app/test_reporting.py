"""A check as GitHub hears of it: the command, in a step of a pull request, before a small GitHub."""

import pytest

from plugin.core.github import MOST_STATUS_DESCRIPTION
from tests.doubles.github_server import GitHubServer
from tests.unit.app.test_github import HEAD, NUMBER, REPOSITORY, TOKEN, asking
from tests.unit.app.test_github import step as quiet_step

__all__ = ["quiet_step"]

QUIET = frozenset({"GLUE_HEALTH_CHECK_COMMIT_STATUS", "GLUE_HEALTH_CHECK_COMMENT"})


@pytest.fixture
def step(quiet_step):
    """A step of a pull request that tells GitHub, as it does unless somebody says otherwise."""
    return {name: value for name, value in quiet_step.items() if name not in QUIET}


@pytest.fixture
def github():
    with GitHubServer(token=TOKEN) as server:
        server.repository(REPOSITORY).add_pull(NUMBER, sha=HEAD, base=REPOSITORY, head=REPOSITORY)
        yield server


def states(github):
    return [one["state"] for one in github.repository(REPOSITORY).statuses.get(HEAD, [])]


def comments(github):
    return github.repository(REPOSITORY).comments.get(NUMBER, [])


def test_check__no_token__is_one_warning_that_names_both_reporters(checkout, github, step):
    step["GITHUB_TOKEN"] = ""

    outcome = checkout.local("--script", "a.py", **asking(github), **step)

    assert outcome.code == 0
    assert outcome.out.count("There is no GitHub token.") == 2  # the line, and its annotation
    assert "warning: reporter commit_status, comment: There is no GitHub token. Set" in outcome.out
    assert github.asked == []


def test_check__the_comment_is_required_and_forbidden__is_4_and_says_what_to_add(
    checkout, github, step
):
    github.permissions["pull-requests"] = "read"

    outcome = checkout.local(
        "--script", "a.py", "--required-reporters", "comment", **asking(github), **step
    )

    assert outcome.code == 4
    assert "error: reporter comment: " in outcome.out
    assert "pull-requests: write" in outcome.out
    assert outcome.outputs["verdict"] == "passed"
    assert states(github) == ["pending", "success"]


def test_check__twice_on_a_pull_request__has_final_states_and_one_comment_of_the_newer(
    checkout, github, step
):
    first = checkout.local("--script", "a.py", **asking(github), **step)
    checkout.write("a.py", "raise KeyError('no rows')")
    second = checkout.local(
        "--script", "a.py", **asking(github), **step, GITHUB_RUN_ID="2", GITHUB_RUN_NUMBER="2"
    )

    (comment,) = comments(github)
    (*_, status) = github.repository(REPOSITORY).statuses[HEAD]
    assert (first.code, second.code) == (0, 1)
    assert states(github) == ["pending", "success", "pending", "failure"]
    assert "no rows" in comment["body"]
    assert "a.py:1" in comment["body"]
    assert len(status["description"]) <= MOST_STATUS_DESCRIPTION
    assert status["context"] == "glue-health-check"


def test_check__a_leg_passes_after_another_failed__leaves_the_failure_within_eight_requests(
    checkout, github, step
):
    attempt = {"GITHUB_RUN_ID": "9", "GITHUB_RUN_ATTEMPT": "1"}
    checkout.write("b.py", "raise KeyError('no rows')")
    failed = checkout.local(
        "--script", "b.py", **asking(github), **step, **attempt, GITHUB_JOB="spark-3"
    )
    before = len(github.asked)
    passed = checkout.local(
        "--script", "a.py", **asking(github), **step, **attempt, GITHUB_JOB="spark-4"
    )

    (_, failure, _, _, status) = github.repository(REPOSITORY).statuses[HEAD]
    assert (failed.code, passed.code) == (1, 0)
    assert states(github) == ["pending", "failure", "pending", "success", "failure"]
    assert status["target_url"] == failure["target_url"]
    assert len(comments(github)) == 1
    assert len(github.asked) - before <= 8


def test_check__the_build_is_run_again__may_pass_in_its_next_attempt(checkout, github, step):
    checkout.write("a.py", "raise KeyError('no rows')")
    checkout.local(
        "--script", "a.py", **asking(github), **step, GITHUB_RUN_ID="9", GITHUB_RUN_ATTEMPT="1"
    )
    checkout.write("a.py", "print('a')")
    checkout.local(
        "--script", "a.py", **asking(github), **step, GITHUB_RUN_ID="9", GITHUB_RUN_ATTEMPT="2"
    )

    assert states(github) == ["pending", "failure", "pending", "success"]
