"""An AWS on loopback for much load, and what was asked of it.

Glue is the product's own local one, its jobs, rules and pages; but a run is no process: it is over
when its time is, and logs what the case says.  So 200 runs cost this machine nothing.  S3 is in
memory, CloudWatch Logs and STS are the few answers that are needed.  Time goes as quickly as the
command's own (``quick``).
"""

from __future__ import annotations

import heapq
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from benchmarks.load.s3 import Bucket
from plugin.core.states import RunState
from plugin.local import shapes
from plugin.local.errors import GlueError
from plugin.local.glue_api import GlueApi
from plugin.local.job_store import JobStore
from tests.doubles.loopback import Loopback, Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugin.local.records import JobRun

REGION, ACCOUNT = "us-east-1", "123456789012"
PAGE_BYTES, PAGE_EVENTS, EVENT_BYTES = 1_048_576, 10_000, 26
"""Of one answer to GetLogEvents.  Source: its page in the reference of CloudWatch Logs."""
_JSON = "application/x-amz-json-1.1"
_WHO = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult>"
    f"<Arn>arn:aws:iam::{ACCOUNT}:user/ci</Arn><UserId>u</UserId><Account>{ACCOUNT}</Account>"
    "</GetCallerIdentityResult></GetCallerIdentityResponse>"
)


@dataclass(frozen=True, kw_only=True)
class Course:
    """How runs go: seconds until one runs and until it is over, and its log: line by number."""

    waits: Callable[[], float] = lambda: 1.0
    runs: Callable[[], float] = lambda: 2.0
    lines: int = 20
    line_of: Callable[[int], str] = lambda number: f"part {number}: read 4711 rows\n"
    failure_of: Callable[[str], str] = lambda job_name: ""  # noqa: ARG005 - none fails
    """What Glue says of a job's run, if that fails."""


@dataclass
class Asked:
    """Counts requests by service and operation, and notes when Glue was asked; safe in threads."""

    by_kind: Counter[tuple[str, str]] = field(default_factory=Counter)
    glue_times: list[float] = field(default_factory=list)
    """The command's seconds."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, service: str, operation: str, at: float) -> None:
        """Count one."""
        with self._lock:
            self.by_kind[service, operation] += 1
            if service == "glue":
                self.glue_times.append(at)

    def total(self, service: str) -> int:
        """Return how many requests a service got."""
        return sum(count for (who, _), count in self.by_kind.items() if who == service)

    def peak(self) -> int:
        """Return the most requests to Glue in any second."""
        times, first, most = sorted(self.glue_times), 0, 0
        for last, at in enumerate(times):
            while times[first] <= at - 1.0:
                first += 1
            most = max(most, last - first + 1)
        return most


class Runs:
    """The runner of a Glue whose runs are no processes: they end when their time has come."""

    def __init__(self, store: JobStore, course: Course, now: Callable[[], float]) -> None:
        """Take where runs are remembered, how they go, and the time, in seconds since 1970."""
        self._store, self._course, self._now = store, course, now
        self._due: list[tuple[float, str, RunState, str]] = []
        self._lock = threading.Lock()

    def start(self, run: JobRun) -> None:
        """Plan what becomes of a run."""
        begins = self._now() + self._course.waits()
        with self._lock:
            heapq.heappush(self._due, (begins, run.id, RunState.RUNNING, ""))
            message = self._course.failure_of(run.job.name)
            end = RunState.FAILED if message else RunState.SUCCEEDED
            heapq.heappush(self._due, (begins + self._course.runs(), run.id, end, message))

    def stop(self, run_id: str) -> None:
        """End a run at once."""
        self._store.advance(run_id, RunState.STOPPED, now=self._now())

    def settle(self) -> None:
        """Let what is due happen."""
        with self._lock:
            while self._due and self._due[0][0] <= self._now():
                at, run_id, state, message = heapq.heappop(self._due)
                self._store.advance(run_id, state, now=at, message=message)


class Account(Loopback):
    """The services together, to be used in a ``with``; ``factor`` is the command's."""

    def __init__(self, *, course: Course | None = None, factor: float = 1.0) -> None:
        """Take how runs go; begin empty."""
        super().__init__(self._answered)
        self.factor = factor
        self.store, self.bucket, self.asked = JobStore(), Bucket(), Asked()
        self._course = course or Course()
        self._begin, self._epoch = time.monotonic(), time.time()
        self._runs = Runs(self.store, self._course, self.now)
        self._glue = GlueApi(self.store, self._runs, lambda _role: True, now=self.now)

    def now(self) -> float:
        """Return the time as seconds since 1970, which go as quickly as the command's."""
        return self._epoch + (time.monotonic() - self._begin) * self.factor

    def glue(self, operation: str, request: dict[str, Any]) -> object:
        """Answer as Glue does.  Raises ``GlueError``."""
        self._runs.settle()
        shapes.check(shapes.operation_of(operation), request)
        return self._glue.answer(operation, request, REGION)

    def logs(self, operation: str, request: dict[str, Any]) -> object:
        """Answer as CloudWatch Logs does: only a run's output says anything."""
        is_output = str(request.get("logGroupName", "")).endswith("/output")
        if operation != "GetLogEvents":
            return {"logStreams": [], "events": []}
        first = int(str(request.get("nextToken", "f/0"))[2:])
        events: list[dict[str, object]] = []
        size = 0
        while is_output and first + len(events) < self._course.lines and len(events) < PAGE_EVENTS:
            number = first + len(events)
            text = self._course.line_of(number)
            size += len(text) + EVENT_BYTES
            if size > PAGE_BYTES:
                break
            events.append({"timestamp": number, "ingestionTime": number, "message": text})
        return {"events": events, "nextForwardToken": f"f/{first + len(events)}"}

    def _answered(self, request: Request) -> Response:
        """Find the service that is asked; return its answer."""
        at, target = self.now(), request.headers.get("x-amz-target", "")
        if not target and request.method == "POST" and request.path == "/":
            self.asked.note("sts", "GetCallerIdentity", at)
            return _response(200, _WHO.encode(), "text/xml")
        if not target:
            operation, reply = self.bucket.answer(request.method, request.path, request.body)
            self.asked.note("s3", operation, at)
            return _response(reply.status, reply.body, "application/xml")
        family, _, operation = target.partition(".")
        service = "glue" if family == "AWSGlue" else "logs"
        self.asked.note(service, operation, at)
        try:
            members = json.loads(request.body or b"{}")
            told = (self.glue if service == "glue" else self.logs)(operation, members)
            return _response(200, json.dumps(told).encode(), _JSON)
        except GlueError as problem:
            words = {"__type": problem.code.value, "Message": problem.message}
            return _response(problem.status, json.dumps(words).encode(), _JSON)


def _response(status: int, body: bytes, kind: str) -> Response:
    return Response(status=status, headers=(("Content-Type", kind), ("ETag", '"e"')), body=body)
