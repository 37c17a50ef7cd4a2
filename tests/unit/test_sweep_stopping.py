"""How runs are ended together: how often is looked, what is told of each, what their logs are."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest

from plugin import sweep
from plugin.core.errors import NotFound
from plugin.core.naming import Location
from plugin.core.ports import FoundJob, LogSource, Sighting
from plugin.core.result import Leftover
from plugin.core.states import RunState
from plugin.sweep.stopping import Ended, await_end, end_runs
from tests.doubles.clock import BEGIN, FakeClock
from tests.doubles.engine import FakeEngine, Refusal, refused
from tests.unit.test_sweep_removal import IDLE, NAMES, Account, kinds

LONG = sweep.Bounds(begin=240.0, stop=180.0)


def running(*, count: int = 1, **options: object) -> Account:
    """Return an account with so many jobs that run, and one that does not."""
    return Account(FakeClock(), running=count, **options)


def jobs_of(engine: Account) -> tuple[FoundJob, ...]:
    return tuple(removal.job for removal in engine.removals() if removal.job)


def removed(engine: Account, bounds: sweep.Bounds = LONG, **options: bool) -> sweep.Swept:
    return sweep.remove(engine, engine.clock, engine.removals(), bounds=bounds, **options)


def looks(engine: Account) -> int:
    """Return how often was looked at the runs, after they were asked to stop."""
    return engine.steps.count("active_runs") - len(set(engine.jobs) | {NAMES[0], IDLE})


# --- how often ------------------------------------------------------------------------------------


def test_await_end__a_run_that_stops__is_looked_at_each_second():
    engine = running(stop_seconds=20.0)

    removed(engine)

    assert engine.clock.monotonic() == 1020.0
    assert looks(engine) == 20


def test_await_end__a_run_that_may_yet_appear__is_looked_for_each_five_seconds():
    engine = running(count=0)
    engine.jobs[IDLE].created_at = BEGIN

    removed(engine)

    assert engine.clock.monotonic() == 1060.0
    assert engine.steps.count("runs") == 60 / 5


def test_await_end__twelve_runs__share_four_looks_a_second():
    engine = running(count=12, stop_seconds=30.0)

    removed(engine)

    assert engine.steps.count("active_runs") == 13 + 12 * 30 / 3


def test_await_end__the_bound_comes_before_the_next_look__is_woken_up_for():
    engine = running(stop_seconds=3600.0)

    removed(engine, sweep.Bounds(stop=2.5))

    assert engine.clock.monotonic() == 1002.5
    assert looks(engine) == 3  # the last one at the bound


def test_await_end__no_time_at_all__looks_no_more():
    engine = running(stop_seconds=3600.0)

    removed(engine, sweep.Bounds(stop=0.0))

    assert engine.clock.monotonic() == 1000.0
    assert looks(engine) == 0


@pytest.mark.parametrize(("age", "is_young"), [(59.5, True), (60.0, False)])
def test_end_runs__a_minute_old_without_a_run__is_in_no_doubt_any_more(age, is_young):
    engine = running(count=0)
    (job,) = jobs_of(engine)
    job = replace(job, created_at=BEGIN - timedelta(seconds=age))

    ended = end_runs(engine, engine.clock, (job,), begin_until=2000.0)

    assert ended == {IDLE: Ended(is_unsure=is_young)}


# --- what is told of each -------------------------------------------------------------------------


def test_end_runs__one_runs_and_one_does_not__tells_both():
    engine = running()

    ended = end_runs(engine, engine.clock, jobs_of(engine), begin_until=2000.0)

    assert ended == {NAMES[0]: Ended(active=("jr_000000",), was_active=True), IDLE: Ended()}


def test_end_runs__young_with_a_run_that_has_ended__is_in_no_doubt():
    engine = running(course=((0.0, Sighting(state=RunState.FAILED)),))
    job = replace(jobs_of(engine)[0], created_at=BEGIN)

    ended = end_runs(engine, engine.clock, (job,), begin_until=2000.0)

    assert ended == {NAMES[0]: Ended()}
    assert ("runs", NAMES[0]) in engine.calls


def test_end_runs__its_job_is_gone__is_no_run_of_anybody():
    gone = {"stop_runs": Refusal(error=NotFound("There is no such job."))}
    engine = running(refusals=gone)

    ended = end_runs(engine, engine.clock, jobs_of(engine), begin_until=2000.0)

    assert ended[NAMES[0]] == Ended()


def test_end_runs__a_stop_is_refused__says_why_and_of_which_job():
    engine = running(refusals=refused("stop_runs"))

    ended = end_runs(engine, engine.clock, jobs_of(engine), begin_until=2000.0)

    reason = "stop_runs refused. Mend it."
    left = Leftover(kind="run", name=NAMES[0], reason=reason, job_name=NAMES[0])
    assert ended[NAMES[0]] == Ended(refusals=(left,))


@pytest.mark.parametrize(("until", "count"), [(999.9, 0), (1000.0, 0), (1000.1, 2)])
def test_end_runs__from_the_bound_on__begins_with_no_job(until, count):
    engine = running()

    ended = end_runs(engine, engine.clock, jobs_of(engine), begin_until=until)

    assert len(ended) == count


def test_end_runs__cancelled__begins_with_no_job():
    engine = running()
    jobs = jobs_of(engine)
    engine.clock.cancel()  # type: ignore[attr-defined]  # the stage's own clock

    assert end_runs(engine, engine.clock, jobs, begin_until=2000.0) == {}


def test_await_end__a_job_that_nobody_looked_at__is_not_waited_for():
    engine = running()

    ended = await_end(engine, engine.clock, jobs_of(engine), {}, until=2000.0)

    assert ended == {}
    assert engine.clock.monotonic() == 1000.0


def test_await_end__one_stops_before_the_other__both_are_told_as_they_are():
    engine = running(count=2, stop_seconds=3.0)
    jobs = jobs_of(engine)
    asked = end_runs(engine, engine.clock, jobs, begin_until=2000.0)
    engine.jobs[NAMES[1]].runs[0].stop_asked = 4000.0

    ended = await_end(engine, engine.clock, jobs, asked, until=1010.0)

    assert ended == {
        NAMES[0]: Ended(was_active=True),
        NAMES[1]: Ended(active=("jr_000001",), was_active=True),
        IDLE: Ended(),
    }


def test_await_end__a_look_is_refused__says_why_and_looks_no_more():
    engine = running(stop_seconds=3.0)
    jobs = jobs_of(engine)
    asked = end_runs(engine, engine.clock, jobs, begin_until=2000.0)
    engine.refusals = refused("active_runs")

    ended = await_end(engine, engine.clock, jobs, asked, until=1010.0)

    reason = "active_runs refused. Mend it."
    left = Leftover(kind="run", name=NAMES[0], reason=reason, job_name=NAMES[0])
    assert ended[NAMES[0]] == Ended(refusals=(left,), was_active=True)
    assert engine.clock.monotonic() == 1001.0


def test_remove__runs_end__are_told_with_their_jobs():
    engine = running(count=2)

    swept = removed(engine)

    assert swept.stopped == (
        sweep.Stopped(run_id="jr_000000", job_name=NAMES[0]),
        sweep.Stopped(run_id="jr_000001", job_name=NAMES[1]),
    )


@pytest.mark.parametrize("is_refused", [False, True])
def test_remove__a_run_goes_on_or_may__is_not_told_as_stopped(is_refused):
    refusals = refused("active_runs", passes=2) if is_refused else {}
    engine = running(stop_seconds=3600.0)
    removals = engine.removals()
    engine.refusals = refusals

    swept = sweep.remove(engine, engine.clock, removals, bounds=LONG)

    assert swept.stopped == ()
    assert ("job", NAMES[0]) in kinds(swept)


def test_remove__one_of_two_runs_of_a_job_ends__tells_that_one():
    engine = running(stop_seconds=3.0)
    engine.add_run(NAMES[0], "jr_second")
    engine.jobs[NAMES[0]].runs[1].stop_asked = 4000.0

    swept = removed(engine, sweep.Bounds(stop=10.0))

    assert swept.stopped == (sweep.Stopped(run_id="jr_000000", job_name=NAMES[0]),)
    assert kinds(swept) == [("run", "jr_second"), ("job", NAMES[0])]


def test_remove__young_and_no_time_to_be_sure__names_a_run_that_may_appear_and_keeps_the_job():
    engine = running(count=0)
    engine.jobs[IDLE].created_at = BEGIN

    swept = removed(engine, sweep.Bounds(stop=0.0))

    reason = "none is listed yet, but its job is so young that one may still appear"
    assert [(item.name, item.reason, item.job_name) for item in swept.leftovers] == [
        (IDLE, reason, IDLE),
        (IDLE, "not deleted, because its run may still go on", ""),
    ]


# --- the last look --------------------------------------------------------------------------------


def test_remove__a_last_look_for_others__lies_between_the_end_of_a_run_and_its_job():
    engine = running(stop_seconds=3.0)

    removed(engine, sweep.Bounds(stop=60.0, last_look=6.0))

    assert engine.clock.monotonic() == 1009.0
    assert engine.is_empty


@pytest.mark.parametrize("count", [0, 1])
def test_remove__no_run_has_ended__waits_for_no_last_look(count):
    engine = running(count=count, stop_seconds=3600.0)

    removed(engine, sweep.Bounds(stop=10.0, last_look=6.0))

    assert engine.clock.monotonic() == 1000.0 + 10.0 * count


def test_supersede__the_last_look__is_longer_than_the_time_between_two_looks_and_short():
    assert 5.0 < sweep.SUPERSEDE.last_look < 10.0
    assert (sweep.CLEANUP.last_look, sweep.SWEEP.last_look) == (0.0, 0.0)


def test_bounds__of_each_command__fit_into_what_its_caller_waits_for():
    assert sweep.CLEANUP.stop < sweep.CLEANUP.begin < 300.0  # GitHub's, of a cancelled job
    assert sweep.SUPERSEDE.begin == sweep.SUPERSEDE.stop < 60.0  # a newer build waits
    assert (sweep.SWEEP.begin, sweep.SWEEP.stop) == (math.inf, 120.0)


# --- what is removed after it ---------------------------------------------------------------------


def test_remove__objects_stay_and_logs_are_wanted__names_the_objects_and_keeps_the_job():
    engine = running(refusals=refused("delete_objects", times=1))
    removals = [removal for removal in engine.removals() if removal.name != IDLE]

    swept = sweep.remove(engine, engine.clock, removals, bounds=LONG, with_logs=True)

    uri = "s3://scripts/glue-health-check/000000aaaaaa/flights/"
    assert kinds(swept) == [("object", uri), ("job", NAMES[0])]
    assert NAMES[0] in engine.jobs
    assert engine.log_streams == set()


def test_remove__one_object_stays__is_named_and_by_its_job_it_is_found_again():
    engine = running(count=0)
    engine.stuck = {"glue-health-check/ffffffaaaaaa/flights/script/a.py"}

    swept = removed(engine)

    assert [(item.kind, item.name, item.reason) for item in swept.leftovers] == [
        (
            "object",
            "s3://scripts/glue-health-check/ffffffaaaaaa/flights/script/a.py",
            "AccessDenied",
        ),
        ("job", IDLE, "not deleted, because by it the rest is found again"),
    ]
    assert swept.removed == ()


def test_remove__objects_without_a_job_stay__are_named_once():
    engine = running(count=0, refusals=refused("delete_objects"))
    place = Location(bucket="scripts", prefix="glue-health-check/ffffffaaaaaa/")
    removal = sweep.Removal(name=place.uri(), places=(place,), why="")

    swept = sweep.remove(engine, engine.clock, [removal], bounds=LONG)

    assert kinds(swept) == [("object", place.uri())]
    assert swept.removed == ()


@pytest.mark.parametrize(("begin", "goes"), [(0.0, False), (0.1, True)])
def test_remove__objects_from_the_bound_on__are_named_and_stay(begin, goes):
    engine = running(count=0)
    place = Location(bucket="scripts", prefix="glue-health-check/ffffffaaaaaa/")
    removal = sweep.Removal(name=place.uri(), places=(place,), why="")

    swept = sweep.remove(
        engine, engine.clock, [removal], bounds=sweep.Bounds(begin=begin, stop=10.0)
    )

    assert bool(swept.removed) is goes
    assert [item.reason for item in swept.leftovers] == (
        [] if goes else ["no time was left for it"]
    )


def test_remove__a_stop_took_longer_than_the_bound__what_ran_goes_all_the_same():
    """Its end was waited for: to leave it now would have been for nothing."""
    engine = running(stop_seconds=50.0)

    swept = removed(engine, sweep.Bounds(begin=45.0, stop=60.0))

    assert swept.leftovers == ()
    assert engine.is_empty


def test_remove__no_bound_for_the_beginning__takes_as_long_as_it_takes():
    engine = running(count=0, call_seconds=10_000.0)

    swept = removed(engine, sweep.Bounds(stop=1.0))

    assert len(swept.removed) == 1


# --- logs -----------------------------------------------------------------------------------------

ARGUMENTS = {"--continuous-log-logGroup": "/acme/jobs"}


class Told(Account):
    """An account whose jobs and runs say where they log."""

    def look(self, job_name, run_id):
        seen = super().look(job_name, run_id)
        return replace(seen, log_group=f"/{job_name}/{run_id}")

    @staticmethod
    def _found(job):
        found = Account._found(job)
        return replace(
            found,
            glue_version="4.0",
            arguments=ARGUMENTS,
            security_configuration="sealed",
            role="reader",
        )


def test_delete_logs__a_jobs_runs__are_each_told_all_that_says_where_they_log():
    engine = Told(FakeClock(), running=1)
    removals = [removal for removal in engine.removals() if removal.name != IDLE]

    sweep.remove(engine, engine.clock, removals, bounds=LONG, with_logs=True)

    assert engine.sources == [
        LogSource(
            job_name=NAMES[0],
            run_id="jr_000000",
            job_type="glueetl",
            glue_version="4.0",
            group=f"/{NAMES[0]}/jr_000000",
            arguments=ARGUMENTS,
            security_configuration="sealed",
            role="reader",
        )
    ]


class Stuck(Account):
    """An account whose log streams stay, each by name."""

    def delete_logs(self, source: LogSource) -> tuple[Leftover, ...]:
        super().delete_logs(source)
        return (Leftover(kind="log stream", name=f"/logs:{source.run_id}", reason="denied"),)


def test_delete_logs__streams_of_two_runs_stay__are_all_named_and_the_job_stays():
    engine = Stuck(FakeClock(), running=1)
    engine.add_run(NAMES[0], "jr_second")
    removals = [removal for removal in engine.removals() if removal.name != IDLE]

    swept = sweep.remove(engine, engine.clock, removals, bounds=LONG, with_logs=True)

    assert kinds(swept) == [
        ("log stream", "/logs:jr_000000"),
        ("log stream", "/logs:jr_second"),
        ("job", NAMES[0]),
    ]
    assert NAMES[0] in engine.jobs


def test_delete_logs__one_is_refused__the_others_are_named_too():
    engine = Stuck(FakeClock(), running=1)
    engine.add_run(NAMES[0], "jr_second")
    removals = [removal for removal in engine.removals() if removal.name != IDLE]
    engine.refusals = refused("delete_logs", times=1)

    swept = sweep.remove(engine, engine.clock, removals, bounds=LONG, with_logs=True)

    assert kinds(swept)[:2] == [("log stream", "jr_000000"), ("log stream", "/logs:jr_second")]


# --- what would be done ---------------------------------------------------------------------------


def foreseen(engine: FakeEngine, *removals: sweep.Removal, **options: bool) -> tuple[str, ...]:
    return sweep.foresee(engine, removals, **options)


def test_foresee__logs_are_not_asked_for__are_not_told():
    engine = running(count=0)

    assert not [line for line in sweep.foresee(engine, engine.removals()) if "log" in line]


def test_foresee__objects_without_a_job_and_logs_wanted__have_none():
    place = Location(bucket="scripts", prefix="glue-health-check/ffffffaaaaaa/")
    removal = sweep.Removal(name=place.uri(), places=(place,), why="old")

    lines = foreseen(running(count=0), removal, with_logs=True)

    assert lines == (f"would remove objects {place.uri()} (old)",)


def test_foresee__a_whole_prefix_of_another_bucket__hides_no_objects_of_a_job():
    engine = running(count=0)
    elsewhere = Location(bucket="temporary", prefix="glue-health-check/ffffffaaaaaa/")
    orphan = sweep.Removal(name=elsewhere.uri(), places=(elsewhere,), why="old")

    lines = foreseen(engine, *engine.removals(), orphan)

    inside = "glue-health-check/ffffffaaaaaa/flights/"
    assert f"would remove all objects below s3://scripts/{inside}" in lines


def test_foresee__a_job_that_runs_twice_and_two_places__tells_each():
    engine = running()
    engine.add_run(NAMES[0], "jr_second")
    engine.add_object("temporary", "glue-health-check/000000aaaaaa/flights/x")

    lines = foreseen(engine, engine.removals()[0])

    assert [line.split(" of ")[0] for line in lines[:2]] == [
        "would stop the run jr_000000",
        "would stop the run jr_second",
    ]
    assert sum("all objects below" in line for line in lines) == 2
