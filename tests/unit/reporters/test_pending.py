"""The pending status: once, beside the checks, and never in their way."""

import threading
from contextlib import contextmanager

import pytest

from plugin.core.errors import GitHubError
from plugin.core.forms.status import pending_of
from plugin.core.states import RunState
from plugin.reporters.pending import Pending
from tests.doubles.github_memory import GitHubMemory
from tests.unit.reporters.samples import BUILD, COMMIT, PASSED

BUILD_ID = "0a1b2c3d4e5f"


def pending(open_github):
    return Pending(
        open_github=open_github, build=BUILD, context="glue-health-check", build_id=BUILD_ID
    )


@contextmanager
def no_token():
    raise GitHubError("There is no GitHub token.")
    yield


@pytest.mark.parametrize("error", [GitHubError("no"), KeyError("bug"), OSError("gone")])
def test_pending__whatever_goes_wrong__the_checks_do_not_hear_of_it(error):
    github = GitHubMemory()
    github.errors["create_status"] = [error]
    observer = pending(github.open)

    observer.state_changed("flights", "STARTING", "")

    assert observer.is_over(60)
    assert github.statuses[COMMIT] == []


def test_pending__no_token__the_checks_do_not_hear_of_it():
    observer = pending(no_token)

    observer.state_changed("flights", "STARTING", "")

    assert observer.is_over(60)


def test_pending__github_is_slow__no_check_waits_for_it():
    github, answer = GitHubMemory(), threading.Event()
    github.before["create_status"] = [answer.wait]
    observer = pending(github.open)

    observer.state_changed("flights", "RUNNING", "")
    is_over_before = observer.is_over(0)
    answer.set()

    assert not is_over_before
    assert observer.is_over(60)
    assert len(github.statuses[COMMIT]) == 1


@pytest.mark.parametrize("state", ["packaging", "uploading", "cleaning up", ""])
def test_pending__before_a_run_has_begun__says_nothing(state):
    github = GitHubMemory()
    observer = pending(github.open)

    observer.state_changed("flights", state, "")
    observer.log_lines("flights", ("x",))
    observer.finished(PASSED)

    assert observer.is_over(60)
    assert github.opened == 0


@pytest.mark.parametrize("state", RunState)
def test_pending__many_checks_at_once__is_posted_once(state):
    github = GitHubMemory()
    observer = pending(github.open)
    threads = [
        threading.Thread(target=observer.state_changed, args=(f"c{n}", str(state), ""))
        for n in range(5)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert observer.is_over(60)
    assert github.statuses[COMMIT] == [
        pending_of(BUILD, context="glue-health-check", build_id=BUILD_ID)
    ]
