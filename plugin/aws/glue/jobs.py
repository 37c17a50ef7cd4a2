"""Glue's jobs and runs: create, start once, look, stop, delete."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from plugin.aws.glue.seeing import sighting_of
from plugin.aws.glue.starting import Starter
from plugin.aws.glue.waiting import Bounds, patiently
from plugin.clients.aws.errors import translated
from plugin.core.diagnosing.hints import hint_of
from plugin.core.errors import (
    AlreadyThere,
    AnswerLost,
    Contended,
    EngineError,
    NotFound,
    OwnerUnknown,
    Throttled,
)
from plugin.core.naming import Tag
from plugin.core.states import RunState, state_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from plugin.clients.aws.clients import Clients
    from plugin.core.ports import Clock, Sighting

CREATE = Bounds(seconds=60.0, longest=10.0)
"""How long a job's creation is asked for again that Glue did not execute."""
PAGE = 200
"""Most runs of one GetJobRuns.  Source: botocore's Glue model."""
MOST_PAGES = 10
"""Most pages of it that are read: a job of ours has one run (airflow#71489: an endless scan)."""
BATCH = 25
"""Most run ids of one BatchStopJobRun."""


class GlueJobs:
    """The job and run operations of one account and region."""

    def __init__(self, clients: Clients, clock: Clock) -> None:
        """Take the clients and the clock that waits for a lost run."""
        self._clients = clients
        self._clock = clock
        self._wanted: dict[str, Mapping[str, str]] = {}
        """The tags of the jobs whose creation was asked for."""
        self._ours: set[str] = set()
        self._strangers: set[str] = set()

    def create(self, request: Mapping[str, Any]) -> None:
        """Create the job; when it is there already, adopt it only if its tags are this check's.

        Raises ``AlreadyThere`` for a stranger's, which is left alone from then on, and
        ``OwnerUnknown`` when its tags cannot be read: then it is removed only when they can.
        """
        name = request["Name"]
        self._wanted[name] = request.get("Tags", {})
        self._ours.discard(name)
        earlier: list[EngineError] = []
        try:
            patiently(
                self._clock,
                {Contended: CREATE, Throttled: CREATE},
                partial(self._create, request, earlier),
            )
        except (AlreadyThere, AnswerLost) as error:
            self._adopt(name, error)
        self._ours.add(name)

    def _create(self, request: Mapping[str, Any], earlier: list[EngineError]) -> None:
        """Ask once; ``earlier`` are the errors before, of which an attempt may have had effect."""
        try:
            with translated(f"create the job {request['Name']}"):
                self._clients.glue.create_job(**request)
        except EngineError as error:
            if earlier:
                error.had_no_effect = False
            earlier.append(error)
            raise

    def _adopt(self, name: str, error: AlreadyThere | AnswerLost) -> None:
        """Return when the job is this check's; else raise what its creation met."""
        try:
            is_ours = self._bears(name)
        except NotFound:
            raise error from None
        except EngineError as refusal:
            if isinstance(error, AnswerLost):
                raise error from None
            raise OwnerUnknown(
                f"{error.message} Whether it is ours could not be seen: {refusal.message}",
                hint=refusal.hint,
            ) from None
        if not is_ours:
            self._strangers.add(name)
            raise AlreadyThere(error.message, hint=hint_of(AlreadyThere.trouble)) from None

    def _bears(self, name: str) -> bool:
        """Whether the job bears our tags: those of the check that created it, if one did."""
        tags, wanted = self._tags(name), self._wanted.get(name, {})
        told = {key: wanted[key] for key in (Tag.BUILD, Tag.CHECK) if key in wanted}
        return {**told, Tag.MANAGED: "true"}.items() <= tags.items()

    def trust(self, names: Iterable[str]) -> None:
        """Take jobs as ours whose tags somebody has read just now."""
        self._ours.update(names)

    def _is_strangers(self, name: str) -> bool:
        """Whether a job is none of ours.  Raises ``EngineError`` when nobody tells."""
        if name not in self._ours | self._strangers:
            (self._ours if self._bears(name) else self._strangers).add(name)
        return name in self._strangers

    def start(self, request: Mapping[str, Any]) -> str:
        """Start the run, exactly once.  Raises ``AnswerLost`` when nobody knows whether it runs."""
        return Starter(self._clients, self._clock, self._runs).start(request)

    def look(self, name: str, run_id: str) -> Sighting:
        """Return the run as it is now; also in a state that nobody knows."""
        with translated(f"look at the run {run_id}"):
            run = self._clients.glue.get_job_run(JobName=name, RunId=run_id)["JobRun"]
        return sighting_of(run, run_id)

    def active_runs(self, name: str) -> tuple[str, ...]:
        """Return the ids of runs that are not final; empty when there is no such job."""
        try:
            if name in self._wanted and self._is_strangers(name):
                return ()
            return tuple(
                str(run["Id"])
                for run in self._runs(name)
                if not state_of(
                    run.get("JobRunState", ""), is_completed="CompletedOn" in run
                ).is_final
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
        """Ask Glue to stop the runs; one that has ended, or is stopping, is no error.

        BatchStopJobRun answers 200 and tells errors by id.  All runs are asked before the first
        problem is raised, with the others in its message.
        """
        if name in self._wanted and self._is_strangers(name):
            return
        problems: list[EngineError] = []
        for first in range(0, len(run_ids), BATCH):
            batch = list(run_ids[first : first + BATCH])
            try:
                with translated(f"stop runs of the job {name}"):
                    answer = self._clients.glue.batch_stop_job_run(JobName=name, JobRunIds=batch)
                for error in answer.get("Errors", []):
                    problems += self._still_going(name, error)
            except EngineError as problem:
                problems.append(problem)
        if problems:
            problems[0].message = " ".join(problem.message for problem in problems)
            raise problems[0]

    def _still_going(self, name: str, error: Any) -> tuple[EngineError, ...]:  # noqa: ANN401 - a typed dict
        """Return what to tell of a run whose stop Glue refused; nothing when it ends anyhow."""
        run_id, detail = str(error.get("JobRunId", "")), error.get("ErrorDetail", {})
        try:
            state = self.look(name, run_id).state
        except NotFound:
            return ()
        if state.is_final or state is RunState.STOPPING:
            return ()
        said = f"{detail.get('ErrorCode')}: {detail.get('ErrorMessage')}"
        return (EngineError(f"Could not stop the run {run_id} ({state}): {said}"),)

    def delete(self, name: str) -> None:
        """Delete the job; one that is not there, or is a stranger's, is no error.

        Raises ``EngineError`` also when nobody tells whose it is: then it is not deleted.
        """
        try:
            if self._is_strangers(name):
                return
            with translated(f"delete the job {name}"):
                self._clients.glue.delete_job(JobName=name)
        except NotFound:
            return

    def _runs(self, name: str) -> Iterator[Any]:
        token: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            with translated(f"list the runs of the job {name}"):
                page = self._clients.glue.get_job_runs(JobName=name, MaxResults=PAGE, **token)
                runs = page["JobRuns"]
            yield from runs
            if not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}
        raise EngineError(
            f"The job {name} has more than {PAGE * MOST_PAGES} runs, or Glue goes on listing.",
            hint="A job of ours has one run: look in the console who else starts it.",
        )

    def _tags(self, name: str) -> dict[str, str]:
        """Return a job's tags; GetJob does not tell them."""
        arn = self._clients.job_arn(name)
        with translated(f"read the tags of the job {name}"):
            return dict(self._clients.glue.get_tags(ResourceArn=arn)["Tags"])
