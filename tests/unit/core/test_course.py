"""What is known of a run while it goes on: its time, its phases, its cost."""

from decimal import Decimal

import pytest

from plugin.core.errors import (
    AccessDenied,
    AnswerLost,
    EngineError,
    NoCredentials,
    Refused,
    Throttled,
    Unreachable,
)
from plugin.core.judging.judged import Judgement
from plugin.core.ports import Sighting
from plugin.core.result import Leftover
from plugin.core.states import RunState
from plugin.core.verdict import Verdict
from plugin.core.watching.course import Course, cost_so_far, result_of
from plugin.core.watching.ending import Stop
from tests.doubles.checks import check_of
from tests.doubles.clock import FakeClock


def course_of(*sightings: tuple[float, Sighting]) -> Course:
    course = Course(started=100.0, run_id="jr_1")
    for now, seen in sightings:
        course.saw(seen, now)
    return course


@pytest.mark.parametrize(
    "state",
    [
        *(RunState.STARTING, RunState.WAITING, RunState.STOPPING, RunState.STOPPED),
        *(RunState.ERROR, RunState.EXPIRED, RunState.TIMEOUT, RunState.UNKNOWN),
        RunState.FAILED,  # it is known in the queue, too
    ],
)
def test_saw__a_run_that_never_ran__has_no_run_time(state):
    course = course_of((110.0, Sighting(state=state)))

    assert course.running_since is None
    assert course.running_seconds == 0.0


@pytest.mark.parametrize("state", [RunState.RUNNING, RunState.SUCCEEDED])
def test_saw__a_run_that_ran__has_run_since(state):
    assert course_of((110.0, Sighting(state=state))).running_since == 110.0


def test_saw__glue_counts_more_than_we_saw__believes_glue():
    course = course_of((160.0, Sighting(state=RunState.STOPPED, execution_seconds=40)))

    assert (course.running_since, course.running_seconds) == (120.0, 40.0)


def test_saw__glue_sends_the_run_back_to_the_queue__its_wait_is_no_run_time():
    course = course_of(
        (100.0, Sighting(state=RunState.RUNNING)),
        (130.0, Sighting(state=RunState.WAITING)),
        (190.0, Sighting(state=RunState.WAITING)),
    )
    assert course.running_seconds == 30.0
    assert not course.stints.is_running

    course.saw(Sighting(state=RunState.RUNNING), 200.0)
    course.passed(210.0)

    assert course.running_seconds == 40.0
    assert course.running_since == 100.0
    assert cost_so_far(check_of(), course).dpu_seconds == 120  # two workers, a minute at least


def test_saw__ended_unseen_by_a_time_out_after_it_ran__has_run():
    course = course_of((160.0, Sighting(state=RunState.TIMEOUT, execution_seconds=60)))

    assert (course.running_since, course.past.has_run) == (100.0, True)


def test_saw__a_state_that_nobody_knew__is_remembered():
    course = course_of(
        (110.0, Sighting(state=RunState.UNKNOWN, unknown="DREAMING")),
        (120.0, Sighting(state=RunState.STOPPED)),
    )

    assert course.seen.unknown == "DREAMING"
    assert course.seen.state_name == "STOPPED"


@pytest.mark.parametrize(
    ("stop", "by_another", "obeyed"), [(None, True, False), (Stop.TIME, False, True)]
)
def test_past__the_run_stops__tells_whether_we_had_asked(stop, by_another, obeyed):
    course = Course(started=100.0, stop=stop)

    course.saw(Sighting(state=RunState.STOPPING), 110.0)
    course.stop = Stop.TIME
    course.saw(Sighting(state=RunState.STOPPING), 120.0)

    past = course.past
    assert (past.was_stopped_by_another, past.was_obeyed) == (by_another, obeyed)
    assert not past.has_run


def test_missed__a_look_between_went_well__counts_anew():
    course = Course(started=100.0)
    course.missed(Throttled("slow"), 110.0)
    course.missed(Throttled("slow"), 112.0)
    course.missed(EngineError("no"), 114.0)
    assert (course.misses, course.throttles, course.throttled_since) == (1, 2, 110.0)

    course.saw(Sighting(state=RunState.RUNNING), 120.0)

    assert (course.misses, course.throttles, course.throttled_since) == (0, 0, None)


