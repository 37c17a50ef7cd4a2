"""A stage for one check: engine, clock and observer in memory."""

from dataclasses import dataclass
from typing import Any

from plugin.core.check import Check
from plugin.core.ports import Sighting
from plugin.core.result import CheckResult, Leftover
from plugin.core.states import RunState
from plugin.lifecycle import World, run_check
from tests.doubles.checks import BUILD, BUILD_ID, check_of
from tests.doubles.clock import FakeClock
from tests.doubles.engine import FakeEngine
from tests.doubles.recording import RecordingObserver

JOB = check_of().job_name
DELETES = (
    ("delete_objects", "scripts", f"glue-health-check/{BUILD_ID}/flights/"),
    ("delete_objects", "temporary", f"glue-health-check/{BUILD_ID}/flights/"),
    ("delete_job", JOB),
)
FOREVER = ((0.0, Sighting(state=RunState.STARTING)), (10.0, Sighting(state=RunState.RUNNING)))
QUEUED = ((0.0, Sighting(state=RunState.WAITING, detail="no free worker")),)


def ending(state: RunState, message: str = "", *, seconds: int = 60) -> Any:
    """Return the course of a run that ends in a state, after a queue of 10 seconds."""
    end = Sighting(state=state, message=message, execution_seconds=seconds)
    return (*FOREVER, (10.0 + seconds, end))


@dataclass(frozen=True, kw_only=True)
class Played:
    """What is there after a check was run."""

    result: CheckResult
    engine: FakeEngine
    clock: FakeClock
    observer: RecordingObserver

    @property
    def leftovers(self) -> tuple[tuple[str, str], ...]:
        return tuple((item.kind, item.name) for item in self.result.leftovers)


def stage_of(
    *,
    cancel_at: float | None = None,
    press_at: float | None = None,
    observer: RecordingObserver | None = None,
    expected: float | None = None,
    **engine: Any,
) -> tuple[World, FakeEngine, FakeClock, RecordingObserver]:
    """Return a world and its parts."""
    clock = FakeClock(cancel_at=cancel_at, press_at=press_at)
    fake = FakeEngine(clock, **engine)
    heard = observer or RecordingObserver()
    world = World(
        engine=fake,
        clock=clock,
        observer=heard,
        new_marker=lambda: "marker",
        expected=lambda _: expected,
    )
    return world, fake, clock, heard


def play(check: Check | None = None, **options: Any) -> Played:
    """Run a check on a stage of its own."""
    world, engine, clock, observer = stage_of(**options)
    result = run_check(check or check_of(), BUILD, BUILD_ID, world)
    return Played(result=result, engine=engine, clock=clock, observer=observer)


def named(leftovers: tuple[Leftover, ...], kind: str) -> set[str]:
    """Return the names of the leftovers of a kind."""
    return {item.name for item in leftovers if item.kind == kind}
