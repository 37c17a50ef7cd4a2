"""The commands ``cleanup`` and ``sweep``: remove what a killed process left."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from plugin.app.parts import access_of, clients_of
from plugin.app.signals import cancelling
from plugin.app.trail import find_trail
from plugin.core.errors import Exit
from plugin.core.naming import Tag, tag_value
from plugin.sweep import kept_by, of_age, of_build, remove

if TYPE_CHECKING:
    from plugin.app.invocation import Invocation
    from plugin.core.build import Build
    from plugin.core.ports import Engine
    from plugin.core.sources import Settings
    from plugin.sweep import Removal


def cleanup(invocation: Invocation) -> int:
    """Remove what this build made and did not remove; return the exit code."""
    with cancelling(invocation.clock) as heard:
        code = _cleanup(invocation)
    return heard.exit or code


def sweep(invocation: Invocation) -> int:
    """Remove what any build left; return the exit code."""
    with cancelling(invocation.clock) as heard:
        code = _sweep(invocation)
    return heard.exit or code


def _cleanup(invocation: Invocation) -> int:
    build = invocation.build()
    # Before the settings: those that made the check end at once need not be told a second time.
    build_id = find_trail(invocation, build)
    if not build_id:
        invocation.say("cleanup: no build id was left by a check: nothing to do.")
        return Exit.PASSED
    settings = invocation.settings(is_foreign=build.is_foreign)
    if settings.plan.engine == "local":
        invocation.say("cleanup: a local Glue leaves nothing behind: nothing to do.")
        return Exit.PASSED
    engine = _engine(invocation, settings)
    for name in kept_by(engine, build_id):
        invocation.say(f"cleanup: {name} is kept on purpose.")
    removals = of_build(engine, build_id, owner=_owner(build), buckets=_buckets(settings))
    return _carry_out(invocation, engine, removals)


def _sweep(invocation: Invocation) -> int:
    settings = invocation.settings(is_foreign=invocation.build().is_foreign)
    if settings.plan.engine == "local":
        invocation.say("sweep: a local Glue leaves nothing behind: nothing to do.")
        return Exit.PASSED
    engine = _engine(invocation, settings)
    overdue = of_age(
        engine,
        invocation.clock.now(),
        timedelta(hours=settings.plan.sweep_older_than_hours),
        buckets=_buckets(settings),
    )
    invocation.complain(f"sweep: {item.kind} {item.name}: {item.reason}" for item in overdue.unread)
    code = _carry_out(invocation, engine, overdue.removals)
    return Exit.ERRORED if overdue.unread else code


def _owner(build: Build) -> dict[str, str]:
    """Return the tags of this repository and pull request: another's things are not ours."""
    pull_request = str(build.pull_request or "")
    return {
        Tag.REPOSITORY: tag_value(build.repository),
        Tag.PULL_REQUEST: tag_value(pull_request),
    }


def _carry_out(invocation: Invocation, engine: Engine, removals: tuple[Removal, ...]) -> int:
    command = invocation.line.command
    if invocation.line.dry_run:
        lines = (f"{command}: would remove {r.kind} {r.name} ({r.why})" for r in removals)
        invocation.say(*lines, f"{command}: {len(removals)} to remove; nothing was changed.")
        return Exit.PASSED
    swept = remove(engine, invocation.clock, removals)
    for removal in swept.removed:
        invocation.say(f"{command}: removed {removal.kind} {removal.name} ({removal.why})")
    invocation.complain(
        f"{command}: {item.kind} {item.name} stays: {item.reason}" for item in swept.leftovers
    )
    invocation.say(f"{command}: {len(swept.removed)} removed, {len(swept.leftovers)} stay.")
    return Exit.ERRORED if swept.leftovers else Exit.PASSED


def _engine(invocation: Invocation, settings: Settings) -> Engine:
    from plugin.aws.engine import AwsEngine

    access = access_of(settings, session_name="glue-health-check-cleanup")
    return AwsEngine(clients_of(access, settings), invocation.clock)


def _buckets(settings: Settings) -> tuple[str, ...]:
    found = (
        bucket
        for wanted in settings.checks
        for bucket in (wanted.settings.scripts_bucket, wanted.settings.temp_bucket)
        if bucket
    )
    return tuple(dict.fromkeys(found))