def test_saw__glues_count_lags_behind__counts_by_itself():
    first = Sighting(state=RunState.RUNNING)
    course = course_of((110.0, first), (190.0, Sighting(state=RunState.WAITING)))

    assert course.running_seconds == 80.0


@pytest.mark.parametrize(
    ("course", "usd"),
    [
        (course_of((0.0, Sighting(state=RunState.RUNNING))), "0.0147"),
        (
            course_of(
                (0.0, Sighting(state=RunState.RUNNING)),
                (3600.0, Sighting(state=RunState.RUNNING, execution_seconds=1)),
            ),
            "0.8800",
        ),
        (
            course_of(
                (0.0, Sighting(state=RunState.RUNNING)),
                (3660.0, Sighting(state=RunState.SUCCEEDED, execution_seconds=3600)),
            ),
            "0.8800",
        ),
        (
            course_of((9.0, Sighting(state=RunState.SUCCEEDED, dpu_seconds=3600.0))),
            "0.4400",
        ),
    ],
    ids=["a minute at least", "our count while it runs", "Glue's count in the end", "measured"],
)
def test_cost_so_far__is(course, usd):
    assert cost_so_far(check_of(), course).usd == Decimal(usd)


WAITING, STARTING, RAN = RunState.WAITING, RunState.STARTING, RunState.RUNNING


@pytest.mark.parametrize(
    ("seen", "phases"),
    [
        ((), [("start-up", 10.0, 60.0)]),
        (((110.0, STARTING),), [("start-up", 10.0, 60.0)]),
        (((110.0, WAITING),), [("queue", 10.0, 60.0)]),
        (((110.0, WAITING), (120.0, STARTING)), [("queue", 10.0, 10.0), ("start-up", 20.0, 50.0)]),
        (
            ((110.0, WAITING), (120.0, STARTING), (150.0, RAN)),
            [("queue", 10.0, 10.0), ("start-up", 20.0, 30.0), ("run", 50.0, 20.0)],
        ),
        (
            ((110.0, STARTING), (120.0, WAITING), (140.0, STARTING), (145.0, STARTING)),
            [("queue", 10.0, 30.0), ("start-up", 40.0, 30.0)],
        ),
        (((110.0, WAITING), (120.0, STARTING), (130.0, WAITING)), [("queue", 10.0, 60.0)]),
        (((110.0, WAITING), (130.0, RAN)), [("queue", 10.0, 20.0), ("run", 30.0, 40.0)]),
        (
            ((110.0, STARTING), (130.0, RAN), (150.0, WAITING)),
            [("start-up", 10.0, 20.0), ("run", 30.0, 20.0), ("queue", 50.0, 20.0)],
        ),
        (
            ((110.0, RAN), (120.0, STARTING), (130.0, WAITING), (140.0, STARTING), (150.0, RAN)),
            [
                ("start-up", 10.0, 0.0),
                ("run", 10.0, 10.0),
                ("queue", 20.0, 20.0),
                ("start-up", 40.0, 10.0),
                ("run", 50.0, 20.0),
            ],
        ),
        (((105.0, RAN),), [("start-up", 10.0, 0.0), ("run", 10.0, 60.0)]),
        (((175.0, RAN),), [("start-up", 10.0, 60.0), ("run", 70.0, 0.0)]),
    ],
)
def test_note_run__divides_the_watch_into_queue_start_up_and_run(seen, phases):
    course = Course(started=100.0)
    for now, state in seen:
        course.saw(Sighting(state=state), now)

    course.note_run(110.0, 170.0)

    assert [(p.name, p.start, p.seconds) for p in course.phases] == phases


def test_note_run__glue_counts_back_before_the_start_up_was_seen__no_phase_is_negative():
    course = Course(started=100.0)
    course.saw(Sighting(state=WAITING), 110.0)
    course.saw(Sighting(state=STARTING), 150.0)
    course.saw(Sighting(state=RunState.SUCCEEDED, execution_seconds=40), 160.0)

    course.note_run(110.0, 170.0)

    assert [(p.name, p.seconds) for p in course.phases] == [("queue", 10.0), ("run", 50.0)]


