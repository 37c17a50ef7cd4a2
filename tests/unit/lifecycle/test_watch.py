"""What becomes of a run: its own end, our limits, a cancel."""

from contextlib import ExitStack
from decimal import Decimal

import pytest

from plugin.core.errors import AccessDenied, EngineError, NoCredentials, NotFound, Throttled
from plugin.core.ports import Sighting
from plugin.core.states import RunState
from plugin.core.trouble import Trouble
from plugin.core.verdict import Verdict
from plugin.lifecycle import run_check
from plugin.lifecycle.watch import MOST_MISSES
from tests.doubles.checks import BUILD, BUILD_ID, check_of
from tests.doubles.engine import Refusal, refused
from tests.unit.lifecycle.stage import DELETES, FOREVER, QUEUED, ending, play, stage_of

# --- looks that fail ------------------------------------------------------------------------------


def test_watch__the_run_deleted_under_us__is_errored_at_once():
    played = play(refusals={"look": Refusal(error=NotFound("There is no run jr_1."), passes=1)})

    assert played.result.verdict is Verdict.ERRORED
    assert played.result.reason == "There is no run jr_1."
    assert played.result.trouble is Trouble.MISSING_JOB
    assert played.engine.steps.count("look") == 2


def test_watch__a_new_run_is_not_found_yet__is_looked_for_again():
    gone = Refusal(error=NotFound("There is no run jr_1."), times=MOST_MISSES - 1)

    played = play(refusals={"look": gone})

    assert played.result.verdict is Verdict.PASSED


def test_watch__the_run_is_never_found__is_errored():
    played = play(refusals={"look": Refusal(error=NotFound("There is no run jr_1."))})

    assert played.result.trouble is Trouble.MISSING_JOB
    assert played.engine.steps.count("look") == MOST_MISSES


def test_watch__throttled_again_and_again__does_not_condemn_a_healthy_run():
    # airflow#23475, etl_manager#84: ten pollers were throttled, and gave up.
    throttled = Refusal(error=Throttled("Rate exceeded."), passes=1, times=2 * MOST_MISSES)

    played = play(refusals={"look": throttled}, course=ending(RunState.SUCCEEDED, seconds=400))

    assert played.result.verdict is Verdict.PASSED
    assert played.engine.steps.count("look") > 1 + 2 * MOST_MISSES


def test_watch__throttled_without_end__is_errored_and_stopped_within_a_bound():
    throttled = Refusal(error=Throttled("Rate exceeded."), passes=1)

    played = play(refusals={"look": throttled}, course=FOREVER)

    assert played.result.trouble is Trouble.THROTTLING
    assert 300 <= played.clock.seconds <= 340
    assert played.engine.steps.count("look") < 20  # Glue was left alone meanwhile
    assert played.engine.is_empty


def test_watch__throttled_past_its_time_limit__is_stopped_in_time_all_the_same():
    throttled = Refusal(error=Throttled("Rate exceeded."), passes=10, times=10)

    played = play(check_of(timeout_minutes=1), refusals={"look": throttled}, course=FOREVER)

    assert played.result.verdict is Verdict.FAILED
    assert 70 <= played.clock.seconds <= 80
    assert played.engine.is_empty


def test_watch__the_credentials_expire__are_given_time_to_be_renewed():
    expired = Refusal(error=NoCredentials("Expired."), passes=3, times=MOST_MISSES - 1)

    assert play(refusals={"look": expired}).result.verdict is Verdict.PASSED


def test_watch__the_credentials_stay_expired__are_named_within_half_a_minute():
    played = play(refusals={"look": Refusal(error=NoCredentials("Expired."))}, course=FOREVER)

    assert (played.result.trouble, played.result.reason) == (Trouble.CREDENTIALS, "Expired.")
    assert played.clock.seconds <= 30


