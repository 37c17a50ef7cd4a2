"""How often Glue is asked, and how soon the end of a run is heard, by the number of checks.

The engine, the lifecycle, the request budget and botocore are the real ones; the Glue is a small
server on loopback whose runs end when we say.  The clock is the machine's, quicker by a factor, so
that minutes take seconds; what the machine itself needs counts by that factor more.  Uploading is
left out: it asks nothing of Glue.  Run it with `python -m benchmarks.watching`.
"""

import argparse
import json
import random
import resource
import statistics
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from benchmarks.measure import print_table
from plugin.aws.engine import AwsEngine
from plugin.clients.aws.budget import RequestBudget
from plugin.clients.aws.clients import Access, Clients
from plugin.core.ports import Clock, Sighting, Upload
from plugin.core.result import CheckResult, Leftover
from plugin.core.verdict import Verdict
from plugin.lifecycle import World, run_check
from tests.doubles.checks import BUILD, BUILD_ID, check_of
from tests.doubles.loopback import Loopback, Request, Response
from tests.doubles.quick_clock import QuickClock

SIZES = (1, 10, 50, 200)
START_UP_SECONDS = 30.0


@dataclass
class SmallGlue:
    """Jobs and runs as the benchmark needs them.  ``run_seconds`` draws how long a run runs."""

    clock: Clock
    run_seconds: Callable[[], float]
    asked: list[tuple[float, str]] = field(default_factory=list)
    ends: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, service: str, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Answer one request; note when Glue was asked what."""
        if service != "AWSGlue":
            return {"logStreams": [], "events": []}
        now = self.clock.monotonic()
        with self._lock:
            self.asked.append((now, operation))
        name = request.get("JobName", "")
        match operation:
            case "StartJobRun":
                self.ends[name] = now + START_UP_SECONDS + self.run_seconds()
                return {"JobRunId": f"jr_{name}"}
            case "GetJobRun":
                return {"JobRun": self._run(name, now)}
            case _:
                return {"Name": request.get("Name", ""), "JobRuns": []}

    def _run(self, name: str, now: float) -> dict[str, Any]:
        begun, is_over = now >= self._begin_of(name), now >= self.ends[name]
        state = "SUCCEEDED" if is_over else "RUNNING" if begun else "STARTING"
        return {"Id": f"jr_{name}", "JobRunState": state, "LogGroupName": "/aws-glue/jobs"}

    def _begin_of(self, name: str) -> float:
        started = next(at for at, operation in self.asked if operation == "StartJobRun")
        return min(self.ends[name], started + START_UP_SECONDS)

    def peak(self) -> int:
        """Return the most requests to Glue in any second."""
        times, first, most = sorted(at for at, _ in self.asked), 0, 0
        for last, at in enumerate(times):
            while times[first] <= at - 1.0:
                first += 1
            most = max(most, last - first + 1)
        return most


def served(glue: SmallGlue, request: Request) -> Response:
    """Return the small Glue's answer to a request."""
    service, _, operation = request.headers["x-amz-target"].partition(".")
    body = json.dumps(glue.answer(service, operation, json.loads(request.body))).encode()
    return Response(headers=(("Content-Type", "application/x-amz-json-1.1"),), body=body)


class Hearing(AwsEngine):
    """The real engine without S3; notes when a run was first seen to be over."""

    def __init__(self, clients: Clients, clock: Clock) -> None:
        super().__init__(clients, clock)
        self.clock, self.heard = clock, dict[str, float]()

    def look(self, job_name: str, run_id: str) -> Sighting:
        """Look, and note the end."""
        seen = super().look(job_name, run_id)
        if seen.state.is_final:
            self.heard.setdefault(job_name, self.clock.monotonic())
        return seen

    def upload(self, uploads: tuple[Upload, ...]) -> None:
        """Write nothing."""

    def delete_objects(self, *_: str) -> tuple[Leftover, ...]:
        """Delete nothing."""
        return ()


class Nobody:
    """Hears everything and says nothing."""

    def state_changed(self, check_name: str, state: str, detail: str) -> None:
        """Say nothing."""

    def log_lines(self, check_name: str, lines: tuple[str, ...]) -> None:
        """Say nothing."""

    def finished(self, result: CheckResult) -> None:
        """Say nothing."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one crowd of checks did; seconds are quick ones."""

    seconds: float
    requests: int
    peak: int
    connections: int
    heard_after: tuple[float, ...]


def measured(size: int, *, factor: float, seed: int) -> Measured:
    """Run so many checks at once from begin to finish."""
    clock = QuickClock(factor)
    draw = random.Random(seed)  # noqa: S311 - when runs end
    glue = SmallGlue(clock, partial(draw.uniform, 30.0, 240.0))
    with Loopback(partial(served, glue)) as server:
        access = Access(
            region="eu-west-1",
            endpoint_url=server.endpoint_url,
            access_key_id="AKIDEXAMPLE",
            secret_access_key="made-up",  # noqa: S106 - for the small Glue
        )
        engine = Hearing(Clients(access, budget=RequestBudget(clock)), clock)
        world = World(
            engine=engine,
            clock=clock,
            observer=Nobody(),
            new_marker=lambda: str(draw.random()),
            draw=draw.random,
        )
        run = partial(run_check, build=BUILD, build_id=BUILD_ID, world=world)
        with ThreadPoolExecutor(size) as pool:
            results = list(pool.map(run, [check_of(name=f"check-{n}") for n in range(size)]))
    bad = next((result for result in results if result.verdict is not Verdict.PASSED), None)
    if bad is not None:
        raise SystemExit(f"not measured: {bad.verdict}: {bad.reason}")
    return Measured(
        seconds=max(at for at, _ in glue.asked) - min(at for at, _ in glue.asked),
        requests=len(glue.asked),
        peak=glue.peak(),
        connections=server.connections,
        heard_after=tuple(engine.heard[name] - end for name, end in glue.ends.items()),
    )


def row_of(size: int, rounds: list[Measured]) -> tuple[str, ...]:
    """Return a line of the table."""
    heard = [seconds for each in rounds for seconds in each.heard_after]
    mean = sum(each.requests for each in rounds) / sum(each.seconds for each in rounds)
    return (
        f"checks: {size}",
        str(max(each.peak for each in rounds)),
        f"{mean:.1f}",
        f"{statistics.median(heard):.1f}",
        f"{max(heard):.1f}",
        f"{max(each.seconds for each in rounds):.0f}",
        str(max(each.connections for each in rounds)),
    )


def main() -> None:
    """Read the arguments, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--factor", type=float, default=10.0, help="how much quicker time goes")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    given = parser.parse_args()
    rows = []
    for size in given.sizes:
        times = max(1, 20 // size)
        with ThreadPoolExecutor(times) as pool:
            one = partial(measured, size, factor=given.factor)
            rounds = list(pool.map(lambda seed, one=one: one(seed=seed), range(times)))
        rows.append(row_of(size, rounds))
    head = ("", "most in 1 s", "mean in 1 s", "heard after", "at worst", "seconds", "connections")
    print_table("Requests to Glue, and seconds from a run's end to our hearing of it", head, rows)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\n  Peak memory: {memory:.0f} MB, the small Glue included")


if __name__ == "__main__":
    main()
