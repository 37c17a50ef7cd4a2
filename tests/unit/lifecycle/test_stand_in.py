"""A check that a signal meets while it waits for an answer: others stop its run, and remove all."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from plugin.core.check import Check
from plugin.core.ports import LogChunk, LogStream, Sighting
from plugin.core.result import CheckResult, Phase
from plugin.core.states import RunState
from plugin.core.verdict import Verdict
from plugin.core.watching.course import Course
from plugin.lifecycle import World, give_up, run_check, stand_in
from tests.doubles.checks import BUILD, BUILD_ID, check_of
from tests.doubles.engine import FakeEngine, Refusal, refused
from tests.unit.lifecycle.stage import DELETES, FOREVER, JOB, stage_of

SINCE = 1000.0
ALL = {"object", "job", "run"}
LOG = 'hello\nGLUE_HEALTH_CHECK {"name": "rows", "ok": false}\n'


def silent(*, run_id="jr_1", made=ALL, has_run=True, **options):
    """Return a world in which a check has begun and waits, and what is known of it."""
    world, engine, clock, _ = stage_of(course=FOREVER, cancel_at=0.0, **options)
    engine.add_job(JOB, {}, created_at=clock.now())
    if has_run:
        engine.add_run(JOB, "jr_1")
    course = Course(started=SINCE - 5.0, run_id=run_id, made=set(made))
    world.under_way.put(check_of(), course)
    clock.pause(1.0)
    return world, engine, clock, course


def stood_in(world: World, check: Check | None = None, *, since: float = SINCE) -> CheckResult:
    """Return the result of who stands in for the check."""
    result = stand_in(check or check_of(), world, since)
    assert result is not None
    return result


def given_up(world: World) -> CheckResult:
    """Return what is said of the check when it has no end in time."""
    result = give_up(check_of(), world)
    assert result is not None
    return result


def kinds(result: CheckResult) -> list[tuple[str, str]]:
    return [(item.kind, item.reason) for item in result.leftovers]


# --- whose run is stopped ------------------------------------------------------------------------


def test_stand_in__a_run_that_nobody_asked_to_stop__is_stopped_and_all_is_removed():
    world, engine, clock, _ = silent(stop_seconds=1.0)

    result = stood_in(world)

    assert engine.calls[0] == ("stop_runs", JOB, "jr_1")
    assert [call for call in engine.calls if call[0].startswith("delete")] == list(DELETES)
    assert engine.is_empty
    assert result.leftovers == ()
    assert (result.verdict, result.run_id, result.state) == (Verdict.CANCELLED, "jr_1", "STOPPED")
    assert result.reason.startswith("Cancelled: a signal told us to stop, and AWS did not answer")
    assert result.seconds == pytest.approx(clock.seconds + 5.0)
    assert result.hint


def test_stand_in__a_run_that_does_not_stop__is_waited_for_as_long_as_any_since_the_cancel():
    world, engine, clock, _ = silent(stop_seconds=60.0)

    result = stood_in(world)

    assert clock.seconds == pytest.approx(2.5)
    assert kinds(result) == [
        ("run", "asked to stop, not stopped yet"),
        ("job", "not deleted, because its run may still go on"),
    ]
    assert result.leftovers[0].command
    assert not engine.objects


@pytest.mark.parametrize(
    "known",
    [
        {"made": set()},
        {"made": {"object", "job"}, "run_id": ""},
        {"asked": ("jr_1",)},
        {"seen": Sighting(state=RunState.SUCCEEDED)},
    ],
    ids=["nothing made", "no run", "asked", "over"],
)
def test_stand_in__no_run_that_goes_on_unasked__leaves_the_check_to_itself(known):
    world, engine, _, course = silent()
    world.under_way.put(check_of(), replace(course, **known))

    assert stand_in(check_of(), world, SINCE) is None
    assert engine.calls == []


def test_stand_in__a_check_that_has_not_begun__asks_nothing():
    world, engine, _, _ = stage_of(cancel_at=0.0)

    assert stand_in(check_of(), world, SINCE) is None
    assert give_up(check_of(), world) is None
    assert engine.calls == []


def test_stand_in__a_start_without_an_answer_yet__stops_the_run_that_is_listed():
    world, engine, _, course = silent(run_id="", stop_seconds=0.5)

    result = stood_in(world)

    assert ("stop_runs", JOB, "jr_1") in engine.calls
    assert engine.is_empty
    assert result.leftovers == ()
    assert course.unanswered == set()  # that is the thread's own, which may still hear of it


def test_stand_in__a_start_without_an_answer_and_no_run_listed__leaves_the_end_to_the_check():
    world, engine, _, course = silent(run_id="", has_run=False)

    assert stand_in(check_of(), world, SINCE) is None

    assert "delete_job" not in engine.steps
    assert world.under_way.of(check_of()) is course  # what its thread hears is what is told


def test_stand_in__kept_and_a_start_without_an_answer__leaves_the_end_to_the_check():
    world, engine, _, course = silent(run_id="")
    world.under_way.put(check_of(keep=True), course)

    assert stand_in(check_of(keep=True), world, SINCE) is None
    assert engine.steps == ()


def test_stand_in__what_was_known_of_the_log_and_the_phases__is_told():
    world, _, _, course = silent()
    course.book.add([LogChunk(stream=LogStream.OUTPUT, text=LOG)])
    course.phases.append(Phase(name="upload", start=0.0, seconds=2.0))

    result = stood_in(world)

    assert result.verdict is Verdict.CANCELLED
    assert [finding.name for finding in result.findings] == ["rows"]
    assert result.log_tail[0] == "hello"
    assert result.phases[0].name == "upload"


def test_stand_in__the_stop_is_refused__is_asked_for_again_and_named():
    world, engine, _, _ = silent(refusals=refused("stop_runs"))

    result = stood_in(world)

    assert engine.steps.count("stop_runs") == 2
    assert [item.kind for item in result.leftovers] == ["run", "job"]


def test_stand_in__kept_on_purpose__stops_the_run_and_removes_nothing():
    world, engine, _, course = silent()
    world.under_way.put(check_of(keep=True), course)

    result = stood_in(world, check_of(keep=True))

    assert engine.active() == ()
    assert JOB in engine.jobs
    assert result.leftovers == ()


def test_stand_in__what_the_run_has_cost_so_far__is_told():
    world, _, _, course = silent(stop_seconds=0.5)
    course.saw(Sighting(state=RunState.RUNNING), SINCE - 100.0)

    result = stood_in(world)

    assert result.cost is not None
    assert result.cost.dpu_seconds >= 2 * 100


# --- the check wakes up after all ----------------------------------------------------------------


class Slow(FakeEngine):
    """An engine one look of which is so slow that somebody stands in meanwhile."""

    act: Callable[[], Sighting | None] | None = None

    def look(self, job_name: str, run_id: str) -> Sighting:
        act, self.act = self.act, None
        seen = super().look(job_name, run_id)
        return (act() if act else None) or seen


@pytest.mark.parametrize("stop_seconds", [0.5, 60.0])
def test_run_check__wakes_up_after_somebody_stood_in__comes_to_the_same(stop_seconds):
    world, _, clock, _ = stage_of()
    engine = Slow(clock, course=FOREVER, stop_seconds=stop_seconds)
    results: list[CheckResult] = []
    world = replace(world, engine=engine)

    def cancelled() -> None:
        clock.cancel()
        clock.pause(1.0)
        results.append(stood_in(world, since=clock.monotonic() - 1.0))

    engine.act = cancelled
    own = run_check(check_of(), BUILD, BUILD_ID, world)

    assert own.verdict is results[0].verdict is Verdict.CANCELLED
    assert kinds(own) == kinds(results[0])
    assert engine.is_empty is (stop_seconds < 1)
    assert engine.started == ["jr_1"]


@pytest.mark.parametrize("state", [RunState.STOPPED, RunState.FAILED])
def test_run_check__its_look_shows_the_end_that_a_stand_in_made__is_cancelled(state):
    world, _, clock, _ = stage_of()
    engine = Slow(clock, course=FOREVER, stop_seconds=0.5)
    seen = Sighting(state=state, message="An error")
    world = replace(world, engine=engine)

    def cancelled() -> Sighting:
        clock.cancel()
        clock.pause(1.0)
        stood_in(world, since=clock.monotonic() - 1.0)
        return seen

    engine.act = cancelled
    own = run_check(check_of(), BUILD, BUILD_ID, world)

    assert own.verdict is Verdict.CANCELLED
    assert own.reason.startswith("Cancelled: a signal told us to stop")


# --- what is said of a check without an end ------------------------------------------------------


def test_give_up__asked_to_stop__says_so_and_names_the_run_by_its_id():
    world, _, clock, course = silent()
    course.asked = ("jr_1",)

    result = given_up(world)

    assert kinds(result)[0] == ("run", "asked to stop, not seen to have stopped")
    assert (result.leftovers[0].name, result.run_id) == ("jr_1", "jr_1")
    assert result.seconds == pytest.approx(clock.seconds + 5.0)


class Stuck(Exception):
    """Stands for a request without an end."""


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        ("stop_runs", "its removal had not ended when our time was over"),
        ("look", "asked to stop, not seen to have stopped"),
    ],
)
def test_give_up__who_stood_in_is_silent_too__says_how_far_it_came(step, reason):
    world, _, _, _ = silent(refusals={step: Refusal(error=Stuck())})
    with pytest.raises(Stuck):
        stand_in(check_of(), world, SINCE)

    said = given_up(world)

    assert kinds(said)[0] == ("run", reason)
    assert [item.kind for item in said.leftovers] == ["run", "object", "object", "job"]


def test_run_check__begun_or_not__is_under_way_once_it_has_begun():
    begun, _, _, _ = stage_of(refusals=refused("upload"))
    late, _, _, _ = stage_of(cancel_at=0.0)

    for world in (begun, late):
        run_check(check_of(), BUILD, BUILD_ID, world)

    assert give_up(check_of(), begun) is not None
    assert give_up(check_of(), late) is None
