"""The command as a process that is sent a signal at a moment, on AWS and a GitHub of this machine.

AWS is a local Glue behind a relay that delays every answer.  Used by the tests of signals, which
hold what is left and what is told, and by ``benchmarks/signals.py``, which prints the seconds.
"""

from __future__ import annotations

import json
import subprocess
import threading
import time
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from plugin.local.server import LocalGlue
from tests.doubles.github_server import GitHubServer
from tests.doubles.loopback import forwarded
from tests.doubles.process_stage import (
    NUMBER,
    REPOSITORY,
    ROLE,
    TOKEN,
    ProcessStage,
    report_in,
    trail_in,
)
from tests.unit.aws.relay import Asked, Relay, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMIT = "c" * 40
SLEEPS = "import time\nprint('it runs', flush=True)\ntime.sleep(300)\n"
ENDS = "print('it runs', flush=True)\n"
HANGS_SECONDS = 60
"""After so long without an end a process hangs."""
REPORTING = "reporting"
"""The moment: the files are written, and GitHub is asked what stands beside our success."""
OF_THE_END = frozenset({"DescribeLogStreams", "DeleteJob", REPORTING})
"""Moments that come only when the script ends."""
OPERATIONS = (
    "PUT",
    "CreateJob",
    "StartJobRun",
    "GetJobRun",
    "GetLogEvents",
    "DescribeLogStreams",
    "DeleteJob",
)
"""Moments: just before AWS hears the first of these requests (PUT: the first object)."""
TIMES = ("0.02", "0.1", "0.3", "0.6", "0.9", "1.3")
"""Moments: so many seconds after the start: imports, settings, the first questions."""
GITHUB = ("pending", "question")
"""Moments: just before GitHub hears the status, or is asked for the files that are touched."""
RUNNING = "running"
"""The moment: the script has printed its first line."""


