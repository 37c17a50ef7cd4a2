"""Glue's job and run operations over HTTP: one function per operation, from request to answer.

Knows the protocol (AWS JSON 1.1), paging, and which operations are ours.  Refuses to know shapes
(`shapes`), Glue's rules (`rules`) and how a script is run (`runner`, here a protocol).  All other
operations of Glue, the Data Catalog first of all, are none of ours: `owns` says no to them.
"""

from __future__ import annotations

import re
import secrets
import time
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from plugin.core.states import RunState
from plugin.local import log_groups, rules
from plugin.local.errors import Code, GlueError, invalid
from plugin.local.paging import job_page, run_page
from plugin.local.records import Job, JobRun

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from plugin.local.job_store import JobStore

    Request = Mapping[str, Any]
    Reply = dict[str, Any]

_JOB_ARN = re.compile(r"arn:aws[a-z-]*:glue:[a-z0-9-]*:\d*:job/.+")
_RUN_SETTINGS = (
    "SecurityConfiguration", "NotificationProperty", "JobRunQueuingEnabled", "GlueVersion",
    "JobMode", "MaintenanceWindow", "WorkerType", "NumberOfWorkers", "MaxCapacity",
    "AllocatedCapacity", "ExecutionClass", "Timeout",
)  # fmt: skip
_REFUSED = frozenset({
    "GetJobBookmark", "ResetJobBookmark", "GetSystemLogsForJobRun", "GetJobUpgradeAnalysis",
    "StartJobUpgradeAnalysis", "StopJobUpgradeAnalysis", "UpdateJobFromSourceControl",
    "UpdateSourceControlFromJob",
})  # fmt: skip
"""What Glue can do with jobs and the local Glue cannot: moto would answer with a guess."""


class Runner(Protocol):
    """Who executes runs."""

    def start(self, run: JobRun) -> None:
        """Begin to execute; returns at once."""

    def stop(self, run_id: str) -> None:
        """Ask a run to end; returns at once."""