def test_timed__the_block_ends_in_an_error__is_noted():
    clock = FakeClock()
    course = Course(started=clock.monotonic())

    def refuse():
        clock.pause(3.0)
        raise EngineError("no")

    with pytest.raises(EngineError), course.timed("upload", clock):
        refuse()

    assert [(p.name, p.start, p.seconds) for p in course.phases] == [("upload", 0.0, 3.0)]


@pytest.mark.parametrize(
    ("is_local", "ran", "has_cost"),
    [(False, True, True), (False, False, False), (True, True, False)],
)
def test_result_of__cost__is_told_of_runs_that_ran_on_aws(is_local, ran, has_cost):
    check = check_of(is_local=is_local)
    course = course_of((110.0, Sighting(state=RunState.RUNNING if ran else RunState.WAITING)))

    result = result_of(check, course, Judgement(verdict=Verdict.PASSED), (), now=130.5)

    assert (result.cost is not None) is has_cost
    assert result.seconds == 30.5
    assert result.state == str(course.seen.state)
    assert result.capacity == "2 × G.1X"


@pytest.mark.parametrize(
    ("made", "has_name"), [((), False), (("object",), False), (("job",), True)]
)
def test_result_of__job_name__is_told_of_a_job_that_may_be_there(made, has_name):
    course = Course(started=100.0, made=set(made))

    result = result_of(check_of(), course, Judgement(verdict=Verdict.ERRORED), (), now=101.0)

    assert result.job_name == (check_of().job_name if has_name else "")


@pytest.mark.parametrize("made", [set(), {"object"}])
def test_result_of__keep_resources__is_noted_when_something_may_be_there(made):
    course = Course(started=100.0, made=made)

    result = result_of(
        check_of(keep=True), course, Judgement(verdict=Verdict.ERRORED), (), now=101.0
    )

    assert len(result.notes) == len(made)


@pytest.mark.parametrize(
    ("error", "stays"),
    [
        (NoCredentials("none"), False),
        (Refused("odd"), False),
        (Unreachable("nobody there"), False),
        (AccessDenied("no"), True),
        (AnswerLost("lost"), True),
        (EngineError("odd"), True),
        (RuntimeError("a bug"), True),
        (KeyboardInterrupt(), True),
    ],
    ids=lambda value: type(value).__name__,
)
def test_making__it_failed__may_be_there_unless_that_is_ruled_out(error, stays):
    course = Course(started=0.0)

    with pytest.raises(type(error)), course.making("job"):
        raise error

    assert course.made == ({"job"} if stays else set())


def test_making__a_second_one_was_not_made__the_first_may_still_be_there():
    course = Course(started=0.0)
    with course.making("object"):
        pass

    with pytest.raises(NoCredentials), course.making("object"):
        raise NoCredentials("expired")

    assert course.made == {"object"}


@pytest.mark.parametrize("error", [EngineError("no"), RuntimeError("no")])
@pytest.mark.parametrize(
    ("run_id", "made", "is_named"),
    [("", set(), False), ("", {"job"}, False), ("", {"run"}, True), ("jr_1", set(), True)],
)
def test_leftovers__the_removal_is_refused__is_named_when_it_may_be_there(
    error, run_id, made, is_named
):
    course = Course(started=0.0, run_id=run_id, made=made)

    def refuse():
        raise error

    names = [item.name for item in course.leftovers("run", "jr", refuse)]

    assert names == (["jr"] if is_named else [])


def test_leftovers__what_the_removal_names__is_there_whatever_was_noted():
    seen = Leftover(kind="run", name="jr_1", reason="asked to stop, not stopped yet")

    assert Course(started=0.0).leftovers("run", "a job", lambda: (seen,)) == (seen,)


def test_result_of__no_run__has_no_state():
    course = Course(started=100.0)

    result = result_of(check_of(), course, Judgement(verdict=Verdict.ERRORED), (), now=101.0)

    assert (result.state, result.run_id, result.cost) == ("", "", None)