def test_watch__one_failed_look_too_many__is_errored_and_the_run_is_stopped():
    played = play(refusals=refused("look", passes=1), course=FOREVER)

    assert played.result.verdict is Verdict.ERRORED
    assert played.result.reason == "look refused."
    assert played.engine.steps.count("look") == 1 + MOST_MISSES
    assert played.engine.active() == ()
    assert played.engine.is_empty


def test_watch__as_many_failed_looks_as_are_tolerated__goes_on():
    played = play(refusals=refused("look", passes=1, times=MOST_MISSES - 1))

    assert played.result.verdict is Verdict.PASSED


def test_watch__failed_looks_with_good_ones_between__are_forgiven():
    played = play(refusals=refused("look", every=2))

    assert played.result.verdict is Verdict.PASSED
    assert played.engine.steps.count("look") > 2 * MOST_MISSES


# --- the run's own end ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "verdict", "reason"),
    [
        (RunState.SUCCEEDED, Verdict.PASSED, ""),
        (RunState.FAILED, Verdict.FAILED, "KeyError: 'iata'"),
        # TIMEOUT: airflow#6007.  STOPPED: airflow#71490.  ERROR: airflow#71570.
        (
            RunState.TIMEOUT,
            Verdict.FAILED,
            "Time-out: it still ran after 30 min (timeout_minutes).",
        ),
        (RunState.STOPPED, Verdict.CANCELLED, "Somebody else stopped the run."),
        (RunState.ERROR, Verdict.ERRORED, "KeyError: 'iata'"),
        (RunState.EXPIRED, Verdict.ERRORED, "KeyError: 'iata'"),
    ],
)
def test_run_check__the_run_ends__has_its_verdict_and_leaves_nothing(state, verdict, reason):
    played = play(course=ending(state, "KeyError: 'iata'"))

    assert (played.result.verdict, played.result.reason) == (verdict, reason)
    assert played.result.state == state
    assert "stop_runs" not in played.engine.steps
    assert played.engine.is_empty
    assert played.observer.states[-2:] == [state, "CLEANING"]


def test_run_check__passed__tells_time_cost_and_states_once():
    played = play()

    result = played.result
    before = ["UPLOADING", "CREATING", "SUBMITTING"]
    assert played.observer.states == [*before, "STARTING", "RUNNING", "SUCCEEDED", "CLEANING"]
    assert [(p.name, p.seconds) for p in result.phases] == [
        ("upload", 0.0),
        ("start-up", 10.0),
        ("run", 60.0),  # what comes after its end, the log, is none of it
        ("clean-up", 0.0),
    ]
    assert result.trouble is None
    assert result.execution_seconds == 60
    assert result.cost is not None
    assert result.cost.usd == Decimal("0.0147")  # 2 DPU x 60 s x 0.44 USD
    assert played.observer.results == [result]


def test_run_check__local__costs_nothing_and_looks_often():
    played = play(check_of(is_local=True, max_cost_usd=Decimal(0)))

    assert played.result.verdict is Verdict.PASSED
    assert played.result.cost is None
    assert played.engine.steps.count("look") > 600


# --- our limits -----------------------------------------------------------------------------------


def test_watch__never_leaves_the_queue__is_errored_and_costs_nothing():
    played = play(course=QUEUED)

    assert played.result.verdict is Verdict.ERRORED
    assert played.result.reason == "The run did not begin within 15 min (queue_timeout_minutes)."
    assert played.result.cost is None
    assert [p.name for p in played.result.phases] == ["upload", "queue", "clean-up"]
    assert played.observer.details[3] == "no free worker"
    assert played.engine.is_empty


def test_watch__never_ends__fails_at_its_time_limit_counted_from_running():
    played = play(check_of(timeout_minutes=2), course=FOREVER)

    assert played.result.verdict is Verdict.FAILED
    assert played.result.reason == "Time-out: it still ran after 2 min (timeout_minutes)."
    assert played.result.state == "STOPPED"
    assert 130 <= played.clock.seconds <= 140
    assert played.engine.is_empty