class GlueApi:
    """The operations.

    `roles` says whether a role exists, by name or ARN; `now` what time it is, in epoch seconds.
    """

    def __init__(
        self,
        store: JobStore,
        runner: Runner,
        roles: Callable[[str], bool],
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._runner = runner
        self._roles = roles
        self._now = now
        ours: dict[str, Callable[[Request, str], Reply]] = {
            "CreateJob": self._create_job,
            "GetJob": self._get_job,
            "GetJobs": self._get_jobs,
            "BatchGetJobs": self._batch_get_jobs,
            "ListJobs": self._list_jobs,
            "UpdateJob": self._update_job,
            "DeleteJob": self._delete_job,
            "StartJobRun": self._start_job_run,
            "GetJobRun": self._get_job_run,
            "GetJobRuns": self._get_job_runs,
            "BatchStopJobRun": self._batch_stop_job_run,
            "GetTags": self._get_tags,
            "TagResource": self._tag_resource,
            "UntagResource": self._untag_resource,
        }
        self._operations = MappingProxyType(ours)

    def owns(self, operation: str, request: Request) -> bool:
        """Whether an operation is answered here: jobs, their runs, and the tags of jobs."""
        if operation in {"GetTags", "TagResource", "UntagResource"}:
            return _JOB_ARN.fullmatch(str(request.get("ResourceArn"))) is not None
        return operation in self._operations or operation in _REFUSED

    def answer(self, operation: str, request: Request, region: str) -> Reply:
        """Perform an operation that `owns` said yes to; raises GlueError.

        The request's shape is checked already.  `region` is where the client believes to be.
        """
        if operation in _REFUSED:
            text = f"LocalGlueUnsupported: the local Glue does not know {operation}."
            raise GlueError(Code.UNSUPPORTED, text)
        given = {name: value for name, value in request.items() if value is not None}
        return self._operations[operation](given, region)

    # --- jobs ------------------------------------------------------------------------------------

    def _create_job(self, request: Request, region: str) -> Reply:
        tags = request.get("Tags", {})
        rules.check_tags(tags)
        wanted = {name: value for name, value in request.items() if name not in {"Name", "Tags"}}
        definition = rules.completed(wanted)
        self._check_role(definition)
        now = self._now()
        job = Job(
            name=request["Name"],
            region=region,
            definition=definition,
            tags=tags,
            asked=request,
            created_on=now,
            modified_on=now,
        )
        self._store.add_job(job)
        return {"Name": job.name}

    def _check_role(self, definition: Mapping[str, Any]) -> None:
        role = definition["Role"]
        if not self._roles(role):
            raise invalid(f"Role {role} should be given assume role permissions for Glue Service.")

    def _get_job(self, request: Request, region: str) -> Reply:
        return {"Job": self._store.job(region, request["JobName"]).answer()}

    def _get_jobs(self, request: Request, region: str) -> Reply:
        jobs, token = job_page(self._store.jobs(region), request)
        return _with_token({"Jobs": [job.answer() for job in jobs]}, token)

    def _batch_get_jobs(self, request: Request, region: str) -> Reply:
        known = {job.name: job for job in self._store.jobs(region)}
        names = list(dict.fromkeys(request["JobNames"]))
        return {
            "Jobs": [known[name].answer() for name in names if name in known],
            "JobsNotFound": [name for name in names if name not in known],
        }

    def _list_jobs(self, request: Request, region: str) -> Reply:
        wanted = request.get("Tags", {}).items()
        found = tuple(job for job in self._store.jobs(region) if wanted <= job.tags.items())
        jobs, token = job_page(found, request)
        return _with_token({"JobNames": [job.name for job in jobs]}, token)

    def _update_job(self, request: Request, region: str) -> Reply:
        name = request["JobName"]
        self._store.job(region, name)
        update = {key: value for key, value in request["JobUpdate"].items() if value is not None}
        definition = rules.completed(update)
        self._check_role(definition)
        self._store.redefine(region, name, definition, now=self._now())
        return {"JobName": name}

    def _delete_job(self, request: Request, region: str) -> Reply:
        self._store.remove_job(region, request["JobName"])
        return {"JobName": request["JobName"]}

    # --- runs ------------------------------------------------------------------------------------

    def _start_job_run(self, request: Request, region: str) -> Reply:
        job = self._store.job(region, request["JobName"])
        previous = request.get("JobRunId", "")
        arguments = request.get("Arguments")
        if previous:
            arguments = arguments or self._store.run(region, job.name, previous).arguments
        run = _new_run(job, request, arguments or {}, previous=previous, now=self._now())
        rules.check_arguments(run.merged_arguments())
        self._check_role(job.definition)
        self._store.add_run(run)
        self._runner.start(run)
        return {"JobRunId": run.id}

    def _get_job_run(self, request: Request, region: str) -> Reply:
        run = self._store.run(region, request["JobName"], request["RunId"])
        return {"JobRun": run.answer(self._now())}

    def _get_job_runs(self, request: Request, region: str) -> Reply:
        found = self._store.runs(region, request["JobName"])
        runs, token = run_page(found, request)
        now = self._now()
        return _with_token({"JobRuns": [run.answer(now) for run in runs]}, token)

    def _batch_stop_job_run(self, request: Request, region: str) -> Reply:
        name, stopped, errors = request["JobName"], [], []
        for run_id in request["JobRunIds"]:
            try:
                self._stop(region, name, run_id)
                stopped.append({"JobName": name, "JobRunId": run_id})
            except GlueError as problem:
                detail = {"ErrorCode": problem.code.value, "ErrorMessage": problem.message}
                errors.append({"JobName": name, "JobRunId": run_id, "ErrorDetail": detail})
        return {"SuccessfulSubmissions": stopped, "Errors": errors}

    def _stop(self, region: str, job_name: str, run_id: str) -> None:
        run = self._store.run(region, job_name, run_id)
        if not run.is_active:
            raise invalid(f"Job Run {run_id} is in state {run.state} and cannot be stopped.")
        self._store.advance(run_id, RunState.STOPPING, now=self._now())
        self._runner.stop(run_id)

    # --- tags ------------------------------------------------------------------------------------

    def _get_tags(self, request: Request, _region: str) -> Reply:
        region, name = _job_of_arn(request)
        return {"Tags": dict(self._store.job(region, name).tags)}

    def _tag_resource(self, request: Request, _region: str) -> Reply:
        def added(tags: Mapping[str, str]) -> Mapping[str, str]:
            more = {**tags, **request["TagsToAdd"]}
            rules.check_tags(more)
            return more

        self._store.retag(*_job_of_arn(request), added)
        return {}

    def _untag_resource(self, request: Request, _region: str) -> Reply:
        def fewer(tags: Mapping[str, str]) -> Mapping[str, str]:
            gone = set(request["TagsToRemove"])
            return {key: value for key, value in tags.items() if key not in gone}

        self._store.retag(*_job_of_arn(request), fewer)
        return {}


def _new_run(
    job: Job, request: Request, arguments: Mapping[str, str], *, previous: str, now: float
) -> JobRun:
    """Make a run of a job's settings and of what the request changes."""
    settings = {name: job.definition[name] for name in _RUN_SETTINGS if name in job.definition}
    settings.update({name: request[name] for name in _RUN_SETTINGS if name in request})
    settings.update(rules.capacity_of_run(job.definition, request))
    rules.check_timeout(settings.get("Timeout"))
    if "ExecutionRoleSessionPolicy" in request:
        settings["ExecutionRoleSessionPolicy"] = request["ExecutionRoleSessionPolicy"]
    run_id = f"jr_{secrets.token_hex(32)}"
    merged = {**job.definition.get("DefaultArguments", {}), **arguments}
    return JobRun(
        id=run_id,
        job=job,
        arguments=arguments,
        settings=settings,
        log_group=log_groups.group_of(job.kind, settings, merged, role=job.definition["Role"]),
        log_stream=log_groups.stream_of(run_id, settings, merged),
        previous_run_id=previous,
        started_on=now,
        modified_on=now,
    )


def _job_of_arn(request: Request) -> tuple[str, str]:
    """Return region and name; `owns` has seen that the ARN is a job's."""
    head, _, name = request["ResourceArn"].partition(":job/")
    return head.split(":")[3], name


def _with_token(reply: Reply, token: str) -> Reply:
    return {**reply, "NextToken": token} if token else reply
