"""The arguments of a clone: the production job's below ours and the user's.

Refuses to know which of them name a store (``stores``).
Sources: AWS's pages "Using job parameters in AWS Glue jobs" (the names that are Glue's own) and
"Logging for AWS Glue jobs" (what the prefixes make of groups and streams).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugin.core.naming import MARKER_ARGUMENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.core.ports import JobDefinition

INTERNAL = frozenset({"--JOB_NAME", "--mode", "--debug", "--endpoint", "--JOB_ID", "--JOB_RUN_ID"})
"""Arguments that Glue sets; its documentation says never to."""
STREAM_PREFIXES = frozenset({"--custom-logStream-prefix", "--continuous-log-logStreamPrefix"})
"""They make streams called ``PREFIX-driver``, which all runs with the prefix share: whose line is
whose nobody can tell, so such a stream is never read."""
GROUPS = frozenset({"--custom-logGroup-prefix", "--continuous-log-logGroup"})
"""Where logs go.  The user's are taken: the log is found there, too."""
EVENT_LOGS = "--spark-event-logs-path"
LEFT_OUT: Mapping[str, str] = {
    "--scriptLocation": "the pull request's script takes its place",
    "--job-bookmark-from": "the copy has no bookmark",
    "--job-bookmark-to": "the copy has no bookmark",
    MARKER_ARGUMENT: "it marks a run of ours",
    **dict.fromkeys(
        sorted(INTERNAL),
        "AWS reserves the name for Glue itself; a script that reads it as its own needs another"
        " name",
    ),
    **dict.fromkeys(sorted(STREAM_PREFIXES), "runs with one prefix share their log streams"),
    **dict.fromkeys(
        sorted(GROUPS),
        "alarms on production's log group would hear the copy; set it in arguments to log there",
    ),
}
"""Arguments of a production job that the copy does without, and why."""


@dataclass(frozen=True, kw_only=True)
class JobArguments:
    """The arguments of a job to be created.

    ``fixed`` are those that no run can override; ``cloned`` are the names, in either, of those
    whose values are the production job's; ``left_out`` are the names of those that are not copied.
    """

    default: Mapping[str, str] = field(repr=False)
    fixed: Mapping[str, str] = field(default_factory=dict, repr=False)
    cloned: frozenset[str] = frozenset()
    left_out: tuple[str, ...] = ()

    @property
    def of_the_job(self) -> Mapping[str, str]:
        """The production job's own arguments, as far as they are in the copy."""
        both = {**self.default, **self.fixed}
        return {key: both[key] for key in sorted(self.cloned)}


def merged(
    ours: Mapping[str, str], definition: JobDefinition | None, *, event_logs: str
) -> JobArguments:
    """Return all arguments; ``ours`` hold the user's, and win.

    What is set here takes an argument that no run can override out of the copy: Glue would prefer
    it silently.  It guards the production job against whoever starts it, which the copy is not.
    Spark's event logs would lie among those of production: ``event_logs`` is where they go.
    """
    members = definition.members if definition else {}
    default: Mapping[str, str] = members.get("DefaultArguments", {})
    fixed: Mapping[str, str] = members.get("NonOverridableArguments", {})
    mine = dict(ours)
    if any(_dashed(key) == EVENT_LOGS for key in (*default, *fixed)):
        mine.setdefault(EVENT_LOGS, event_logs)
    kept = {key: value for key, value in default.items() if _is_kept(key, mine)}
    held = {key: value for key, value in fixed.items() if _is_kept(key, mine)}
    gone = {_dashed(key) for key in (*default, *fixed)} & LEFT_OUT.keys()
    return JobArguments(
        default={**kept, **mine},
        fixed=held,
        cloned=frozenset((*kept, *held)),
        left_out=tuple(sorted(gone - mine.keys())),
    )


def _is_kept(key: str, mine: Mapping[str, str]) -> bool:
    return _dashed(key) not in mine and _dashed(key) not in LEFT_OUT


def _dashed(key: str) -> str:
    """Glue takes a job's arguments with and without ``--``."""
    return key if key.startswith("--") else f"--{key}"
