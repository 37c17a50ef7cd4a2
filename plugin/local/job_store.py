"""Jobs and runs of one server, safe for many threads.

Knows which changes are legal: a name once, slots per job, no way out of a final state.  Refuses
to know requests, processes and the time; callers bring epoch seconds along.

A deleted job leaves its runs: one that still goes on goes on to its own end, can be stopped, and
is told of by GetJobRun for as long as the server lives.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from plugin.core.states import RunState
from plugin.local.errors import Code, GlueError, not_found

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from plugin.local.records import Job, JobRun


class JobStore:
    """All that the local Glue remembers.  Every method is atomic."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[tuple[str, str], Job] = {}
        self._runs: dict[str, JobRun] = {}

    # --- jobs ------------------------------------------------------------------------------------

    def add_job(self, job: Job) -> None:
        """Keep a new job; raises for a name that is taken.

        The same request again is AlreadyExistsException, another one under the same name
        IdempotentParameterMismatchException.
        """
        key = (job.region, job.name)
        with self._lock:
            known = self._jobs.get(key)
            if known is None:
                self._jobs[key] = job
                return
        if known.asked == job.asked:
            raise GlueError(Code.ALREADY_EXISTS, f"Job with name {job.name} already exists.")
        raise GlueError(
            Code.IDEMPOTENT_MISMATCH,
            f"Job with name {job.name} already submitted with different configuration.",
        )

    def job(self, region: str, name: str) -> Job:
        """Return a job; raises EntityNotFoundException."""
        with self._lock:
            return self._job(region, name)

    def _job(self, region: str, name: str) -> Job:
        job = self._jobs.get((region, name))
        if job is None:
            raise not_found(f"Job with name: {name} not found.")
        return job

    def jobs(self, region: str) -> tuple[Job, ...]:
        """Return the jobs of a region by name."""
        with self._lock:
            return tuple(job for (place, _), job in sorted(self._jobs.items()) if place == region)

    def redefine(
        self, region: str, name: str, definition: Mapping[str, Any], *, now: float
    ) -> None:
        """Replace a job's definition; raises EntityNotFoundException."""
        with self._lock:
            known = self._job(region, name)
            self._jobs[region, name] = replace(known, definition=definition, modified_on=now)

    def retag(
        self, region: str, name: str, change: Callable[[Mapping[str, str]], Mapping[str, str]]
    ) -> None:
        """Let `change` make a job's new tags of its old; raises EntityNotFoundException."""
        with self._lock:
            known = self._job(region, name)
            self._jobs[region, name] = replace(known, tags=change(known.tags))

    def remove_job(self, region: str, name: str) -> None:
        """Forget a job; a name that nobody knows is no error."""
        with self._lock:
            self._jobs.pop((region, name), None)

    # --- runs ------------------------------------------------------------------------------------

    def add_run(self, run: JobRun) -> None:
        """Keep a new run if its job has a free slot.

        Else raises ConcurrentRunsExceededException; there is no queue, and a run that may wait
        for a slot is refused by name.
        """
        job = run.job
        with self._lock:
            active = sum(
                other.is_active
                for other in self._runs.values()
                if (other.job.region, other.job.name) == (job.region, job.name)
            )
            if active >= job.max_concurrent_runs:
                raise _no_slot(run)
            self._runs[run.id] = run

    def run(self, region: str, job_name: str, run_id: str) -> JobRun:
        """Return a run of a job; raises EntityNotFoundException."""
        with self._lock:
            run = self._runs.get(run_id)
        if run is None or (run.job.region, run.job.name) != (region, job_name):
            raise not_found(f"Job Run: {run_id} for job: {job_name} not found.")
        return run

    def runs(self, region: str, job_name: str) -> tuple[JobRun, ...]:
        """Return the runs of a job, the newest first; raises EntityNotFoundException."""
        with self._lock:
            found = tuple(
                run
                for run in reversed(self._runs.values())
                if (run.job.region, run.job.name) == (region, job_name)
            )
            if not found:
                self._job(region, job_name)
        return found

    def advance(self, run_id: str, state: RunState, *, now: float, message: str = "") -> JobRun:
        """Move a run to `state` unless it is final; RUNNING never follows STOPPING.

        Returns the run as it then is.
        """
        with self._lock:
            run = self._runs[run_id]
            late = state is RunState.RUNNING and run.state is not RunState.STARTING
            if not run.is_active or late:
                return run
            changed = replace(run, state=state, modified_on=now, error_message=message)
            if state is RunState.RUNNING:
                changed = replace(changed, running_on=now)
            if state.is_final:
                changed = replace(changed, completed_on=now)
            self._runs[run_id] = changed
            return changed


def _no_slot(run: JobRun) -> GlueError:
    if run.settings.get("JobRunQueuingEnabled"):
        text = f"JobRunQueuingEnabled: no slot of {run.job.name} is free, and there is no queue."
        return GlueError(Code.UNSUPPORTED, f"LocalGlueUnsupported: {text}")
    return GlueError(Code.CONCURRENT_RUNS, f"Concurrent runs exceeded for {run.job.name}")
