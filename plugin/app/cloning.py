"""Who reads production jobs for a plan: AWS, with the user's own credentials, on any engine."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

from plugin.app.bounded import Budget, Limit
from plugin.app.credentials import access_of
from plugin.app.parts import clients_of
from plugin.core.errors import PluginError, SettingsError
from plugin.core.ports import JobDefinition
from plugin.core.secrets.names import secrets_of_jobs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plugin.app.invocation import Invocation
    from plugin.clients.aws.clients import Clients
    from plugin.core.build import Build
    from plugin.core.ports import JobReader
    from plugin.core.settings.sources import Settings

_NO_REGION = (
    "job: region is required to read it: set region (also read from AWS_REGION,"
    " AWS_DEFAULT_REGION, or the AWS profile)."
)
_HINT = (
    "Give AWS credentials that may call glue:GetJob and glue:GetTags, or leave job out and set"
    " role_arn, glue_version, worker_type, number_of_workers and arguments instead."
)
_HINT_LOCAL = (
    "The definition of job is read from AWS on engine local, too: give AWS credentials that may"
    " call glue:GetJob and glue:GetTags, or leave job out and set glue_version, worker_type,"
    " number_of_workers and arguments instead."
)


def job_reader(invocation: Invocation, settings: Settings, build: Build) -> JobReader | None:
    """Return who reads the jobs that are cloned; None for a stranger's build without credentials.

    Nothing is asked of AWS before a plan asks for a job.
    """
    is_skipped = build.is_foreign and not settings.plan.allow_forks
    if is_skipped or not any(check.settings.job for check in settings.checks):
        return None
    clients = clients_of(access_of(invocation, settings, build), settings, clock=invocation.clock)
    try:
        if build.is_foreign and not clients.has_credentials():
            return None
    except PluginError as error:
        return _Told(error)
    hint = _HINT_LOCAL if settings.plan.engine == "local" else _HINT
    return _OfAws(invocation, clients, hint=hint)


_LIMIT = Limit(
    who="AWS", hint="Check that this machine reaches it.", seconds=math.inf, hurried_seconds=1.0
)
"""For all jobs together, after a signal; without one the requests' own bounds hold."""


class _Told:
    """Says the same of every job: why none can be read."""

    def __init__(self, error: PluginError) -> None:
        self._error = error

    def definitions(self, names: tuple[str, ...]) -> Mapping[str, JobDefinition | PluginError]:
        return dict.fromkeys(names, self._error)


class _OfAws:
    """Reads jobs, and has what looks secret in their arguments masked before anybody speaks."""

    def __init__(self, invocation: Invocation, clients: Clients, *, hint: str) -> None:
        self._invocation = invocation
        self._clients = clients
        self._hint = hint

    def definitions(self, names: tuple[str, ...]) -> Mapping[str, JobDefinition | PluginError]:
        try:
            found = Budget(self._invocation.clock).run(partial(self._read, names), _LIMIT)
        except PluginError as error:
            return dict.fromkeys(names, error)
        self._invocation.learn(secrets_of_jobs(_arguments(found)))
        return found

    def _read(self, names: tuple[str, ...]) -> Mapping[str, JobDefinition | PluginError]:
        from plugin.aws.glue.definitions import JobDefinitions

        self._clients.hold_credentials(hint=self._hint)
        if not self._clients.region:
            raise SettingsError((_NO_REGION,))
        self._invocation.learn(self._clients.secrets())
        return JobDefinitions(self._clients).definitions(names)


def _arguments(found: Mapping[str, JobDefinition | PluginError]) -> Iterator[Mapping[str, Any]]:
    for told in found.values():
        if isinstance(told, JobDefinition):
            yield told.members.get("DefaultArguments", {})
            yield told.members.get("NonOverridableArguments", {})
