"""Jobs that cannot be checked: Ray and Scala, refused by name, given or cloned.

Sources: botocore's Glue model (``JobCommand.Name``), AWS's page "Using job parameters in AWS Glue
jobs" (``--job-language``, ``--class``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.core.ports import JobDefinition
    from plugin.core.settings import CheckSettings

KINDS = frozenset({"glueetl", "pythonshell", "gluestreaming"})
_NO_SCALA = "Scala jobs are not checked: a check runs a Python script."


def given_problems(settings: CheckSettings) -> tuple[str, ...]:
    """Say where the settings ask for a job of another language than Python."""
    problems = []
    if settings.script.lower().endswith(".scala"):
        problems.append(f"script: {settings.script} is a Scala script. {_NO_SCALA}")
    for key in _scala_arguments(settings.arguments):
        problems.append(f"arguments: {key} is for Scala. {_NO_SCALA}")  # noqa: PERF401 - as above
    return tuple(problems)


def cloned_problems(definition: JobDefinition) -> tuple[str, ...]:
    """Say why a production job cannot be cloned, if it cannot."""
    members = definition.members
    command: Mapping[str, Any] = members.get("Command", {})
    kind = command.get("Name", "")
    if kind == "glueray" or members.get("WorkerType") == "Z.2X":
        return (f"job: {definition.name} is a Ray job, and Ray jobs are not checked.",)
    if kind not in KINDS:
        return (f"job: {definition.name} is a job of a kind that is not known here: {kind!r}.",)
    arguments = {
        **members.get("DefaultArguments", {}),
        **members.get("NonOverridableArguments", {}),
    }
    is_scala = str(command.get("ScriptLocation", "")).lower().endswith(".scala")
    if is_scala or _scala_arguments(arguments):
        return (f"job: {definition.name} is a Scala job. {_NO_SCALA}",)
    return ()


def _scala_arguments(arguments: Mapping[str, str]) -> tuple[str, ...]:
    """Return the arguments that only a Scala job has, with ``--``."""
    named = {f"--{key.removeprefix('--')}": value for key, value in arguments.items()}
    found = ["--class"] if "--class" in named else []
    if named.get("--job-language", "python").strip().lower() not in {"python", ""}:
        found.append("--job-language")
    return tuple(found)
