"""A start that was not answered, and a run that is not listed (yet): its job stays to find it by."""

from datetime import timedelta

import pytest

from plugin.core.errors import AccessDenied, AnswerLost, NotFound, Throttled
from plugin.core.naming import Tag, expiry
from plugin.core.states import RunState
from plugin.core.verdict import Verdict
from plugin.lifecycle import run_check
from plugin.lifecycle.late_run import LOOK_AGAIN_SECONDS
from tests.doubles.checks import BUILD, BUILD_ID, check_of
from tests.doubles.clock import BEGIN
from tests.doubles.engine import FakeEngine, Refusal, refused
from tests.unit.lifecycle.stage import FOREVER, JOB, ending, play, stage_of

LOST = {"start_run": Refusal(error=AnswerLost("No answer."), takes_effect=True)}
NEVER = {"start_run": Refusal(error=AnswerLost("No answer."))}


class Lagging(FakeEngine):
    """Lists a run only so many seconds after the first look at the list."""

    lag = 0.0
    first: float | None = None

    def active_runs(self, job_name):
        found = super().active_runs(job_name)
        return found if self._shows() else ()

    def runs(self, job_name):
        found = super().runs(job_name)
        return found if self._shows() else ()

    def _shows(self):
        now = self.clock.monotonic()
        self.first = now if self.first is None else self.first
        return now - self.first >= self.lag


class BehindOnce(FakeEngine):
    """Its first listing of the runs that go on is an old one."""

    answers = 0

    def active_runs(self, job_name):
        self.answers += 1
        return super().active_runs(job_name) if self.answers > 1 else ()


class BehindTwice(BehindOnce):
    """Its second one is, too."""

    def active_runs(self, job_name):
        found = super().active_runs(job_name)
        return found if self.answers > 2 else ()


def delayed(engine, lag):
    """Let an engine of a stage list its runs late."""
    engine.__class__ = Lagging
    engine.lag = lag


def lagging(lag, **options):
    """Run a check whose start is not answered; return its result, the engine and the clock."""
    world, engine, clock, _ = stage_of(course=FOREVER, refusals=LOST, **options)
    delayed(engine, lag)
    return run_check(check_of(), BUILD, BUILD_ID, world), engine, clock


def kinds(result):
    return tuple((item.kind, item.name) for item in result.leftovers)


@pytest.mark.parametrize("refusals", [LOST, NEVER])
def test_finish__a_start_without_an_answer_and_no_run_listed__keeps_the_job_and_names_both(
    refusals,
):
    world, engine, clock, _ = stage_of(course=FOREVER, refusals=refusals)
    delayed(engine, 3600.0)

    result = run_check(check_of(), BUILD, BUILD_ID, world)

    assert kinds(result) == (("run", JOB), ("job", JOB))
    assert "may still appear" in result.leftovers[0].reason
    assert list(engine.jobs) == [JOB]  # by it cleanup finds the run
    assert engine.abandoned == []
    assert engine.objects == {}
    assert clock.seconds == LOOK_AGAIN_SECONDS


def test_finish__the_run_is_listed_a_moment_later__is_stopped_and_all_goes():
    result, engine, _ = lagging(5.0)

    assert result.leftovers == ()
    assert engine.is_empty
    assert engine.active() == ()


def test_finish__the_run_has_ended_meanwhile__leaves_nothing():
    world, engine, _, _ = stage_of(refusals=LOST)
    engine.course = ((0.0, engine.course[-1][1]),)
    delayed(engine, 5.0)

    result = run_check(check_of(), BUILD, BUILD_ID, world)

    assert result.leftovers == ()
    assert engine.is_empty


def test_finish__cancelled_meanwhile__looks_once_more_and_waits_for_nothing():
    result, engine, clock = lagging(3600.0, cancel_at=3.0)

    assert kinds(result) == (("run", JOB), ("job", JOB))
    assert list(engine.jobs) == [JOB]
    assert clock.seconds == 3.0


def test_finish__a_bug_in_the_start__keeps_the_job_too():
    played = play(refusals={"start_run": Refusal(error=RuntimeError("a bug"))})

    assert played.leftovers == (("run", JOB), ("job", JOB))


@pytest.mark.parametrize("error", [AccessDenied("no"), Throttled("no")])
def test_finish__a_start_that_was_refused__leaves_no_doubt(error):
    played = play(refusals={"start_run": Refusal(error=error)})

    assert played.engine.is_empty
    assert played.result.leftovers == ()
    assert played.clock.seconds < 1.0


def test_finish__on_this_machine__the_run_ends_with_us():
    played = play(check_of(is_local=True), refusals=NEVER)

    assert played.result.leftovers == ()
    assert played.engine.is_empty


def test_finish__whether_a_run_is_there_is_refused__keeps_the_job():
    played = play(refusals=NEVER | refused("runs"))

    assert played.leftovers == (("run", JOB), ("job", JOB))


