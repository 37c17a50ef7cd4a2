"""The commit status, and the pending one before it: order, and one failure instead of two."""

import threading
from dataclasses import replace

import pytest

from plugin.core.errors import GitHubError
from plugin.core.forms.status import description, pending_of
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


def slow_pending(github, *, ends_at):
    return SlowPending(github, ends_at=ends_at)


def test_report__pending_arrives_after_ours__is_sent_again_over_it():
    github = GitHubMemory()

    CommitStatus(open_github=github.open, pending=slow_pending(github, ends_at=2)).report(
        report_of(PASSED)
    )

    assert states(github) == ["success", "pending", "success"]


def test_report__pending_never_ends__is_sent_all_the_same():
    github = GitHubMemory()

    CommitStatus(open_github=github.open, pending=slow_pending(github, ends_at=9)).report(
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


# --- legs of a matrix ------------------------------------------------------------------------------

ATTEMPT = replace(BUILD, link=f"{BUILD.link}/attempts/1")


def leg(github, *results, build=ATTEMPT, context=CONTEXT):
    report = replace(report_of(*results, build=build), context=context)
    return tell([CommitStatus(open_github=github.open)], report)


def test_report__the_look_for_other_legs_is_refused__is_posted_all_the_same():
    github = GitHubMemory()
    github.errors["newest_statuses"] = [REFUSED]

    assert leg(github, PASSED) == ()

    assert states(github) == ["success"]


@pytest.mark.parametrize(("result", "state"), [(FAILED, "failure"), (ERRORED, "error")])
@pytest.mark.parametrize("context", [CONTEXT, CONTEXT.upper()])
def test_report__another_leg_did_not_pass__a_pass_does_not_hide_it(result, state, context):
    github = GitHubMemory()
    leg(github, result)
    github.create_status("acme/etl", COMMIT, pending_of(ATTEMPT, context=context, build_id="0a"))
    leg(github, PASSED, context=context)
    leg(github, SKIPPED, context=context)

    first, _, second, third = github.statuses[COMMIT]
    assert [first.state, second.state, third.state] == [state] * 3
    told = description(f"Another leg of this build did not pass: {first.description}")
    assert second.description == third.description == told


def test_report__another_leg_fails_last__its_failure_is_posted_without_a_look():
    github = GitHubMemory()

    leg(github, PASSED)
    leg(github, FAILED)

    assert states(github) == ["success", "failure"]
    assert github.requests == ["newest_statuses", "create_status", "create_status"]


@pytest.mark.parametrize(
    "other",
    [
        {"build": replace(ATTEMPT, attempt="2", link=f"{BUILD.link}/attempts/2")},
        {"build": replace(ATTEMPT, link="https://github.com/acme/etl/actions/runs/41/attempts/1")},
        {"context": "other"},
    ],
)
def test_report__something_else_failed_earlier__is_a_success(other):
    github = GitHubMemory()
    leg(github, FAILED, **other)

    leg(github, PASSED)

    assert states(github) == ["failure", "success"]


@pytest.mark.parametrize("build", [BUILD, replace(ATTEMPT, attempt="")])
def test_report__the_link_names_no_attempt__a_build_that_was_run_again_may_pass(build):
    github = GitHubMemory()
    leg(github, FAILED, build=build)

    leg(github, PASSED, build=build)

    assert states(github) == ["failure", "success"]
    assert github.requests == ["create_status", "create_status"]


def test_report__pending_arrives_late__is_sent_again_as_it_was_found_at_first():
    github = GitHubMemory()
    leg(github, FAILED)

    CommitStatus(open_github=github.open, pending=slow_pending(github, ends_at=2)).report(
        report_of(PASSED, build=ATTEMPT)
    )

    assert states(github) == ["failure", "failure", "pending", "failure"]
    assert github.requests.count("newest_statuses") == 1
