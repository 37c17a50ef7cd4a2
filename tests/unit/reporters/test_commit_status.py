"""The commit status, and the pending one before it: order, and one failure instead of two."""

import threading
from dataclasses import replace

import pytest

from plugin.core.errors import GitHubError
from plugin.core.forms.status import pending_of
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
def test_report__each_verdict__is_one_post_for_the_commit_and_a_look_after_a_success(result, state):
    github = GitHubMemory()

    CommitStatus(open_github=github.open).report(report_of(result))

    assert states(github) == [state]
    looks = ["newest_statuses"] if state == "success" else []
    assert github.requests == ["create_status", *looks]
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

    build_id = "0a1b2c3d4e5f"
    has_begun = True

    def __init__(self, github, *, ends_at, is_answered=True):
        self.github = github
        self.ends_at = ends_at
        self.may_come_late = not is_answered
        self.asked = 0

    def is_over(self, seconds):
        assert seconds <= 0.5
        self.asked += 1
        if self.asked == self.ends_at:
            self.github.create_status("acme/etl", COMMIT, PENDING)
        return self.asked >= self.ends_at


def slow_pending(github, *, ends_at, is_answered=True):
    return SlowPending(github, ends_at=ends_at, is_answered=is_answered)


def told(github, pending, *results, is_cancelled=False):
    """Report, and confirm, as the composition does."""
    status = CommitStatus(
        open_github=github.open, pending=pending, is_cancelled=lambda: is_cancelled
    )
    status.report(report_of(*results))
    status.confirm(report_of(*results))


@pytest.mark.parametrize(("result", "state"), [(PASSED, "success"), (FAILED, "failure")])
def test_confirm__pending_arrives_after_ours__is_sent_again_over_it(result, state):
    github = GitHubMemory()

    told(github, slow_pending(github, ends_at=7), result)

    assert states(github) == [state, "pending", state]


def test_confirm__pending_never_ends__looks_once_at_the_end():
    github = GitHubMemory()

    told(github, slow_pending(github, ends_at=99), ERRORED)

    assert states(github) == ["error"]
    assert github.requests == ["create_status", "newest_statuses"]


@pytest.mark.parametrize(("is_cancelled", "turns"), [(True, 2), (False, 6)])
def test_report__pending_does_not_end__is_waited_for_less_after_a_cancel(is_cancelled, turns):
    github = GitHubMemory()
    pending = slow_pending(github, ends_at=99)
    status = CommitStatus(
        open_github=github.open, pending=pending, is_cancelled=lambda: is_cancelled
    )

    status.report(report_of(ERRORED))

    assert pending.asked == turns


def test_confirm__the_answer_to_pending_was_lost_and_it_comes_later__is_sent_again_over_it():
    github = GitHubMemory()
    pending = slow_pending(github, ends_at=1, is_answered=False)
    status = CommitStatus(open_github=github.open, pending=pending)

    status.report(report_of(ERRORED))
    github.create_status("acme/etl", COMMIT, PENDING)
    status.confirm(report_of(ERRORED))

    assert states(github) == ["pending", "error", "pending", "error"]


def test_confirm__the_answer_to_pending_was_lost_but_it_is_there__asks_nothing_more():
    github = GitHubMemory()

    told(github, slow_pending(github, ends_at=1, is_answered=False), PASSED)

    assert states(github) == ["pending", "success"]
    assert github.requests.count("newest_statuses") == 1


def test_confirm__the_look_fails__says_so():
    github = GitHubMemory()
    github.errors["newest_statuses"] = [REFUSED]

    with pytest.raises(GitHubError, match="statuses: write"):
        told(github, slow_pending(github, ends_at=99), ERRORED)


@pytest.mark.parametrize("results", [(), (PASSED,)])
def test_confirm__nothing_is_in_doubt__asks_nothing(results):
    github = GitHubMemory()
    status = CommitStatus(open_github=github.open)

    status.confirm(report_of(*results))

    assert github.opened == 0


