"""What ``cleanup`` and ``sweep`` share: the engine, the buckets, and to do and tell a removal."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plugin.app.credentials import access_of
from plugin.app.parts import clients_of
from plugin.sweep import foresee, remove

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.app.invocation import Invocation
    from plugin.core.build import Build
    from plugin.core.ports import Engine
    from plugin.core.result import Leftover
    from plugin.core.settings.sources import Settings
    from plugin.sweep import Bounds, Removal, Swept


_NO_CREDENTIALS = "Give the step the AWS credentials with which the checks ran, e.g. by OIDC."


def engine_of(invocation: Invocation, settings: Settings, build: Build) -> Engine:
    """Return the engine of the settings' account.  Raises ``NoCredentials`` when there are none.

    Nothing is asked of AWS yet, but for a role that the settings name.
    """
    from plugin.aws.engine import AwsEngine

    clients = clients_of(access_of(invocation, settings, build), settings, clock=invocation.clock)
    clients.hold_credentials(hint=_NO_CREDENTIALS)
    return AwsEngine(clients, invocation.clock)


def buckets_of(settings: Settings) -> tuple[str, ...]:
    """Return the buckets of all checks, each once."""
    found = (
        bucket
        for wanted in settings.checks
        for bucket in (wanted.settings.scripts_bucket, wanted.settings.temp_bucket)
        if bucket
    )
    return tuple(dict.fromkeys(found))


def foretell(
    invocation: Invocation, engine: Engine, settings: Settings, removals: tuple[Removal, ...]
) -> None:
    """Say what would be done, and do nothing."""
    lines = foresee(engine, removals, with_logs=settings.plan.delete_logs)
    invocation.say(*(f"{invocation.line.command}: {line}" for line in lines))


def _words(command: str, item: Leftover) -> Iterator[str]:
    yield f"{command}: {item.kind} {item.name} stays: {item.reason}"
    if item.command:
        yield f"{command}: to remove it by hand: {item.command}"


def carry_out(
    invocation: Invocation,
    engine: Engine,
    settings: Settings,
    removals: tuple[Removal, ...],
    *,
    bounds: Bounds,
) -> Swept:
    """Remove, and say what was and what could not be."""
    command = invocation.line.command
    swept = remove(
        engine, invocation.clock, removals, bounds=bounds, with_logs=settings.plan.delete_logs
    )
    invocation.say(
        *(f"{command}: stopped the run {r.run_id} of {r.job_name}" for r in swept.stopped)
    )
    invocation.say(*(f"{command}: removed {r.kind} {r.name} ({r.why})" for r in swept.removed))
    invocation.complain(
        line
        for item in swept.leftovers
        for line in _words(command, replace(item, region=settings.plan.region))
    )
    return swept
