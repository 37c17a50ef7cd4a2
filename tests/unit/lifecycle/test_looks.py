"""When a run is looked at, and what an observer hears of it: always with the check's name."""

from typing import Any

import pytest

from plugin.core.check import Check
from plugin.core.errors import EngineError, NotFound, Throttled
from plugin.core.ports import Observer, Sighting
from plugin.core.result import CheckResult
from plugin.core.states import RunState
from plugin.core.trouble import Trouble
from plugin.core.verdict import Verdict
from plugin.lifecycle import World, run_check
from plugin.lifecycle.saying import DETAIL_SECONDS, LONGEST_DETAIL, Sayer, short_detail
from tests.doubles.checks import BUILD, BUILD_ID, check_of
from tests.doubles.clock import FakeClock
from tests.doubles.engine import HEALTHY, FakeEngine, Refusal, out, refused
from tests.doubles.recording import RecordingObserver
from tests.unit.lifecycle.stage import FOREVER, JOB, QUEUED, play


class Listener(RecordingObserver):
    """An observer that remembers of which check it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.said: list[tuple[str, str]] = []

    def state_changed(self, check_name: str, state: str, detail: str) -> None:
        self.names.add(check_name)
        self.said.append((state, detail))

    def log_lines(self, check_name: str, lines: tuple[str, ...]) -> None:
        self.names.add(check_name)
        self.lines += lines


class Timed(FakeEngine):
    """An engine that remembers when it was asked for a look, in seconds since the start."""

    def __init__(self, clock: FakeClock, **options: Any) -> None:
        super().__init__(clock, **options)
        self.times: list[float] = []

    def look(self, job_name: str, run_id: str) -> Sighting:
        self.times.append(round(self.clock.monotonic() - 1000.0, 3))
        return super().look(job_name, run_id)


def looked(
    check: Check | None = None, *, draw: float = 0.5, cancel_at: float | None = None, **options: Any
) -> tuple[list[float], CheckResult]:
    """Run a check; return the times of its looks until it was asked to stop, and its result."""
    clock = FakeClock(cancel_at=cancel_at)
    engine = Timed(clock, **options)
    world = World(
        engine=engine,
        clock=clock,
        observer=RecordingObserver(),
        new_marker=lambda: "marker",
        draw=lambda: draw,
    )
    result = run_check(check or check_of(), BUILD, BUILD_ID, world)
    return engine.times, result


# --- when -----------------------------------------------------------------------------------------


def test_watch__all_is_well__looks_each_two_seconds_at_first_and_after_the_run_began():
    course = (*QUEUED, (100.0, Sighting(state=RunState.RUNNING)))

    times, _ = looked(check_of(timeout_minutes=2), course=course)

    assert times[:4] == [0.0, 2.0, 4.0, 6.0]
    assert [time for time in times if 58 < time < 110] == [
        *(60.0, 64.0, 68.0, 72.0, 76.0, 80.0, 84.0, 88.0, 92.0, 96.0),
        *(100.0, 104.0, 106.0, 108.0),  # from the second look on, which saw it run
    ]


def test_watch__answers_take_their_time__looks_no_later_for_that():
    times, _ = looked(call_seconds=0.4)

    begin = times[0]
    assert [round(time - begin, 3) for time in times[:4]] == [0.0, 2.0, 4.0, 6.0]


def test_watch__answers_take_longer_than_that__leaves_a_moment_between_two_looks():
    times, _ = looked(call_seconds=3.0)

    assert round(times[2] - times[1], 3) == 2 * 3.0 + 0.1  # the look and its log, then the moment


@pytest.mark.parametrize(("draw", "second"), [(0.0, 1.94), (1.0, 2.06)])
def test_watch__two_that_meet__do_not_meet_again(draw, second):
    times, _ = looked(draw=draw)

    assert times[1] == second


def test_watch__on_this_machine__looks_ten_times_a_second():
    times, _ = looked(check_of(is_local=True))

    assert times[:4] == [0.0, 0.1, 0.2, 0.3]


def test_watch__looks_fail__come_later_each_time_up_to_eight_seconds():
    times, result = looked(refusals=refused("look", passes=1), course=FOREVER)

    assert times == [0.0, 2.0, 4.0, 8.0, 16.0, 24.0]
    assert result.verdict is Verdict.ERRORED


def test_watch__looks_are_throttled__come_later_each_time_up_to_half_a_minute():
    throttled = Refusal(error=Throttled("Slow down."), passes=1)

    times, result = looked(refusals={"look": throttled}, course=FOREVER)

    assert times == [0.0, 2.0, 6.0, 14.0, *(30.0 + 30.0 * n for n in range(11))]
    assert (times[-1] - times[1], result.trouble) == (328.0, Trouble.THROTTLING)


def test_watch__throttled_for_five_minutes_to_the_moment__is_given_up():
    throttled = Refusal(error=Throttled("Slow down."), passes=1)

    times, _ = looked(refusals={"look": throttled}, course=FOREVER, draw=0.5, call_seconds=0.0)

    assert times[-2] - times[1] < 300 <= times[-1] - times[1]


@pytest.mark.parametrize(
    ("settings", "course", "limit", "reason"),
    [
        ({"queue_timeout_minutes": 1}, QUEUED, 60.0, "did not begin within 1 min"),
        ({"timeout_minutes": 1}, FOREVER, 70.0, "still ran after 1 min"),
        ({"timeout_minutes": 2}, FOREVER, 130.0, "still ran after 2 min"),
    ],
)
def test_watch__a_limit__is_met_to_the_moment(settings, course, limit, reason):
    times, result = looked(check_of(**settings), course=course)

    assert reason in result.reason
    assert limit in times
    assert times[times.index(limit) :][:2] == [limit, limit]  # the last look, and after the stop


@pytest.mark.parametrize("passes", [0, 1])
def test_watch__never_found_or_lost__is_given_up_by_what_was_seen_before(passes):
    gone = Refusal(error=NotFound("There is no run jr_1."), passes=passes)

    times, result = looked(refusals={"look": gone}, course=FOREVER)

    assert len(times) == (2 if passes else 5)
    assert result.reason == "There is no run jr_1."


def test_watch__no_look_goes_well__has_said_no_state_and_read_no_log():
    played = play(refusals=refused("look"), course=FOREVER)

    assert played.observer.states == ["UPLOADING", "CREATING", "SUBMITTING", "CLEANING"]
    assert "read_log" not in played.engine.steps


def test_watch__cancelled_before_any_look_went_well__is_cancelled_and_no_bug():
    throttled = Refusal(error=Throttled("Slow down."))

    played = play(refusals={"look": throttled}, course=FOREVER, cancel_at=30.0)

    assert (played.result.verdict, played.result.trouble) == (Verdict.CANCELLED, Trouble.STOPPED)
    assert ("driver_log", "jr_1") in played.engine.calls
    assert played.engine.is_empty


def test_watch__the_expected_time__is_asked_of_this_very_check():
    asked: list[str] = []

    def expected(check: Check) -> float | None:
        asked.append(check.name)
        return None

    clock = FakeClock()
    world = World(
        engine=FakeEngine(clock),
        clock=clock,
        observer=RecordingObserver(),
        new_marker=lambda: "marker",
        expected=expected,
    )
    run_check(check_of(), BUILD, BUILD_ID, world)

    assert set(asked) == {"flights"}


def test_watch__its_log__is_read_by_one_reader_from_begin_to_end():
    played = play(log=[out("a\n"), out("b\n", at=30), out("c\n", at=69)])

    assert played.engine.steps.count("driver_log") == 1
    assert played.observer.lines == ["a", "b", "c"]


# --- of which check -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "options"),
    [
        (check_of(), {"log": (out("a\nb"),)}),
        (check_of(keep=True), {}),
        (check_of(timeout_minutes=1), {"course": FOREVER}),
    ],
    ids=["healthy", "kept", "stopped"],
)
def test_observer__whatever_is_told__is_told_of_this_check(check, options):
    clock, listener = FakeClock(), Listener()
    observer: Observer = listener
    world = World(
        engine=FakeEngine(clock, **options),
        clock=clock,
        observer=observer,
        new_marker=lambda: "marker",
    )

    result = run_check(check, BUILD, BUILD_ID, world)

    assert listener.names == {"flights"}
    assert listener.results == [result]
    assert len(listener.lines) == (2 if "log" in options else 0)


def test_observer__a_run_at_its_limit__hears_why_it_is_stopped():
    listener = play(check_of(timeout_minutes=1), course=FOREVER).observer

    said = list(zip(listener.states, listener.details, strict=True))
    assert said == [
        ("UPLOADING", "1 file(s)"),
        ("CREATING", JOB),
        ("SUBMITTING", "asking Glue to start the run"),
        ("STARTING", ""),
        ("RUNNING", ""),
        ("STOPPING", "reason: time"),
        ("STOPPED", ""),
        ("CLEANING", ""),
    ]


# --- what is said ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "is_said"), [(0.0, False), (DETAIL_SECONDS - 0.1, False), (DETAIL_SECONDS, True)]
)
def test_sayer__another_detail_of_the_same_state__is_said_after_a_while(seconds, is_said):
    listener = Listener()
    sayer = Sayer(listener, "flights")

    sayer.say(Sighting(state=RunState.WAITING, detail="1"), 1000.0)
    sayer.say(Sighting(state=RunState.WAITING, detail="2"), 1000.0 + seconds)

    assert listener.said == [("WAITING", "1"), ("WAITING", "2")][: 1 + is_said]


def test_sayer__another_state__is_said_at_once_and_the_same_never_again():
    listener = Listener()
    sayer = Sayer(listener, "flights")

    for second, state in enumerate(("WAITING", "STARTING", "STARTING", "WAITING")):
        sayer.say(Sighting(state=RunState(state), detail="x"), second)
    sayer.say(Sighting(state=RunState.WAITING, detail="x"), 9999.0)

    assert listener.said == [("WAITING", "x"), ("STARTING", "x"), ("WAITING", "x")]
    assert listener.names == {"flights"}


def test_sayer__soon_after_the_begin_of_time__is_said():
    listener = Listener()

    Sayer(listener, "flights").say(Sighting(state=RunState.WAITING), 1.0)

    assert listener.said == [("WAITING", "")]


MANY = 4 * LONGEST_DETAIL


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        ("", ""),
        (" a\n\tb ", "a b"),
        ("x" * 200, "x" * 200),
        ("x" * 201, "x" * 199 + "…"),
        ("x" + " " * (MANY - 1), "x"),
        ("x" + " " * MANY, "x…"),
        ("x " * MANY, "x " * 99 + "x…"),
    ],
)
def test_short_detail__long_or_not__is_one_line_of_two_hundred_characters(detail, said):
    assert short_detail(detail) == said


def test_count__never_comes__is_looked_for_at_once_and_each_five_seconds_for_three_quarters():
    plain, _ = looked()
    flex, _ = looked(check_of(execution_class="FLEX"))

    extra = flex[len(plain) :]
    assert [round(time - extra[0], 3) for time in extra] == [5.0 * n for n in range(10)]


def test_count__cannot_be_read__is_asked_for_once():
    plain, _ = looked()
    flex, result = looked(
        check_of(execution_class="FLEX"),
        refusals={"look": Refusal(error=EngineError("No."), passes=len(plain))},
        course=HEALTHY,
    )

    assert len(flex) == len(plain) + 1
    assert result.verdict is Verdict.PASSED
