"""A job so young that Glue may not list its run yet: it is looked at again before it goes."""

from datetime import timedelta

import pytest

from plugin import sweep
from plugin.core.naming import Location, Tag
from plugin.core.ports import FoundJob
from plugin.sweep.stopping import YOUNG_SECONDS
from tests.doubles.clock import BEGIN, FakeClock
from tests.doubles.engine import FakeEngine, refused
from tests.unit.lifecycle.stage import FOREVER

NAME = "glue-health-check-flights-0a1b2c"
PREFIX = "glue-health-check/0a1b2c3d4e5f/flights/"
BOUNDS = sweep.Bounds(begin=240.0, stop=180.0)


class Late(FakeEngine):
    """An account with one job, whose run is listed only ``lag`` seconds after the first look."""

    clock: FakeClock

    def __init__(self, clock, *, lag=0.0, age=1.0, has_run=True, **options):
        super().__init__(clock, course=FOREVER, **options)
        self.lag = lag
        made = BEGIN - timedelta(seconds=age)
        self.add_job(NAME, {Tag.MANAGED: "true"}, created_at=made)
        self.add_object("scripts", f"{PREFIX}script/a.py")
        if has_run:
            self.add_run(NAME, "jr_late")
        job = FoundJob(name=NAME, tags={Tag.MANAGED: "true"}, created_at=made)
        place = Location(bucket="scripts", prefix=PREFIX)
        self.removal = sweep.Removal(name=NAME, places=(place,), why="a build", job=job)

    def active_runs(self, job_name):
        found = super().active_runs(job_name)
        return found if self.clock.seconds >= self.lag else ()

    def runs(self, job_name):
        found = super().runs(job_name)
        return found if self.clock.seconds >= self.lag else ()


def removed(engine, bounds=BOUNDS):
    return sweep.remove(engine, engine.clock, [engine.removal], bounds=bounds)


@pytest.mark.parametrize("lag", [3.0, 40.0])
def test_remove__a_run_is_listed_late__is_stopped_before_its_job_goes(lag):
    engine = Late(FakeClock(), lag=lag)

    swept = removed(engine)

    assert swept.leftovers == ()
    assert engine.is_empty
    assert engine.active() == ()
    assert engine.clock.seconds < lag + 10.0


class BetweenTwoLooks(Late):
    """Its run appears just after the first look at its runs, whichever that is."""

    looks = 0

    def active_runs(self, job_name):
        return self._once_looked(super().active_runs(job_name))

    def runs(self, job_name):
        return self._once_looked(super().runs(job_name))

    def _once_looked(self, found):
        self.looks += 1
        return found if self.looks > 1 else ()


def test_remove__a_run_appears_between_two_looks__is_stopped_before_its_job_goes():
    engine = BetweenTwoLooks(FakeClock())

    swept = removed(engine)

    assert [stopped.run_id for stopped in swept.stopped] == ["jr_late"]
    assert engine.is_empty
    assert engine.active() == ()


def test_remove__no_run_is_ever_listed__goes_when_it_is_old_enough():
    engine = Late(FakeClock(), has_run=False)

    swept = removed(engine)

    assert swept.leftovers == ()
    assert engine.is_empty
    assert YOUNG_SECONDS - 1 <= engine.clock.seconds <= YOUNG_SECONDS + 5


def test_remove__our_clock_goes_an_hour_behind__goes_when_it_was_watched_long_enough():
    engine = Late(FakeClock(), has_run=False, age=-3600.0)

    swept = removed(engine)

    assert swept.leftovers == ()
    assert engine.is_empty
    assert YOUNG_SECONDS <= engine.clock.seconds <= YOUNG_SECONDS + 5


def test_remove__an_old_job_without_a_run__goes_at_once():
    engine = Late(FakeClock(), has_run=False, age=YOUNG_SECONDS)

    removed(engine)

    assert engine.is_empty
    assert engine.clock.seconds == 0.0
    assert "runs" not in engine.steps


@pytest.mark.parametrize(
    ("cancel_at", "stop"), [(None, 20.0), (7.0, 180.0)], ids=["bound", "cancel"]
)
def test_remove__still_in_doubt_in_the_end__keeps_the_job_and_names_it(cancel_at, stop):
    engine = Late(FakeClock(cancel_at=cancel_at), lag=3600.0)

    swept = removed(engine, sweep.Bounds(begin=240.0, stop=stop))

    assert [(item.kind, item.name) for item in swept.leftovers] == [("run", NAME), ("job", NAME)]
    assert "may still appear" in swept.leftovers[0].reason
    assert list(engine.jobs) == [NAME]
    assert engine.abandoned == []
    assert engine.clock.seconds == (cancel_at or stop)


def test_remove__whether_it_has_runs_is_refused__keeps_the_job():
    engine = Late(FakeClock(), has_run=False, refusals=refused("runs"))

    swept = removed(engine)

    assert [item.kind for item in swept.leftovers] == ["run", "job"]
    assert list(engine.jobs) == [NAME]


def test_remove__its_runs_are_not_listed_once__what_goes_on_is_stopped_all_the_same():
    engine = Late(FakeClock(), refusals=refused("runs", times=1))

    swept = removed(engine)

    assert engine.active() == ()
    assert swept.leftovers == ()