class Delaying(Relay):
    """A relay whose answers are late by ``seconds``; a run stops ``stop_seconds`` after our asking.

    As Glue does: it takes the request at once, and the run goes on for a while.
    """

    seconds = 0.0
    stop_seconds = 0.0
    age_seconds = 120.0  # for cleanup: it would wait a minute for a run of a job without one

    _silent = "nothing"
    _spoken = threading.Event()

    @contextmanager
    def silent(self, operation: str) -> Iterator[None]:
        """Answer these requests (PART: of an object's parts) only at the end of the block."""
        self._silent, self._spoken = operation, threading.Event()
        try:
            yield
        finally:
            self._spoken.set()
            self._silent = "nothing"

    def trouble_for(self, asked: Asked) -> Trouble | None:
        """Record, wait, and say what happens to a request."""
        kind = "PUT" if asked.operation.startswith("PUT ") else ""
        kind = "PART" if kind and "partNumber" in asked.path else kind
        with self.lock:
            act = self._acts.pop(kind, None)
        if act:
            act()
        trouble = super().trouble_for(asked)
        if self._silent in {kind, asked.operation}:
            self._spoken.wait(2 * HANGS_SECONDS)
        threading.Event().wait(self.seconds)
        if asked.operation == "BatchStopJobRun" and self.stop_seconds:
            return self._taken(asked)
        return trouble

    def _taken(self, asked: Asked) -> Trouble:
        """Hand a request on later; return the answer that it was taken."""
        later = threading.Timer(self.stop_seconds, self._hand_on, (asked,))
        later.daemon = True
        later.start()
        taken = [
            {"JobName": asked.json["JobName"], "JobRunId": run} for run in asked.json["JobRunIds"]
        ]
        body = json.dumps({"SuccessfulSubmissions": taken, "Errors": []}).encode()
        return Trouble(status=200, body=body)

    def _hand_on(self, asked: Asked) -> None:
        """Ask Glue itself; who asks again for a stop that has come is told so, and nobody hears."""
        with suppress(OSError):
            forwarded(asked, self.behind)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one process: seconds from the signal to its end, and what is left then."""

    code: int
    seconds: float
    out: str
    err: str
    statuses: tuple[str, ...]
    jobs: tuple[str, ...]
    keys: tuple[str, ...]
    active: tuple[str, ...]
    report: Any
    folder: Path

    @property
    def named(self) -> set[str]:
        """The names of the leftovers that the report tells."""
        results = self.report["results"] if self.report else ()
        return {left["name"] for result in results for left in result["leftovers"]}


@dataclass(kw_only=True)
class Stage(ProcessStage):
    """A stage on which one process after the other is hit; each has a bucket of its own."""

    relay: Delaying

    def play(
        self,
        moment: str,
        number: int,
        *,
        checks: int = 1,
        again: float | None = None,
        script: str = SLEEPS,
        extra: bytes = b"",
    ) -> Outcome:
        """Start the command, send the signal at the moment (``again`` seconds later once more)."""
        folder, bucket = self._checkout(checks, script, extra), self.new_bucket()
        self.relay.forget()
        self.github.repository(REPOSITORY).statuses.clear()
        sent: list[float] = []
        process: subprocess.Popen[str] | None = None
        ready = threading.Event()

        def send() -> None:
            ready.wait(HANGS_SECONDS)
            if process is not None and process.poll() is None and not sent:
                sent.append(time.perf_counter())
                process.send_signal(number)
                if again is not None:
                    second = threading.Timer(again, partial(process.send_signal, number))
                    second.daemon = True
                    second.start()

        self._arm(moment, send)
        process = self._start(folder, bucket, folder.name)
        ready.set()
        if moment in TIMES:
            threading.Event().wait(float(moment))
            send()
        out, err = self._communicate(process, send if moment == RUNNING else None)
        seconds = time.perf_counter() - (sent[0] if sent else time.perf_counter())
        return self._outcome(process.returncode, seconds, (out, err), folder, bucket)

    def cleanup(self, outcome: Outcome) -> subprocess.CompletedProcess[str]:
        """Run ``cleanup`` after a process, as the next step of the same build."""
        bucket = (outcome.folder / "bucket").read_text()
        process = self._start(outcome.folder, bucket, outcome.folder.name, "cleanup")
        out, err = process.communicate(timeout=2 * HANGS_SECONDS)
        return subprocess.CompletedProcess((), process.returncode, out, err)

    def left(self, outcome: Outcome) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the jobs and objects that are there now."""
        bucket = (outcome.folder / "bucket").read_text()
        return tuple(self.jobs()), tuple(self.keys_in(bucket))

    def _arm(self, moment: str, send: Any) -> None:
        if moment in {*OPERATIONS, "ListJobs", "PART"}:
            self.relay.once(moment, send)
        elif moment == "pending":
            self.github.once("POST", "/statuses/", send)
        elif moment == "question":
            self.github.once("GET", "/files", send)
        elif moment == REPORTING:
            self.github.once("GET", "/status", send)

    def _checkout(self, checks: int, script: str, extra: bytes) -> Path:
        folder = self.folder / f"checkout-{uuid.uuid4().hex}"
        folder.mkdir()
        for n in range(checks):
            (folder / f"job_{n}.py").write_text(script)
        (folder / ".glue-health-check.yml").write_text(
            "checks:\n"
            + "".join(
                f"  - name: job-{n}\n    script: job_{n}.py\n    paths: ['*.py']\n"
                for n in range(checks)
            )
            + ("extra_files: [big.bin]\n" if extra else "")
        )
        if extra:
            (folder / "big.bin").write_bytes(extra)
        self.lay_out(folder, commit=COMMIT)
        return folder

    def _start(self, folder: Path, bucket: str, mark: str, *argv: str) -> subprocess.Popen[str]:
        (folder / "bucket").write_text(bucket)
        environ = {
            **self.environ_of(folder, bucket=bucket, commit=COMMIT),
            "GLUE_HEALTH_CHECK_JOB_TYPE": "pythonshell",
            "GITHUB_RUN_ID": mark[-8:],
            **trail_in(folder),
        }
        return self.start_in(folder, environ, *argv)

    @staticmethod
    def _communicate(process: subprocess.Popen[str], send: Any) -> tuple[str, str]:
        """Read to the end; send the signal when the script runs, if it is for that moment."""
        seen = ""
        if send is not None and process.stdout is not None:
            for line in process.stdout:
                seen += line
                if "RUNNING" in line:
                    threading.Event().wait(1.0)
                    send()
                    break
        out, err = process.communicate(timeout=HANGS_SECONDS)
        return seen + out, err

    def _outcome(
        self, code: int, seconds: float, texts: tuple[str, str], folder: Path, bucket: str
    ) -> Outcome:
        jobs = tuple(self.jobs())
        return Outcome(
            code=code,
            seconds=seconds,
            out=texts[0],
            err=texts[1],
            statuses=tuple(self.statuses_of(COMMIT)),
            jobs=jobs,
            keys=tuple(self.keys_in(bucket)),
            active=tuple(run for job in jobs for run in self._active(job)),
            report=report_in(folder),
            folder=folder,
        )

    def _active(self, job: str) -> list[str]:
        runs = self.client("glue").get_job_runs(JobName=job)["JobRuns"]
        return [run["Id"] for run in runs if "CompletedOn" not in run]


@contextmanager
def opened(repository: Path, folder: Path, *, delay: float = 0.1) -> Iterator[Stage]:
    """Yield a stage whose AWS answers after ``delay`` seconds; end what was started on it."""
    with (
        LocalGlue.start(
            environ={"PATH": "/usr/bin:/bin"}, roles=[ROLE], work_dir=folder / "runs"
        ) as glue,
        Delaying(glue.endpoint_url) as relay,
        GitHubServer(token=TOKEN) as github,
    ):
        relay.seconds = delay
        pulls = github.repository(REPOSITORY)
        pulls.add_pull(NUMBER, sha=COMMIT, base=REPOSITORY, head=REPOSITORY)
        pulls.add_files(NUMBER, [f"job_{n}.py" for n in range(40)])
        stage = Stage(repository=repository, folder=folder, glue=glue, relay=relay, github=github)
        try:
            yield stage
        finally:
            stage.end()
