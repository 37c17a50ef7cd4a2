"""How a removal goes: all runs stop first, together; log streams if asked; each job last.

Others' tools left Glue jobs behind when their CI died (mattclay/aws-terminator#137 asks for a reaper
for that very reason; etl_manager#28), so what a removal begins it carries to the end, or names.
"""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from plugin import sweep
from plugin.core.errors import EngineError, NotFound
from plugin.core.naming import Location, Tag
from plugin.core.ports import FoundJob, LogSource, Sighting
from plugin.core.result import Leftover
from plugin.core.states import RunState
from plugin.sweep.abreast import SIDE_BY_SIDE
from tests.doubles.clock import BEGIN, FakeClock
from tests.doubles.engine import FakeEngine, Refusal, refused
from tests.unit.lifecycle.stage import FOREVER

NAMES = tuple(f"glue-health-check-flights-{number:06x}" for number in range(12))
IDLE = "glue-health-check-flights-ffffff"
ENDED = ((0.0, Sighting(state=RunState.FAILED)),)
BOUNDS = sweep.Bounds(begin=240.0, stop=180.0)


class Account(FakeEngine):
    """An account with jobs that run, and one that does not; remembers whose logs were deleted."""

    def __init__(self, clock: FakeClock, *, running: int = 2, **options: object) -> None:
        super().__init__(clock, **{"course": FOREVER, **options})  # type: ignore[arg-type]  # a test knows the names
        self.sources: list[LogSource] = []
        for name in (*NAMES[:running], IDLE):
            build_id = f"{name[-6:]}aaaaaa"
            tags = {
                Tag.MANAGED: "true",
                Tag.BUILD: build_id,
                Tag.CHECK: "flights",
                Tag.SCRIPTS: "scripts",
                Tag.TEMP: "temporary",
                Tag.EXPIRES_AT: "2026-02-28T10:15:00Z",
            }
            self.add_job(name, tags, created_at=BEGIN - timedelta(hours=25))
            self.add_object("scripts", f"glue-health-check/{build_id}/flights/script/a.py")
            if name != IDLE:
                self.add_run(name, f"jr_{name[-6:]}")
                self.log_streams.add(f"jr_{name[-6:]}")

    def delete_logs(self, source: LogSource) -> tuple[Leftover, ...]:
        self.sources.append(source)
        return super().delete_logs(source)

    def removals(self) -> tuple[sweep.Removal, ...]:
        names = sweep.our_jobs(self)
        now = self.clock.now()
        (portion,) = sweep.overdue_jobs(self, names, now=now, until=now)
        self.calls.clear()
        return portion.removals


def kinds(swept: sweep.Swept) -> list[tuple[str, str]]:
    return [(item.kind, item.name) for item in swept.leftovers]


# --- runs -----------------------------------------------------------------------------------------


def test_remove__several_jobs_run__all_are_asked_to_stop_before_anything_is_deleted():
    # etl_manager#28
    engine = Account(FakeClock(), running=12)

    result = sweep.remove(engine, engine.clock, engine.removals(), bounds=BOUNDS)

    deletes = [n for n, step in enumerate(engine.steps) if step.startswith("delete_")]
    stops = [n for n, step in enumerate(engine.steps) if step == "stop_runs"]
    assert result.leftovers == ()
    assert engine.is_empty
    assert len(stops) == 12
    assert max(stops) < min(deletes)


def test_remove__several_jobs_run__are_waited_for_together():
    clock = FakeClock()
    engine = Account(clock, running=12, stop_seconds=50.0)

    result = sweep.remove(engine, clock, engine.removals(), bounds=BOUNDS)

    assert len(result.removed) == 13
    assert clock.seconds < 60.0


def test_remove__nothing_runs__waits_for_nothing():
    clock = FakeClock()
    engine = Account(clock, running=0)

    sweep.remove(engine, clock, engine.removals(), bounds=BOUNDS)

    assert engine.is_empty
    assert clock.seconds == 0


def test_remove__one_does_not_stop__what_runs_nowhere_has_gone_and_the_anchor_stays():
    # aws-terminator#137
    clock = FakeClock()
    engine = Account(clock, running=1, stop_seconds=3600.0)

    result = sweep.remove(engine, clock, engine.removals(), bounds=BOUNDS)

    idle_went = engine.steps.index("delete_job")
    assert [removal.name for removal in result.removed] == [IDLE]
    assert kinds(result) == [("run", "jr_000000"), ("job", NAMES[0])]
    assert [item.job_name for item in result.leftovers] == [NAMES[0], ""]
    assert "its run may still go on" in result.leftovers[1].reason
    assert "active_runs" in engine.steps[idle_went:]
    assert list(engine.jobs) == [NAMES[0]]
    assert engine.objects == {}
    assert clock.seconds == BOUNDS.stop


