"""The command ``cleanup``: removes what the checks before it made and did not remove."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.app.pending import end_pending
from plugin.app.questions import answered
from plugin.app.removing import buckets_of, carry_out, engine_of, foretell
from plugin.app.signals import cancelling
from plugin.app.trail import find_trail, forget_trail
from plugin.core.build import Fork
from plugin.core.errors import Exit
from plugin.core.leftovers import remove_all
from plugin.sweep import CLEANUP, Owner, of_build

if TYPE_CHECKING:
    from plugin.app.invocation import Invocation
    from plugin.app.trail import Trail
    from plugin.core.build import Build
    from plugin.core.ports import Engine
    from plugin.core.settings.sources import Settings
    from plugin.sweep import Removal

NO_TRAIL = "cleanup: no build id was left here by a check: nothing to do."
OTHER_WAYS = (
    "cleanup: if a check was killed, name its build: glue-health-check cleanup --build-id ID."
    " The id stands in the check's log, and in the tag glue-health-check:build of its job."
    " Without it, sweep removes what is old enough."
)


def cleanup(invocation: Invocation) -> int:
    """Remove what this build made and did not remove; return the exit code."""
    with cancelling(invocation.clock) as heard:
        code = _cleanup(invocation)
    return heard.exit or code


def _cleanup(invocation: Invocation) -> int:
    build = invocation.build()
    # Before the settings: those that made the check end at once need not be told a second time.
    trail = find_trail(invocation, build)
    if not trail.build_ids:
        invocation.say(NO_TRAIL, OTHER_WAYS)
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
    engine = engine_of(invocation, settings, build)
    removals = _left(invocation, engine, settings, build, trail)
    if invocation.line.dry_run:
        foretell(invocation, engine, settings, removals)
        invocation.say(f"cleanup: {len(removals)} to remove; nothing was changed.")
        return Exit.PASSED
    swept = carry_out(invocation, engine, settings, removals, bounds=CLEANUP)
    stay = len(removals) - len(swept.removed)
    invocation.say(f"cleanup: {len(swept.removed)} removed, {stay} stay.")
    if stay:
        invocation.say(*(f"cleanup: to try again: {remove_all(one)}" for one in trail.build_ids))
        return Exit.ERRORED
    if trail.is_file:
        forget_trail(invocation)
    return Exit.PASSED


def _left(
    invocation: Invocation, engine: Engine, settings: Settings, build: Build, trail: Trail
) -> tuple[Removal, ...]:
    """Return what all builds of the trail left; say what of theirs is left alone."""
    owner = Owner(
        repository=build.repository,
        pull_request=build.pull_request,
        is_sure=trail.is_ours,
        is_anybody=trail.is_named,
    )
    removals: list[Removal] = []
    for build_id in reversed(trail.build_ids):
        traces = of_build(engine, build_id, owner=owner, buckets=buckets_of(settings))
        removals += traces.removals
        invocation.say(*(f"cleanup: {name} is kept on purpose." for name in traces.kept))
        invocation.say(
            *(
                f"cleanup: {name} bears the id of build {build_id}, but not all our tags and name:"
                " left alone."
                for name in traces.strange
            )
        )
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
