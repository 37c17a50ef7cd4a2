"""Where the log of a run may lie, and what each stream of it is.

Knows the names of Glue's log groups and streams.  Refuses to know what AWS answers: where AWS's
pages leave a name open, it returns all that they allow, the likeliest first.
Sources: "Logging for AWS Glue jobs" (groups and streams from Glue 5.0 on, the two custom prefixes,
security configurations), "Enabling continuous logging for AWS Glue 4.0 and earlier jobs" (the third
group), "Monitoring with AWS Glue job run insights" and "Migrating AWS Glue jobs to 5.0" (where the
analysis lies), botocore's Glue model (``JobRun.LogGroupName``), public code that reads these logs:
it finds the driver's stream called as the run, where the pages add ``-driver``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from plugin.core.ports import LogStream

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from plugin.core.ports import LogSource

SPARK, SHELL = "/aws-glue/jobs", "/aws-glue/python-jobs"
CONTINUOUS = "/aws-glue/jobs/logs-v2"
ANALYSIS = "-job-insights-rca-driver"
"""What is added to a run's id for the stream of Glue's own analysis."""
_BEFORE_5 = ("0.", "1.", "2.", "3.", "4.")


class Kind(StrEnum):
    """What a stream holds; only the driver's is read as the log of the run."""

    DRIVER = "driver"
    EXECUTOR = "executor"
    PROGRESS = "progress"
    ANALYSIS = "analysis"
    INSIGHTS = "insights"
    OTHER = "other"


_KINDS = (
    (Kind.DRIVER, re.compile(r"(?:-driver)?")),
    (Kind.EXECUTOR, re.compile(r"_g-\w+|-(?:executor-?)?\d+")),
    (Kind.PROGRESS, re.compile(r"-progress-bar")),
    (Kind.ANALYSIS, re.compile(re.escape(ANALYSIS))),
    (Kind.INSIGHTS, re.compile(r"(?:-job-insights)?-\w+-driver|-job-insights-.*")),
)
_LATER_ATTEMPT = re.compile(r"_attempt_\d")
"""Behind a run's id: the id of another run, that of Glue's own retry."""


@dataclass(frozen=True, kw_only=True)
class LogNames:
    """Where the log of a run may lie, the likeliest first.

    ``groups`` are asked for each of the two streams; ``last_groups`` only when the run is over and
    nothing was found in those.  ``stems`` are what the names of the run's streams begin with.
    """

    run_id: str
    groups: Mapping[LogStream, tuple[str, ...]]
    last_groups: Mapping[LogStream, tuple[str, ...]]
    analysis_groups: tuple[str, ...]
    stems: tuple[str, ...]

    @property
    def all_groups(self) -> tuple[str, ...]:
        """Every group that may hold a stream of the run."""
        by_stream = (self.groups[stream] + self.last_groups[stream] for stream in LogStream)
        return _once((*(name for names in by_stream for name in names), *self.analysis_groups))

    def kind_of(self, stream: str) -> Kind | None:
        """Return what a stream of the run holds; None when it is not this run's for certain.

        A stream that does not bear the run's id belongs to nobody alone: several runs of a job
        share what begins with a custom prefix.  One id may be the beginning of another.
        """
        rests = (stream[len(stem) :] for stem in self.stems if stream.startswith(stem))
        rest = next(rests, None)
        if rest is None or rest[:1].isalnum() or _LATER_ATTEMPT.match(rest):
            return None
        return next((kind for kind, form in _KINDS if form.fullmatch(rest)), Kind.OTHER)


def names_of(source: LogSource) -> LogNames:
    """Return where the log of a run may lie."""
    last: tuple[str, ...] = ()
    analysis: tuple[str, ...] = ()
    stems: tuple[str, ...] = (source.run_id,)
    if source.job_type == "pythonshell":
        groups = _shell_groups(source)
    elif source.glue_version.startswith(_BEFORE_5):
        groups, analysis = _old_groups(source), _continuous_groups(source)
        stems = _stems(source, "--continuous-log-logStreamPrefix", is_first=False)
        if source.arguments.get("--enable-continuous-cloudwatch-log") == "true":
            last = analysis
    else:
        groups = _groups(source)
        analysis = _below(groups, LogStream.ERROR)
        stems = _stems(source, "--custom-logStream-prefix", is_first=True)
    return LogNames(
        run_id=source.run_id,
        groups={stream: _below(groups, stream) for stream in LogStream},
        last_groups={LogStream.OUTPUT: (), LogStream.ERROR: last},
        analysis_groups=analysis,
        stems=stems,
    )


def _groups(source: LogSource) -> tuple[str, ...]:
    """Since Glue 5.0.  What a custom prefix makes of the told group no page says."""
    custom = source.arguments.get("--custom-logGroup-prefix", "").rstrip("/")
    told = source.group.rstrip("/")
    ours = (_secured(custom, source), custom) if custom else ()
    first = (told, *ours) if custom and told.startswith(custom) else (*ours, told)
    return _once((*first, _secured(SPARK, source), SPARK))


def _old_groups(source: LogSource) -> tuple[str, ...]:
    return _once((source.group.rstrip("/"), _appended(SPARK, source), SPARK))


def _shell_groups(source: LogSource) -> tuple[str, ...]:
    return _once((source.group.rstrip("/"), _appended(SHELL, source), SHELL))


def _continuous_groups(source: LogSource) -> tuple[str, ...]:
    """The third group, until Glue 4.0; here the name of a security configuration is added."""
    custom = source.arguments.get("--continuous-log-logGroup", "").rstrip("/")
    told = f"{source.group.rstrip('/')}/logs-v2" if source.group else ""
    bases = (custom,) if custom else (told, CONTINUOUS)
    security = source.security_configuration
    secured = tuple(f"{base}-{security}" for base in bases if base and security)
    return _once((*secured, *bases))


def _secured(base: str, source: LogSource) -> str:
    """Return the group of a security configuration, as the page on logging writes it."""
    security = source.security_configuration
    return f"{base}/{security}-role/{_role(source)}" if security else ""


def _appended(base: str, source: LogSource) -> str:
    """Return the same, as botocore's model writes it."""
    security = source.security_configuration
    return f"{base}-{_role(source)}-{security}" if security else ""


def _role(source: LogSource) -> str:
    return source.role.rpartition("/")[2]


def _stems(source: LogSource, argument: str, *, is_first: bool) -> tuple[str, ...]:
    """Return what the streams' names begin with; the custom prefix stands before the run's id."""
    custom, run_id = source.arguments.get(argument, ""), source.run_id
    if not custom:
        return (run_id,)
    ours = (f"{custom}-{run_id}", f"{custom}{run_id}", f"{custom}/{run_id}")
    return (*ours, run_id) if is_first else (run_id, *ours)


def _below(groups: Iterable[str], stream: LogStream) -> tuple[str, ...]:
    return tuple(f"{group}/{stream}" for group in groups)


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))
