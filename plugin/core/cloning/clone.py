"""Cloning a production job: what a check takes over of its definition, and what it does not.

Knows the members of CreateJob.  Refuses to know its arguments (``clone_arguments``), and how a
definition is read (``JobReader``).  Sources: botocore's Glue model (CreateJob, Job),
boto/boto3#2644 (never MaxCapacity together with workers).
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from plugin.core.capacity import DEFAULT_SPARK_VERSION, SHELL_CAPACITIES
from plugin.core.cloning.arguments import LEFT_OUT
from plugin.core.cloning.kinds_refused import KINDS, cloned_problems
from plugin.core.naming import MOST_TAGS, ROOT, Tag
from plugin.core.settings.check_settings import GLUE_WORKERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.core.ports import JobDefinition
    from plugin.core.settings import CheckSettings

SHELL = "pythonshell"
AUTO = "auto"
SET_ANEW = frozenset({
    *("Name", "Description", "Tags", "Role", "Command", "Connections", "SecurityConfiguration"),
    *("DefaultArguments", "NonOverridableArguments", "ExecutionProperty", "MaxRetries", "Timeout"),
    *("GlueVersion", "WorkerType", "NumberOfWorkers", "MaxCapacity", "ExecutionClass"),
})  # fmt: skip
"""Members of CreateJob that ``request`` fills: from the settings, which have inherited the job's,
or in our own way."""
DROPPED: Mapping[str, str] = {
    "AllocatedCapacity": "Glue computes it, calls it deprecated, and refuses it beside workers.",
    "CodeGenConfigurationNodes": "It is the drawing that the script was made from; the pull"
    " request's script takes its place.",
    "JobMode": "It says which editor shows the job; a visual job needs its drawing.",
    "LogUri": "Glue keeps it for later.",
    "MaintenanceWindow": "It restarts streams once a week; the copy lives for minutes.",
    "NotificationProperty": "It sends events of slow runs; nobody waits for the copy's.",
    "SourceControlDetails": "It ties a job to a repository, with a token; the copy has none.",
}
"""Members of CreateJob that the copy does without, and why.  Any other is kept as it is."""
_VERSION = re.compile(r"[0-9]{1,2}\.[0-9]{1,2}")


def inherited(
    settings: CheckSettings, definition: JobDefinition, *, is_local: bool
) -> CheckSettings:
    """Return the settings with the job's own values where nothing is set.

    The local Glue knows none of the account's roles, connections and security configurations.
    """
    job = definition.members
    command: Mapping[str, Any] = job.get("Command", {})
    named = command.get("Name", "")
    kind = settings.job_type or (named if named in KINDS else "")
    filled = replace(settings, job_type=kind, timeout_minutes=_timeout(settings, job))
    if not is_local:
        connections = tuple(job.get("Connections", {}).get("Connections", ()))
        filled = replace(
            filled,
            role_arn=settings.role_arn or job.get("Role", ""),
            connections=settings.connections or connections,
            security_configuration=settings.security_configuration
            or job.get("SecurityConfiguration", ""),
        )
    if (kind == SHELL) is not (named == SHELL):
        return filled  # size and version of the one kind mean nothing for the other
    if kind == SHELL:
        return _shell(filled, job, command.get("PythonVersion", ""))
    return _spark(filled, definition)


def _timeout(settings: CheckSettings, job: Mapping[str, Any]) -> int:
    """Return the shorter time-out in minutes; that of a stream may be missing, or 0 for none."""
    return min(settings.timeout_minutes, job.get("Timeout") or settings.timeout_minutes)


def _shell(settings: CheckSettings, job: Mapping[str, Any], python: str) -> CheckSettings:
    """Glue ignores the version of a Python shell job: Python's own decides."""
    if not settings.glue_version and not settings.python_version and python in {"3", "3.9"}:
        settings = replace(settings, python_version=python)
    capacity = Decimal(str(job.get("MaxCapacity", 0)))
    if settings.max_capacity or capacity not in SHELL_CAPACITIES:
        return settings
    return replace(settings, max_capacity=capacity)


def _spark(settings: CheckSettings, definition: JobDefinition) -> CheckSettings:
    job = definition.members
    execution = settings.execution_class
    if settings.job_type == "glueetl":
        execution = execution or job.get("ExecutionClass", "")
    return replace(
        settings,
        glue_version=settings.glue_version or _version_of(definition),
        execution_class=execution,
        **_size(settings, job),
    )


def _version_of(definition: JobDefinition) -> str:
    """Return the version that the job runs on; empty when Glue does not tell."""
    version = str(definition.members.get("GlueVersion", ""))
    if version == AUTO:
        version = definition.runs_on
    return version if _VERSION.fullmatch(version) else ""


def _size(settings: CheckSettings, job: Mapping[str, Any]) -> dict[str, Any]:
    """Return the job's workers, else its capacity, never both: GetJob tells both of every job.

    What is set of the workers replaces that part alone, as in StartJobRun; a capacity replaces all.
    """
    if settings.max_capacity:
        return {}
    worker, capacity = job.get("WorkerType"), job.get("MaxCapacity")
    if worker:
        known = worker if worker in GLUE_WORKERS and worker != "Z.2X" else ""  # Ray: told elsewhere
        return {
            "worker_type": settings.worker_type or known,
            "number_of_workers": settings.number_of_workers or job.get("NumberOfWorkers"),
        }
    is_asked = settings.worker_type or settings.number_of_workers
    return {"max_capacity": Decimal(str(capacity))} if capacity and not is_asked else {}


