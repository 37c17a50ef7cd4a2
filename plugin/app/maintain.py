"""The commands ``cleanup`` and ``sweep``: remove what a killed process left."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from plugin.app.parts import access_of, clients_of
from plugin.app.pending import end_pending
from plugin.app.questions import answered
from plugin.app.signals import cancelling
from plugin.app.trail import find_trail, forget_trail
from plugin.core.build import Fork
from plugin.core.errors import Exit
from plugin.sweep import Owner, of_age, of_build, remove

if TYPE_CHECKING:
    from plugin.app.invocation import Invocation
    from plugin.app.trail import Trail
    from plugin.core.build import Build
    from plugin.core.ports import Engine
    from plugin.core.settings.sources import Settings
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
    trail = find_trail(invocation, build)
    if not trail.build_ids:
        invocation.say("cleanup: no build id was left by a check: nothing to do.")
        return Exit.PASSED
    if not trail.is_ours:
        build = _answered(invocation, build)
        is_known = build.fork is Fork.YES or build.is_dependabot
        if is_known and not invocation.peek("allow_forks"):
            invocation.say("cleanup: the check of a stranger's code was skipped: nothing to do.")
            return Exit.PASSED
    settings = invocation.settings(is_foreign=build.is_foreign)
    try:
        return _removed(invocation, settings, build, trail)
    finally:
        end_pending(invocation, settings, build, trail)


def _removed(invocation: Invocation, settings: Settings, build: Build, trail: Trail) -> int:
    """Remove what the builds of the trail left; return the exit code."""
    if settings.plan.engine == "local":
        invocation.say("cleanup: a local Glue leaves nothing behind: nothing to do.")
        return Exit.PASSED
    engine = _engine(invocation, settings)
    code = _carry_out(invocation, engine, _left(invocation, engine, settings, build, trail))
    if code is Exit.PASSED and trail.is_file and not invocation.line.dry_run:
        forget_trail(invocation)
    return code


def _left(
    invocation: Invocation, engine: Engine, settings: Settings, build: Build, trail: Trail
) -> tuple[Removal, ...]:
    """Return what all builds of the trail left; say what of theirs is left alone."""
    owner = Owner(
        repository=build.repository, pull_request=build.pull_request, is_sure=trail.is_ours
    )
    removals: list[Removal] = []
    for build_id in reversed(trail.build_ids):
        traces = of_build(engine, build_id, owner=owner, buckets=_buckets(settings))
        removals += traces.removals
        invocation.say(*(f"cleanup: {name} is kept on purpose." for name in traces.kept))
        if traces.others:
            invocation.say(
                f"cleanup: the jobs of build {build_id} belong to another pull request or"
                " repository: left alone."
            )
        invocation.say(
            *(
                f"cleanup: {uri} stays for sweep: no job says whose build {build_id} is."
                for uri in traces.unclaimed
            )
        )
    return tuple(removals)


def _answered(invocation: Invocation, build: Build) -> Build:
    """Return the build as the check saw it: it may have asked GitHub whose the code is."""
    settings = invocation.gathered(is_foreign=build.is_foreign)
    if not build.questions or settings.problems:
        return build
    return answered(build, settings, invocation)


def _sweep(invocation: Invocation) -> int:
    settings = invocation.settings(is_foreign=invocation.build().is_foreign)
    if settings.plan.engine == "local":
        invocation.say("sweep: a local Glue leaves nothing behind: nothing to do.")
        return Exit.PASSED
    engine = _engine(invocation, settings)
    buckets = _buckets(settings)
    if not buckets:
        invocation.say("warning: no scripts_bucket: only jobs are looked for, no objects.")
    overdue = of_age(
        engine,
        invocation.clock.now(),
        timedelta(hours=settings.plan.sweep_older_than_hours),
        buckets=buckets,
    )
    invocation.complain(f"sweep: {item.kind} {item.name}: {item.reason}" for item in overdue.unread)
    code = _carry_out(invocation, engine, overdue.removals)
    return Exit.ERRORED if overdue.unread else code


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
