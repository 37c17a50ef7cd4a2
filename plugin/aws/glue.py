"""Glue's jobs and runs: create, start once, look, stop, delete, find by tag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plugin.clients.aws_errors import translated
from plugin.core.errors import AlreadyThere, AnswerLost, EngineError, NotFound, Throttled
from plugin.core.naming import MARKER_ARGUMENT, Tag
from plugin.core.ports import FoundJob, Sighting
from plugin.core.states import RunState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plugin.clients.aws import Clients
    from plugin.core.ports import Clock

MARKER_LOOKS = 5
"""How often the run is looked for after the answer to StartJobRun was lost."""
MARKER_WAIT = 2.0
"""Seconds between those looks: GetJobRuns may lag behind."""
START_ATTEMPTS = 5
"""How often StartJobRun is sent while Glue answers that it was throttled, and not executed."""
START_WAIT = 8.0
"""Longest wait in seconds between those."""
BATCH = 25
"""Most run ids of one BatchStopJobRun, and job names of one BatchGetJobs."""


class GlueJobs:
    """The job and run operations of one account and region."""

    def __init__(self, clients: Clients, clock: Clock) -> None:
        """Take the clients and the clock that waits for a lost run."""
        self._clients = clients
        self._clock = clock
        self._account = ""

    def create(self, request: Mapping[str, Any]) -> None:
        """Create the job; when it is there already, adopt it only if it bears our build's id."""
        name = request["Name"]
        try:
            with translated(f"create the job {name}"):
                self._clients.glue.create_job(**request)
        except (AlreadyThere, AnswerLost):
            if not self._bears(name, request["Tags"][Tag.BUILD]):
                raise

    def _bears(self, name: str, build_id: str) -> bool:
        """Whether there is such a job with our build's id; what nobody tells us is no."""
        try:
            return self._tags(name).get(Tag.BUILD) == build_id
        except EngineError:
            return False

    def start(self, request: Mapping[str, Any]) -> str:
        """Start the run, again only after an answer that says that it was not started.

        After a lost answer the run is looked for by its marker, never restarted.
        Raises ``AnswerLost`` when it cannot be found: ``finish`` stops it if it appears later.
        """
        from tenacity import (
            Retrying,
            retry_if_exception_type,
            stop_after_attempt,
            wait_exponential_jitter,
        )

        patient = Retrying(
            retry=retry_if_exception_type(Throttled),
            stop=lambda state: (
                stop_after_attempt(START_ATTEMPTS)(state) or self._clock.is_cancelled()
            ),
            wait=wait_exponential_jitter(initial=1, max=START_WAIT),
            sleep=self._wait,
            reraise=True,
        )
        return patient(self._start_once, request)

    def _wait(self, seconds: float) -> None:
        self._clock.wait(seconds)  # a cancel ends the wait; the stop condition sees it

    def _start_once(self, request: Mapping[str, Any]) -> str:
        name = request["JobName"]
        try:
            with translated(f"start the job {name}"):
                return self._clients.glue_once.start_job_run(**request)["JobRunId"]
        except AnswerLost as lost:
            try:
                found = self._find_marked(name, request["Arguments"][MARKER_ARGUMENT])
            except EngineError:  # says nothing of the run, which may have been started
                raise lost from None
            if not found:
                raise
            return found

    def _find_marked(self, name: str, marker: str) -> str:
        for look in range(MARKER_LOOKS):
            if look and self._clock.wait(MARKER_WAIT):
                break  # cancelled: finish looks once more
            for run in self._runs(name):
                if run.get("Arguments", {}).get(MARKER_ARGUMENT) == marker:
                    return str(run["Id"])
        return ""

    def look(self, name: str, run_id: str) -> Sighting:
        """Return the run as it is now.  Raises ``EngineError`` for a state that nobody knows."""
        with translated(f"look at the run {run_id}"):
            run = self._clients.glue.get_job_run(JobName=name, RunId=run_id)["JobRun"]
        told = run.get("JobRunState", "")
        if told not in set(RunState):
            raise EngineError(
                f"Glue reports a state that this version does not know: {told!r}.",
                hint="Update glue-health-check.",
            )
        return Sighting(
            state=RunState(told),
            message=run.get("ErrorMessage", ""),
            detail=run.get("StateDetail", ""),
            execution_seconds=int(run.get("ExecutionTime", 0)),
            dpu_seconds=run.get("DPUSeconds"),
            log_group=run.get("LogGroupName", ""),
        )

    def active_runs(self, name: str) -> tuple[str, ...]:
        """Return the ids of runs that are not final; empty when there is no such job."""
        try:
            return tuple(
                str(run["Id"])
                for run in self._runs(name)
                if run["JobRunState"] not in set(RunState)
                or not RunState(run["JobRunState"]).is_final
            )
        except NotFound:
            return ()

    def runs(self, name: str) -> tuple[str, ...]:
        """Return the ids of all runs; empty when there is no such job."""
        try:
            return tuple(str(run["Id"]) for run in self._runs(name))
        except NotFound:
            return ()

    def stop(self, name: str, run_ids: tuple[str, ...]) -> None:
        """Ask Glue to stop the runs.  BatchStopJobRun answers 200 and tells errors by id."""
        for first in range(0, len(run_ids), BATCH):
            with translated(f"stop runs of the job {name}"):
                answer = self._clients.glue.batch_stop_job_run(
                    JobName=name, JobRunIds=list(run_ids[first : first + BATCH])
                )
            for error in answer.get("Errors", []):
                self._raise_unless_ended(name, error)

    def _raise_unless_ended(self, name: str, error: Any) -> None:  # noqa: ANN401 - a typed dict
        run_id = str(error.get("JobRunId", ""))
        try:
            if self.look(name, run_id).state.is_final:
                return
        except NotFound:
            return
        detail = error.get("ErrorDetail", {})
        raise EngineError(
            f"Could not stop the run {run_id}: {detail.get('ErrorCode')}:"
            f" {detail.get('ErrorMessage')}"
        )

    def delete(self, name: str) -> None:
        """Delete the job; Glue raises nothing when it is not there."""
        try:
            with translated(f"delete the job {name}"):
                self._clients.glue.delete_job(JobName=name)
        except NotFound:
            return

    def find(self, tags: Mapping[str, str]) -> Iterator[FoundJob]:
        """Yield the jobs that carry all of ``tags``, asked of Glue page by page."""
        token = ""
        while True:
            with translated("list the jobs with our tags"):
                page = self._clients.glue.list_jobs(
                    Tags=dict(tags), MaxResults=100, **({"NextToken": token} if token else {})
                )
            yield from self._described(page.get("JobNames", []))
            token = page.get("NextToken", "")
            if not token:
                return

    def _described(self, names: list[str]) -> Iterator[FoundJob]:
        for first in range(0, len(names), BATCH):
            with translated("read the jobs with our tags"):
                jobs = self._clients.glue.batch_get_jobs(JobNames=names[first : first + BATCH])
            for job in jobs.get("Jobs", []):
                try:
                    tags = self._tags(job["Name"])
                except NotFound:
                    continue  # somebody else has removed it meanwhile
                yield FoundJob(name=job["Name"], tags=tags, created_at=job["CreatedOn"])

    def _runs(self, name: str) -> Iterator[Any]:
        with translated(f"list the runs of the job {name}"):
            pages = self._clients.glue.get_paginator("get_job_runs").paginate(JobName=name)
            for page in pages:
                yield from page["JobRuns"]

    def _tags(self, name: str) -> dict[str, str]:
        """Return a job's tags; GetJob does not tell them."""
        if not self._account:
            self._account = self._clients.account_id()
        region, partition = self._clients.region, self._clients.partition
        arn = f"arn:{partition}:glue:{region}:{self._account}:job/{name}"
        with translated(f"read the tags of the job {name}"):
            return dict(self._clients.glue.get_tags(ResourceArn=arn).get("Tags", {}))
