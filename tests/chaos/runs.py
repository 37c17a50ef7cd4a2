"""Runs that follow a script of the schedule's, on a clock that is given.

Knows what Glue does with a run from its start to its end, and when its log lines come.  Refuses to
know requests, and whose clock it is: nothing happens until somebody calls ``catch_up``.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol

from plugin.core.states import RunState
from plugin.local import log_groups
from tests.chaos.schedule import End, RunPlan

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugin.local.job_store import JobStore
    from plugin.local.records import JobRun

_ENDS = {
    End.PASSES: RunState.SUCCEEDED,
    End.FAILS: RunState.FAILED,
    End.STOPPED: RunState.STOPPED,
    End.ERROR: RunState.ERROR,
}
_NO_CAPACITY = "Resource unavailable: insufficient capacity."


class Logs(Protocol):
    """Where lines go."""

    def put(self, stream: tuple[str, str], text: str, *, printed: float, read: float) -> None:
        """Add a line to a stream (group and name), printed and first read at epoch seconds."""


@dataclass
class _Deeds:
    """What will happen, the soonest first."""

    heap: list[tuple[float, int, Callable[[float], None]]] = field(default_factory=list)
    numbers: Any = field(default_factory=count)

    def add(self, at: float, deed: Callable[[float], None]) -> None:
        heapq.heappush(self.heap, (at, next(self.numbers), deed))

    def due(self, now: float) -> tuple[float, Callable[[float], None]] | None:
        if self.heap and self.heap[0][0] <= now:
            at, _, deed = heapq.heappop(self.heap)
            return at, deed
        return None


class ScriptedRunner:
    """The local Glue's ``Runner``.  ``plan_of`` says what a run of a job does; times are epoch s."""

    def __init__(
        self,
        store: JobStore,
        logs: Logs,
        *,
        plan_of: Callable[[str], RunPlan],
        now: Callable[[], float],
    ) -> None:
        self._store = store
        self._logs = logs
        self._plan_of = plan_of
        self._now = now
        self._deeds = _Deeds()
        self._runs: dict[str, JobRun] = {}

    def at(self, seconds: float, deed: Callable[[float], None]) -> None:
        """Have something else happen at a time; ``deed`` is told when that was."""
        self._deeds.add(seconds, deed)

    def catch_up(self) -> None:
        """Let happen what was to happen by now."""
        while due := self._deeds.due(self._now()):
            at, deed = due
            deed(at)

    def start(self, run: JobRun) -> None:
        """Begin a run."""
        plan = self._plan_of(run.job.name)
        self._runs[run.id] = run
        self._deeds.add(run.started_on + plan.starting_seconds, lambda at: self._run(run, plan, at))

    def stop(self, run_id: str) -> None:
        """Let a run stop, in its time."""
        plan = self._plan_of(self._runs[run_id].job.name)
        self._deeds.add(
            self._now() + plan.stopping_seconds,
            lambda at: self._end(run_id, RunState.STOPPED, at),
        )

    def _run(self, run: JobRun, plan: RunPlan, at: float) -> None:
        if plan.end is End.ERROR:
            self._end(run.id, RunState.ERROR, at, message=_NO_CAPACITY)
            return
        state = self._store.advance(run.id, RunState.RUNNING, now=at).state
        if state is not RunState.RUNNING:
            return
        self._print(run, plan, at)
        if run.timeout_minutes is not None:
            minutes = run.timeout_minutes
            words = f"Job run exceeded its timeout of {minutes} minutes."
            self._deeds.add(
                at + 60.0 * minutes,
                lambda then: self._end(run.id, RunState.TIMEOUT, then, message=words),
            )
        if plan.is_deleted:
            self._deeds.add(
                at + plan.running_seconds / 2,
                lambda _: self._store.remove_job(run.job.region, run.job.name),
            )
        if plan.end is not End.NEVER:
            self._deeds.add(at + plan.running_seconds, lambda then: self._finish(run, plan, then))

    def _finish(self, run: JobRun, plan: RunPlan, at: float) -> None:
        is_at_fault = plan.end is End.FAILS
        self._end(run.id, _ENDS[plan.end], at, message=plan.error if is_at_fault else "")

    def _end(self, run_id: str, state: RunState, at: float, *, message: str = "") -> None:
        """End it, unless it has ended; what it was to do in STOPPING it does not do."""
        run = self._runs[run_id]
        known = self._store.run(run.job.region, run.job.name, run_id)
        is_stopping = known.state is RunState.STOPPING
        if is_stopping and state not in {RunState.STOPPED, RunState.TIMEOUT}:
            return
        self._store.advance(run_id, state, now=at, message=message)

    def _print(self, run: JobRun, plan: RunPlan, at: float) -> None:
        """Have its lines come: the first at its begin, the last at its end."""
        last = len(plan.lines) - 1
        for number, line in enumerate(plan.lines):
            printed = at + (plan.running_seconds * number / last if last else 0.0)
            self._deeds.add(printed, partial(self._tell, run, plan, line))

    def _tell(self, run: JobRun, plan: RunPlan, line: str, at: float) -> None:
        """Print a line, unless the run has not come so far."""
        known = self._store.run(run.job.region, run.job.name, run.id)
        if known.is_active or known.completed_on >= at:
            stream = (f"{run.log_group}/{log_groups.BOTH[0]}", run.log_stream)
            self._logs.put(stream, line, printed=at, read=at + plan.log_seconds)
