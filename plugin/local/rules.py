"""Glue's own rules for a job and a run, beyond the model, and its defaults.

Knows what a legal definition is and how Glue completes it.  Refuses to know whether a role or a
script exists; that takes a look at other services.
Sources: botocore's Glue model (texts of CreateJob and StartJobRun), Glue's page on job parameters
(260 KB of arguments), its page on limits (tags, seven days).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plugin.local.capacity import (
    NEWEST,
    PYTHON_SHELL,
    SPARK_COMMANDS,
    capacity_of,
    check_version,
    number_of,
)
from plugin.local.errors import Code, GlueError, invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_ARGUMENT_BYTES = 260 * 1024
MAX_TAGS = 50
MAX_TIMEOUT_MINUTES = 10080
"""Seven days; a time-out must be less."""

_SHELL_VERSION_OF_PYTHON = {"3.9": "3.0", "3": "1.0"}
CAPACITY_MEMBERS = (
    "WorkerType", "NumberOfWorkers", "MaxCapacity", "AllocatedCapacity", "ExecutionClass",
)  # fmt: skip


def completed(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Check the definition of a job (CreateJob without Tags, or JobUpdate) and add the defaults.

    Raises InvalidInputException at the first rule that is broken.
    """
    for name in ("Role", "Command"):
        if not definition.get(name):
            raise invalid(f"{name} must not be empty.")
    command = definition["Command"]
    kind = _kind_of(command)
    version = definition.get("GlueVersion") or _default_version(kind, command)
    check_version(kind, version)
    _check_script(command.get("ScriptLocation", ""))
    _check_retries(definition)
    arguments = {
        **definition.get("DefaultArguments", {}),
        **definition.get("NonOverridableArguments", {}),
    }
    check_arguments(arguments)
    capacity = capacity_of(kind, version, asked_capacity(definition))
    timeout = definition.get("Timeout", default_timeout(kind, version))
    check_timeout(timeout)
    defaults = {
        "ExecutionProperty": {"MaxConcurrentRuns": 1},
        "MaxRetries": 0,
        "JobMode": "SCRIPT",
        "JobRunQueuingEnabled": False,
    }
    if kind in SPARK_COMMANDS:
        defaults["ExecutionClass"] = "STANDARD"
    whole = {**defaults, **definition, **capacity, "GlueVersion": version}
    whole["Command"] = {"PythonVersion": _default_python(kind), **command}
    return whole if timeout is None else {**whole, "Timeout": timeout}


def asked_capacity(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a request that ask for capacity and are not null."""
    return {name: request[name] for name in CAPACITY_MEMBERS if request.get(name) is not None}


def capacity_of_run(definition: Mapping[str, Any], request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the capacity members of a run: those of the request, else the job's.

    A run that names only one of worker type and number keeps the job's other one.
    """
    asked = asked_capacity(request)
    if set(asked) <= {"ExecutionClass"}:
        names = ("WorkerType", "NumberOfWorkers", "MaxCapacity")
        known = {name: definition[name] for name in names if name in definition}
        if "WorkerType" in known:
            del known["MaxCapacity"]
        asked = {**known, **asked}
    elif {"WorkerType", "NumberOfWorkers"} & set(asked) and "WorkerType" in definition:
        kept = {name: definition[name] for name in ("WorkerType", "NumberOfWorkers")}
        asked = {**kept, **asked}
    execution = definition.get("ExecutionClass")
    if execution is not None:
        asked.setdefault("ExecutionClass", execution)
    kind, version = definition["Command"]["Name"], definition["GlueVersion"]
    return capacity_of(kind, version, asked)


def _kind_of(command: Mapping[str, Any]) -> str:
    """Return the command's name after a look at it and at its Python version."""
    kind = str(command.get("Name", ""))
    if kind == "glueray":
        raise GlueError(
            Code.UNSUPPORTED, "LocalGlueUnsupported: glueray jobs have no local engine."
        )
    if kind != PYTHON_SHELL and kind not in SPARK_COMMANDS:
        raise invalid(
            f"Command name {kind!r} is not supported. Use glueetl, gluestreaming or pythonshell."
        )
    python = command.get("PythonVersion")
    if python == "3.9" and kind != PYTHON_SHELL:
        raise invalid(f"Python version 3.9 is not supported for {kind}; use 3.")
    if python == "2":
        raise invalid("Python 2 has reached its end of life.")
    return kind


def _default_version(kind: str, command: Mapping[str, Any]) -> str:
    if kind != PYTHON_SHELL:
        return NEWEST
    return _SHELL_VERSION_OF_PYTHON[command.get("PythonVersion", _default_python(kind))]


def _default_python(kind: str) -> str:
    return "3.9" if kind == PYTHON_SHELL else "3"


def default_timeout(kind: str, version: str) -> int | None:
    """Return Glue's default in minutes; None for streams, which run on (model: Timeout)."""
    if kind == "gluestreaming":
        return None
    return 2880 if number_of(version) <= number_of("4.0") else 480


def check_timeout(minutes: int | None) -> None:
    """Raise InvalidInputException for a time-out of seven days or more."""
    if minutes is not None and minutes >= MAX_TIMEOUT_MINUTES:
        raise invalid(f"Timeout must be less than 7 days or {MAX_TIMEOUT_MINUTES} minutes.")


def _check_script(location: str) -> None:
    bucket, _, key = location.removeprefix("s3://").partition("/")
    if not location.startswith("s3://") or not bucket or not key:
        raise invalid(f"ScriptLocation must be s3://bucket/key, not {location!r}.")


def _check_retries(definition: Mapping[str, Any]) -> None:
    if not 0 <= definition.get("MaxRetries", 0) <= 10:  # noqa: PLR2004 - Glue's console allows 0 to 10
        raise invalid("MaxRetries must be between 0 and 10.")
    if definition.get("ExecutionProperty", {}).get("MaxConcurrentRuns", 1) < 1:
        raise invalid("MaxConcurrentRuns must be at least 1.")


def check_arguments(arguments: Mapping[str, str]) -> None:
    """Raise InvalidInputException for arguments that are too long together."""
    size = sum(len(key.encode()) + len(value.encode()) for key, value in arguments.items())
    if size > MAX_ARGUMENT_BYTES:
        raise invalid(f"Job arguments have {size} bytes; at most {MAX_ARGUMENT_BYTES} are allowed.")


def check_tags(tags: Mapping[str, str]) -> None:
    """Raise for too many tags or keys that AWS keeps for itself."""
    if len(tags) > MAX_TAGS:
        raise GlueError(Code.LIMIT_EXCEEDED, f"A job can have at most {MAX_TAGS} tags.")
    for key in tags:
        if key.lower().startswith("aws:"):
            raise invalid(f"Tag key {key} begins with aws:, which is reserved.")