def kept_members(definition: JobDefinition | None) -> dict[str, Any]:
    """Return the members that go into the copy as they are."""
    members = definition.members if definition else {}
    left_out = SET_ANEW | DROPPED.keys()
    return {name: value for name, value in members.items() if name not in left_out}


def clone_problems(definition: JobDefinition, asked: CheckSettings) -> tuple[str, ...]:
    """Say what of a job cannot be cloned; ``asked`` are the settings before they inherit."""
    name, job = definition.name, definition.members
    problems = [*cloned_problems(definition), *_size_problems(definition, asked)]
    version = job.get("GlueVersion", "")
    is_known = version in {"", AUTO} or _VERSION.fullmatch(version)
    is_shell = job.get("Command", {}).get("Name") == SHELL
    if not is_known and not is_shell and not asked.glue_version:
        problems.append(
            f"job: {name} runs on Glue {version}, which this version does not know: set"
            " glue_version."
        )
    return tuple(problems)


def _size_problems(definition: JobDefinition, asked: CheckSettings) -> tuple[str, ...]:
    """Say where the job's size cannot be used, or not together with the part of one that is set."""
    name, job = definition.name, definition.members
    worker, capacity = job.get("WorkerType", ""), job.get("MaxCapacity")
    is_shell = SHELL in {job.get("Command", {}).get("Name"), asked.job_type}
    if asked.max_capacity or is_shell:
        return ()
    if worker and worker not in GLUE_WORKERS and not asked.worker_type:
        problem = (
            f"job: {name} has workers of the type {worker}, which this version does not know: set"
            " worker_type."
        )
        return (problem,)
    if capacity and not worker and asked.worker_type and not asked.number_of_workers:
        problem = (
            f"job: {name} has a capacity of {capacity:g} DPU and tells no workers: set"
            " number_of_workers beside worker_type."
        )
        return (problem,)
    return ()


def cloned_tags(
    definition: JobDefinition, users: Mapping[str, str]
) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Return the job's own tags below the user's, and the keys of those that found no room.

    AWS keeps ``aws:`` for itself, and a tag of ours would make the copy somebody else's.
    """
    own = {
        key: value
        for key, value in sorted((definition.tags or {}).items())
        if not key.lower().startswith(("aws:", f"{ROOT}:")) and key not in users
    }
    ours = len([name for name in vars(Tag) if name.isupper()])
    room = max(0, MOST_TAGS - ours - len(users))
    kept = dict(list(own.items())[:room])
    return {**kept, **users}, tuple(own)[room:]


def clone_notes(
    asked: CheckSettings,
    settings: CheckSettings,
    definition: JobDefinition,
    left_out: tuple[str, ...],
    *,
    is_local: bool,
) -> tuple[str, ...]:
    """Say what of the job was not taken over, or not as it is: names, never a value.

    ``left_out`` are the names of the arguments that the copy does without.
    """
    name, job = definition.name, definition.members
    notes = []
    if definition.tags is None:
        notes.append(f"the tags of the job {name} may not be read (glue:GetTags): not copied.")
    elif keys := cloned_tags(definition, asked.tags)[1]:
        notes.append(f"a job has {MOST_TAGS} tags at most: not copied: {', '.join(keys)}.")
    notes += _left_out_notes(name, left_out)
    if note := _version_note(asked, settings, definition):
        notes.append(note)
    if settings.timeout_minutes < asked.timeout_minutes:
        notes.append(
            f"the time limit is that of the job {name}: {job['Timeout']} minutes; the"
            f" {asked.timeout_minutes} of timeout_minutes are more."
        )
    if is_local:
        notes.append(
            f"on the local engine, role, connections and security configuration of the job {name}"
            " are not used."
        )
    return tuple(notes)


def _left_out_notes(job: str, left_out: tuple[str, ...]) -> list[str]:
    """Return a note for each reason to leave arguments out, with their names."""
    by_reason: dict[str, list[str]] = {}
    for key in left_out:
        by_reason.setdefault(LEFT_OUT[key], []).append(key)
    return [
        f"not copied of the arguments of the job {job}: {', '.join(keys)}: {reason}."
        for reason, keys in by_reason.items()
    ]


def _version_note(asked: CheckSettings, settings: CheckSettings, definition: JobDefinition) -> str:
    """Say which version is used where the job names none, or lets AWS choose it."""
    told = str(definition.members.get("GlueVersion", ""))
    if asked.glue_version or settings.job_type == SHELL or told not in {"", AUTO}:
        return ""
    used = settings.glue_version or DEFAULT_SPARK_VERSION
    why = "lets AWS choose its Glue version" if told else "names no Glue version"
    return f"the job {definition.name} {why}: checked on {used}. Set glue_version to choose."
