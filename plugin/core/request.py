"""What is asked of Glue, as values: the CreateJob and StartJobRun requests of a check.

Sources: botocore's Glue model; "Using job parameters in AWS Glue jobs" for the special arguments.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from plugin.core.cloning.arguments import INTERNAL, STREAM_PREFIXES, merged
from plugin.core.cloning.clone import kept_members
from plugin.core.naming import MARKER_ARGUMENT
from plugin.core.shipping.package import placed_arguments

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.core.capacity import Capacity
    from plugin.core.cloning.arguments import JobArguments
    from plugin.core.naming import Location
    from plugin.core.ports import JobDefinition
    from plugin.core.settings import CheckSettings
    from plugin.core.shipping.package import Package

MOST_ARGUMENT_BYTES = 260 * 1024
OURS = {
    "--TempDir": "set temp_bucket",
    "--job-bookmark-option": "a health check never moves a bookmark",
    "--extra-py-files": "set extra_py_files",
    "--extra-files": "set extra_files",
    "--extra-jars": "set extra_jars",
    "--additional-python-modules": "set python_modules",
    "--is_health_check": "set is_health_check",
    MARKER_ARGUMENT: "it marks the run",
}
"""Arguments that we set, and what the user sets instead."""

_OF_SPARK = {
    "--job-language": "python",
    "--enable-continuous-cloudwatch-log": "true",
    "--enable-job-insights": "true",
}
"""What a Python shell job has no use for."""


def argument_problems(settings: CheckSettings) -> tuple[str, ...]:
    """Say which of the user's arguments cannot be passed on."""
    keys = [key if key.startswith("--") else f"--{key}" for key in settings.arguments]
    size = sum(len(f"{key}{value}".encode()) for key, value in settings.arguments.items())
    twice = [key for key, times in Counter(keys).items() if times > 1]
    return (
        *(f"arguments: {key} is ours: {OURS[key]}." for key in keys if key in OURS),
        *(_reserved(key) for key in keys if key in INTERNAL),
        *(_shared_streams(key) for key in keys if key in STREAM_PREFIXES),
        *(f"arguments: {key} stands there twice." for key in twice),
        *(("arguments: a key is empty.",) if "--" in keys else ()),
        *(("arguments: together over 260 KB.",) if size > MOST_ARGUMENT_BYTES else ()),
    )


def _reserved(key: str) -> str:
    return (
        f"arguments: {key} is set by Glue itself: AWS reserves the name. An argument of the script"
        " needs another name."
    )


def _shared_streams(key: str) -> str:
    return (
        f"arguments: {key} lets runs share their log streams, and the log of this one could not be"
        " told from others': leave it out."
    )


def size_problems(arguments: JobArguments) -> tuple[str, ...]:
    """Say that the arguments are too long together with those of a production job."""
    both = (*arguments.default.items(), *arguments.fixed.items())
    size = sum(len(f"{key}{value}".encode()) for key, value in both)
    if size <= MOST_ARGUMENT_BYTES:
        return ()
    return ("arguments: together with those of the job over 260 KB.",)


def create_request(  # noqa: PLR0913 - as many facts as a job has
    settings: CheckSettings,
    capacity: Capacity,
    package: Package,
    *,
    job_name: str,
    temp: Location,
    tags: Mapping[str, str],
    definition: JobDefinition | None = None,
) -> Mapping[str, object]:
    """Return the parameters of CreateJob: version, time-out, retries and tags always explicit.

    With the ``definition`` of a production job, from which ``settings`` have inherited, what else
    is known of it stands below ours.
    """
    arguments = job_arguments(settings, capacity, package, temp, definition)
    return {
        **kept_members(definition),
        "Name": job_name,
        "Description": "Temporary: a health check of a changed script. Safe to delete.",
        "Role": settings.role_arn,
        "Command": {
            "Name": capacity.job_type,
            "ScriptLocation": package.script_uri,
            "PythonVersion": _python_version(settings, capacity),
        },
        "DefaultArguments": dict(arguments.default),
        **({"NonOverridableArguments": dict(arguments.fixed)} if arguments.fixed else {}),
        "ExecutionProperty": {"MaxConcurrentRuns": 1},
        "MaxRetries": 0,
        "Timeout": settings.timeout_minutes,
        "GlueVersion": capacity.glue_version,
        **_size(capacity),
        **_of_account(settings),
        "Tags": dict(tags),
    }


def _of_account(settings: CheckSettings) -> dict[str, object]:
    """Return the members that name other things of the account, where there are any."""
    found: dict[str, object] = {}
    if settings.connections:
        found["Connections"] = {"Connections": [*settings.connections]}
    if settings.security_configuration:
        found["SecurityConfiguration"] = settings.security_configuration
    return found


def start_request(*, job_name: str, marker: str, session_policy: str) -> Mapping[str, object]:
    """Return the parameters of StartJobRun.  ``marker`` tells our run from any other."""
    policy = {"ExecutionRoleSessionPolicy": session_policy} if session_policy else {}
    return {"JobName": job_name, "Arguments": {MARKER_ARGUMENT: marker}, **policy}


def _python_version(settings: CheckSettings, capacity: Capacity) -> str:
    if capacity.job_type != "pythonshell":
        return "3"
    return settings.python_version or ("3" if capacity.glue_version == "1.0" else "3.9")


def _size(capacity: Capacity) -> dict[str, object]:
    if capacity.max_capacity is not None:
        return {"MaxCapacity": float(capacity.max_capacity)}
    workers: dict[str, object] = {
        "WorkerType": capacity.worker_type,
        "NumberOfWorkers": capacity.number_of_workers,
    }
    if capacity.job_type == "glueetl":
        workers["ExecutionClass"] = capacity.execution_class
    return workers


def job_arguments(
    settings: CheckSettings,
    capacity: Capacity,
    package: Package,
    temp: Location,
    definition: JobDefinition | None = None,
) -> JobArguments:
    """Return the job's arguments: a production job's below ours, and the user's above both."""
    ours = {
        **({} if capacity.job_type == "pythonshell" else _OF_SPARK),
        "--TempDir": temp.uri(),
        "--job-bookmark-option": "job-bookmark-disable",
        **package.arguments,
    }
    if settings.is_health_check:
        ours["--is_health_check"] = "true"
    ours.update(placed_arguments(settings, temp))
    return merged(ours, definition, event_logs=temp.uri("spark-event-logs/"))
