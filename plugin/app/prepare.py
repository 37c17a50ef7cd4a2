"""What a check does before it begins: who asks, what is wanted, what is allowed, the plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugin.app.cloning import job_reader
from plugin.app.questions import answered, changed_files
from plugin.app.runner import runner_of
from plugin.app.trail import forget_trail
from plugin.checkout import WorkingTree
from plugin.core.build import Host
from plugin.core.making import Circumstances
from plugin.core.plan import make_plan

if TYPE_CHECKING:
    from datetime import datetime

    from plugin.app.invocation import Invocation
    from plugin.core.build import Build
    from plugin.core.plan import Plan
    from plugin.core.settings.sources import Settings


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is to be done, known before anything is.  ``began`` is UTC."""

    invocation: Invocation
    settings: Settings
    build: Build
    build_id: str
    began: datetime
    plan: Plan


def prepare(invocation: Invocation) -> Request:
    """Return the request.  Raises ``SettingsError`` with every problem; only reads.

    Whether the build is foreign must be final before a setting of the configuration file counts:
    where GitHub's answer changes that, the settings are gathered anew.
    """
    build = invocation.build()
    settings = invocation.gathered(is_foreign=build.is_foreign)
    if not settings.problems:
        was_foreign, build = build.is_foreign, answered(build, settings, invocation)
        if build.is_foreign is not was_foreign:
            settings = invocation.gathered(is_foreign=build.is_foreign)
    if build.is_foreign and not invocation.line.dry_run:
        forget_trail(invocation)  # else a committed one tells cleanup what to remove
    build_id, began = invocation.draw(12), invocation.clock.now()
    invocation.say(_who(build, build_id), *(f"note: {note}" for note in settings.notes))
    plan = make_plan(
        settings,
        WorkingTree(invocation.cwd),
        Circumstances(
            build=build,
            build_id=build_id,
            now=began,
            changed=None if settings.problems else changed_files(build, settings, invocation),
            only=invocation.line.only,
            runner=runner_of(invocation, build, settings),
            jobs=None if settings.problems else job_reader(invocation, settings, build),
        ),
    )
    invocation.say(
        *(f"note: {check.name}: {note}" for check in plan.checks for note in check.notes)
    )
    return Request(
        invocation=invocation,
        settings=settings,
        build=build,
        build_id=build_id,
        began=began,
        plan=plan,
    )


def _who(build: Build, build_id: str) -> str:
    host = "this machine" if build.host is Host.PLAIN else build.host
    at = f"{build.repository}@" if build.repository else "commit "
    place = f"{at}{build.commit[:12]}" if build.commit else "no commit known"
    pull = f", pull request {build.pull_request}" if build.pull_request else ""
    return f"glue-health-check build {build_id} on {host}: {place}{pull}"
