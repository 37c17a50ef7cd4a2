"""How long the end of a run is waited for, and how often it is looked at meanwhile."""

from contextlib import ExitStack

import pytest

from plugin.core.errors import EngineError, NotFound, Throttled
from plugin.core.states import RunState
from plugin.core.watching.course import Course
from plugin.lifecycle import World
from plugin.lifecycle.stopping import paused, stop
from tests.doubles.checks import check_of
from tests.doubles.clock import FakeClock
from tests.doubles.engine import FakeEngine, Refusal, refused
from tests.unit.lifecycle.stage import FOREVER, JOB, stage_of

PLAIN, LOCAL = check_of(), check_of(is_local=True)


def running(**options) -> tuple[World, FakeEngine, FakeClock, Course]:
    """Return a world in which the run of a check goes on, and its course."""
    world, engine, clock, _ = stage_of(course=FOREVER, **options)
    engine.add_job(JOB, {}, created_at=clock.now())
    engine.add_run(JOB, "jr_1")
    return world, engine, clock, Course(started=clock.monotonic(), run_id="jr_1")


def looks(engine: FakeEngine) -> int:
    return engine.steps.count("look")


# --- how often is looked --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "cancel_at", "stop_seconds", "waited", "count"),
    [
        (PLAIN, None, 5.0, 5.0, 6),
        (PLAIN, 0.0, 1.1, 1.2, 5),
        (LOCAL, None, 1.0, 1.0, 11),
        (LOCAL, 0.0, 1.0, 1.0, 11),
        (LOCAL, 0.0, 3.5, 3.5, 36),  # a script that does not listen is killed by then
    ],
)
def test_stop__a_run_that_stops__is_seen_to_have_ended_a_moment_later(
    check, cancel_at, stop_seconds, waited, count
):
    world, engine, clock, course = running(cancel_at=cancel_at, stop_seconds=stop_seconds)

    stop(check, world, course)

    assert course.seen.state is RunState.STOPPED
    assert clock.seconds == pytest.approx(waited)
    assert looks(engine) == pytest.approx(count, abs=1)


@pytest.mark.parametrize(
    ("check", "cancel_at", "press_at", "waited"),
    [
        (PLAIN, None, None, 60.0),
        (LOCAL, None, None, 60.0),
        (PLAIN, 0.0, None, 2.5),
        (LOCAL, 0.0, None, 4.0),
        (PLAIN, 20.4, None, 22.9),
        (PLAIN, 0.0, 0.0, 1.0),  # a second signal shortens the wait
        (PLAIN, 0.0, 1.0, 2.2),  # counted from when it was noticed
        (PLAIN, 0.0, 2.0, 2.5),  # and never makes it longer
        (LOCAL, 0.0, 0.0, 4.0),
    ],
)
def test_stop__a_run_that_does_not_stop__is_left_at_the_bound_to_the_moment(
    check, cancel_at, press_at, waited
):
    world, _, clock, course = running(cancel_at=cancel_at, press_at=press_at, stop_seconds=3600.0)

    stop(check, world, course)

    assert clock.seconds == pytest.approx(waited)
    assert course.seen.state is RunState.STOPPING


def test_stop__told_twice_at_once__still_waits_for_a_run_that_soon_stops():
    world, _, clock, course = running(cancel_at=0.0, press_at=0.0, stop_seconds=0.7)

    stop(PLAIN, world, course)

    assert course.seen.state is RunState.STOPPED
    assert clock.seconds == pytest.approx(0.9)


def test_paused__told_twice__counts_from_the_second_on_for_watch_and_finish_together():
    world, _, clock, course = running(cancel_at=0.0, press_at=0.0)

    while paused(PLAIN, world, course, 1000.0):
        pass
    since = clock.monotonic()

    assert (course.hurried_since, course.pressed_since) == (1000.0, 1000.0)
    assert not paused(PLAIN, world, course, since)
    assert clock.seconds == pytest.approx(1.0)


def test_paused__the_last_moment_before_the_bound__is_no_longer_than_what_is_left():
    world, _, clock, course = running()
    clock.pause(59.75)

    assert paused(PLAIN, world, course, 1000.0)
    assert clock.seconds == 60.0
    assert not paused(PLAIN, world, course, 1000.0)


def test_paused__cancelled__counts_from_the_cancel_on_for_watch_and_finish_together():
    world, _, clock, course = running(cancel_at=10.0)
    clock.pause(10.0)

    while paused(PLAIN, world, course, 1000.0):
        pass
    since = clock.monotonic()

    assert course.hurried_since == 1010.0
    assert not paused(PLAIN, world, course, since)
    assert clock.seconds == pytest.approx(12.5)


@pytest.mark.parametrize(("cancel_at", "waited"), [(None, 5.0), (0.0, 0.3)])
def test_paused__many_are_watched__waits_longer_but_not_after_a_cancel(cancel_at, waited):
    world, _, clock, course = running(cancel_at=cancel_at)

    with ExitStack() as crowd:
        for _ in range(25):
            crowd.enter_context(world.crowd.joined())
        paused(PLAIN, world, course, 1000.0)

    assert clock.seconds == pytest.approx(waited)


# --- what cannot be asked -------------------------------------------------------------------------


def test_stop__it_is_refused__is_looked_at_once_and_not_waited_for():
    world, engine, clock, course = running(refusals=refused("stop_runs"))

    stop(PLAIN, world, course)

    assert (looks(engine), clock.seconds) == (1, 0.0)
    assert course.seen.state is RunState.STARTING
    assert course.asked == ()


def test_stop__it_is_asked__names_this_run_alone():
    world, engine, _, course = running()
    engine.add_run(JOB, "jr_2")

    stop(PLAIN, world, course)

    assert engine.calls[0] == ("stop_runs", JOB, "jr_1")
    assert engine.active() == ("jr_2",)
    assert course.asked == ("jr_1",)


@pytest.mark.parametrize("error", [EngineError("No."), NotFound("There is no run jr_1.")])
def test_stop__a_look_fails__is_the_last_one_and_noted(error):
    world, engine, clock, course = running(refusals={"look": Refusal(error=error)})

    stop(PLAIN, world, course)

    assert course.look_error is error
    assert (course.misses, course.throttled_since) == (1, None)
    assert (looks(engine), clock.seconds) == (1, 0.0)


def test_stop__a_look_is_throttled__is_looked_at_again():
    throttled = Refusal(error=Throttled("Slow down."), times=3)
    world, engine, _, course = running(refusals={"look": throttled}, stop_seconds=3.0)

    stop(PLAIN, world, course)

    assert course.seen.state is RunState.STOPPED
    assert looks(engine) == 4


def test_stop__all_looks_are_throttled__is_left_at_the_bound_and_since_when_is_noted():
    refusal = Refusal(error=Throttled("Slow down."))
    world, _, clock, course = running(refusals={"look": refusal})

    stop(PLAIN, world, course)

    assert clock.seconds == 60.0
    assert course.throttled_since == 1000.0
    assert not course.was_seen
