"""What the orchestration needs of the outside world, as protocols beside their user."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from math import inf
from typing import TYPE_CHECKING, Any, Protocol

from plugin.core.states import OURS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from plugin.core.errors import EngineError, PluginError
    from plugin.core.result import CheckResult, Leftover, Report
    from plugin.core.shipping.content import Content
    from plugin.core.states import RunState


class Clock(Protocol):
    """Time, and the one cancel that everybody hears."""

    def now(self) -> datetime:
        """Return the wall clock, UTC."""

    def monotonic(self) -> float:
        """Return seconds that never jump."""

    def wait(self, seconds: float) -> bool:
        """Wait; return at once and True when the run was or gets cancelled."""

    def pause(self, seconds: float) -> None:
        """Wait even when cancelled: for the clean-up, within its own bound."""

    def is_cancelled(self) -> bool:
        """Whether a cancel was heard."""

    def is_pressed(self) -> bool:
        """Whether it was heard twice: whoever waits for others waits less."""


@dataclass(frozen=True, kw_only=True)
class Upload:
    """One object to write.  ``kms_key_id`` is empty when the bucket encrypts as it wants."""

    bucket: str
    key: str
    body: bytes | Content = field(repr=False)
    kms_key_id: str = ""

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.body) if isinstance(self.body, bytes) else self.body.size


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """One look at a run.  Seconds are Glue's own ``ExecutionTime``; ``detail`` explains a wait.

    ``log_group`` is the run's ``LogGroupName``: what its log groups begin with; empty when Glue
    does not tell.  ``unknown`` is how Glue calls a state that this version does not know.
    """

    state: RunState
    message: str = ""
    detail: str = ""
    execution_seconds: int = 0
    dpu_seconds: float | None = None
    log_group: str = ""
    unknown: str = ""

    @property
    def state_name(self) -> str:
        """The state in Glue's spelling, also when nobody knows it."""
        return self.unknown if self.state in OURS else str(self.state)


@dataclass(frozen=True, kw_only=True)
class JobDefinition:
    """An existing job, as GetJob and GetTags tell it.

    ``members`` are those that CreateJob takes too, in AWS's spelling; ``tags`` None when they may
    not be read; ``runs_on`` is the Glue version of a job that lets AWS choose it, empty when Glue
    does not tell.
    """

    name: str
    members: Mapping[str, Any] = field(repr=False)
    tags: Mapping[str, str] | None = None
    runs_on: str = ""


class JobReader(Protocol):
    """Reads the definitions of existing jobs, all that a plan needs in one call."""

    def definitions(self, names: tuple[str, ...]) -> Mapping[str, JobDefinition | PluginError]:
        """Return each job's definition, or why it could not be read.  Raises nothing."""


@dataclass(frozen=True, kw_only=True)
class FoundJob:
    """A job that carries our tags.  ``created_at`` is UTC.

    What follows the time says where its runs log, as in ``LogSource``.  ``unread`` says why nobody
    knows its tags: then there are none here, and it is nobody's to remove.
    """

    name: str
    tags: Mapping[str, str]
    created_at: datetime
    job_type: str = ""
    glue_version: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict, repr=False)
    security_configuration: str = ""
    role: str = ""
    unread: str = ""


class LogStream(StrEnum):
    """The two streams of a driver's log, by the end of the log group's name."""

    OUTPUT = "output"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class LogChunk:
    """A piece of one stream.  A chunk is not a line: it may hold many, or a part of one."""

    stream: LogStream
    text: str


@dataclass(frozen=True, kw_only=True)
class LogSource:
    """What is known of a run, by which its log is found.

    ``group`` is ``Sighting.log_group``; ``arguments`` are the job's own, with ``--``: some of them
    move the log elsewhere, as does the ``security_configuration``, together with the ``role``
    (name or ARN).
    """

    job_name: str
    run_id: str
    job_type: str
    glue_version: str
    group: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)
    security_configuration: str = ""
    role: str = ""


@dataclass(frozen=True, kw_only=True)
class LogNews:
    """What one reading of a log brought.

    ``chunks`` are new, in order within a stream; ``problems`` say what could not be read, if
    anything; ``is_behind`` says that there is more to read at once.
    """

    chunks: tuple[LogChunk, ...] = ()
    problems: tuple[EngineError, ...] = ()
    is_behind: bool = False


