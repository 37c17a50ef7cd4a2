"""What a course notes and tells: each thing that may be there, and the whole of its result."""

from dataclasses import replace
from decimal import Decimal

import pytest

from plugin.core.check import Check
from plugin.core.errors import (
    AccessDenied,
    AnswerLost,
    EngineError,
    NoCredentials,
    Throttled,
)
from plugin.core.judging.judged import Judgement
from plugin.core.ports import LogChunk, LogStream, Sighting
from plugin.core.result import CheckResult, Leftover, Phase, Place
from plugin.core.states import RunState
from plugin.core.trouble import Trouble
from plugin.core.verdict import Verdict
from plugin.core.watching.course import Course, cost_so_far, kept_notes, named, result_of
from plugin.core.watching.ending import Past, Stop
from plugin.core.watching.stints import Stint, Stints
from tests.doubles.checks import BUILD_ID, check_of
from tests.doubles.clock import FakeClock

RUNNING = Sighting(state=RunState.RUNNING)
FAILED = Sighting(state=RunState.FAILED, message="KeyError", execution_seconds=120)
SCRIPTS, TEMPORARY = (
    f"s3://{bucket}/glue-health-check/{BUILD_ID}/flights/" for bucket in ("scripts", "temporary")
)
JOB = check_of().job_name


# --- what may be there ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "is_unanswered"),
    [
        (NoCredentials("none"), False),
        (AccessDenied("no"), False),
        (EngineError("odd"), False),
        (AnswerLost("lost"), True),
        (RuntimeError("a bug"), True),
        (KeyboardInterrupt(), True),
    ],
    ids=lambda value: type(value).__name__,
)
def test_making__it_failed__is_unanswered_only_when_no_answer_told(error, is_unanswered):
    course = Course(started=0.0)

    with pytest.raises(type(error)), course.making("run"):
        raise error

    assert course.unanswered == ({"run"} if is_unanswered else set())


def test_making__it_went_well__may_be_there_and_was_answered():
    course = Course(started=0.0)

    with course.making("run"):
        assert course.made == {"run"}

    assert (course.made, course.unanswered) == ({"run"}, set())


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (EngineError("No.", hint="Mend it."), "No. Mend it."),
        (ValueError("odd"), "ValueError: odd"),
    ],
)
def test_leftovers__the_removal_breaks_off__is_named_with_the_reason(error, reason):
    course = Course(started=0.0, made={"job"})

    def refuse() -> None:
        raise error

    assert course.leftovers("job", "x", refuse) == (Leftover(kind="job", name="x", reason=reason),)


def test_leftovers__the_removal_goes_well__is_nothing():
    assert Course(started=0.0, made={"job"}).leftovers("job", "x", lambda: None) == ()


# --- looks ----------------------------------------------------------------------------------------


def test_saw__a_look_that_went_well__forgets_why_the_last_one_failed():
    course = Course(started=0.0)
    course.missed(EngineError("no"), 1.0)
    assert (course.was_seen, course.misses) == (False, 1)

    course.saw(RUNNING, 2.0)

    assert (course.was_seen, course.look_error, course.misses) == (True, None, 0)


def test_missed__throttled__is_kept_as_the_last_error_and_is_no_miss():
    course, error = Course(started=0.0), Throttled("slow")

    course.missed(error, 5.0)

    assert course.look_error is error
    assert (course.misses, course.throttles, course.throttled_since) == (0, 1, 5.0)


@pytest.mark.parametrize(("state", "ended"), [(RunState.RUNNING, None), (RunState.FAILED, 7.0)])
def test_saw__a_state_that_does_not_change_again__is_its_end(state, ended):
    course = Course(started=0.0)

    course.saw(Sighting(state=state), 7.0)

    assert course.ended == ended


def test_saw__it_goes_on_after_it_was_stopping__nobody_stopped_it():
    course = Course(started=0.0)
    course.saw(Sighting(state=RunState.STOPPING), 1.0)
    assert course.was_stopped_by_another

    course.saw(RUNNING, 2.0)

    assert (course.was_stopped_by_another, course.was_obeyed) == (False, False)


def test_saw__it_ends_after_it_was_stopping__keeps_who_stopped_it():
    course = Course(started=0.0)
    course.saw(Sighting(state=RunState.STOPPING), 1.0)
    course.stop = Stop.TIME

    course.saw(Sighting(state=RunState.STOPPED), 2.0)

    assert course.past == Past(has_run=False, was_stopped_by_another=True)