def test_remove__the_job_vanishes_before_its_run_is_stopped__is_no_error():
    gone = {"stop_runs": Refusal(error=NotFound("There is no such job."))}
    engine = Account(FakeClock(), refusals=gone)

    result = sweep.remove(engine, engine.clock, engine.removals(), bounds=BOUNDS)

    assert result.leftovers == ()


def test_remove__the_job_vanishes_while_its_run_stops__is_no_error():
    clock = FakeClock()
    engine = Account(clock, running=1, stop_seconds=30.0)
    removals = engine.removals()
    engine.jobs.pop(NAMES[0])

    assert sweep.remove(engine, clock, removals, bounds=BOUNDS).leftovers == ()


def test_remove__a_stop_is_refused__is_named_and_the_job_stays():
    engine = Account(FakeClock(), running=1, refusals=refused("stop_runs"))

    result = sweep.remove(engine, engine.clock, engine.removals(), bounds=BOUNDS)

    assert kinds(result) == [("run", NAMES[0]), ("job", NAMES[0])]
    assert engine.abandoned == []


def test_remove__a_look_is_refused_while_it_stops__is_named_and_the_job_stays():
    engine = Account(FakeClock(), running=1, refusals=refused("active_runs", passes=2))

    result = sweep.remove(engine, engine.clock, engine.removals(), bounds=BOUNDS)

    assert kinds(result) == [("run", NAMES[0]), ("job", NAMES[0])]
    assert NAMES[0] in engine.jobs