def test_confirm__another_checks_pending_is_the_newest__is_left_alone():
    github = GitHubMemory()
    pending = slow_pending(github, ends_at=99)
    status = CommitStatus(open_github=github.open, pending=pending)

    status.report(report_of(ERRORED))
    newer = pending_of(BUILD, context=CONTEXT, build_id="ffffffffffff")
    github.create_status("acme/etl", COMMIT, newer)
    status.confirm(report_of(ERRORED))

    assert states(github) == ["error", "pending"]


@pytest.mark.parametrize("is_refused", [False, True])
def test_report__pending_was_begun__the_final_state_is_noted_before_it_is_posted(is_refused):
    github = GitHubMemory()
    noted: list[str] = []
    github.errors["create_status"] = [None, REFUSED] if is_refused else []
    github.before["create_status"] = [lambda: None, lambda: noted.append("posted")]
    pending = pending_on(github)
    pending.state_changed("flights", "RUNNING", "")

    tell(
        [CommitStatus(open_github=github.open, pending=pending, note=noted.append)],
        report_of(FAILED),
    )

    assert noted == ["failure", "posted"]


def test_report__pending_was_not_begun__nothing_is_noted():
    github = GitHubMemory()
    noted: list[str] = []

    CommitStatus(open_github=github.open, pending=pending_on(github), note=noted.append).report(
        report_of(FAILED)
    )

    assert noted == []


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
SECOND = replace(BUILD, attempt="2", link=f"{BUILD.link}/attempts/2")
A, B = "a" * 12, "b" * 12


def leg(github, *results, key=A, build=ATTEMPT, context=CONTEXT):
    report = replace(report_of(*results, build=build), context=context, leg=key)
    return tell([CommitStatus(open_github=github.open)], report)


def test_report__the_look_for_other_legs_is_refused__is_posted_all_the_same():
    github = GitHubMemory()
    github.errors["newest_statuses"] = [REFUSED]

    assert leg(github, PASSED) == ()

    assert states(github) == ["success"]


@pytest.mark.parametrize(("result", "state"), [(FAILED, "failure"), (ERRORED, "error")])
@pytest.mark.parametrize("build", [ATTEMPT, BUILD])
def test_report__another_leg_did_not_pass__a_pass_does_not_hide_it(result, state, build):
    github = GitHubMemory()
    leg(github, result, build=build)

    leg(github, PASSED, key=B, build=build, context=CONTEXT.upper())
    leg(github, SKIPPED, key="c" * 12, build=build)

    first, _, second, _, third = github.statuses[COMMIT]
    assert states(github) == [state, "success", state, "success", state]
    assert second.description == third.description == first.description
    assert second.target_url == third.target_url == first.target_url


def test_report__another_leg_fails_while_ours_is_posted__is_seen_afterwards():
    github = GitHubMemory()
    github.before["create_status"] = [lambda: leg(github, FAILED)]

    leg(github, PASSED, key=B)

    assert states(github) == ["failure", "success", "failure"]


def test_report__another_leg_fails_last__its_failure_is_posted_without_a_look():
    github = GitHubMemory()

    leg(github, PASSED)
    leg(github, FAILED, key=B)

    assert states(github) == ["success", "failure"]
    assert github.requests == ["create_status", "newest_statuses", "create_status"]


@pytest.mark.parametrize(
    "other",
    [
        {"build": replace(ATTEMPT, link="https://github.com/acme/etl/actions/runs/41/attempts/1")},
        {"context": "other"},
    ],
)
def test_report__something_else_failed_earlier__is_a_success(other):
    github = GitHubMemory()
    leg(github, FAILED, **other)

    leg(github, PASSED, key=B)

    assert states(github) == ["failure", "success"]


@pytest.mark.parametrize("build", [BUILD, ATTEMPT, SECOND])
def test_report__the_same_leg_is_run_again__replaces_its_own_failure(build):
    github = GitHubMemory()
    leg(github, FAILED, build=BUILD if build is BUILD else ATTEMPT)

    leg(github, PASSED, build=build)

    assert states(github) == ["failure", "success"]


def test_report__one_of_two_that_failed_is_run_again__the_other_stands_until_it_is_too():
    github = GitHubMemory()
    leg(github, FAILED)
    leg(github, ERRORED, key=B)

    leg(github, PASSED, key=B, build=SECOND)
    leg(github, PASSED, build=SECOND)

    assert states(github) == ["failure", "error", "success", "failure", "success"]
