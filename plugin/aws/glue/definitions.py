"""Reads the definitions of existing jobs: GetJob, then GetTags, several jobs side by side.

The one implementation of the ``JobReader`` port.  Only reads: nothing it asks changes a job.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plugin.clients.aws.errors import translated
from plugin.core.errors import AccessDenied, NotFound, PluginError, SettingsError
from plugin.core.ports import JobDefinition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.clients.aws.clients import Clients

MOST_AT_ONCE = 8


class JobDefinitions:
    """The jobs of one account and region."""

    def __init__(self, clients: Clients) -> None:
        """Take the clients; nothing is asked yet."""
        self._clients = clients

    def definitions(self, names: tuple[str, ...]) -> Mapping[str, JobDefinition | PluginError]:
        """Return each job's definition, or why it could not be read.

        A job that is not there is a ``SettingsError``: only another setting can mend it.
        """
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(max_workers=MOST_AT_ONCE) as pool:
            return dict(zip(names, pool.map(self._told, names), strict=True))

    def _told(self, name: str) -> JobDefinition | PluginError:
        try:
            return self._read(name)
        except NotFound:
            where = self._clients.region
            problem = (
                f"job: there is no job {name} in {where}. Check the name, the region, and the"
                " account of the credentials."
            )
            return SettingsError((problem,))
        except PluginError as error:
            return error

    def _read(self, name: str) -> JobDefinition:
        with translated(f"read the job {name}"):
            glue = self._clients.glue
            job: Mapping[str, Any] = glue.get_job(JobName=name)["Job"]
        operation = glue.meta.service_model.operation_model("CreateJob")
        sendable = operation.input_shape.members if operation.input_shape else {}
        return JobDefinition(
            name=name,
            members={key: value for key, value in job.items() if key in sendable},
            tags=self._tags(name),
            runs_on=_upgraded(job.get("AutoUpgradeMetadata") or {}),
        )

    def _tags(self, name: str) -> Mapping[str, str] | None:
        """Return a job's tags, which GetJob does not tell; None when they may not be read."""
        try:
            arn = self._clients.job_arn(name)
            with translated(f"read the tags of the job {name}"):
                return dict(self._clients.glue.get_tags(ResourceArn=arn).get("Tags", {}))
        except AccessDenied:
            return None


def _upgraded(metadata: Mapping[str, Any]) -> str:
    """Return the version that a job with ``GlueVersion: auto`` runs on now.

    Source: botocore's Glue model, ``AutoUpgradeMetadata``: until an upgrade has succeeded it is the
    version from before.
    """
    is_done = metadata.get("Status") == "UPGRADE_SUCCEEDED"
    return str(metadata.get("TargetVersion" if is_done else "SourceVersion") or "")