def test_watch__falls_back_into_waiting__waits_no_longer_than_a_queue_may():
    course = (*FOREVER, (20.0, Sighting(state=RunState.WAITING)))

    played = play(check_of(timeout_minutes=2), course=course)

    assert played.result.verdict is Verdict.ERRORED
    assert played.result.trouble is Trouble.QUEUE
    assert "sent the run back" in played.result.reason
    assert 15 * 60 <= played.clock.seconds <= 15 * 60 + 20
    assert sum(p.seconds for p in played.result.phases if p.name == "run") == 10.0


def test_watch__falls_back_into_waiting_and_runs_again__is_not_charged_for_the_wait():
    course = (
        *FOREVER,
        (70.0, Sighting(state=RunState.WAITING)),
        (370.0, Sighting(state=RunState.RUNNING)),
        (430.0, Sighting(state=RunState.SUCCEEDED, execution_seconds=120)),
    )

    played = play(check_of(timeout_minutes=3), course=course)

    assert played.result.verdict is Verdict.PASSED
    assert [p.name for p in played.result.phases] == [
        *("upload", "start-up", "run", "queue", "run", "clean-up")
    ]
    assert played.result.cost is not None
    assert played.result.cost.dpu_seconds == 240


def test_watch__a_state_that_nobody_knows__is_watched_until_it_changes():
    dreaming = Sighting(state=RunState.UNKNOWN, unknown="DREAMING")
    course = (FOREVER[0], (5.0, dreaming), *ending(RunState.SUCCEEDED)[1:])

    played = play(course=course)

    assert played.result.verdict is Verdict.PASSED
    assert "DREAMING" in played.observer.states


@pytest.mark.parametrize(
    ("before", "waited"), [(FOREVER[:1], 15 * 60), (FOREVER, 10 + 120)], ids=["queue", "run"]
)
def test_watch__a_state_that_nobody_knows_stays__is_stopped_at_the_limit_and_guessed_never(
    before, waited
):
    dreaming = Sighting(state=RunState.UNKNOWN, unknown="DREAMING")

    played = play(check_of(timeout_minutes=2), course=(*before, (20.0, dreaming)))

    assert played.result.verdict is Verdict.ERRORED
    assert "DREAMING" in played.result.reason
    assert waited <= played.clock.seconds <= waited + 5
    assert played.engine.is_empty


def test_watch__a_state_that_nobody_knows_is_the_end__is_errored_and_not_stopped():
    end = Sighting(state=RunState.UNKNOWN_END, unknown="EVAPORATED")

    played = play(course=(*FOREVER, (60.0, end)))

    assert (played.result.verdict, played.result.state) == (Verdict.ERRORED, "EVAPORATED")
    assert "stop_runs" not in played.engine.steps
    assert played.engine.is_empty


def test_watch__a_stream_fails_because_it_is_stopped__is_healthy():
    check = check_of(job_type="gluestreaming", stream_minutes=1)

    played = play(check, course=FOREVER, stop_seconds=5.0, stopped_as=RunState.FAILED)

    assert (played.result.verdict, played.result.state) == (Verdict.PASSED, "FAILED")
    assert played.engine.is_empty


def test_watch__a_stream_ends_too_early__has_its_own_verdict():
    check = check_of(job_type="gluestreaming", stream_minutes=3)

    played = play(check, course=ending(RunState.FAILED, "KafkaException"))

    assert (played.result.verdict, played.result.reason) == (Verdict.FAILED, "KafkaException")
    assert "stop_runs" not in played.engine.steps


@pytest.mark.parametrize(
    "check",
    [
        check_of(job_type="gluestreaming", stream_minutes=2),
        check_of(timeout_minutes=2),
    ],
    ids=["stream", "time-out"],
)
def test_watch__somebody_else_stops_it_just_before_our_limit__is_told_as_such(check):
    stopping = (125.0, Sighting(state=RunState.STOPPING))

    played = play(check, course=(*FOREVER, stopping), stop_seconds=2.0)

    assert played.result.verdict is Verdict.CANCELLED
    assert played.result.reason == "Somebody else stopped the run."
    assert played.engine.is_empty


