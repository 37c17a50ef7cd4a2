"""The commit status, and the pending one before it: order, and one failure instead of two."""

import threading

import pytest

from plugin.core.errors import GitHubError
from plugin.core.status import pending_of
from plugin.reporters import tell
from plugin.reporters.commit_status import CommitStatus
from plugin.reporters.pending import Pending
from tests.doubles.github_memory import GitHubMemory
from tests.unit.reporters.samples import BUILD, COMMIT, ERRORED, FAILED, PASSED, SKIPPED, report_of

CONTEXT = "glue-health-check"
REFUSED = GitHubError("Resource not accessible by integration.", hint="Add statuses: write.")


PENDING = pending_of(BUILD, context=CONTEXT, build_id="0a1b2c3d4e5f")


def pending_on(github):
    return Pending(open_github=github.open, build=BUILD, context=CONTEXT, build_id="0a1b2c3d4e5f")


def states(github):
    return [post.state for post in github.statuses[COMMIT]]


def test_report__github_refuses__tells_what_to_change():
    github = GitHubMemory()
    github.errors["create_status"] = [REFUSED]

    (failure,) = tell([CommitStatus(open_github=github.open)], report_of(PASSED))

    assert failure.name == "commit_status"
    assert failure.reason.endswith("Add statuses: write.")


def test_report__a_plan_that_was_skipped_whole__sends_nothing():
    github = GitHubMemory()

    CommitStatus(open_github=github.open).report(report_of(reason="A fork."))

    assert github.opened == 0


@pytest.mark.parametrize(
    ("result", "state"),
    [(FAILED, "failure"), (ERRORED, "error"), (SKIPPED, "success"), (PASSED, "success")],
)
def test_report__each_verdict__is_one_request_for_the_commit(result, state):
    github = GitHubMemory()

    CommitStatus(open_github=github.open).report(report_of(result))

    assert states(github) == [state]
    assert github.requests == ["create_status"]
    assert github.statuses[COMMIT][0].context == CONTEXT


def test_report__after_pending__comes_after_it():
    github, may_go = GitHubMemory(), threading.Event()
    github.before["create_status"] = [may_go.wait]
    pending = pending_on(github)

    pending.state_changed("flights", "RUNNING", "")
    timer = threading.Timer(0.02, may_go.set)
    timer.start()
    CommitStatus(open_github=github.open, pending=pending).report(report_of(PASSED))
    timer.join()

    assert states(github) == ["pending", "success"]


class SlowPending:
    """A pending status whose request ends at the given question, if at all."""

    def __init__(self, github, *, ends_at):
        self.github = github
        self.ends_at = ends_at
        self.asked = 0

    def is_over(self, seconds):
        assert seconds < 10
        self.asked += 1
        if self.asked == self.ends_at:
            self.github.create_status("acme/etl", COMMIT, PENDING)
        return self.asked >= self.ends_at


def test_report__pending_arrives_after_ours__is_sent_again_over_it():
    github = GitHubMemory()

    CommitStatus(open_github=github.open, pending=SlowPending(github, ends_at=2)).report(
        report_of(PASSED)
    )

    assert states(github) == ["success", "pending", "success"]


def test_report__pending_never_ends__is_sent_all_the_same():
    github = GitHubMemory()

    CommitStatus(open_github=github.open, pending=SlowPending(github, ends_at=9)).report(
        report_of(PASSED)
    )

    assert states(github) == ["success"]


def test_report__pending_failed__is_not_told_when_the_final_one_succeeds():
    github = GitHubMemory()
    github.errors["create_status"] = [REFUSED]
    pending = pending_on(github)

    pending.state_changed("flights", "RUNNING", "")
    failures = tell([CommitStatus(open_github=github.open, pending=pending)], report_of(PASSED))

    assert failures == ()
    assert states(github) == ["success"]


def test_report__both_fail__is_one_failure():
    github = GitHubMemory()
    github.errors["create_status"] = [REFUSED, REFUSED]
    pending = pending_on(github)

    pending.state_changed("flights", "RUNNING", "")
    failures = tell([CommitStatus(open_github=github.open, pending=pending)], report_of(PASSED))

    assert len(failures) == 1


def test_report__no_run_began__waits_for_nothing_and_lets_no_pending_come_later():
    github = GitHubMemory()
    pending = pending_on(github)

    CommitStatus(open_github=github.open, pending=pending).report(report_of(ERRORED))
    pending.state_changed("flights", "RUNNING", "")

    assert pending.is_over(5)
    assert states(github) == ["error"]
