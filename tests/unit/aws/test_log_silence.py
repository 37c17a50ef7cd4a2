"""A CloudWatch Logs that takes requests and never answers delays neither looks nor verdict.

The real reader and the real drain; the clients wait as botocore's do, on a clock of numbers.
"""

from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from plugin.aws.logs.budget import LogBudget
from plugin.aws.logs.driver_log import DriverLog
from plugin.aws.logs.patience import LONGEST_PAUSE
from plugin.core.ports import LogSource, Sighting
from plugin.core.states import RunState
from plugin.core.watching.course import Course
from plugin.lifecycle.log import FAILING_SECONDS, LACKING_SECONDS, drain, read_analysis, read_log
from plugin.lifecycle.world import World
from tests.doubles.checks import check_of
from tests.doubles.clock import FakeClock
from tests.doubles.cloud_watch import CloudWatch, Event
from tests.doubles.engine import FakeEngine
from tests.doubles.recording import RecordingObserver

OUTPUT, ERROR = "/aws-glue/jobs/output", "/aws-glue/jobs/error"
PATIENT, HURRIED = 30.0, 5.0
"""Seconds that a request takes which nobody answers."""
SOURCE = LogSource(job_name="job", run_id="jr_1", job_type="glueetl", glue_version="5.1")


class Silent(CloudWatch):
    """Answers after ``seconds`` each, or never between two times."""

    hangs: tuple[float, float] = (0.0, 1e9)
    seconds: float = 0.0
    is_hurried: bool = False

    @property
    def logs(self) -> Any:
        self.is_hurried = False
        return self

    @property
    def logs_hurried(self) -> Any:
        self.is_hurried = True
        return self

    def _ask(self, operation: str, group: str, name: str) -> None:
        clock: Any = self.clock
        super()._ask(operation, group, name)
        if self.hangs[0] <= self.now < self.hangs[1]:
            clock.pause(HURRIED if self.is_hurried else PATIENT)
            raise ReadTimeoutError(endpoint_url="https://logs.example")
        clock.pause(self.seconds)


class Stage:
    """A reader over it, and what a drain needs."""

    def __init__(self, *, hangs=(0.0, 1e9), seconds=0.0, streams=None, page=10_000):
        self.clock = FakeClock()
        cloud: Any = Silent(self.clock, streams or {}, page=page)
        self.cloud = cloud
        cloud.hangs, cloud.seconds = hangs, seconds
        budget = LogBudget(self.clock)
        self.reader = DriverLog(cloud, SOURCE, budget=budget, clock=self.clock)
        self.observer = RecordingObserver()
        self.world = World(
            engine=FakeEngine(self.clock),
            clock=self.clock,
            observer=self.observer,
            new_marker=lambda: "m",
        )
        self.course = Course(started=0.0)

    def look(self):
        """Return the seconds that reading after a look took."""
        since = self.clock.seconds
        read_log(check_of(), self.world, self.course, self.reader)
        return self.clock.seconds - since

    def end(self, **options):
        """End the run, drain its log, read the analysis; return the seconds that it took."""
        seen = Sighting(state=RunState.SUCCEEDED, execution_seconds=60)
        self.course.saw(seen, self.clock.monotonic())
        since, check = self.clock.seconds, check_of(**options)
        drain(check, self.world, self.course, self.reader)
        read_analysis(check, self.world, self.course, self.reader)
        return self.clock.seconds - since


def lines(count):
    return {
        (OUTPUT, "jr_1"): [Event(0, number, f"{number}\n") for number in range(count)],
        (ERROR, "jr_1"): [Event(0, 1, "x\n")],
    }


@pytest.mark.parametrize(
    ("options", "most"), [({}, FAILING_SECONDS), ({"require_findings": 1}, LACKING_SECONDS)]
)
@pytest.mark.parametrize("since", [0.0, 20.0], ids=["all along", "since the end"])
def test_drain__nobody_answers__ends_within_a_bound_and_says_so(options, most, since):
    stage = Stage(hangs=(since, 1e9), streams=lines(3))
    for _ in range(4):
        stage.look()
        stage.clock.wait(5.0 if stage.clock.seconds < 20 else 0.0)
    stage.clock.wait(max(20.0 - stage.clock.seconds, 0.0))

    seconds = stage.end(**options)

    assert seconds <= most + 3 * HURRIED
    assert "could not be read whole" in stage.course.book.problem


def test_drain__nobody_answered_once__nobody_waits_long_for_the_next_answer():
    stage = Stage()

    stage.reader.read(is_last=True)

    assert stage.clock.seconds == PATIENT + HURRIED


def test_drain__answers_come_again__are_read_whole_with_patience():
    stage = Stage(hangs=(0.0, 20.0), streams=lines(3))
    stage.look()

    stage.end()

    assert sorted(stage.observer.lines) == ["0", "1", "2", "x"]
    assert stage.course.book.problem == ""
    assert not stage.cloud.is_hurried


def test_read__nobody_answers__delays_few_looks():
    stage = Stage()

    delays = []
    for _ in range(100):
        delays.append(stage.look())
        stage.clock.wait(5.0)

    assert max(delays) == HURRIED
    assert len([seconds for seconds in delays if seconds]) <= 3 + 500 / LONGEST_PAUSE


def test_read__answers_come_again__is_read_at_each_look():
    stage = Stage(hangs=(0.0, 1.0), streams=lines(1))
    stage.look()
    stage.clock.wait(10.0)

    stage.look()

    assert stage.observer.lines == ["0", "x"]
    assert not stage.reader._patience.is_lost


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_late__cancelled_meanwhile__nothing_is_asked_any_more(share):
    streams = lines(60)
    whole = Stage(hangs=(0.0, 0.0), seconds=1.0, streams=streams, page=1)
    whole.end(require_findings=1)
    stage = Stage(hangs=(0.0, 0.0), seconds=1.0, streams=streams, page=1)
    at = whole.clock.seconds * share
    stage.clock.cancel_at = at

    stage.end(require_findings=1)

    assert whole.clock.seconds > 90
    assert stage.clock.seconds <= at + 1.0


def test_late__no_time_left__asks_nothing_and_says_so():
    stage = Stage(hangs=(0.0, 0.0), streams=lines(3))
    stage.reader.read(is_last=True)
    asked = len(stage.cloud.asked)

    (problem,) = stage.reader.late(until=stage.clock.monotonic()).problems

    assert "no time" in problem.message
    assert len(stage.cloud.asked) == asked


def test_analysis__hundreds_of_tasks_before_the_job__is_seen():
    tasks = [Event(0, number, f"task {number}") for number in range(500)]
    name = "jr_1-job-insights-rca-driver"
    stage = Stage(hangs=(0.0, 0.0), streams={(ERROR, name): [*tasks, Event(0, 999, "the job")]})

    messages = stage.reader.analysis()

    assert messages[-2:] == ("task 499", "the job")
    assert len(stage.cloud.asked) == 1


def test_analysis__cancelled__asks_nothing():
    stage = Stage()
    stage.clock.cancel()

    assert stage.reader.analysis() == ()
    assert stage.cloud.asked == []
