"""What is known of a check while it runs, and the result it becomes in the end."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from plugin.core.costs.cost import cost_of
from plugin.core.costs.estimate import is_scaled
from plugin.core.errors import AnswerLost, EngineError, PluginError, Throttled
from plugin.core.judging.logbook import LogBook
from plugin.core.ports import Sighting
from plugin.core.result import CheckResult, Leftover, Phase
from plugin.core.states import RunState
from plugin.core.verdict import Verdict
from plugin.core.watching.ending import Past
from plugin.core.watching.stints import Stints

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from plugin.core.check import Check
    from plugin.core.judging.judged import Judgement
    from plugin.core.ports import Clock
    from plugin.core.result import Cost
    from plugin.core.watching.ending import Stop


@dataclass
class Course:
    """What is known of a check so far; grows while it runs."""

    started: float
    run_id: str = ""
    seen: Sighting = field(default_factory=lambda: Sighting(state=RunState.STARTING))
    stop: Stop | None = None
    book: LogBook = field(default_factory=LogBook)
    phases: list[Phase] = field(default_factory=list)
    stints: Stints = field(default_factory=Stints)
    running_seconds: float = 0.0
    """What the run has run, without its time in a queue; Glue's count, where that is more."""
    was_seen: bool = False
    was_stopped_by_another: bool = False
    """Whether it was seen to stop before we asked for that."""
    was_obeyed: bool = False
    """Whether it was seen to stop after we asked for that."""
    look_error: EngineError | None = None
    """Why the last look failed; None when it did not."""
    was_confirmed: bool = False
    """Whether the last look before a stop saw the run go on, at the limit or past it."""
    ended: float | None = None
    """When it was first seen in a state that does not change again (monotonic seconds)."""
    misses: int = 0
    """Looks in a row that failed, without those that were throttled."""
    throttles: int = 0
    throttled_since: float | None = None
    hurried_since: float | None = None
    """When the cancel was heard that shortens the wait for a stop (monotonic seconds)."""
    pressed_since: float | None = None
    """When it was heard once more, which shortens the wait again."""
    asked: tuple[str, ...] = ()
    """The runs whose stop Glue was asked for, and answered."""
    made: set[str] = field(default_factory=set)
    """Kinds of things that may be there: ``object``, ``job``, ``run``."""
    unanswered: set[str] = field(default_factory=set)
    """Those of them of which no answer told whether they were made."""

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
            elif isinstance(error, AnswerLost):
                self.unanswered.add(kind)
            raise
        except BaseException:
            self.unanswered.add(kind)
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
        """Divide the time of the block into queue, start-up and run, also after an error.

        What comes after the run's end is none of these.
        """
        since = clock.monotonic()
        try:
            yield
        finally:
            self.note_run(since, clock.monotonic() if self.ended is None else self.ended)

    @property
    def running_since(self) -> float | None:
        """When the run first ran (monotonic seconds); None when it never did."""
        return self.stints.running_since

    @property
    def past(self) -> Past:
        """What the looks before the last one tell of its end."""
        return Past(
            has_run=self.running_since is not None,
            was_stopped_by_another=self.was_stopped_by_another,
            was_obeyed=self.was_obeyed,
            was_confirmed=self.was_confirmed,
        )

    def saw(self, seen: Sighting, now: float) -> None:
        """Take a look's answer at ``now`` (monotonic seconds).

        A run that was stopped or lost in the queue never ran: it has no run time and no cost.  The
        name of a state that nobody knows is kept: the end may have to be explained by it.
        """
        self.seen = replace(seen, unknown=seen.unknown or self.seen.unknown)
        self.was_seen, self.look_error = True, None
        self.misses, self.throttles, self.throttled_since = 0, 0, None
        if seen.state is RunState.STOPPING:
            self.was_obeyed = self.stop is not None and not self.was_stopped_by_another
            self.was_stopped_by_another = not self.was_obeyed
        elif not seen.state.is_final:  # it goes on all the same
            self.was_obeyed = self.was_stopped_by_another = False
        else:
            self.ended = now
        self.stints.saw(seen, now)
        self.passed(now)

    def passed(self, now: float) -> None:
        """Take note that it is ``now``, also after a look that failed: limits go on."""
        told = self.seen.execution_seconds if self.running_since is not None else 0
        self.running_seconds = max(self.stints.ran(now), float(told))

    def missed(self, error: EngineError, now: float) -> None:
        """Take note of a look that failed.  One that was throttled says nothing against the run."""
        self.look_error = error
        if not isinstance(error, Throttled):
            self.misses += 1
            return
        self.throttles += 1
        if self.throttled_since is None:
            self.throttled_since = now

    def note_run(self, since: float, until: float) -> None:
        """Divide the time of the watch: queue, start-up, run."""
        for name, start, end in self.stints.between(since, until):
            self.phase(name, start, end)


def cost_so_far(check: Check, course: Course) -> Cost:
    """Return what the run has cost until now, in USD.

    Glue's own count of seconds is exact in the end; until then it may lag behind ours.
    """
    is_final = course.seen.state.is_final
    counted = course.seen.execution_seconds if is_final else 0
    return cost_of(
        check.capacity,
        seconds=counted or course.running_seconds,
        dpu_seconds=course.seen.dpu_seconds if is_final else None,
        overrides=check.settings.price_overrides,
        is_scaled=is_scaled(check),
    )


def kept_notes(check: Check, region: str = "") -> tuple[str, ...]:
    """Return how to remove what ``keep_resources`` leaves; nothing when it is not set."""
    if not check.keep:
        return ()
    kept = [Leftover(kind="object", name=place.uri(), reason="") for place in check.places]
    kept.append(Leftover(kind="job", name=check.job_name, reason=""))
    commands = "; ".join(item.command for item in named(check, tuple(kept), region))
    return (f"Kept, because keep_resources is set. It stays until you remove it: {commands}",)


def named(check: Check, items: tuple[Leftover, ...], region: str) -> tuple[Leftover, ...]:
    """Return leftovers of a check with all that their removal needs."""
    return tuple(replace(item, job_name=check.job_name, region=region) for item in items)


def result_of(
    check: Check,
    course: Course,
    judgement: Judgement,
    leftovers: tuple[Leftover, ...],
    *,
    now: float,
    region: str = "",
) -> CheckResult:
    """Return the frozen result.  A local run costs nothing."""
    # a script that failed at once ran, though nobody saw it: Glue bills its minute
    has_run = course.running_since is not None or (
        course.seen.state is RunState.FAILED and judgement.verdict is Verdict.FAILED
    )
    return CheckResult(
        name=check.name,
        script=check.settings.script,
        verdict=judgement.verdict,
        reason=judgement.reason,
        hint=judgement.hint,
        trouble=judgement.trouble,
        place=judgement.place,
        findings=tuple(course.book.findings),
        notes=(*judgement.notes, *(kept_notes(check, region) if course.made else ())),
        leftovers=named(check, leftovers, region),
        state=course.seen.state_name if course.run_id else "",
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
