"""What is told of a log is what was written, once and in order, whatever happens on the way.

The real reader and the real drain over a CloudWatch Logs in memory: random schedules of events,
pages, empty pages, late arrivals, throttles, 5xx and cut answers.
"""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.aws.logs.budget import LogBudget
from plugin.aws.logs.driver_log import DriverLog
from plugin.core.ports import Sighting
from plugin.core.states import RunState
from plugin.core.watching.course import Course
from plugin.lifecycle.log import drain, read_log
from plugin.lifecycle.world import World
from tests.doubles.checks import check_of
from tests.doubles.clock import FakeClock
from tests.doubles.cloud_watch import CloudWatch, Event
from tests.doubles.engine import FakeEngine
from tests.doubles.recording import RecordingObserver

END = 40.0
"""When the run ends, in seconds."""
MISCHIEF = st.sampled_from(["fine", "fine", "fine", "throttled", "broken", "cut", "empty"])
NAMES = st.sampled_from(["jr_1", "jr_1-driver"])


def played(streams, *, page, mischief, looks):
    """Watch a run's log until its end, and return what was told and the course."""
    clock = FakeClock()
    cloud: Any = CloudWatch(clock, streams, page=page, mischief=mischief)
    engine, observer = FakeEngine(clock), RecordingObserver()
    world = World(engine=engine, clock=clock, observer=observer, new_marker=lambda: "m")
    check, course = check_of(), Course(started=0.0)
    source = check.log_source("jr_1", "/aws-glue/jobs")
    reader = DriverLog(cloud, source, budget=LogBudget(clock), clock=clock)
    for seconds in looks:
        read_log(check, world, course, reader)
        clock.wait(seconds)
    clock.wait(max(END - clock.seconds, 0.0))
    course.saw(Sighting(state=RunState.SUCCEEDED, execution_seconds=40), clock.monotonic())
    drain(check, world, course, reader)
    return observer.lines, course


def in_order(told, events):
    """Whether what arrived in the order of its time was told in that order, stream by stream."""
    on_time = {one.message.rstrip("\n") for one in events if one.arrives <= one.time / 1000 + 0.2}
    for stream in ("out", "err"):
        numbers = [
            int(line.split()[1]) for line in told if line.startswith(stream) and line in on_time
        ]
        if numbers != sorted(numbers):
            return False
    return True


@st.composite
def logs(draw, *, stream, latest):
    """Return one stream's events, which arrive in any order until ``latest`` seconds."""
    gaps = draw(st.lists(st.floats(0, 5), max_size=25))
    events, at = [], 0.0
    for number, gap in enumerate(gaps):
        at = min(at + gap, latest)
        late = draw(st.sampled_from([0.0, 0.0, 0.0, 1.0, 15.0]))
        text = f"{stream} {number} " + draw(st.sampled_from(["", "x" * 50]))
        events.append(Event(min(at + late, latest), int(at * 10) * 100 + number, f"{text}\n"))
    return events


@pytest.mark.untraced
@settings(max_examples=150)
@given(
    output=logs(stream="out", latest=END + 1.5),
    error=logs(stream="err", latest=END + 1.5),
    names=st.tuples(NAMES, NAMES),
    page=st.sampled_from([1, 2, 7, 1000]),
    mischief=st.lists(MISCHIEF, max_size=60),
    looks=st.lists(st.floats(0.1, 10), max_size=10),
)
def test_log__any_schedule__is_told_whole_and_once(output, error, names, page, mischief, looks):
    streams = {
        ("/aws-glue/jobs/output", names[0]): output,
        ("/aws-glue/jobs/error", names[1]): error,
    }
    written = sorted(one.message.rstrip("\n") for events in (output, error) for one in events)

    told, course = played(streams, page=page, mischief=mischief[:20], looks=looks)

    assert sorted(told) == written or course.book.problem
    assert len(set(told)) == len(told)
    assert mischief or not course.book.problem
    assert in_order(told, (*output, *error))


@pytest.mark.untraced
@settings(max_examples=150)
@given(
    pieces=st.lists(st.text(st.sampled_from("ab\n"), min_size=1), max_size=20),
    page=st.sampled_from([1, 3, 1000]),
    mischief=st.lists(MISCHIEF, max_size=10),
    looks=st.lists(st.floats(0.1, 10), max_size=10),
    gap=st.sampled_from([0.0, 0.5, 2.0]),
)
def test_log__events_cut_anywhere__become_the_lines_in_order(pieces, page, mischief, looks, gap):
    pieces = ["first\n", *pieces]  # by it a reader sees that the line breaks are kept
    events = [Event(n * gap, n, piece) for n, piece in enumerate(pieces)]

    told, course = played(
        {("/aws-glue/jobs/output", "jr_1"): events}, page=page, mischief=mischief, looks=looks
    )

    text = "".join(pieces)
    assert told == text.removesuffix("\n").split("\n") or course.book.problem
