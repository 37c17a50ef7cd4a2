"""How much of Glue a job asks for: worker types, versions, DPUs.

Knows Glue's tables and its rules between members.  Refuses to know jobs beyond these members.
Sources: botocore's Glue model (CreateJob, WorkerType), the Glue release notes (end of life of
0.9, 1.0 and 2.0), Glue's own refusals as quoted in public issues (two workers at least).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from plugin.local.errors import invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

SPARK_COMMANDS = frozenset({"glueetl", "gluestreaming"})
PYTHON_SHELL = "pythonshell"
AUTO = "auto"
NEWEST = "6.0"
"""What a Spark job gets that names no version (model: CreateJob.GlueVersion)."""

SPARK_VERSIONS = ("3.0", "4.0", "5.0", "5.1", "6.0")
ENDED_VERSIONS = ("0.9", "1.0", "2.0")
SHELL_VERSIONS = ("1.0", *SPARK_VERSIONS)
"""A Python shell names the version of its interpreter's image: 3.6 has 1.0, 3.9 has 3.0."""

SHELL_CAPACITIES = (0.0625, 1)
DPU_OF_WORKER: Mapping[str, float] = MappingProxyType({
    "G.025X": 0.25, "G.1X": 1, "G.2X": 2, "G.4X": 4, "G.8X": 8, "G.12X": 12, "G.16X": 16,
    "R.1X": 1, "R.2X": 2, "R.4X": 4, "R.8X": 8,
})  # fmt: skip
_FROM_4 = frozenset({"G.12X", "G.16X", "R.1X", "R.2X", "R.4X", "R.8X"})
_LEAST_WORKERS = 2
_DEFAULT_WORKERS = 10
_FLEX_WORKERS = frozenset({"G.1X", "G.2X"})
_CAPACITIES = ("MaxCapacity", "AllocatedCapacity")


def number_of(version: str) -> float:
    """Return a Glue version as a number, to compare; `auto` is the newest."""
    return float(NEWEST if version == AUTO else version)


def check_version(command: str, version: str) -> None:
    """Raise InvalidInputException unless Glue starts `command` jobs of this version."""
    known = SHELL_VERSIONS if command == PYTHON_SHELL else SPARK_VERSIONS
    if version in known or (version == AUTO and command != PYTHON_SHELL):
        return
    use = f"Use {', '.join(known[:-1])} or {known[-1]}."
    if version in ENDED_VERSIONS:
        raise invalid(f"Glue version {version} has reached its end of life. {use}")
    raise invalid(f"Glue version {version} is not supported for {command}. {use}")


def capacity_of(command: str, version: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the capacity members that Glue stores for what was asked, or raise.

    `asked` may have WorkerType, NumberOfWorkers, MaxCapacity, AllocatedCapacity, ExecutionClass.
    """
    for name in _CAPACITIES:
        if name in asked and ("WorkerType" in asked or "NumberOfWorkers" in asked):
            words = "Max Capacity" if name == "MaxCapacity" else "Allocated Capacity"
            raise invalid(f"Please do not set {words} if using Worker Type and Number of Workers.")
    if all(name in asked for name in _CAPACITIES):
        raise invalid("Please set only one of Max Capacity and Allocated Capacity.")
    if command == PYTHON_SHELL:
        return _shell_capacity(asked)
    return _spark_capacity(command, version, asked)


def _shell_capacity(asked: Mapping[str, Any]) -> dict[str, Any]:
    if "WorkerType" in asked or "NumberOfWorkers" in asked:
        raise invalid("Worker Type and Number of Workers are not supported for pythonshell jobs.")
    if asked.get("ExecutionClass") == "FLEX":
        raise invalid("Execution Class FLEX is not supported for pythonshell jobs.")
    capacity = asked.get("MaxCapacity", asked.get("AllocatedCapacity", SHELL_CAPACITIES[0]))
    if capacity not in SHELL_CAPACITIES:
        raise invalid(f"Max Capacity of a pythonshell job must be 0.0625 or 1, not {capacity}.")
    return {"MaxCapacity": float(capacity), "AllocatedCapacity": int(capacity)}


def _spark_capacity(command: str, version: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    for name in _CAPACITIES:
        if name in asked:
            raise invalid(
                f"{name} is not supported for Spark jobs of Glue 2.0 and later. "
                "Please set Worker Type and Number of Workers."
            )
    if ("WorkerType" in asked) != ("NumberOfWorkers" in asked):
        raise invalid("Please set both Worker Type and Number of Workers.")
    worker = asked.get("WorkerType", "G.1X")
    number = asked.get("NumberOfWorkers", _DEFAULT_WORKERS)
    _check_worker(command, version, worker)
    if number < _LEAST_WORKERS:
        raise invalid(
            f"To use Worker Type {worker}, minimum allowed value of Number of Workers is "
            f"{_LEAST_WORKERS}."
        )
    if asked.get("ExecutionClass") == "FLEX":
        _check_flex(command, worker)
    total = float(DPU_OF_WORKER[worker] * number)
    return {
        "WorkerType": worker,
        "NumberOfWorkers": number,
        "MaxCapacity": total,
        "AllocatedCapacity": int(total),
    }


def _check_worker(command: str, version: str, worker: str) -> None:
    if worker not in DPU_OF_WORKER:
        raise invalid(f"Worker Type {worker} is not supported for {command} in Glue {version}.")
    if worker == "G.025X" and command != "gluestreaming":
        raise invalid("Worker Type G.025X is only supported for gluestreaming jobs.")
    if worker in _FROM_4 and number_of(version) < number_of("4.0"):
        raise invalid(f"Worker Type {worker} is not supported in Glue {version}.")


def _check_flex(command: str, worker: str) -> None:
    if command != "glueetl":
        raise invalid(f"Execution Class FLEX is not supported for {command} jobs.")
    if worker not in _FLEX_WORKERS:
        raise invalid(f"Worker Type {worker} is not supported for Execution Class FLEX.")
