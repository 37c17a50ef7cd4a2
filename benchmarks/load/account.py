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
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

from benchmarks.load.s3 import KEPT_BYTES, Bucket
from plugin.core.states import RunState
from plugin.local import shapes
from plugin.local.errors import GlueError
from plugin.local.glue_api import GlueApi
from plugin.local.job_store import JobStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from plugin.local.records import JobRun

REGION, ACCOUNT = "us-east-1", "123456789012"
PAGE_BYTES, PAGE_EVENTS, EVENT_BYTES = 1_048_576, 10_000, 26
"""Of one answer to GetLogEvents.  Source: its page in the reference of CloudWatch Logs."""
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


class Account:
    """The services together, to be used in a ``with``; ``factor`` is the command's."""

    def __init__(self, *, course: Course | None = None, factor: float = 1.0) -> None:
        """Take how runs go; begin empty."""
        self.factor = factor
        self.store, self.bucket, self.asked = JobStore(), Bucket(), Asked()
        self._course = course or Course()
        self._begin, self._epoch = time.monotonic(), time.time()
        self._runs = Runs(self.store, self._course, self.now)
        self._glue = GlueApi(self.store, self._runs, lambda _role: True, now=self.now)
        self._server = _Server(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )

    @property
    def endpoint_url(self) -> str:
        """Where AWS clients are pointed."""
        return f"http://127.0.0.1:{self._server.server_port}"

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

    def __enter__(self) -> Self:
        """Begin to serve."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    """Takes as many connections at once as there are checks."""

    request_queue_size = 512
    daemon_threads = True

    def __init__(self, account: Account) -> None:
        self.account = account
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that hangs up."""


class _Handler(BaseHTTPRequestHandler):
    """Finds the service that is asked, and answers in its form."""

    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _handle(self) -> None:
        account, at = self.server.account, self.server.account.now()
        body, size = self._read()
        target = self.headers.get("X-Amz-Target", "")
        if not target and self.command == "POST" and self.path == "/":
            account.asked.note("sts", "GetCallerIdentity", at)
            self._send(200, _WHO.encode(), "text/xml")
            return
        if not target:
            operation, reply = account.bucket.answer(self.command, self.path, body, size)
            account.asked.note("s3", operation, at)
            self._send(reply.status, reply.body, "application/xml")
            return
        family, _, operation = target.partition(".")
        service = "glue" if family == "AWSGlue" else "logs"
        account.asked.note(service, operation, at)
        try:
            asked = json.loads(body or b"{}")
            told = (account.glue if service == "glue" else account.logs)(operation, asked)
            self._send(200, json.dumps(told).encode(), "application/x-amz-json-1.1")
        except GlueError as problem:
            words = {"__type": problem.code.value, "Message": problem.message}
            self._send(problem.status, json.dumps(words).encode(), "application/x-amz-json-1.1")

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _handle  # noqa: N815 - http.server's names

    def _read(self) -> tuple[bytes, int]:
        """Return what was sent, if that is little, and its size."""
        size = int(self.headers.get("Content-Length") or 0)
        if self.command != "PUT" or size <= KEPT_BYTES:
            return self.rfile.read(size), size
        left = size
        while left and (piece := self.rfile.read(min(left, KEPT_BYTES))):
            left -= len(piece)
        return b"", size

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response_only(status)
        self.send_header("Content-Type", kind)
        self.send_header("ETag", '"e"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
