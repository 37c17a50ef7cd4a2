"""Time limits of those who speak over a network, and the door that is shut after one of them."""

import math
import threading
from dataclasses import replace

import pytest

from plugin.app.bounded import LAST_SECONDS, Bounded, Budget, Limit
from plugin.core.errors import GitHubError, Overdue, PluginError
from plugin.reporters import tell
from tests.unit.app.reporting_stage import StageClock, of_status, of_webhook, staged, with_aws
from tests.unit.reporters.samples import PASSED, report_of

LIMIT = Limit(who="The peer", hint="Check it.", seconds=150.0, hurried_seconds=2.5)


@pytest.fixture
def clock():
    return StageClock()


@pytest.fixture
def silence():
    """A peer that is silent until the test is over; then nobody is left in a thread."""
    over = threading.Event()
    yield over
    over.set()
    joined()


def joined():
    """Wait for those who were left behind: their peers have gone."""
    for thread in threading.enumerate():
        if thread.name == "bounded":
            thread.join(60)


def overdue(budget, work, limit=LIMIT):
    with pytest.raises(Overdue) as caught:
        budget.run(work, limit)
    return str(caught.value)


def hangs(clock, silence, *, after=0.0, cancels=False, step=50.0, most=math.inf):
    """Work that never ends: it says how much time has gone by, and waits.

    Time goes on when somebody has looked at the clock: who is slow on this machine is not late.
    It goes on by ``most`` in all, where others still have to speak.
    """

    def work():
        clock.pause(after)
        if cancels:
            clock.cancel()
        passed, seen = 0.0, 0
        while not silence.wait(0.01):
            if passed < most and clock.looks != seen:
                passed, seen = passed + step, clock.looks
                clock.pause(step)

    return work


# --- the budget ----------------------------------------------------------------------------------


def test_run__nobody_answers__is_given_up_when_its_time_is_over(clock, silence):
    told = overdue(Budget(clock), hangs(clock, silence))

    assert told == "The peer did not answer within 150 s. Check it."
    assert clock.waited >= 150


@pytest.mark.parametrize("error", [PluginError("no", hint="Do."), KeyError("bug"), SystemExit(3)])
def test_run__the_work_raises__raises_it_in_the_caller(clock, error):
    def work():
        raise error

    with pytest.raises(type(error)) as caught:
        Budget(clock).run(work, LIMIT)

    assert caught.value is error


def test_run__the_work_returns__returns_what_it_returned_from_a_daemon(clock):
    thread = Budget(clock).run(threading.current_thread, LIMIT)

    assert thread is not threading.current_thread()
    assert thread.daemon


def test_run__cancelled_meanwhile__is_given_up_soon_after(clock, silence):
    overdue(Budget(clock), hangs(clock, silence, after=60, cancels=True, step=0.5))

    assert 62.5 <= clock.waited < 70


def test_run__cancelled__all_share_what_is_left(clock, silence):
    clock.cancel()
    budget, done = Budget(clock), []

    first = overdue(budget, hangs(clock, silence, step=0.5, most=3))
    second = overdue(budget, hangs(clock, silence))
    third = overdue(budget, lambda: done.append(1))

    assert "within 2.5 s" in first
    assert "The peer did not answer within " in second
    assert third == "The run is cancelled, and there was no time left to tell it."
    assert done == []
    assert clock.waited >= LAST_SECONDS


def test_run__not_cancelled__each_has_its_own_time(clock):
    budget = Budget(clock)

    for _ in range(3):
        budget.run(lambda: clock.pause(149), LIMIT)

    assert clock.waited == 3 * 149


@pytest.fixture
def no_threads():
    """A system that has no room for another thread."""
    before = threading.stack_size(1 << 46)
    yield
    threading.stack_size(before)


@pytest.mark.usefixtures("no_threads")
def test_run__the_system_has_no_more_threads__the_work_is_done_in_the_callers(clock):
    assert Budget(clock).run(threading.current_thread, LIMIT) is threading.current_thread()


