"""One check: a script to run once on Glue, with everything needed to run it.

Refuses to know where it comes from (``making``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from plugin.core.naming import TIME_FORMAT, Tag
from plugin.core.ports import LogSource

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from plugin.core.capacity import Capacity
    from plugin.core.judging.pattern import Pattern
    from plugin.core.naming import Location
    from plugin.core.ports import Upload
    from plugin.core.settings import CheckSettings

LOCAL_BUCKET = "glue-health-check-local"
LOCAL_REGION = "us-east-1"
LOCAL_ROLE = "arn:aws:iam::123456789012:role/glue-health-check-local"


_SPARE_MINUTES = 60
"""For uploads, a start that is tried again and a clean-up, beyond a check's own time-outs."""


def expiry_of(settings: CheckSettings, begin: datetime) -> datetime:
    """Return when a check that begins at ``begin`` (UTC) is past its own time-outs for sure."""
    minutes = settings.queue_timeout_minutes + settings.timeout_minutes + _SPARE_MINUTES
    return begin + timedelta(minutes=minutes)


@dataclass(frozen=True, kw_only=True)
class Check:
    """One script to run once on Glue, with everything needed to run it.

    ``request`` are the parameters of CreateJob; ``shipped`` maps uploaded Python files' names to
    paths in the checkout.  ``cloned`` are the names of the arguments whose values are those of the
    production job ``settings.job``: they are never shown.  ``notes`` are worth telling before the
    run.
    """

    name: str
    settings: CheckSettings
    capacity: Capacity
    job_name: str
    scripts: Location
    temp: Location
    request: Mapping[str, object]
    uploads: tuple[Upload, ...]
    shipped: Mapping[str, str]
    session_policy: str = ""
    is_local: bool = False
    keep: bool = False
    delete_logs: bool = False
    cloned: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    @property
    def places(self) -> tuple[Location, ...]:
        """Every prefix that holds objects of ours: one, when the temporary one lies inside."""
        same = self.temp.bucket == self.scripts.bucket
        return (self.scripts,) if same else (self.scripts, self.temp)

    def request_at(self, begin: datetime) -> Mapping[str, object]:
        """Return the parameters of CreateJob for a check that begins at ``begin`` (UTC).

        Others may have run before it for hours: by the time of its plan it would be born expired.
        """
        tags: Any = self.request["Tags"]
        expires_at = expiry_of(self.settings, begin).strftime(TIME_FORMAT)
        return {**self.request, "Tags": {**tags, Tag.EXPIRES_AT: expires_at}}

    def log_source(self, run_id: str, group: str = "") -> LogSource:
        """Return what is known of a run's log; ``group`` is what Glue calls its groups."""
        arguments: Any = self.request.get("DefaultArguments", {})
        return LogSource(
            job_name=self.job_name,
            run_id=run_id,
            job_type=self.capacity.job_type,
            glue_version=self.capacity.glue_version,
            group=group,
            arguments=arguments,
            security_configuration=str(self.request.get("SecurityConfiguration", "")),
            role=str(self.request.get("Role", "")),
        )

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """The compiled forms of ``fail_on_log_pattern``."""
        from plugin.core.judging.pattern import Pattern  # the regex package, only when it is needed

        return tuple(Pattern(text) for text in self.settings.fail_on_log_pattern)
