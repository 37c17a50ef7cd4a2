"""What a check asks of the engine, to the last argument, and what its result tells of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from plugin.core.errors import AnswerLost, EngineError, NoCredentials, Unreachable
from plugin.core.naming import MARKER_ARGUMENT, Tag
from plugin.core.ports import LogSource, Sighting, Upload
from plugin.core.result import CheckResult, Leftover
from plugin.core.states import RunState
from plugin.core.trouble import Trouble
from plugin.core.verdict import Verdict
from plugin.core.watching.course import Course
from plugin.lifecycle import World, finish, run_check
from tests.doubles.checks import BUILD, BUILD_ID, check_of
from tests.doubles.clock import FakeClock
from tests.doubles.engine import FakeEngine, Refusal, refused
from tests.doubles.recording import RecordingObserver
from tests.unit.lifecycle.stage import FOREVER, JOB, play, stage_of

EXPIRES = "2026-03-01T11:15:00Z"
SCRIPTS = f"s3://scripts/glue-health-check/{BUILD_ID}/flights/"


class Asked(FakeEngine):
    """The engine in memory; keeps what it was asked, whole."""

    uploaded: tuple[Upload, ...] = ()
    created: Mapping[str, Any] = {}
    begun: Mapping[str, Any] = {}
    read: tuple[LogSource, ...] = ()
    deleted: tuple[LogSource, ...] = ()

    def upload(self, uploads):
        super().upload(uploads)
        self.uploaded = (*self.uploaded, *uploads)

    def create_job(self, request):
        self.created = request
        super().create_job(request)

    def start_run(self, request):
        self.begun = request
        return super().start_run(request)

    def driver_log(self, source):
        self.read = (*self.read, source)
        return super().driver_log(source)

    def delete_logs(self, source):
        self.deleted = (*self.deleted, source)
        return super().delete_logs(source)

    def look(self, job_name, run_id):
        return replace(super().look(job_name, run_id), log_group="/acme/flights")


@dataclass(frozen=True, kw_only=True)
class Played:
    engine: Asked
    result: CheckResult
    observer: RecordingObserver


def asked(
    check: Any = None, *, region: str = "eu-central-1", after: float = 0.0, **options: Any
) -> Played:
    """Run a check in a region, ``after`` some seconds of the process's life."""
    clock = FakeClock()
    clock.pause(after)
    engine, observer = Asked(clock, **options), RecordingObserver()
    world = World(
        engine=engine,
        clock=clock,
        observer=observer,
        new_marker=lambda: "marker",
        region=region,
    )
    result = run_check(check or check_of(), BUILD, BUILD_ID, world)
    return Played(engine=engine, result=result, observer=observer)


# --- begin ----------------------------------------------------------------------------------------


def test_begin__the_ticket__says_build_region_and_until_when():
    uploaded = asked(after=1800.0).engine.uploaded

    body: Any = uploaded[-1].body
    ticket = json.loads(body)
    assert (uploaded[-1].bucket, uploaded[-1].key) == (
        "scripts",
        f"glue-health-check/{BUILD_ID}/flights/ticket.json",
    )
    assert (ticket["region"], ticket["build_id"]) == ("eu-central-1", BUILD_ID)
    assert ticket["build"]["repository"] == BUILD.repository
    assert ticket["check"]["job_name"] == JOB
    assert ticket["expires_at"] == "2026-03-01T11:45:00Z"


def test_begin__the_job__is_asked_for_as_planned_and_expires_from_now_on():
    check = check_of()

    created = asked(check).engine.created

    assert {**created, "Tags": None} == {**check.request, "Tags": None}
    assert created["Tags"][Tag.EXPIRES_AT] == EXPIRES
    assert created["Tags"][Tag.BUILD] == BUILD_ID


def test_begin__the_run__is_marked_and_narrowed_by_the_policy():
    begun = asked(check_of(session_policy='{"Version": "2012-10-17"}')).engine.begun

    assert begun["JobName"] == JOB
    assert begun["Arguments"] == {MARKER_ARGUMENT: "marker"}
    assert begun["ExecutionRoleSessionPolicy"] == '{"Version": "2012-10-17"}'


def test_begin__while_it_goes_on__says_what_of_how_many():
    observer = asked().observer

    said = list(zip(observer.states, observer.details, strict=True))
    assert said[:3] == [
        ("UPLOADING", "1 file(s)"),
        ("CREATING", JOB),
        ("SUBMITTING", "asking Glue to start the run"),
    ]


def test_begin__cancelled_after_the_job_was_made__draws_no_marker():
    world, engine, _, _ = stage_of(call_seconds=1.0, cancel_at=2.5)

    result = run_check(check_of(), BUILD, BUILD_ID, world)

    assert result.verdict is Verdict.CANCELLED
    assert "create_job" in engine.steps
    assert "start_run" not in engine.steps
    assert engine.is_empty


# --- watch ----------------------------------------------------------------------------------------


def test_watch__the_log__is_read_where_glue_says_that_it_is():
    engine = asked().engine

    assert engine.read == (check_of().log_source("jr_1", "/acme/flights"),)


def test_finish__the_log_streams__are_deleted_where_glue_says_that_they_are():
    engine = asked(check_of(delete_logs=True)).engine

    assert engine.deleted == (check_of().log_source("jr_1", "/acme/flights"),)


# --- the result -----------------------------------------------------------------------------------


def test_run_check__something_stays__is_named_with_its_job_and_region():
    played = asked(refusals=refused("delete_job"))

    (left,) = played.result.leftovers
    assert (left.kind, left.name, left.job_name, left.region) == ("job", JOB, JOB, "eu-central-1")
    assert played.observer.results == [played.result]


