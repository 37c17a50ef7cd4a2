"""Glue, S3 and the logs in memory: the Engine port, with refusals of any step.

A run walks through a list of sightings as the clock moves.  Refuses to know botocore; what it
promises it shares with the real engine: ``tests/contract/test_engine.py`` holds both to it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import inf
from typing import Any

from plugin.core.errors import AccessDenied, AlreadyThere, EngineError, NotFound, OverLimit
from plugin.core.naming import MARKER_ARGUMENT, ROOT, Tag
from plugin.core.ports import (
    Clock,
    FoundJob,
    LogChunk,
    LogNews,
    LogSource,
    LogStream,
    Sighting,
    Upload,
)
from plugin.core.result import Leftover
from plugin.core.states import RunState

OURS = re.compile(rf"{ROOT}/[0-9a-f]{{12}}/")
HEALTHY = (
    (0.0, Sighting(state=RunState.STARTING)),
    (10.0, Sighting(state=RunState.RUNNING)),
    (70.0, Sighting(state=RunState.SUCCEEDED, execution_seconds=60)),
)
"""What a run of a healthy script looks like: seconds after the start, and what is seen from then."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A step that is refused: the first ``passes`` calls go well, then ``times`` are refused.

    Of these, all but each ``every``-th go well after all.

    ``takes_effect`` is the answer that got lost: the thing is done, and the caller is told an error.
    """

    error: Exception
    passes: int = 0
    times: int = 1_000_000
    every: int = 1
    takes_effect: bool = False

    def hits(self, number: int) -> bool:
        """Whether the call of this number, from 1 on, is refused."""
        return 0 < number - self.passes <= self.times and (number - self.passes) % self.every == 0


@dataclass
class FakeRun:
    id: str
    started: float
    course: tuple[tuple[float, Sighting], ...]
    marker: str = ""
    stop_asked: float | None = None
    stopped_as: RunState = RunState.STOPPED

    def seen(self, now: float, stop_seconds: float) -> Sighting:
        """Return what a look at ``now`` sees."""
        asked = self.stop_asked
        plain = self._planned((now if asked is None else min(now, asked)) - self.started)
        if asked is None or plain.state.is_final:
            return plain
        if now - asked >= stop_seconds:
            return replace(plain, state=self.stopped_as)
        return replace(plain, state=RunState.STOPPING)

    def _planned(self, elapsed: float) -> Sighting:
        return [seen for at, seen in self.course if at <= elapsed][-1]


@dataclass
class FakeJob:
    name: str
    tags: dict[str, str]
    created_at: datetime
    runs: list[FakeRun] = field(default_factory=list)


class FakeEngine:
    """The Engine port.  ``steps`` are the names of the calls, ``calls`` their arguments too."""

    def __init__(
        self,
        clock: Clock,
        *,
        course: Sequence[tuple[float, Sighting]] = HEALTHY,
        log: Sequence[tuple[float, LogChunk]] = (),
        analysis: tuple[str, ...] = (),
        late: tuple[LogChunk, ...] = (),
        refusals: Mapping[str, Refusal] | None = None,
        stuck: Iterable[str] = (),
        stop_seconds: float = 1.0,
        stopped_as: RunState = RunState.STOPPED,
        call_seconds: float = 0.0,
    ) -> None:
        self.clock = clock
        self.course = tuple(course)
        self.log = tuple(log)
        self.analysis = analysis
        self.late = late
        """What arrives behind a reader's token."""
        self.refusals = dict(refusals or {})
        self.stop_seconds = stop_seconds
        self.stopped_as = stopped_as
        self.call_seconds = call_seconds
        self.jobs: dict[str, FakeJob] = {}
        self.objects: dict[tuple[str, str], datetime] = {}
        self.texts: dict[tuple[str, str], str] = {}
        """What tickets say, by bucket and key."""
        self.stuck = set(stuck)
        self.strangers: set[str] = set()
        """Jobs that were there before us: neither stopped nor deleted."""
        self.log_streams: set[str] = set()
        self.started: list[str] = []
        self.abandoned: list[str] = []
        self.calls: list[tuple[Any, ...]] = []
        self._times: dict[str, int] = {}

    # --- what tests ask ----------------------------------------------------------------------

    @property
    def steps(self) -> tuple[str, ...]:
        return tuple(call[0] for call in self.calls)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left: no job, no object, and no run without its job."""
        return not self.jobs and not self.objects and not self.abandoned

    def active(self) -> tuple[str, ...]:
        """The ids of all runs that go on, also of those whose job was deleted."""
        jobs = (*self.jobs.values(),)
        return (
            *(run.id for job in jobs for run in job.runs if self._goes_on(run)),
            *self.abandoned,
        )

    # --- what others did before --------------------------------------------------------------

    def add_job(self, name: str, tags: Mapping[str, str], *, created_at: datetime) -> FakeJob:
        self.jobs[name] = FakeJob(name=name, tags=dict(tags), created_at=created_at)
        return self.jobs[name]

    def add_run(self, name: str, run_id: str = "jr_old", marker: str = "") -> None:
        run = FakeRun(
            id=run_id,
            started=self.clock.monotonic(),
            course=self.course,
            marker=marker,
            stopped_as=self.stopped_as,
        )
        self.jobs[name].runs.append(run)

    def add_object(self, bucket: str, key: str, *, at: datetime | None = None) -> None:
        self.objects[bucket, key] = at or self.clock.now()

    # --- the port ----------------------------------------------------------------------------

    @property
    def region(self) -> str:
        return "us-east-1"

    def upload(self, uploads: tuple[Upload, ...]) -> None:
        error = self._called("upload", *(upload.key for upload in uploads))
        for upload in uploads:
            self.add_object(upload.bucket, upload.key)
        self._answer(error)

    def create_job(self, request: Mapping[str, Any]) -> None:
        name, tags = request["Name"], request.get("Tags", {})
        error = self._called("create_job", name)
        there = self.jobs.get(name)
        if there is not None and there.tags.get(Tag.BUILD) != tags.get(Tag.BUILD):
            self.strangers.add(name)
            raise AlreadyThere(f"{name} is taken.")
        if there is None:
            self.add_job(name, tags, created_at=self.clock.now())
        self._answer(error)

    def start_run(self, request: Mapping[str, Any]) -> str:
        name = request["JobName"]
        error = self._called("start_run", name)
        marker = request["Arguments"][MARKER_ARGUMENT]
        going_on = [run for run in self._job(name).runs if self._goes_on(run)]
        if going_on and going_on[0].marker != marker:
            raise OverLimit(f"{name} runs already.")
        if going_on:
            return going_on[0].id
        run_id = f"jr_{len(self.started) + 1}"
        self.started.append(run_id)
        self.log_streams.add(run_id)
        self.add_run(name, run_id, marker)
        self._answer(error)
        return run_id

    def look(self, job_name: str, run_id: str) -> Sighting:
        self._answer(self._called("look", job_name, run_id))
        return self._seen(self._run(job_name, run_id))

    def driver_log(self, source: LogSource) -> "FakeLog":
        self._called("driver_log", source.run_id)
        return FakeLog(self, source.job_name, source.run_id)

    def runs(self, job_name: str) -> tuple[str, ...]:
        self._answer(self._called("runs", job_name))
        job = self.jobs.get(job_name)
        return tuple(run.id for run in job.runs) if job else ()

    def active_runs(self, job_name: str) -> tuple[str, ...]:
        self._answer(self._called("active_runs", job_name))
        job = None if job_name in self.strangers else self.jobs.get(job_name)
        return tuple(run.id for run in job.runs if self._goes_on(run)) if job else ()

    def stop_runs(self, job_name: str, run_ids: tuple[str, ...]) -> None:
        error = self._called("stop_runs", job_name, *run_ids)
        job = self.jobs.get(job_name)
        for run in job.runs if job else ():
            if run.id in run_ids and self._goes_on(run) and run.stop_asked is None:
                run.stop_asked = self.clock.monotonic()
        self._answer(error)

    def has_objects(self, bucket: str, prefix: str) -> bool:
        self._answer(self._called("has_objects", bucket, prefix))
        return any(key[0] == bucket and key[1].startswith(prefix) for key in (*self.objects,))

    def delete_objects(self, bucket: str, prefix: str) -> tuple[Leftover, ...]:
        if not OURS.match(prefix):
            raise ValueError(f"{prefix!r} is not ours")
        error = self._called("delete_objects", bucket, prefix)
        below = [key for key in (*self.objects,) if key[0] == bucket and key[1].startswith(prefix)]
        stuck = [key for key in below if key[1] in self.stuck]
        for key in set(below) - set(stuck):
            self.objects.pop(key, None)  # several delete at once
        self._answer(error)
        return tuple(
            Leftover(kind="object", name=f"s3://{bucket}/{key}", reason="AccessDenied")
            for _, key in stuck
        )

    def delete_logs(self, source: LogSource) -> tuple[Leftover, ...]:
        error = self._called("delete_logs", source.run_id)
        self.log_streams.discard(source.run_id)
        self._answer(error)
        return ()

    def delete_job(self, job_name: str) -> None:
        error = self._called("delete_job", job_name)
        job = None if job_name in self.strangers else self.jobs.pop(job_name, None)
        if job is not None:
            self.abandoned += [run.id for run in job.runs if self._goes_on(run)]
        self._answer(error)

    def find_jobs(self, tags: Mapping[str, str]) -> Iterator[FoundJob]:
        self._answer(self._called("find_jobs", dict(tags)))
        for job in tuple(self.jobs.values()):
            if tags.items() <= job.tags.items():
                yield self._found(job)

    def job_names(self, tags: Mapping[str, str]) -> Iterator[str]:
        self._answer(self._called("job_names", dict(tags)))
        for job in tuple(self.jobs.values()):
            if tags.items() <= job.tags.items():
                yield job.name

    def described(self, names: tuple[str, ...], *, until: datetime) -> tuple[FoundJob, ...]:
        self._answer(self._called("described", *names))
        return tuple(
            self._found(self.jobs[name])
            for name in names
            if name in self.jobs and self.jobs[name].created_at <= until
        )

    def build_prefixes(self, bucket: str) -> Iterator[tuple[str, datetime]]:
        self._answer(self._called("build_prefixes", bucket))
        youngest: dict[str, datetime] = {}
        for (name, key), at in self.objects.items():
            if name == bucket and OURS.match(key):
                build_id = key.split("/")[1]
                youngest[build_id] = max(at, youngest.get(build_id, at))
        yield from youngest.items()

    def tickets(self, bucket: str, build_id: str) -> tuple[str, ...]:
        self._answer(self._called("tickets", bucket, build_id))
        begin, end = f"{ROOT}/{build_id}/", "/ticket.json"
        keys = [key for name, key in self.objects if name == bucket]
        found = [key for key in keys if key.startswith(begin) and key.endswith(end)]
        return tuple(self.texts.get((bucket, key), "") for key in found)

    # --- inside ------------------------------------------------------------------------------

    def _called(self, step: str, *arguments: Any) -> Exception | None:
        """Note a call; raise its refusal, or return it when the step takes effect all the same."""
        self.calls.append((step, *arguments))
        self.clock.pause(self.call_seconds)
        times = self._times[step] = self._times.get(step, 0) + 1
        refusal = self.refusals.get(step)
        if refusal is None or not refusal.hits(times):
            return None
        if refusal.takes_effect:
            return refusal.error
        raise refusal.error

    @staticmethod
    def _answer(error: Exception | None) -> None:
        if error is not None:
            raise error

    @staticmethod
    def _found(job: FakeJob) -> FoundJob:
        return FoundJob(name=job.name, tags=job.tags, created_at=job.created_at, job_type="glueetl")

    def _seen(self, run: FakeRun) -> Sighting:
        return run.seen(self.clock.monotonic(), self.stop_seconds)

    def _goes_on(self, run: FakeRun) -> bool:
        return not self._seen(run).state.is_final

    def _job(self, name: str) -> FakeJob:
        if name not in self.jobs:
            raise NotFound(f"There is no job {name}.")
        return self.jobs[name]

    def _run(self, name: str, run_id: str) -> FakeRun:
        for run in self._job(name).runs:
            if run.id == run_id:
                return run
        raise NotFound(f"There is no run {run_id}.")


class FakeLog:
    """The LogReader port over the engine's list of chunks; nothing twice."""

    def __init__(self, engine: FakeEngine, job_name: str, run_id: str) -> None:
        self._engine = engine
        self._names = (job_name, run_id)
        self._next = 0
        self._denied: AccessDenied | None = None

    def read(self, *, is_last: bool = False, until: float = inf) -> LogNews:
        if self._denied:
            return LogNews(problems=(self._denied,))
        try:
            return LogNews(chunks=self._new(), problems=self._missing() if is_last else ())
        except EngineError as error:
            self._denied = error if isinstance(error, AccessDenied) else None
            return LogNews(problems=(error,))

    def late(self, *, until: float = inf) -> LogNews:
        self._engine._called("late", *self._names)
        late, self._engine.late = self._engine.late, ()
        return LogNews(chunks=late)

    def analysis(self) -> tuple[str, ...]:
        self._engine._answer(self._engine._called("analysis", *self._names))
        return self._engine.analysis

    def _missing(self) -> tuple[NotFound, ...]:
        name = self._names[1]
        return () if name in self._engine.log_streams else (NotFound(f"No log of {name}."),)

    def _new(self) -> tuple[LogChunk, ...]:
        engine = self._engine
        engine._answer(engine._called("read_log", *self._names))
        if self._names[1] not in engine.log_streams:
            return ()
        elapsed = engine.clock.monotonic() - engine._run(*self._names).started
        first = self._next
        while self._next < len(engine.log) and engine.log[self._next][0] <= elapsed:
            self._next += 1
        return tuple(chunk for _, chunk in engine.log[first : self._next])


def out(text: str, *, at: float = 0.0) -> tuple[float, LogChunk]:
    """Return a chunk of the job's stdout, ``at`` seconds after its start."""
    return at, LogChunk(stream=LogStream.OUTPUT, text=text)


def err(text: str, *, at: float = 0.0) -> tuple[float, LogChunk]:
    """Return a chunk of the job's stderr."""
    return at, LogChunk(stream=LogStream.ERROR, text=text)


def refused(step: str, **options: Any) -> dict[str, Refusal]:
    """Return the refusal of one step, with a message that names it."""
    return {step: Refusal(error=EngineError(f"{step} refused.", hint="Mend it."), **options)}