def test_remove__twice_side_by_side__is_no_error_for_either():
    engine = Account(FakeClock(), running=0)
    removals = engine.removals()
    results: list[sweep.Swept] = []

    def once() -> None:
        results.append(sweep.remove(engine, engine.clock, removals, bounds=BOUNDS))

    threads = [threading.Thread(target=once) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert [result.leftovers for result in results] == [(), ()]
    assert engine.is_empty


def test_remove__again_after_all_is_gone__is_no_error():
    engine = Account(FakeClock())
    removals = engine.removals()
    sweep.remove(engine, engine.clock, removals, bounds=BOUNDS)

    assert sweep.remove(engine, engine.clock, removals, bounds=BOUNDS).leftovers == ()


def test_remove__no_time_is_left_after_the_runs_were_asked__names_the_idle_and_ends_the_others():
    clock = FakeClock()
    engine = Account(clock, running=1, call_seconds=20.0)

    result = sweep.remove(
        engine, clock, engine.removals(), bounds=sweep.Bounds(begin=55.0, stop=180.0)
    )

    assert [removal.name for removal in result.removed] == [NAMES[0]]
    assert [(item.name, item.reason) for item in result.leftovers] == [
        (IDLE, "no time was left for it")
    ]


def test_remove__more_jobs_than_time_to_look_at__names_those_that_nobody_looked_at():
    engine = Account(FakeClock(), running=12, call_seconds=10.0, course=ENDED)

    result = sweep.remove(
        engine, engine.clock, engine.removals(), bounds=sweep.Bounds(begin=5.0, stop=5.0)
    )

    assert result.removed == ()
    assert {item.reason for item in result.leftovers} == {"no time was left for it"}
    assert engine.steps.count("active_runs") <= SIDE_BY_SIDE
    assert "delete_objects" not in engine.steps


# --- log streams ----------------------------------------------------------------------------------


def test_remove__logs_are_not_asked_for__stay():
    engine = Account(FakeClock())

    sweep.remove(engine, engine.clock, engine.removals(), bounds=BOUNDS)

    assert len(engine.log_streams) == 2
    assert "runs" not in engine.steps


def test_remove__with_logs__deletes_those_of_all_runs_and_then_the_job():
    engine = Account(FakeClock(), running=1)
    engine.add_run(NAMES[0], "jr_before")

    result = sweep.remove(engine, engine.clock, engine.removals(), bounds=BOUNDS, with_logs=True)

    last = [call for call in engine.calls if call[1] in {NAMES[0], "jr_before", "jr_000000"}][-3:]
    assert result.leftovers == ()
    assert engine.log_streams == set()
    assert [source.job_type for source in engine.sources] == ["glueetl", "glueetl"]
    assert last[-1] == ("delete_job", NAMES[0])


def test_remove__with_logs_of_a_job_with_a_security_configuration__is_told_it_and_the_role():
    engine = Account(FakeClock(), running=1)
    found = [
        replace(removal, job=replace(removal.job, security_configuration="kms", role="job-role"))
        for removal in engine.removals()
        if removal.job
    ]

    sweep.remove(engine, engine.clock, found, bounds=BOUNDS, with_logs=True)

    (source,) = engine.sources
    assert (source.security_configuration, source.role) == ("kms", "job-role")


@pytest.mark.parametrize(
    ("step", "name"), [("runs", NAMES[0]), ("delete_logs", "jr_000000"), ("look", "")]
)
def test_remove__with_logs_and_a_refusal__is_named_and_the_job_stays_but_for_a_mere_look(
    step, name
):
    engine = Account(FakeClock(), running=1, refusals=refused(step, passes=int(step == "runs")))

    removals = [removal for removal in engine.removals() if removal.name != IDLE]
    engine.refusals = refused(step)
    result = sweep.remove(engine, engine.clock, removals, bounds=BOUNDS, with_logs=True)

    assert kinds(result) == ([("log stream", name), ("job", NAMES[0])] if name else [])
    assert engine.sources == [] or engine.sources[0].group == ""


def test_remove__with_logs_of_a_run_that_goes_on__leaves_them_to_the_next_clean_up():
    engine = Account(FakeClock(), running=1, stop_seconds=3600.0)

    sweep.remove(engine, engine.clock, engine.removals(), bounds=BOUNDS, with_logs=True)

    assert "jr_000000" in engine.log_streams


# --- what would be done ---------------------------------------------------------------------------


def test_foresee__jobs_runs_and_objects__says_all_that_would_be_done_and_does_none_of_it():
    engine = Account(FakeClock(), running=1)
    before = (set(engine.jobs), dict(engine.objects))

    lines = sweep.foresee(engine, engine.removals(), with_logs=True)

    assert lines == (
        f"would stop the run jr_000000 of {NAMES[0]}",
        "would remove all objects below s3://scripts/glue-health-check/000000aaaaaa/flights/",
        f"would remove the log streams of all runs of {NAMES[0]}",
        f"would remove job {NAMES[0]} (made 2026-02-28 08:30 UTC)",
        "would remove all objects below s3://scripts/glue-health-check/ffffffaaaaaa/flights/",
        f"would remove the log streams of all runs of {IDLE}",
        f"would remove job {IDLE} (made 2026-02-28 08:30 UTC)",
    )
    assert (set(engine.jobs), dict(engine.objects)) == before
    assert set(engine.steps) == {"active_runs", "has_objects"}


def test_foresee__what_nobody_tells__is_said():
    error = EngineError("You may not.")
    told = {"active_runs": Refusal(error=error), "has_objects": Refusal(error=error)}
    engine = Account(FakeClock(), running=0, refusals=told)

    lines = sweep.foresee(engine, engine.removals())

    assert lines[0] == f"cannot tell which runs of {IDLE} would be stopped: You may not."
    assert lines[1].startswith("cannot tell whether there are objects below s3://scripts/")
    assert lines[-1].startswith("would remove job")


def test_foresee__objects_alone__are_told_once():
    engine = Account(FakeClock(), running=0)
    now = engine.clock.now()
    later = now + timedelta(days=1)
    (found,) = sweep.orphans(engine, (), buckets=("scripts",), now=later, until=now)

    lines = sweep.foresee(engine, found.removals)

    uri = "s3://scripts/glue-health-check/ffffffaaaaaa/"
    assert lines == (f"would remove objects {uri} (no job, untouched since 2026-03-01 09:30 UTC)",)


def test_removal__its_job__does_not_print_what_the_arguments_hold():
    job = FoundJob(name=IDLE, tags={}, created_at=BEGIN, arguments={"--password": "hunter2"})

    assert "hunter2" not in repr(sweep.Removal(name=IDLE, places=(), why="", job=job))


def test_foresee__a_builds_whole_prefix_goes_too__says_its_objects_once():
    engine = Account(FakeClock(), running=0)
    whole = Location(bucket="scripts", prefix="glue-health-check/ffffffaaaaaa/")
    orphan = sweep.Removal(name=whole.uri(), places=(whole,), why="a build")

    lines = sweep.foresee(engine, [*engine.removals(), orphan])

    assert sum(whole.uri() in line for line in lines) == 1
    assert not any(f"{whole.uri()}flights" in line for line in lines)
