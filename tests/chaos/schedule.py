"""What happens in one play, as values: the checks, the strikes and the blows.

Pure: a seed makes a ``Schedule``, and the same seed makes the same.  Refuses to know how a stage
lets it happen.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import signal


class Command(StrEnum):
    """The commands of a play, in their order."""

    CHECK = "check"
    CLEANUP = "cleanup"
    SWEEP = "sweep"


class Fate(StrEnum):
    """What happens to a request that is struck."""

    THROTTLED = "throttled"
    """Refused with the service's word for "too often"; no effect."""
    REFUSED = "refused"
    """Refused for a missing right (403); no effect."""
    BROKEN = "broken"
    """Answered with 500 (GitHub: 502); no effect."""
    CUT_BEFORE = "cut before"
    """The connection is cut before the request took effect."""
    CUT_AFTER = "cut after"
    """The connection is cut after the request took effect."""
    LATE = "late"
    """It took effect at once; the answer comes after the client's time-out."""
    BELATED = "belated"
    """As ``LATE``, but it takes effect only some seconds after it was sent."""
    HALF = "half"
    """Of DeleteObjects, BatchStopJobRun, BatchGetJobs: answered with 200, and half was done."""
    STALE = "stale"
    """Reads of Glue, Logs and GitHub: the answer given before; as if nothing was there, if none."""


BELATED_SECONDS = 90.0
"""When a ``BELATED`` request takes effect, if nothing else is said."""


@dataclass(frozen=True, kw_only=True)
class Point:
    """One request of one command: the ``nth`` (from 1) of its kind.

    ``service`` is glue, s3, logs, sts or github.  ``operation`` is AWS's name of it
    (``CreateJob``, ``PutObject``, ``GetLogEvents``), of GitHub's the method and the last fixed word
    of the path (``POST statuses``, ``GET comments``, ``POST graphql``); ``*`` is any.  ``check`` is
    the name of the check that it is about, and ``""`` any: then it counts over all of them.
    """

    command: Command
    service: str
    operation: str
    nth: int = 1
    check: str = ""


@dataclass(frozen=True, kw_only=True)
class Strike:
    """What happens to a request, and to the ``times - 1`` that follow of the same kind.

    With ``is_lasting`` to all that follow, in this command and in those after it, a missing right.
    """

    at: Point
    fate: Fate
    times: int = 1
    is_lasting: bool = False
    seconds: float = BELATED_SECONDS
    """So long after it was sent a ``BELATED`` request takes effect."""


@dataclass(frozen=True, kw_only=True)
class Again:
    """A further signal, so many virtual seconds after the first."""

    seconds: float
    signal: signal.Signals


@dataclass(frozen=True, kw_only=True)
class Blow:
    """A signal to the process: at a request, or so many virtual seconds after its start.

    ``at`` None: ``seconds`` after the command began.  Else at that request, before or (``is_after``)
    after it took effect, and before it is answered; ``seconds`` is then not looked at.
    """

    command: Command
    signal: signal.Signals
    at: Point | None = None
    is_after: bool = False
    seconds: float = 0.0
    again: tuple[Again, ...] = ()


class End(StrEnum):
    """How a script ends when nobody stops it."""

    PASSES = "passes"
    FAILS = "fails"
    NEVER = "never"
    """It runs until it is stopped, or until Glue's own time-out."""
    STOPPED = "stopped"
    """Somebody else stops the run."""
    ERROR = "error"
    """Glue itself fails (state ERROR, no capacity)."""


@dataclass(frozen=True, kw_only=True)
class RunPlan:
    """What Glue does with a run of a check.  All in virtual seconds."""

    end: End = End.PASSES
    starting_seconds: float = 8.0
    """In STARTING, before RUNNING."""
    running_seconds: float = 20.0
    """In RUNNING, before it ends by itself."""
    stopping_seconds: float = 3.0
    """In STOPPING, after it was asked to stop."""
    log_seconds: float = 2.0
    """So much later than it is printed a line can be read."""
    lines: tuple[str, ...] = ("it runs",)
    """What it prints on stdout: the first when it begins to run, the last when it ends."""
    error: str = "ValueError: no such column"
    """Its ErrorMessage when it fails."""
    is_deleted: bool = False
    """Somebody else deletes the job halfway through the run."""


@dataclass(frozen=True, kw_only=True)
class CheckPlan:
    """One check of the build.  ``name`` is job-0, job-1, …; ``job_type`` pythonshell or glueetl."""

    name: str
    job_type: str = "pythonshell"
    run: RunPlan = RunPlan()


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """One play: check, cleanup, and ``sweep_after_hours`` later sweep.

    ``settings`` are further settings of all commands, by their name in the environment
    (``GLUE_HEALTH_CHECK_KEEP_RESOURCES``).  ``rounds`` of cleanup and sweep may carry strikes and
    blows; after them the stage runs both once more with none, as a next build would.
    """

    seed: int
    checks: tuple[CheckPlan, ...]
    strikes: tuple[Strike, ...] = ()
    blows: tuple[Blow, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    sweep_after_hours: float = 25.0
    latency_seconds: float = 0.05
    """How long an answer takes, about: each takes between half and one and a half of it."""
    is_versioned: bool = False
    """Whether the bucket keeps versions."""
    is_big: bool = False
    """Whether a file is shipped that goes up in parts (9 MB)."""