# --- reporters -----------------------------------------------------------------------------------


class Speaker:
    name = "webhook"

    def __init__(self, act):
        self.act = act
        self.heard = []

    def report(self, report):
        self.heard.append(report)
        self.act()


def bounded(clock, act, given_up=None):
    speaker = Speaker(act)
    give_up = None if given_up is None else given_up.append
    return speaker, Bounded(
        speaker, budget=Budget(clock), limit=LIMIT, clock=clock, give_up=give_up
    )


def test_report__in_time__is_told_as_it_is(clock):
    given_up: list[PluginError] = []
    speaker, reporter = bounded(clock, lambda: clock.pause(20), given_up)

    assert tell([reporter], report_of(PASSED)) == ()
    assert (reporter.name, speaker.heard) == ("webhook", [report_of(PASSED)])
    assert given_up == []


@pytest.mark.parametrize("is_heard", [False, True])
def test_report__too_late__is_a_failure_that_says_what_to_check(clock, silence, is_heard):
    given_up: list[PluginError] | None = [] if is_heard else None
    _, reporter = bounded(clock, hangs(clock, silence), given_up)

    (failure,) = tell([reporter], report_of(PASSED))

    assert failure.reason == "The peer did not answer within 150 s. Check it."
    assert given_up is None or [type(one) for one in given_up] == [Overdue]


@pytest.mark.parametrize(
    ("seconds", "is_cancelled", "times"), [(1, True, 0), (2, True, 1), (20, False, 0)]
)
def test_report__fails_by_itself__is_given_up_if_that_took_long_after_a_cancel(
    clock, seconds, is_cancelled, times
):
    given_up: list[PluginError] = []

    def act():
        clock.pause(seconds)
        raise GitHubError("No.")

    _, reporter = bounded(clock, act, given_up)
    if is_cancelled:
        clock.cancel()

    with pytest.raises(GitHubError):
        reporter.report(report_of(PASSED))

    assert [str(one) for one in given_up] == ["No."] * times


# --- the composition, before servers ----------------------------------------------------------------


def test_report_and_tell__github_does_not_end__is_one_warning_and_the_webhook_hears(
    tmp_path, silence
):
    with staged(tmp_path / "checkout") as stage:
        stage.github.once("POST", "/statuses/", hangs(stage.clock, silence, most=150))

        stage.tell()
        asked = [line for line in stage.github.lines if "/statuses" not in line]
        silence.set()
        joined()

        assert asked == []
        ((who, why),) = stage.warnings
        assert who == ("commit_status", "check_run", "comment")
        assert why.startswith("GitHub did not answer within 150 s. It is not asked again.")
        assert of_webhook(stage) == ["passed"]


def test_report_and_tell__the_comment_does_not_end__the_status_stands(tmp_path, silence):
    with staged(tmp_path / "checkout") as stage:
        stage.github.once("POST", "/graphql", hangs(stage.clock, silence, most=150))

        stage.tell()
        silence.set()
        joined()

        ((who, _),) = stage.warnings
        assert who == ("comment",)
        assert of_status(stage) == ["success"]


def test_report_and_tell__the_comparison_does_not_end__is_a_warning_and_all_are_told(
    tmp_path, silence
):
    with staged(tmp_path / "checkout") as stage:
        build = stage.build
        with_aws(stage, "metadata")
        stage.build = replace(build, target_branch="main")
        stage.aws.once("s3", hangs(stage.clock, silence, most=50))

        stage.tell()
        silence.set()
        joined()

        ((who, why),) = stage.warnings
        assert who == ("metadata_bucket",)
        assert why.startswith("nothing is compared. ")
        # the SDK measures a silence by itself, and a busy machine may be silent for so long
        assert "S3 did not answer within 10 s." in why or "Read timeout" in why
        assert of_status(stage) == ["success"]