def test_past__all_that_was_seen__is_told():
    course = Course(started=0.0, stop=Stop.TIME, was_confirmed=True)
    course.saw(RUNNING, 1.0)
    course.saw(Sighting(state=RunState.STOPPING), 2.0)

    assert course.past == Past(has_run=True, was_obeyed=True, was_confirmed=True)


def test_passed__no_look_since__the_run_goes_on_all_the_same():
    course = Course(started=0.0)
    course.saw(RUNNING, 10.0)

    course.passed(25.0)

    assert course.running_seconds == 15.0


def test_passed__glues_count_of_a_run_in_the_queue__is_no_run_time():
    course = Course(started=0.0)
    course.seen = Sighting(state=RunState.WAITING, execution_seconds=30)

    course.passed(25.0)

    assert course.running_seconds == 0.0


# --- time -----------------------------------------------------------------------------------------


def test_phase__any_moment__is_told_to_the_millisecond_from_our_own_start():
    course = Course(started=100.0004)

    course.phase("run", 101.23456, 103.5)

    assert course.phases == [Phase(name="run", start=1.234, seconds=2.265)]


@pytest.mark.parametrize("is_final", [False, True])
def test_watched__its_time__ends_with_the_run_or_with_the_watch(is_final):
    clock = FakeClock()
    course = Course(started=clock.monotonic())

    with course.watched(clock):
        clock.pause(10.0)
        course.saw(RUNNING, clock.monotonic())
        clock.pause(20.0)
        course.saw(FAILED if is_final else RUNNING, clock.monotonic())
        clock.pause(5.0)

    assert [(phase.name, phase.start, phase.seconds) for phase in course.phases] == [
        ("start-up", 0.0, 10.0),
        ("run", 10.0, 20.0 if is_final else 25.0),
    ]


def test_watched__breaks_off__is_told_all_the_same():
    clock = FakeClock()
    course = Course(started=clock.monotonic())

    def break_off() -> None:
        clock.pause(3.0)
        raise EngineError("no")

    with pytest.raises(EngineError), course.watched(clock):
        break_off()

    assert [(phase.name, phase.seconds) for phase in course.phases] == [("start-up", 3.0)]


def stints(*seen: tuple[float, Sighting]) -> list[tuple[str, float]]:
    """Return the parts of a run's time after these looks."""
    parts = Stints()
    for now, sighting in seen:
        parts.saw(sighting, now)
    return [(part.name, part.since) for part in parts.parts]


@pytest.mark.parametrize(
    ("state", "parts"),
    [
        (RunState.STOPPING, [("run", 60.0)]),
        (RunState.FAILED, [("run", 60.0)]),
        (RunState.WAITING, [("queue", 100.0)]),
    ],
)
def test_stints__glue_counts_seconds_of_a_run_nobody_saw_run__it_ran_but_for_the_queue(
    state, parts
):
    assert stints((100.0, Sighting(state=state, execution_seconds=40))) == parts


def test_stints__glue_counts_seconds_after_it_left_its_feet__it_does_not_run_again():
    seen = Sighting(state=RunState.STOPPED, execution_seconds=40)

    assert stints((10.0, RUNNING), (50.0, Sighting(state=RunState.WAITING)), (60.0, seen)) == [
        ("run", 10.0),
        ("queue", 50.0),
    ]


def test_stints__seen_to_start_at_the_very_moment_of_its_begin__keeps_the_start_up():
    seen = (
        (10.0, Sighting(state=RunState.STARTING)),
        (50.0, Sighting(state=RunState.RUNNING, execution_seconds=40)),
    )

    assert stints(*seen) == [("start-up", 10.0), ("run", 10.0)]


def test_stints__back_to_the_queue_and_to_a_start_up__began_the_wait_with_the_first():
    parts = stints(
        (10.0, RUNNING),
        (20.0, Sighting(state=RunState.STARTING)),
        (30.0, Sighting(state=RunState.WAITING)),
    )

    assert parts == [("run", 10.0), ("queue", 20.0)]


def test_stints__nothing_seen__ran_no_time_and_is_not_on_its_feet():
    nothing = Stints()

    assert (nothing.ran(100.0), nothing.is_running, nothing.running_since) == (0, False, None)


def test_stints__two_stretches__are_added():
    parts = [Stint("run", 0.0), Stint("queue", 10.0), Stint("start-up", 30.0), Stint("run", 40.0)]

    assert Stints(parts=parts).ran(45.0) == 15.0


# --- the result -----------------------------------------------------------------------------------


