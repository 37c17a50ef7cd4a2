"""What ``cleanup`` and ``sweep`` share: settings, engine, buckets, and to do and tell a removal."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plugin.app.credentials import access_of
from plugin.app.parts import clients_of
from plugin.core.errors import SettingsError
from plugin.sweep import foresee, remove
from plugin.sweep.stopping import YOUNG_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.app.invocation import Invocation
    from plugin.core.build import Build
    from plugin.core.ports import Engine
    from plugin.core.result import Leftover
    from plugin.core.settings.sources import Settings
    from plugin.sweep import Bounds, Removal, Swept


_NO_CREDENTIALS = "Give the step the AWS credentials with which the checks ran, e.g. by OIDC."


def settings_of(invocation: Invocation, build: Build) -> Settings:
    """Return the settings; those of a configuration file that is wrong are set aside, and said so.

    What a pull request has written into it must not keep us from removing what a check left.
    Raises ``SettingsError`` for what is wrong without it.
    """
    settings = invocation.gathered(is_foreign=build.is_foreign)
    if not settings.problems:
        return settings
    without = invocation.gathered(is_foreign=build.is_foreign, reads_file=False)
    if without.problems:
        raise SettingsError(settings.problems)
    name, command = invocation.peek("config"), invocation.line.command
    first, *others = settings.problems
    more = f" (and {len(others)} more)" if others else ""
    invocation.say(f"warning: {command}: {name} is set aside, because it is wrong: {first}{more}")
    return without


def on_glue(settings: Settings) -> Settings:
    """Return the settings for the engine ``glue``, whatever the configuration file says of it."""
    return replace(settings, plan=replace(settings.plan, engine="glue"))


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


def _young(invocation: Invocation, removals: tuple[Removal, ...]) -> str:
    """Return the name of a job whose run may be starting yet, or how many there are."""
    now = invocation.clock.now()
    names = [
        removal.name
        for removal in removals
        if removal.job and (now - removal.job.created_at).total_seconds() < YOUNG_SECONDS
    ]
    more = f" (and {len(names) - 1} more)" if len(names) > 1 else ""
    return f"{names[0]}{more}" if names else ""


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
    if young := _young(invocation, removals):
        wait = f"a run of it that is not listed yet is waited for, up to {YOUNG_SECONDS:.0f} s"
        invocation.say(f"{command}: {young} is younger than a minute: {wait}.")
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
