"""Executes runs: one thread each, from STARTING to a final state.

Knows the order of things and who wins when an end, a stop and a time-out meet.  Refuses to know
requests, and how bytes, folders and processes are handled; those are parts of their own.
"""

from __future__ import annotations

import shutil
import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from plugin.core.errors import EngineError
from plugin.core.states import RunState
from plugin.local import log_groups
from plugin.local.errors import GlueError
from plugin.local.log_shipper import LogShipper
from plugin.local.process import lifeline
from plugin.local.workspace import LaunchError, Workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from plugin.local.job_store import JobStore
    from plugin.local.log_shipper import Logs
    from plugin.local.process import Child
    from plugin.local.records import JobRun
    from plugin.local.workspace import Outcome

GRACE_SECONDS = 1.0
"""Between SIGTERM and SIGKILL."""

_DRAIN_SECONDS = 10.0
_JOIN_SECONDS = 20.0


class Launches(Protocol):
    """Who turns runs into child processes."""

    @property
    def work_dir(self) -> Path:
        """The folder below which runs have theirs."""

    def launch(self, run: JobRun, space: Workspace, *, lifeline: int) -> Child:
        """Start a child; raises LaunchError, EngineError or OSError."""


@dataclass(frozen=True, kw_only=True)
class End:
    """How a run ended."""

    state: RunState
    message: str = ""


@dataclass(eq=False, kw_only=True)
class Execution:
    """A run that is being executed; `wake` is set when something happened to it."""

    run: JobRun
    wake: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread = field(init=False)


class LocalRunner:
    """Runs scripts on this machine.

    `seconds_per_minute` is what a minute of a time-out takes; `now` what time it is, in epoch
    seconds.
    """

    def __init__(
        self,
        store: JobStore,
        logs: Logs,
        launcher: Launches,
        *,
        seconds_per_minute: float,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._logs = logs
        self._launcher = launcher
        self._seconds_per_minute = seconds_per_minute
        self._now = now
        self._lock = threading.Lock()
        self._active: dict[str, Execution] = {}
        self._closed = False

    def start(self, run: JobRun) -> None:
        """Begin to execute a run that is in the store; returns at once."""
        execution = Execution(run=run)
        execution.thread = thread = threading.Thread(
            target=self._execute, args=(execution,), name=f"run {run.id}", daemon=True
        )
        with self._lock:
            if not self._closed:
                self._active[run.id] = execution
                thread.start()
                return
        self._store.advance(run.id, RunState.STOPPED, now=self._now())

    def stop(self, run_id: str) -> None:
        """Ask a run to end; a run that has ended is no error."""
        with self._lock:
            execution = self._active.get(run_id)
        if execution is not None:
            execution.wake.set()

    def close(self) -> None:
        """Stop all runs and return when their processes are gone."""
        with self._lock:
            self._closed = True
            executions = tuple(self._active.values())
        for execution in executions:
            self._store.advance(execution.run.id, RunState.STOPPING, now=self._now())
            self.stop(execution.run.id)
        for execution in executions:
            execution.thread.join(_JOIN_SECONDS)

    # --- one run ---------------------------------------------------------------------------------

    def _execute(self, execution: Execution) -> None:
        run = execution.run
        space = Workspace(self._launcher.work_dir / run.id)
        try:
            end = self._in_workspace(execution, space)
        except LaunchError as problem:
            end = End(state=RunState.FAILED, message=str(problem))
        except EngineError as problem:
            end = End(state=RunState.ERROR, message=str(problem))
        except Exception as problem:  # noqa: BLE001 - a run reaches a final state whatever breaks
            text = f"LocalGlueError: {type(problem).__name__}: {problem}"
            end = End(state=RunState.ERROR, message=text)
        self._store.advance(run.id, end.state, now=self._now(), message=end.message)
        shutil.rmtree(space.root, ignore_errors=True)
        with self._lock:
            del self._active[run.id]
            is_closed = self._closed
        if end.state is RunState.FAILED and not is_closed:
            self._retry(run)

    def _retry(self, run: JobRun) -> None:
        """Start the next attempt of a failed run, if its job has MaxRetries left."""
        if run.attempt >= run.job.definition["MaxRetries"]:
            return
        attempt, now = run.attempt + 1, self._now()
        origin = run.id.partition("_attempt_")[0]
        run_id = f"{origin}_attempt_{attempt}"
        again = replace(
            run,
            id=run_id,
            attempt=attempt,
            previous_run_id=run.id,
            log_stream=run.log_stream.replace(run.id, run_id),
            started_on=now,
            modified_on=now,
        )
        try:
            self._store.add_run(again)
        except GlueError:
            return  # somebody else took the slot
        self.start(again)

    def _in_workspace(self, execution: Execution, space: Workspace) -> End:
        """Start the child, attend to it, and say how it ended."""
        with lifeline() as reader:
            child = self._launcher.launch(execution.run, space, lifeline=reader)
            child.on_exit(execution.wake.set)
            shipper = self._shipper(execution.run, child)
            shipper.start()
            try:
                interrupted = self._attend(execution, child)
            finally:
                child.kill_all()
                shipper.finish(_DRAIN_SECONDS)
        return interrupted or end_of(child.exit_code, space.outcome())

    def _shipper(self, run: JobRun, child: Child) -> LogShipper:
        output, error = (f"{run.log_group}/{name}" for name in log_groups.BOTH)
        return LogShipper(
            self._logs,
            region=run.job.region,
            stream=run.log_stream,
            pipes={output: child.stdout, error: child.stderr},
        )

    def _attend(self, execution: Execution, child: Child) -> End | None:
        """Wait for the child; None when it ended by itself.

        What is noticed first decides: a stop that arrives after the child's end changes nothing.
        """
        run = self._store.advance(execution.run.id, RunState.RUNNING, now=self._now())
        if run.state is RunState.STOPPING:
            execution.wake.set()  # stopped while it was prepared
        minutes = run.timeout_minutes
        seconds = None if minutes is None else minutes * self._seconds_per_minute
        is_awake = execution.wake.wait(seconds)
        if child.exit_code is not None:
            return None
        child.terminate()
        self._await_exit(execution, child)
        if is_awake:
            return End(state=RunState.STOPPED)
        return End(
            state=RunState.TIMEOUT, message=f"Job run exceeded its timeout of {minutes} minutes."
        )

    @staticmethod
    def _await_exit(execution: Execution, child: Child) -> None:
        """Leave the child a moment to end in its own way."""
        give_up = time.monotonic() + GRACE_SECONDS
        execution.wake.clear()
        while child.exit_code is None and time.monotonic() < give_up:
            execution.wake.wait(give_up - time.monotonic())
            execution.wake.clear()


def end_of(exit_code: int | None, outcome: Outcome | None) -> End:
    """Judge a child that ended by itself.

    What the local Glue cannot do is ERROR, never FAILED: it says nothing about the script.
    """
    if outcome is not None and outcome.kind == "unsupported":
        return End(state=RunState.ERROR, message=f"LocalGlueUnsupported: {outcome.message}")
    if outcome is not None:
        return End(state=RunState.FAILED, message=outcome.message)
    if exit_code == 0:
        return End(state=RunState.SUCCEEDED)
    return End(state=RunState.FAILED, message=f"Command failed with exit code {exit_code}")
