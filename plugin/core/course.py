"""What is known of a check while it runs, and the result it becomes in the end."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugin.core.cost import cost_of
from plugin.core.errors import EngineError, PluginError
from plugin.core.logbook import LogBook
from plugin.core.ports import Sighting
from plugin.core.result import CheckResult, Leftover, Phase
from plugin.core.states import RunState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from plugin.core.check import Check
    from plugin.core.judgement import Judgement, Stop
    from plugin.core.ports import Clock
    from plugin.core.result import Cost


_HAS_RUN = frozenset({RunState.RUNNING, RunState.SUCCEEDED, RunState.FAILED, RunState.TIMEOUT})
"""States that only a run which began to run can be in."""


@dataclass
class Course:
    """What is known of a check so far; grows while it runs."""

    started: float
    run_id: str = ""
    seen: Sighting = field(default_factory=lambda: Sighting(state=RunState.STARTING))
    stop: Stop | None = None
    book: LogBook = field(default_factory=LogBook)
    phases: list[Phase] = field(default_factory=list)
    was_queued: bool = False
    """Whether the run was seen to wait for its turn."""
    starting_since: float | None = None
    """When the last start-up was first seen, after which it did not wait again."""
    running_since: float | None = None
    running_seconds: float = 0.0
    misses: int = 0
    hurried_since: float | None = None
    """When the cancel was heard that shortens the wait for a stop (monotonic seconds)."""
    made: set[str] = field(default_factory=set)
    """Kinds of things that may be there: ``object``, ``job``, ``run``."""

    @contextmanager
    def making(self, kind: str) -> Iterator[None]:
        """Note that a thing of this ``kind`` may be there from now on.

        Only an error that tells for certain that nothing was made takes the note back; after a
        lost answer, a bug or a signal it stays.
        """
        was_made = kind in self.made
        self.made.add(kind)
        try:
            yield
        except EngineError as error:
            if error.had_no_effect and not was_made:
                self.made.discard(kind)
            raise

    def leftovers(
        self, kind: str, name: str, remove: Callable[[], tuple[Leftover, ...] | None]
    ) -> tuple[Leftover, ...]:
        """Ask for one removal; return what it names, or when it is refused, the thing itself.

        What was never made is not named: nobody could find it.  A bug is treated like a refusal:
        it must not keep us from asking for the other removals, nor from naming this one.
        """
        try:
            return remove() or ()
        except PluginError as error:
            reason = str(error)
        except Exception as bug:  # noqa: BLE001 - see above
            reason = f"{type(bug).__name__}: {bug}"
        may_be_there = bool(self.run_id) or kind in self.made
        return (Leftover(kind=kind, name=name, reason=reason),) if may_be_there else ()

    def phase(self, name: str, since: float, until: float) -> None:
        """Note one part of the time."""
        self.phases.append(
            Phase(name=name, start=round(since - self.started, 3), seconds=round(until - since, 3))
        )

    @contextmanager
    def timed(self, name: str, clock: Clock) -> Iterator[None]:
        """Note how long the block took, also when it ends in an error."""
        since = clock.monotonic()
        try:
            yield
        finally:
            self.phase(name, since, clock.monotonic())

    @contextmanager
    def watched(self, clock: Clock) -> Iterator[None]:
        """Divide the time of the block into queue, start-up and run, also after an error."""
        since = clock.monotonic()
        try:
            yield
        finally:
            self.note_run(since, clock.monotonic())

    def saw(self, seen: Sighting, now: float) -> None:
        """Take a look's answer at ``now`` (monotonic seconds).

        A run that was stopped or lost in the queue never ran: it has no run time and no cost.
        """
        self.seen = seen
        if self.running_since is None:
            self._note_begin(seen, now)
            if not seen.execution_seconds and seen.state not in _HAS_RUN:
                return
            self.running_since = now - seen.execution_seconds
        self.running_seconds = max(now - self.running_since, float(seen.execution_seconds))

    def _note_begin(self, seen: Sighting, now: float) -> None:
        """A run that waits after it started is in the queue again."""
        if seen.state is RunState.WAITING:
            self.was_queued, self.starting_since = True, None
        elif seen.state is RunState.STARTING and self.starting_since is None:
            self.starting_since = now

    def note_run(self, since: float, until: float) -> None:
        """Divide the time of the watch: queue (only if it waited), start-up, run (if it ran)."""
        ran = until if self.running_since is None else min(max(self.running_since, since), until)
        started = since
        if self.was_queued:
            started = ran if self.starting_since is None else min(self.starting_since, ran)
            self.phase("queue", since, started)
        if started < ran or not self.was_queued:
            self.phase("start-up", started, ran)
        if self.running_since is not None:
            self.phase("run", ran, until)


def cost_so_far(check: Check, course: Course) -> Cost:
    """Return what the run has cost until now, in USD.

    Glue's own count of seconds is exact in the end; until then it may lag behind ours.
    """
    counted = course.seen.execution_seconds if course.seen.state.is_final else 0
    return cost_of(
        check.capacity,
        seconds=counted or course.running_seconds,
        dpu_seconds=course.seen.dpu_seconds,
        overrides=check.settings.price_overrides,
    )


def kept_notes(check: Check) -> tuple[str, ...]:
    """Return how to remove what ``keep_resources`` leaves; nothing when it is not set."""
    if not check.keep:
        return ()
    removals = (f"aws s3 rm --recursive {place.uri()}" for place in check.places)
    commands = "; ".join((*removals, f"aws glue delete-job --job-name {check.job_name}"))
    return (f"Kept, because keep_resources is set. It stays until you remove it: {commands}",)


def result_of(
    check: Check,
    course: Course,
    judgement: Judgement,
    leftovers: tuple[Leftover, ...],
    *,
    now: float,
) -> CheckResult:
    """Return the frozen result.  A local run costs nothing."""
    has_run = course.running_since is not None
    return CheckResult(
        name=check.name,
        script=check.settings.script,
        verdict=judgement.verdict,
        reason=judgement.reason,
        hint=judgement.hint,
        trouble=judgement.trouble,
        place=judgement.place,
        findings=tuple(course.book.findings),
        notes=(*judgement.notes, *(kept_notes(check) if course.made else ())),
        leftovers=leftovers,
        state=str(course.seen.state) if course.run_id else "",
        job_name=check.job_name if "job" in course.made else "",
        run_id=course.run_id,
        glue_version=check.capacity.glue_version,
        capacity=check.capacity.in_words(),
        phases=tuple(course.phases),
        seconds=round(now - course.started, 3),
        execution_seconds=course.seen.execution_seconds,
        cost=cost_so_far(check, course) if has_run and not check.is_local else None,
        log_tail=tuple(course.book.tail),
        log_lines=course.book.lines,
    )
