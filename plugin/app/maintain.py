"""The command ``cleanup``: removes what the checks before it made and did not remove."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

from plugin.app import left_alone
from plugin.app.in_time import hearing, in_time
from plugin.app.pending import end_pending
from plugin.app.questions import answered
from plugin.app.removing import (
    buckets_of,
    carry_out,
    engine_of,
    foretell,
    on_glue,
    settings_of,
)
from plugin.app.trail import find_trail, forget_trail
from plugin.core.build import Fork
from plugin.core.errors import EngineError, Exit, SettingsError
from plugin.core.leftovers import remove_all
from plugin.sweep import CLEANUP, Owner, of_build, unlisted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from plugin.app.invocation import Invocation
    from plugin.app.trail import Trail
    from plugin.core.build import Build
    from plugin.core.ports import Engine
    from plugin.core.result import Leftover
    from plugin.core.settings.sources import Settings
    from plugin.sweep import Traces

NO_TRAIL = "cleanup: no build id was left here by a check: nothing to do."
OTHER_WAYS = (
    "cleanup: if a check was killed, name its build: glue-health-check cleanup --build-id ID."
    " The id stands in the check's log, and in the tag glue-health-check:build of its job."
    " Without it, sweep removes what is old enough."
)


def cleanup(invocation: Invocation) -> int:
    """Remove what this build made and did not remove; return the exit code."""
    return hearing(invocation, partial(_cleanup, invocation))


def _cleanup(invocation: Invocation) -> int:
    if invocation.line.problems:
        raise SettingsError(invocation.line.problems)
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
    settings = settings_of(invocation, build)
    again = [f"cleanup: to try again: {remove_all(one)}" for one in trail.build_ids]
    is_over = threading.Event()
    try:
        work = partial(_removed, invocation, settings, build, trail, is_over)
        return in_time(invocation, work, again=again)
    finally:
        is_told = end_pending(invocation, settings, build, trail)
        if is_told and is_over.is_set():
            forget_trail(invocation)


def _removed(
    invocation: Invocation,
    settings: Settings,
    build: Build,
    trail: Trail,
    is_over: threading.Event,
) -> int:
    """Remove what the builds of the trail left; return the exit code.

    ``is_over`` is set when nobody has to look for them again by the file that we read.
    """
    if _was_local(invocation, settings, trail):
        invocation.say("cleanup: a local Glue leaves nothing behind: nothing to do.")
        return Exit.PASSED
    settings = on_glue(settings)
    engine = engine_of(invocation, settings, build)
    found = _found(invocation, engine, settings, build, trail)
    _tell(invocation, settings, trail, found)
    removals = tuple(removal for traces in found.values() for removal in traces.removals)
    unread = [item for traces in found.values() for item in traces.unread]
    if invocation.line.dry_run:
        foretell(invocation, engine, settings, removals)
        told = f"{len(removals)} to remove; nothing was changed{_doubt(found)}"
        invocation.say(f"cleanup: {told}.")
        _name(invocation, unread)
        return Exit.ERRORED if unread else Exit.PASSED
    swept = carry_out(invocation, engine, settings, removals, bounds=CLEANUP)
    stay = len(removals) - len(swept.removed)
    told = f"{len(swept.removed)} removed, {stay} stay{_alone(found)}{_doubt(found)}"
    invocation.say(f"cleanup: {told}.")
    _name(invocation, unread)
    if stay or unread:
        invocation.say(*(f"cleanup: to try again: {remove_all(one)}" for one in trail.build_ids))
        return Exit.ERRORED
    if trail.is_file and not any(map(_is_open, found.values())):
        is_over.set()
    return Exit.PASSED


def _was_local(invocation: Invocation, settings: Settings, trail: Trail) -> bool:
    """Whether the checks ran on a local Glue, by what the operator says, or the file alone.

    A check on AWS has left a bucket's name, and who names a build means AWS.
    """
    if invocation.peek("engine") == "local":
        return True
    return settings.plan.engine == "local" and not (trail.buckets or trail.is_named)


def _name(invocation: Invocation, unread: Iterable[Leftover]) -> None:
    """Say all that could not be read, at once."""
    invocation.complain(f"cleanup: {one.kind} {one.name}: {one.reason}" for one in unread)


def _found(
    invocation: Invocation, engine: Engine, settings: Settings, build: Build, trail: Trail
) -> Mapping[str, Traces]:
    """Return what each build of the trail left, the newest first.

    Where Glue refuses to list the jobs of one, it is not asked for the next: patience has its time
    each.  What was found before goes all the same.  Raises ``EngineError`` after a cancel.
    """
    owner = Owner(
        repository=build.repository,
        pull_request=build.pull_request,
        server_url=build.server_url,
        is_sure=trail.is_ours,
        is_anybody=trail.is_named,
    )
    buckets = _buckets(settings, trail)
    found: dict[str, Traces] = {}
    refusal: EngineError | None = None
    for build_id in reversed(trail.build_ids):
        if refusal is None:
            try:
                found[build_id] = of_build(engine, build_id, owner=owner, buckets=buckets)
            except EngineError as error:
                if invocation.clock.is_cancelled():
                    raise
                refusal = error
        if refusal is not None:
            found[build_id] = unlisted(engine, build_id, refusal, buckets=buckets)
    return found


def _tell(
    invocation: Invocation, settings: Settings, trail: Trail, found: Mapping[str, Traces]
) -> None:
    """Say what is left alone, what could not be looked for, and where nothing was found."""
    region = settings.plan.region
    for build_id, traces in found.items():
        words = left_alone.of_build(traces, build_id, region=region)
        invocation.say(*(f"cleanup: {line}" for line in words))
        if traces.is_blind and not traces.others:
            invocation.say(f"warning: cleanup: {left_alone.blindness(build_id)}")
        if trail.is_named and traces.is_empty:
            buckets = _buckets(settings, trail)
            doubt = left_alone.nothing_bears(build_id, region=region, buckets=buckets)
            invocation.say(f"cleanup: {doubt}")


def _is_open(traces: Traces) -> bool:
    """Whether somebody may have to look for this build once more."""
    return bool(traces.is_blind or traces.unclaimed or traces.strange)


def _alone(found: Mapping[str, Traces]) -> str:
    """Return how many things are left alone; empty for none."""
    number = sum(
        len(one.kept) + len(one.others) + len(one.strange) + len(one.unclaimed)
        for one in found.values()
    )
    return f", {number} left alone" if number else ""


def _doubt(found: Mapping[str, Traces]) -> str:
    """Return what the sum does not count."""
    unsure = [build_id for build_id, one in found.items() if one.is_blind and not one.others]
    words = f"; objects were not looked for (build {', '.join(unsure)})" if unsure else ""
    hidden = [build_id for build_id, one in found.items() if one.is_unlisted]
    return f"{words}; jobs were not listed (build {', '.join(hidden)})" if hidden else words


def _buckets(settings: Settings, trail: Trail) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*buckets_of(settings), *trail.buckets)))


def _answered(invocation: Invocation, build: Build) -> Build:
    """Return the build as the check saw it: it may have asked GitHub whose the code is."""
    settings = invocation.gathered(is_foreign=build.is_foreign)
    if not build.questions or settings.problems:
        return build
    return answered(build, settings, invocation)
