"""One check: a script to run once on Glue, with everything needed to run it.

Refuses to know where it comes from (``making``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plugin.core.ports import LogSource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.core.capacity import Capacity
    from plugin.core.naming import Location
    from plugin.core.pattern import Pattern
    from plugin.core.ports import Upload
    from plugin.core.settings import CheckSettings

LOCAL_BUCKET = "glue-health-check-local"
LOCAL_REGION = "us-east-1"
LOCAL_ROLE = "arn:aws:iam::123456789012:role/glue-health-check-local"


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
        from plugin.core.pattern import Pattern  # the regex package, only when it is needed

        return tuple(Pattern(text) for text in self.settings.fail_on_log_pattern)