def test_watch__the_run_vanishes_while_it_stops__keeps_the_verdict_and_leaves_nothing():
    check = check_of(timeout_minutes=1)
    looks = play(check, course=FOREVER).engine.steps.index("stop_runs")
    count = play(check, course=FOREVER).engine.steps[:looks].count("look")
    gone = {"look": Refusal(error=NotFound("There is no run jr_1."), passes=count)}

    played = play(check, course=FOREVER, refusals=gone)

    assert played.result.verdict is Verdict.FAILED
    assert played.result.reason == "Time-out: it still ran after 1 min (timeout_minutes)."
    assert played.result.leftovers == ()
    assert played.engine.is_empty


# --- what is said while it waits ------------------------------------------------------------------


def test_watch__the_reason_to_wait_changes__is_said_again():
    course = (
        QUEUED[0],
        (100.0, Sighting(state=RunState.WAITING, detail="still no worker")),
        (200.0, Sighting(state=RunState.RUNNING)),
        (260.0, Sighting(state=RunState.SUCCEEDED)),
    )

    played = play(course=course)

    said = list(zip(played.observer.states, played.observer.details, strict=True))
    assert said[3:6] == [
        ("WAITING", "no free worker"),
        ("WAITING", "still no worker"),
        ("RUNNING", ""),
    ]


def test_watch__the_reason_to_wait_changes_with_every_look__is_said_now_and_then():
    course = [(float(n), Sighting(state=RunState.WAITING, detail=f"{n} s")) for n in range(600)]
    course.append((600.0, Sighting(state=RunState.STOPPED)))

    played = play(course=course)

    assert 30 <= played.observer.states.count("WAITING") <= 41


def test_watch__a_huge_reason_to_wait__is_one_short_line():
    detail = "no\n worker " * 40_000

    played = play(course=((0.0, Sighting(state=RunState.WAITING, detail=detail)), *FOREVER[1:]))

    said = played.observer.details[3]
    assert len(said) == 200
    assert said.startswith("no worker no worker")
    assert said.endswith("…")


# --- how often ------------------------------------------------------------------------------------


def test_watch__a_limit_comes_before_the_next_look__is_woken_up_for():
    check = check_of(job_type="gluestreaming", stream_minutes=1, timeout_minutes=5)
    world, _, clock, _ = stage_of(course=FOREVER)

    with ExitStack() as others:
        for _ in range(200):
            others.enter_context(world.crowd.joined())
        result = run_check(check, BUILD, BUILD_ID, world)

    assert result.verdict is Verdict.PASSED
    run = next(p for p in result.phases if p.name == "run")
    assert run.seconds <= 60 + 25 + 26  # until Glue is seen to run, and to have stopped
    assert world.crowd.size == 0
    assert clock.seconds < 200


def test_watch__many_are_watched__looks_less_often():
    def looks(others: int) -> int:
        world, engine, _, _ = stage_of(course=ending(RunState.SUCCEEDED, seconds=900))
        with ExitStack() as crowd:
            for _ in range(others):
                crowd.enter_context(world.crowd.joined())
            run_check(check_of(), BUILD, BUILD_ID, world)
        return engine.steps.count("look")

    assert looks(0) > 200
    assert looks(199) < 45


def test_watch__costs_too_much__is_stopped_and_failed():
    course = (*FOREVER, (20.0, Sighting(state=RunState.RUNNING, execution_seconds=1)))

    played = play(check_of(max_cost_usd=Decimal("0.05")), course=course)

    assert played.result.verdict is Verdict.FAILED
    assert "more than 0.05 USD" in played.result.reason
    assert 10 + 204 < played.clock.seconds < 10 + 204 + 10  # 0.05 USD at 0.88 USD an hour
    assert played.engine.is_empty


