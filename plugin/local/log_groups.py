"""Where the log of a run goes.

Knows the names of Glue's log groups and streams.  Refuses to know what is written there.
Sources: the model (JobRun.LogGroupName), Glue's page "Logging for AWS Glue jobs" (the two custom
prefixes, from Glue 5.0 on, and what a security configuration adds to them).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plugin.local.capacity import PYTHON_SHELL, number_of

if TYPE_CHECKING:
    from collections.abc import Mapping

BOTH = ("output", "error")
"""The two groups of a run, for stdout and stderr, below its LogGroupName."""


def group_of(
    kind: str, settings: Mapping[str, Any], arguments: Mapping[str, str], *, role: str
) -> str:
    """Return a run's LogGroupName, to which `/output` and `/error` are added."""
    configuration, name = settings.get("SecurityConfiguration"), role.rpartition("/")[2]
    custom = _custom("--custom-logGroup-prefix", settings, arguments)
    if custom and kind != PYTHON_SHELL:
        return f"{custom}/{configuration}-role/{name}" if configuration else custom
    base = "/aws-glue/python-jobs" if kind == PYTHON_SHELL else "/aws-glue/jobs"
    return f"{base}-{name}-{configuration}" if configuration else base


def stream_of(run_id: str, settings: Mapping[str, Any], arguments: Mapping[str, str]) -> str:
    """Return the name of the driver's stream: the run id, behind a custom prefix if any."""
    prefix = _custom("--custom-logStream-prefix", settings, arguments)
    return f"{prefix}-{run_id}" if prefix else run_id


def _custom(name: str, settings: Mapping[str, Any], arguments: Mapping[str, str]) -> str:
    is_new = number_of(settings["GlueVersion"]) >= number_of("5.0")
    return arguments.get(name, "") if is_new else ""