def test_cost_so_far__prices_and_workers_of_ones_own__count():
    check = check_of(
        price_overrides={"*/STANDARD": "1.00"}, arguments={"--enable-auto-scaling": "true"}
    )
    course = Course(started=0.0)
    course.saw(RUNNING, 0.0)
    course.saw(replace(FAILED, execution_seconds=1800), 2000.0)

    cost = cost_so_far(check, course)

    assert (cost.usd, cost.usd_per_dpu_hour) == (Decimal("1.0000"), Decimal("1.00"))
    assert cost.formula != cost_so_far(replace(check, request={}), course).formula


def test_cost_so_far__glues_count_of_a_run_that_goes_on__is_not_the_end():
    course = Course(started=0.0)
    course.saw(RUNNING, 0.0)
    course.saw(Sighting(state=RunState.RUNNING, execution_seconds=3600, dpu_seconds=1.0), 1800.0)

    cost = cost_so_far(check_of(), course)

    assert (cost.is_measured, cost.dpu_seconds) == (False, Decimal(7200))


def told(check: Check, course: Course, judgement: Judgement, **options: object) -> CheckResult:
    given: dict[str, object] = {"now": 161.2345, "region": "eu-west-1", **options}
    left = (Leftover(kind="job", name=JOB, reason="No."),)
    return result_of(check, course, judgement, left, **given)  # type: ignore[arg-type]  # by name


def test_result_of__all_that_is_known__is_told():
    course = Course(started=100.0, run_id="jr_1", made={"job", "object", "run"})
    course.book.add(
        [
            LogChunk(
                stream=LogStream.OUTPUT,
                text='one\nGLUE_HEALTH_CHECK {"name": "rows", "ok": true}\n',
            )
        ]
    )
    course.saw(RUNNING, 110.0)
    course.saw(FAILED, 150.0)
    course.phase("run", 110.0, 150.0)
    judgement = Judgement(
        verdict=Verdict.FAILED,
        reason="KeyError",
        hint="Look there.",
        trouble=Trouble.SCRIPT_ERROR,
        place=Place(file="jobs/flights.py", line=3),
        notes=("One note.",),
    )

    result = told(check_of(), course, judgement)

    assert result == CheckResult(
        name="flights",
        script="jobs/flights.py",
        verdict=Verdict.FAILED,
        reason="KeyError",
        hint="Look there.",
        trouble=Trouble.SCRIPT_ERROR,
        place=Place(file="jobs/flights.py", line=3),
        findings=tuple(course.book.findings),
        notes=("One note.",),
        leftovers=(Leftover(kind="job", name=JOB, reason="No.", job_name=JOB, region="eu-west-1"),),
        state="FAILED",
        job_name=JOB,
        run_id="jr_1",
        glue_version="5.1",
        capacity="2 × G.1X",
        phases=(Phase(name="run", start=10.0, seconds=40.0),),
        seconds=61.234,
        execution_seconds=120,
        cost=cost_so_far(check_of(), course),
        log_tail=("one", 'GLUE_HEALTH_CHECK {"name": "rows", "ok": true}'),
        log_lines=2,
    )
    assert len(result.findings) == 1


@pytest.mark.parametrize(
    ("state", "verdict", "has_cost"),
    [
        (RunState.FAILED, Verdict.FAILED, True),
        (RunState.FAILED, Verdict.ERRORED, False),
        (RunState.STOPPED, Verdict.FAILED, False),
    ],
)
def test_result_of__nobody_saw_it_run__costs_only_when_its_script_failed(state, verdict, has_cost):
    course = Course(started=100.0, run_id="jr_1")
    course.saw(Sighting(state=state), 110.0)

    result = told(check_of(), course, Judgement(verdict=verdict))

    assert (result.cost is not None) is has_cost


def test_kept_notes__two_buckets_and_a_job__are_each_told_with_their_command():
    (note,) = kept_notes(check_of(keep=True), "eu-west-1")

    begin, _, commands = note.partition(": ")
    assert begin == "Kept, because keep_resources is set. It stays until you remove it"
    assert commands.split("; ") == [
        f"aws s3 rm --recursive {SCRIPTS} --region=eu-west-1",
        f"aws s3 rm --recursive {TEMPORARY} --region=eu-west-1",
        f"aws glue delete-job --job-name={JOB} --region=eu-west-1",
    ]


def test_kept_notes__not_kept__are_none():
    assert kept_notes(check_of(), "eu-west-1") == ()


def test_kept_notes__nobody_knows_the_region__names_none():
    assert "--region" not in kept_notes(check_of(keep=True))[0]


def test_named__a_run_of_a_check__can_be_stopped_by_its_command():
    (left,) = named(check_of(), (Leftover(kind="run", name="jr_1", reason="No."),), "eu-west-1")

    assert left == Leftover(kind="run", name="jr_1", reason="No.", job_name=JOB, region="eu-west-1")