def test_run_check__kept__names_the_region_in_what_removes_it():
    played = asked(check_of(keep=True))

    assert "--region=eu-central-1" in played.result.notes[-1]


def test_run_check__begun_late__counts_its_own_seconds_alone():
    played = asked(after=1800.0)

    assert played.result.seconds < 120
    assert played.result.phases[0].start == 0.0


def test_run_check__cancelled_before_it_began__is_told_with_its_own_seconds():
    world, engine, clock, observer = stage_of(cancel_at=0.0)
    clock.pause(60.0)

    result = run_check(check_of(), BUILD, BUILD_ID, world)

    assert observer.results == [result]
    assert (result.leftovers, result.notes, result.phases) == ((), (), ())
    assert (result.job_name, result.run_id, result.seconds) == ("", "", 0.0)
    assert engine.calls == []


def test_run_check__a_bug_while_its_result_is_told__keeps_what_is_left_of_it():
    check = check_of(price_overrides={"*/STANDARD": "much"})

    played = asked(check, after=100.0, refusals=refused("delete_job"))

    assert played.result.reason.startswith("A bug in glue-health-check: ")
    assert not played.result.reason.endswith(": None")
    assert (played.result.job_name, played.result.run_id) == (JOB, "jr_1")
    (left,) = played.result.leftovers
    assert (left.kind, left.region) == ("job", "eu-central-1")
    assert 60 < played.result.seconds < 120


@pytest.mark.parametrize(
    ("is_local", "trouble"), [(False, Trouble.NETWORK), (True, Trouble.LOCAL_ENGINE)]
)
def test_run_check__nobody_answers__is_the_networks_fault_or_the_local_engines(is_local, trouble):
    played = asked(
        check_of(is_local=is_local),
        refusals={"create_job": Refusal(error=Unreachable("Nobody there."))},
    )

    assert (played.result.verdict, played.result.trouble) == (Verdict.ERRORED, trouble)


# --- finish ---------------------------------------------------------------------------------------


def test_finish__a_run_may_go_on__says_of_run_and_job_why_they_stay():
    played = play(course=FOREVER, stop_seconds=3600.0, cancel_at=30.0)

    assert [(item.kind, item.reason) for item in played.result.leftovers] == [
        ("run", "asked to stop, not stopped yet"),
        ("job", "not deleted, because its run may still go on"),
    ]


def test_finish__keep_resources__says_so_and_asks_nothing():
    played = play(check_of(keep=True))

    said = list(zip(played.observer.states, played.observer.details, strict=True))
    assert said[-1] == ("KEPT", JOB)
    assert "CLEANING" not in played.observer.states
    assert "active_runs" not in played.engine.steps


def test_finish__begins__says_so():
    observer = play().observer

    said = list(zip(observer.states, observer.details, strict=True))
    assert said[-2:] == [("SUCCEEDED", ""), ("CLEANING", "")]


def test_finish__logs_are_to_go_and_stay__are_named_with_the_rest():
    played = play(
        check_of(delete_logs=True),
        refusals=refused("delete_logs") | refused("delete_objects", times=1),
    )

    assert played.leftovers == (("object", SCRIPTS), ("log stream", "jr_1"))
    assert played.engine.jobs == {}


def finished(**options: Any) -> tuple[FakeEngine, FakeClock, tuple[Leftover, ...]]:
    """Finish a check that has two runs of which it knows one, which was last seen to run."""
    world, engine, clock, _ = stage_of(course=FOREVER, **options)
    engine.add_job(JOB, {}, created_at=clock.now())
    engine.add_run(JOB, "jr_1")
    engine.add_run(JOB, "jr_2")
    course = Course(started=1000.0, run_id="jr_1", seen=Sighting(state=RunState.RUNNING))
    return engine, clock, finish(check_of(), world, course)


def test_finish__two_runs_go_on__are_both_stopped_by_one_request():
    engine, _, left = finished()

    assert [call for call in engine.calls if call[0] == "stop_runs"] == [
        ("stop_runs", JOB, "jr_1", "jr_2")
    ]
    assert left == ()
    assert engine.is_empty


def test_finish__two_runs_go_on_and_do_not_stop__are_both_named_after_a_minute():
    _, clock, left = finished(stop_seconds=3600.0)

    assert [(item.kind, item.name) for item in left] == [
        ("run", "jr_1"),
        ("run", "jr_2"),
        ("job", JOB),
    ]
    assert clock.seconds == 60.0


def test_finish__which_runs_go_on_is_refused__asks_for_the_end_of_the_one_it_knows():
    engine, _, left = finished(refusals=refused("active_runs"))

    assert ("stop_runs", JOB, "jr_1") in engine.calls
    assert [(item.kind, item.name, item.reason) for item in left] == [
        ("run", "jr_1", "active_runs refused. Mend it."),
        ("job", JOB, "not deleted, because its run may still go on"),
    ]


def test_finish__a_look_is_refused_after_the_stop__names_the_run_and_keeps_the_job():
    engine, _, left = finished(refusals=refused("active_runs", passes=1))

    assert [item.kind for item in left] == ["run", "job"]
    assert JOB in engine.jobs


@pytest.mark.parametrize(
    ("error", "is_named"),
    [(AnswerLost("No answer."), True), (NoCredentials("None."), False), (EngineError("No."), True)],
)
def test_finish__the_job_was_perhaps_made_and_cannot_be_deleted__is_named(error, is_named):
    played = play(refusals={"create_job": Refusal(error=error)} | refused("delete_job"))

    assert (("job", JOB) in played.leftovers) is is_named