def test_watch__a_stream_still_runs_in_the_end__is_healthy_and_stopped():
    played = play(check_of(job_type="gluestreaming", stream_minutes=1), course=FOREVER)

    assert played.result.verdict is Verdict.PASSED
    assert played.result.state == "STOPPED"
    assert played.observer.details[-3] == "reason: stream_healthy"
    assert played.engine.is_empty


@pytest.mark.parametrize("state", [RunState.SUCCEEDED, RunState.FAILED])
@pytest.mark.parametrize("stop_is", ["refused", "taken"])
def test_watch__the_run_ends_by_itself_just_before_our_stop__has_its_own_verdict(state, stop_is):
    end = Sighting(state=state, message="ValueError: no rows", execution_seconds=30)
    course = (*FOREVER, (77.0, end))

    refusals = refused("stop_runs") if stop_is == "refused" else {}
    played = play(check_of(timeout_minutes=1), course=course, call_seconds=2.0, refusals=refusals)

    assert played.result.state == state
    assert played.result.verdict is (
        Verdict.PASSED if state is RunState.SUCCEEDED else Verdict.FAILED
    )
    assert played.engine.is_empty


# --- phases ---------------------------------------------------------------------------------------


def test_run_check__waits_before_it_starts__tells_queue_and_start_up_apart():
    course = (
        QUEUED[0],
        (40.0, Sighting(state=RunState.STARTING)),
        (60.0, Sighting(state=RunState.RUNNING)),
        (90.0, Sighting(state=RunState.SUCCEEDED, execution_seconds=30)),
    )

    phases = {p.name: (p.start, p.seconds) for p in play(course=course).result.phases}

    assert list(phases) == ["upload", "queue", "start-up", "run", "clean-up"]
    assert phases["queue"][0] == 0.0
    assert 40.0 <= phases["queue"][1] <= 50.0
    assert phases["queue"][1] + phases["start-up"][1] == phases["run"][0] == 60.0


@pytest.mark.parametrize(
    ("refusals", "names"),
    [
        (refused("create_job"), ["upload", "clean-up"]),
        (refused("look"), ["upload", "start-up", "clean-up"]),
        (refused("look", passes=12), ["upload", "start-up", "run", "clean-up"]),
    ],
    ids=["not begun", "never seen", "lost from sight"],
)
def test_run_check__ends_in_an_error__tells_its_time_all_the_same(refusals, names):
    played = play(course=FOREVER, refusals=refusals)

    assert played.result.verdict is Verdict.ERRORED
    assert [p.name for p in played.result.phases] == names


# --- cancel ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("cancel_at", [3.0, 30.0], ids=["in the queue", "while it runs"])
def test_watch__cancelled__stops_the_run_before_it_deletes(cancel_at):
    played = play(cancel_at=cancel_at, course=FOREVER)

    steps = played.engine.steps
    assert played.result.verdict is Verdict.CANCELLED
    assert steps.index("stop_runs") < steps.index("delete_objects") < steps.index("delete_job")
    assert tuple(played.engine.calls[-3:]) == DELETES
    assert played.result.leftovers == ()
    assert played.clock.seconds - cancel_at <= 6.0


def test_watch__cancelled_during_a_look__stops_the_run_before_anything_else():
    """A log that does not answer takes three of the few seconds that there are."""
    steps = play(call_seconds=4.0, course=FOREVER).engine.steps
    during_the_look = 4.0 * (steps.index("look") + 0.5)

    played = play(call_seconds=4.0, course=FOREVER, cancel_at=during_the_look)

    asked = [step for step in played.engine.steps if step != "driver_log"]  # asks nothing
    assert asked[asked.index("look") + 1] == "stop_runs"


def test_watch__cancelled_in_the_queue__costs_nothing():
    assert play(cancel_at=3.0, course=FOREVER).result.cost is None