class LogReader(Protocol):
    """The driver's log of one run, read forward; nothing twice."""

    def read(self, *, is_last: bool = False, until: float = inf) -> LogNews:
        """Return what is new since the last call, at most a few pages of each stream.

        ``is_last`` says that the run is over: then it waits for its turn, and looks once more for
        streams that were not found, but asks nothing when the clock's ``monotonic`` is beyond
        ``until``, or after a cancel.  Raises nothing that AWS can cause.
        """

    def late(self, *, until: float = inf) -> LogNews:
        """Read all once more from the start; return only what was never returned.

        ``until`` as of ``read``.

        An event that arrives late, with an older time than what was read, is found in no other way.
        """

    def analysis(self) -> tuple[str, ...]:
        """Return the messages of Glue's own analysis of the run, in order; empty without one.

        Asks at most a few times.  Raises ``EngineError`` when it may not or cannot be read.
        """


class Engine(Protocol):
    """Glue, S3 and CloudWatch Logs as the lifecycle needs them.  Any call may raise EngineError."""

    @property
    def region(self) -> str:
        """Where its jobs are; empty when nobody knows."""

    def upload(self, uploads: tuple[Upload, ...]) -> None:
        """Write all objects."""

    def create_job(self, request: Mapping[str, object]) -> None:
        """Create the job of a ``CreateJob`` request; adopt it if an earlier answer was lost."""

    def start_run(self, request: Mapping[str, object]) -> str:
        """Start the run of a ``StartJobRun`` request exactly once and return its id."""

    def look(self, job_name: str, run_id: str) -> Sighting:
        """Return the run as it is now."""

    def driver_log(self, source: LogSource) -> LogReader:
        """Return a reader at the beginning of the run's log; asks nothing of AWS yet."""

    def runs(self, job_name: str) -> tuple[str, ...]:
        """Return the ids of all the job's runs; empty when there is no such job."""

    def active_runs(self, job_name: str) -> tuple[str, ...]:
        """Return the ids of the job's runs that are not final; empty when there is no such job."""

    def stop_runs(self, job_name: str, run_ids: tuple[str, ...]) -> None:
        """Ask Glue to stop the runs; a run that is final already is no error."""

    def has_objects(self, bucket: str, prefix: str) -> bool:
        """Whether there is an object, or an old version of one, below ``prefix``."""

    def delete_objects(self, bucket: str, prefix: str) -> tuple[Leftover, ...]:
        """Delete all objects below ``prefix``; return those that stayed."""

    def delete_logs(self, source: LogSource) -> tuple[Leftover, ...]:
        """Delete the run's log streams; return those that stayed."""

    def delete_job(self, job_name: str) -> None:
        """Delete the job; a job that is not there is no error."""

    def find_jobs(self, tags: Mapping[str, str]) -> Iterator[FoundJob]:
        """Yield the jobs that carry all of ``tags``."""

    def job_names(self, tags: Mapping[str, str]) -> Iterator[str]:
        """Yield the names alone of the jobs that carry all of ``tags``: a hundredth of the cost."""

    def described(self, names: tuple[str, ...], *, until: datetime) -> tuple[FoundJob, ...]:
        """Return those of the jobs that are there and were created at ``until`` or earlier."""

    def build_prefixes(self, bucket: str) -> Iterator[tuple[str, datetime]]:
        """Yield the build ids with objects in a bucket, each with its youngest object's time."""

    def tickets(self, bucket: str, build_id: str) -> tuple[str, ...]:
        """Return the texts of a build's tickets in a bucket; empty ones may not be read."""


class Checkout(Protocol):
    """The files of the working tree.  Paths are relative, with forward slashes.

    Every call raises ``Unusable`` for what is missing, leaves the checkout or is no plain file.
    """

    def matches(self, pattern: str) -> tuple[str, ...]:
        """Return the files that match a glob, sorted; hidden folders are left out."""

    def is_folder(self, path: str) -> bool:
        """Whether there is such a folder."""

    def files_below(self, folder: str) -> tuple[str, ...]:
        """Return the files below a folder, relative to the checkout, sorted."""

    def read(self, path: str) -> bytes:
        """Return the bytes of a file."""

    def content(self, path: str) -> bytes | Content:
        """Return the bytes of a file, or where they are read from when they are sent."""


class Observer(Protocol):
    """Who hears what happens while checks run.  Called from several threads; must not raise."""

    def state_changed(self, check_name: str, state: str, detail: str) -> None:
        """A check went on to ``state``: packaging, uploading, a run state, or cleaning up."""

    def log_lines(self, check_name: str, lines: tuple[str, ...]) -> None:
        """The job wrote whole lines, in order."""

    def finished(self, result: CheckResult) -> None:
        """A check is over."""


class Reporter(Protocol):
    """Tells the report in one way.  May raise: the caller guards each on its own."""

    @property
    def name(self) -> str:
        """The name used in ``required_reporters``."""

    def report(self, report: Report) -> None:
        """Tell it."""
