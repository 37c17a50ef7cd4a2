"""What came of one play, as values: all that the laws look at.

Refuses to know what is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.chaos.schedule import Command, Fate, Schedule


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request as the stage saw it, in the order of their coming."""

    step: str
    """Which process: check, cleanup, sweep, last cleanup, last sweep."""
    command: Command
    seconds: float
    """Virtual, since the step began."""
    service: str
    operation: str
    check: str
    """The check it is about; empty when of none, or of several."""
    subject: str
    """What it names: job, run, bucket/key, log stream, path at GitHub."""
    fate: Fate | None = None
    blow: str = ""
    """``SIGTERM before`` when a signal was sent at it, else empty."""
    took_effect: bool = True
    """Whether it was handed on (a BELATED one: whether it was, in the end)."""
    status: int = 0
    """HTTP's; 0 when nothing was answered."""
    code: str = ""
    """The error's code as the client read it, e.g. EntityNotFoundException."""
    body: str = ""
    """Of writes to Glue: the request's JSON; else empty."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run in the Glue, of whomever."""

    id: str
    job: str
    check: str
    """The check whose mark (``--glue_health_check_run``) or job it bears; empty for strangers'."""
    mark: str
    state: str
    is_active: bool


@dataclass(frozen=True, kw_only=True)
class World:
    """What exists at one moment.  Strangers' things are in it, too."""

    seconds: float
    """Virtual, since the play began."""
    jobs: Mapping[str, Mapping[str, Any]]
    """Name → definition with ``Tags``."""
    runs: tuple[Run, ...]
    """All that ever were, the oldest first."""
    objects: Mapping[str, str]
    """bucket/key → digest of the bytes."""
    versions: tuple[str, ...]
    """bucket/key of versions and delete markers that are not the newest object."""
    uploads: tuple[str, ...]
    """bucket/key of unfinished multipart uploads."""
    foreign: Mapping[str, str]
    """Strangers' jobs, runs and objects → digest of all that is told of each."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """One commit status as it was posted."""

    step: str
    context: str
    state: str
    description: str


@dataclass(frozen=True, kw_only=True)
class Step:
    """One process from its start to its end."""

    name: str
    """check, cleanup, sweep, last cleanup, last sweep."""
    command: Command
    code: int
    """Exit code; minus the signal's number when one killed it."""
    out: str
    err: str
    seconds: float
    """Virtual, from start to end."""
    seconds_after_signal: float | None
    """Virtual, from the first signal to the end; None without one."""
    signals: tuple[str, ...]
    """What was sent, in order: SIGINT, SIGTERM, SIGKILL."""
    report: Any
    """report.json as it lies there after this step; None when there is none."""
    report_text: str
    """The same as text, empty when there is none; files that are no JSON show here."""
    files: Mapping[str, str]
    """What the process wrote for the CI host: state, output, summary, and the report folder's."""
    is_hung: str
    """Why the stage killed it: all threads waited for ever, or the real time was over; or empty."""
    world: World
    """What exists after it."""


@dataclass(frozen=True, kw_only=True)
class Played:
    """One schedule, played."""

    schedule: Schedule
    before: World
    steps: tuple[Step, ...]
    requests: tuple[Request, ...]
    statuses: tuple[Told, ...]
    """All commit statuses in the order of their coming."""
    comments: tuple[str, ...]
    """The comments of the pull request at the end."""
    secrets: tuple[str, ...]
    """Texts that must stand in no output."""
    cpu_seconds: float
    """Of harness and children together."""

    def step(self, name: str) -> Step:
        """The step of that name; raises StopIteration when it was not played."""
        return next(step for step in self.steps if step.name == name)