@pytest.mark.parametrize("is_local", [False, True])
def test_watch__cancelled_and_the_run_does_not_stop__ends_in_time_and_names_run_and_job(is_local):
    played = play(check_of(is_local=is_local), cancel_at=30.0, course=FOREVER, stop_seconds=3600.0)

    assert played.result.verdict is Verdict.CANCELLED
    assert played.clock.seconds - 30.0 <= 6.0
    assert played.leftovers == (("run", "jr_1"), ("job", played.result.job_name))
    assert "delete_job" not in played.engine.steps
    assert played.engine.steps.count("delete_objects") == 2


def test_watch__cancelled_while_it_waits_for_a_stop__waits_a_few_seconds_more_only():
    played = play(check_of(timeout_minutes=1), course=FOREVER, stop_seconds=3600.0, cancel_at=80.0)

    assert played.clock.seconds - 80.0 <= 6.0
    assert played.leftovers == (("run", "jr_1"), ("job", played.result.job_name))


def test_watch__a_run_that_stops_slowly__is_waited_for():
    played = play(check_of(timeout_minutes=1), course=FOREVER, stop_seconds=45.0)

    assert played.result.state == "STOPPED"
    assert played.engine.is_empty


def test_watch__a_run_that_stops_very_slowly__is_a_leftover_after_two_minutes():
    played = play(check_of(timeout_minutes=1), course=FOREVER, stop_seconds=3600.0)

    assert played.result.verdict is Verdict.FAILED
    assert played.leftovers == (("run", "jr_1"), ("job", played.result.job_name))
    assert played.clock.seconds <= 10 + 60 + 5 + 2 * 61


def test_watch__stop_refused__names_run_and_job_and_keeps_the_verdict():
    played = play(check_of(timeout_minutes=1), course=FOREVER, refusals=refused("stop_runs"))

    assert played.result.verdict is Verdict.FAILED
    assert played.leftovers == (("run", "jr_1"), ("job", played.result.job_name))
    assert played.result.leftovers[0].reason == "stop_runs refused. Mend it."
    assert "delete_job" not in played.engine.steps


def test_watch__stop_refused_once__is_asked_again_by_finish():
    refusal = refused("stop_runs", times=1)

    played = play(check_of(timeout_minutes=1), course=FOREVER, refusals=refusal)

    assert played.engine.is_empty
    assert played.engine.steps.count("stop_runs") == 2


def test_watch__the_look_after_the_stop_fails__finish_looks_for_itself():
    refusal = Refusal(error=EngineError("look refused."), passes=31)

    played = play(check_of(timeout_minutes=1), course=FOREVER, refusals={"look": refusal})

    assert played.engine.is_empty


def test_run_check__stopped_by_somebody_else_in_the_queue__costs_nothing():
    course = (QUEUED[0], (20.0, Sighting(state=RunState.STOPPED)))

    played = play(course=course)

    assert played.result.verdict is Verdict.CANCELLED
    assert played.result.cost is None


def test_watch__access_to_the_run_is_denied__asks_for_a_stop_all_the_same():
    denied = Refusal(error=AccessDenied("Not allowed."))

    played = play(course=FOREVER, refusals={"look": denied, "active_runs": denied})

    assert played.result.verdict is Verdict.ERRORED
    assert ("stop_runs", played.result.job_name, "jr_1") in played.engine.calls
    assert played.leftovers == (("run", "jr_1"), ("job", played.result.job_name))


# --- how often is looked ---------------------------------------------------------------------------


def test_watch__a_run_of_known_length__is_looked_at_more_often_around_its_end():
    course = ending(RunState.SUCCEEDED, seconds=400)
    unknown, known, wrong = (
        play(course=course, expected=seconds).engine.steps.count("look")
        for seconds in (None, 400.0, 10_000.0)
    )

    assert wrong == unknown
    assert known - unknown in range(10, 20)  # a minute before it: each 2 s, no longer 4 s
