"""What the local Glue remembers: jobs and runs, as values.

Knows how each reads in an answer.  Refuses to know how they change; that is the store's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plugin.core.states import RunState

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job: its completed definition (without tags), its tags, and times as epoch seconds."""

    name: str
    region: str
    definition: Mapping[str, Any]
    tags: Mapping[str, str]
    asked: Mapping[str, Any]
    created_on: float
    modified_on: float

    @property
    def kind(self) -> str:
        """The command's name: glueetl, gluestreaming or pythonshell."""
        return str(self.definition["Command"]["Name"])

    @property
    def max_concurrent_runs(self) -> int:
        """How many runs may be active at once."""
        return int(self.definition["ExecutionProperty"].get("MaxConcurrentRuns", 1))

    def answer(self) -> dict[str, Any]:
        """Return the shape `Job` of the model; tags are not in it, as on Glue."""
        return {
            **self.definition,
            "Name": self.name,
            "CreatedOn": self.created_on,
            "LastModifiedOn": self.modified_on,
        }


@dataclass(frozen=True, kw_only=True)
class JobRun:
    """A run: the job as it was when the run began, what was asked, and how far it came.

    Times are epoch seconds; `running_on` is 0 before RUNNING, `completed_on` before the end.
    """

    id: str
    job: Job
    arguments: Mapping[str, str]
    settings: Mapping[str, Any]
    log_group: str
    log_stream: str
    state: RunState = RunState.STARTING
    attempt: int = 0
    previous_run_id: str = ""
    error_message: str = ""
    started_on: float
    modified_on: float
    running_on: float = 0.0
    completed_on: float = 0.0

    @property
    def is_active(self) -> bool:
        """Whether the run still takes one of its job's slots."""
        return not self.state.is_final

    @property
    def timeout_minutes(self) -> int | None:
        """The run's time-out, which counts from RUNNING on; None for a stream without one."""
        minutes: int | None = self.settings.get("Timeout")
        return minutes

    def merged_arguments(self) -> dict[str, str]:
        """Return what the script gets: non-overridable over run over default arguments."""
        definition = self.job.definition
        return {
            **definition.get("DefaultArguments", {}),
            **self.arguments,
            **definition.get("NonOverridableArguments", {}),
        }

    def seconds(self, now: float) -> int:
        """Return whole seconds from RUNNING to the end, or to now."""
        if not self.running_on:
            return 0
        return max(0, int((self.completed_on or now) - self.running_on))

    def answer(self, now: float) -> dict[str, Any]:
        """Return the shape `JobRun` of the model."""
        seconds = self.seconds(now)
        fields: dict[str, Any] = {
            **self.settings,
            "Id": self.id,
            "Attempt": self.attempt,
            "JobName": self.job.name,
            "StartedOn": self.started_on,
            "LastModifiedOn": self.modified_on,
            "JobRunState": self.state.value,
            "Arguments": dict(self.arguments),
            "PredecessorRuns": [],
            "ExecutionTime": seconds,
            "LogGroupName": self.log_group,
        }
        optional = {
            "PreviousRunId": self.previous_run_id,
            "CompletedOn": self.completed_on,
            "ErrorMessage": self.error_message,
        }
        fields.update({name: value for name, value in optional.items() if value})
        if self.completed_on and self._is_metered():
            fields["DPUSeconds"] = float(seconds * self.settings["MaxCapacity"])
        return fields

    def _is_metered(self) -> bool:
        """Whether Glue tells DPUSeconds: only for FLEX and auto-scaling runs."""
        scaling = self.merged_arguments().get("--enable-auto-scaling", "false")
        return self.settings.get("ExecutionClass") == "FLEX" or scaling.lower() == "true"
