"""The command ``sweep``: removes what builds left that are old enough, some at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from plugin.app.in_time import hearing, in_time
from plugin.app.left_alone import Alone
from plugin.app.removing import (
    buckets_of,
    carry_out,
    engine_of,
    foretell,
    on_glue,
    settings_of,
)
from plugin.core.errors import EngineError, Exit
from plugin.sweep import SWEEP, orphans, our_jobs, overdue_jobs
from plugin.sweep.overdue import PORTION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plugin.app.invocation import Invocation
    from plugin.core.build import Build
    from plugin.core.ports import Engine
    from plugin.core.result import Leftover
    from plugin.core.settings.sources import Settings
    from plugin.sweep import Orphans, Portion, Removal


@dataclass
class _Sum:
    """What was done so far.  ``gone`` are the names of the jobs that were removed."""

    looked_at: int = 0
    found: int = 0
    removed: int = 0
    gone: set[str] = field(default_factory=set)
    stay: int = 0
    alone: Alone = field(default_factory=Alone)
    is_whole: bool = True


def sweep(invocation: Invocation) -> int:
    """Remove what any build left; return the exit code."""
    return hearing(invocation, partial(_sweep, invocation))


def _sweep(invocation: Invocation) -> int:
    build = invocation.build()
    settings = settings_of(invocation, build)
    if invocation.peek("engine") == "local":  # the file's word is a pull request's, and of checks
        invocation.say("sweep: a local Glue leaves nothing behind: nothing to do.")
        return Exit.PASSED
    settings = on_glue(settings)
    again = ("sweep: to go on: run sweep again.",)
    return in_time(invocation, partial(_swept, invocation, settings, build), again=again)


def _swept(invocation: Invocation, settings: Settings, build: Build) -> int:
    work = _Work(invocation, settings, engine_of(invocation, settings, build))
    names = our_jobs(work.engine)
    work.jobs(names)
    work.objects(names)
    return work.told(len(names))


class _Work:
    """One sweep: portion after portion, and the sum of it."""

    def __init__(self, invocation: Invocation, settings: Settings, engine: Engine) -> None:
        self.engine = engine
        self._invocation = invocation
        self._settings = settings
        self._now = invocation.clock.now()
        self._until = self._now - timedelta(hours=settings.plan.sweep_older_than_hours)
        self._sum = _Sum()

    def jobs(self, names: tuple[str, ...]) -> None:
        """Remove the jobs that are overdue, and say how far we are."""
        portions = overdue_jobs(self.engine, names, now=self._now, until=self._until)
        try:
            for portion in portions:
                self._sum.looked_at += portion.jobs
                self._leave(portion)
                self._name(portion.unread)
                self._remove(portion.removals)
                self._tell_progress(self._sum.looked_at, len(names), "jobs")
                if self._invocation.clock.is_cancelled():
                    return
        except EngineError as error:
            self._fail([f"sweep: the other jobs were not looked at: {error}"])

    def objects(self, names: tuple[str, ...]) -> None:
        """Remove the objects that no job is left of: those that we have removed are no more."""
        if self._invocation.clock.is_cancelled():
            return
        left = tuple(name for name in names if name not in self._sum.gone)
        buckets = buckets_of(self._settings)
        if not buckets:
            self._invocation.say("warning: no scripts_bucket: only jobs are looked for.")
        done = 0
        for found in orphans(self.engine, left, buckets=buckets, now=self._now, until=self._until):
            self._note(found)
            if not self._invocation.clock.is_cancelled():
                self._remove(found.removals)
                done, total = found.looked_at, found.looked_at + found.rest
                self._tell_progress(done, total, "builds without a job")
            if self._invocation.clock.is_cancelled():
                self._tell_rest(found, done)
                return

    def _note(self, found: Orphans) -> None:
        """Say what stays of some builds, and what could not be read."""
        self._sum.alone.young += found.young
        self._name(found.unread)
        for uri, reason in found.held.items():
            self._invocation.say(f"sweep: left alone: {uri}: {reason}.")

    def _tell_rest(self, found: Orphans, done: int) -> None:
        total = found.looked_at + found.rest
        if rest := total - done:
            words = f"the objects of {rest} of {total} builds without a job stay"
            self._invocation.say(f"sweep: cancelled: {words}.")

    def _tell_progress(self, done: int, total: int, what: str) -> None:
        """Say how far we are, where that takes a while."""
        if total > PORTION:
            removed = f"{self._sum.removed} removed so far"
            self._invocation.say(f"sweep: looked at {done} of {total} {what}, {removed}.")

    def told(self, jobs: int) -> Exit:
        """Say the sum of it; return the exit code."""
        done = self._sum
        plan = self._settings.plan
        words = done.alone.words(hours=plan.sweep_older_than_hours, in_full=plan.debug)
        self._invocation.say(*(f"sweep: {line}" for line in words))
        if self._invocation.clock.is_cancelled() and (rest := jobs - done.looked_at):
            self._invocation.say(f"sweep: cancelled: {rest} of {jobs} jobs were not looked at.")
        if self._invocation.line.dry_run:
            self._invocation.say(f"sweep: {done.found} to remove; nothing was changed.")
        else:
            self._invocation.say(f"sweep: {done.removed} removed, {done.stay} stay.")
        return Exit.PASSED if done.is_whole and not done.stay else Exit.ERRORED

    def _leave(self, portion: Portion) -> None:
        alone = self._sum.alone
        alone.young += portion.young
        alone.kept += portion.kept
        alone.strange += portion.strange
        alone.unexpired |= portion.unexpired

    def _remove(self, removals: tuple[Removal, ...]) -> None:
        self._sum.found += len(removals)
        if self._invocation.line.dry_run:
            foretell(self._invocation, self.engine, self._settings, removals)
            return
        swept = carry_out(self._invocation, self.engine, self._settings, removals, bounds=SWEEP)
        self._sum.removed += len(swept.removed)
        self._sum.gone |= {removal.name for removal in swept.removed}
        self._sum.stay += len(removals) - len(swept.removed)

    def _name(self, unread: Iterable[Leftover]) -> None:
        """Say what could not be read."""
        if lines := [f"sweep: {item.kind} {item.name}: {item.reason}" for item in unread]:
            self._fail(lines)

    def _fail(self, problems: Iterable[str]) -> None:
        self._sum.is_whole = False
        self._invocation.complain(problems)