def test_begin__others_ran_for_hours_before__the_job_expires_by_its_own_begin():
    world, engine, clock, _ = stage_of(refusals=refused("delete_job"))
    clock.pause(200 * 60.0)
    check = check_of(timeout_minutes=120)

    run_check(check, BUILD, BUILD_ID, world)

    limits = check.settings.queue_timeout_minutes + 120
    latest = expiry(engine.jobs[JOB].tags)
    assert latest == BEGIN + timedelta(minutes=200 + limits + 60)
    assert Tag.MANAGED in engine.jobs[JOB].tags


@pytest.mark.parametrize(
    ("cancel_at", "verdict"), [(0.0, Verdict.CANCELLED), (None, Verdict.ERRORED)]
)
def test_begin__an_upload_breaks_off__is_a_cancel_when_one_was_heard(cancel_at, verdict):
    world, engine, clock, _ = stage_of(refusals=refused("upload"), call_seconds=1.0)
    clock.cancel_at = None if cancel_at is None else 0.5

    result = run_check(check_of(), BUILD, BUILD_ID, world)

    assert result.verdict is verdict
    assert result.leftovers == ()
    assert "create_job" not in engine.steps


# --- a run that is known, and not listed ----------------------------------------------------------

LOOKS_FAIL = Refusal(error=AccessDenied("No glue:GetJobRun."), passes=1, times=5)
FOR_EVER = 10_000.0


def unlisted(lag, *, course=FOREVER, **options):
    """Run a check whose run Glue lists late; return its result and the engine."""
    world, engine, _, _ = stage_of(course=course, **options)
    delayed(engine, lag)
    return run_check(check_of(), BUILD, BUILD_ID, world), engine


@pytest.mark.parametrize("lag", [0.0, 0.5, FOR_EVER])
def test_finish__a_run_that_goes_on_and_is_listed_late__is_stopped_before_its_job_goes(lag):
    result, engine = unlisted(lag, refusals={"look": LOOKS_FAIL})

    assert result.verdict is Verdict.ERRORED
    assert "stop_runs" in engine.steps
    assert engine.is_empty
    assert result.leftovers == ()


def test_finish__a_run_that_is_not_listed_and_does_not_stop__keeps_its_job_and_is_named():
    result, engine = unlisted(FOR_EVER, cancel_at=30.0, stop_seconds=3_600.0)

    assert kinds(result) == (("run", "jr_1"), ("job", JOB))
    assert JOB in engine.jobs


def test_finish__a_run_that_is_neither_listed_nor_found_yet__is_stopped_and_named():
    refusals = {"look": Refusal(error=NotFound("There is no run jr_1."))}

    result, engine = unlisted(FOR_EVER, refusals=refusals)

    assert kinds(result) == (("run", "jr_1"), ("job", JOB))
    assert "stop_runs" in engine.steps


def test_finish__a_run_that_was_seen_and_is_found_no_more__is_over():
    refusals = {"look": Refusal(error=NotFound("There is no run jr_1."), passes=1)}

    result, engine = unlisted(FOR_EVER, refusals=refusals)

    assert "stop_runs" not in engine.steps
    assert result.leftovers == ()


def test_finish__a_run_that_is_not_listed_and_has_ended__is_not_stopped():
    looks_fail = Refusal(error=AccessDenied("No glue:GetJobRun."), passes=4, times=5)
    course = ending(RunState.SUCCEEDED, seconds=5)

    result, engine = unlisted(FOR_EVER, course=course, refusals={"look": looks_fail})

    assert result.verdict is Verdict.ERRORED
    assert "stop_runs" not in engine.steps
    assert engine.is_empty


def test_finish__a_listing_that_is_behind_by_one_answer__is_asked_once_more():
    world, engine, _, _ = stage_of(course=FOREVER, refusals={"look": LOOKS_FAIL})
    engine.__class__ = BehindOnce

    result = run_check(check_of(), BUILD, BUILD_ID, world)

    assert engine.is_empty
    assert result.leftovers == ()


def test_finish__two_listings_are_behind__the_run_itself_is_looked_at():
    """A cancel whose stop was not taken: the run goes on, and its job must not go before it."""
    world, engine, _, _ = stage_of(
        course=FOREVER, cancel_at=3.0, refusals=refused("stop_runs", times=1)
    )
    engine.__class__ = BehindTwice

    result = run_check(check_of(), BUILD, BUILD_ID, world)

    assert engine.is_empty or {left.kind for left in result.leftovers} >= {"run", "job"}
    assert not engine.abandoned


def test_finish__listed_as_over_and_the_look_is_refused__two_listings_are_believed():
    world, engine, _, _ = stage_of(refusals=refused("look"))

    result = run_check(check_of(), BUILD, BUILD_ID, world)

    assert engine.is_empty
    assert result.leftovers == ()


def test_finish__a_run_that_nobody_lists_and_looks_are_refused__keeps_its_job_and_names_it():
    world, engine, _, _ = stage_of(course=FOREVER, cancel_at=3.0, refusals=refused("look"))
    delayed(engine, 3600.0)

    result = run_check(check_of(), BUILD, BUILD_ID, world)

    assert list(engine.jobs) == [JOB]
    assert not engine.abandoned
    assert ("job", JOB) in kinds(result)
