"""Before the checks: older builds of the same pull request are stopped and removed.

Whatever goes wrong here is a warning: ``sweep`` finds what is left, and the check goes on.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugin.app.pending import end_superseded
from plugin.core.errors import Overdue, PluginError
from plugin.core.leftovers import remove_all
from plugin.core.naming import BUILD_ID, Tag
from plugin.core.superseding import Newcomer
from plugin.sweep import SUPERSEDE, of_older, remove

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from plugin.app.prepare import Request
    from plugin.core.ports import Clock, Engine
    from plugin.sweep import Removal

MOST_COMMANDS = 10
"""Older builds whose clean-up is named."""


@dataclass
class _Older:
    """What is to be removed, as soon as it is known, and whether nobody waits for it any more."""

    removals: tuple[Removal, ...] = ()
    is_left: threading.Event = field(default_factory=threading.Event)


def supersede(
    request: Request,
    engine: Engine,
    clock: Clock,
    say: Callable[[str], None],
    *,
    within: Callable[[Callable[[], None]], None],
) -> None:
    """Stop and remove what older builds left or still run; say what, and what could not be.

    ``within`` does the work in a bounded time, and raises ``Overdue`` when that is over.
    """
    plan = request.settings.plan
    if plan.engine != "glue" or not plan.supersede or clock.is_cancelled():
        return
    older = _Older()
    try:
        within(lambda: _supersede(request, engine, clock, say, older))
    except Overdue as error:
        older.is_left.set()
        say(f"warning: supersede: {error} What older builds left stays for sweep.")
        _name_commands(older.removals, say)


def _supersede(
    request: Request, engine: Engine, clock: Clock, say: Callable[[str], None], older: _Older
) -> None:
    plan = request.settings.plan
    newcomer = Newcomer(
        build=request.build,
        build_id=request.build_id,
        context=plan.status_context,
        checks=frozenset(check.name for check in request.plan.checks),
        began=request.began,
    )
    try:
        older.removals = of_older(engine, newcomer)
    except PluginError as error:
        say(f"warning: supersede: older builds were not looked for: {error}")
        return
    swept = remove(engine, clock, older.removals, bounds=SUPERSEDE, with_logs=plan.delete_logs)
    for run in swept.stopped:
        say(f"supersede: stopped the run {run.run_id} of {run.job_name}")
    for removal in swept.removed:
        say(f"supersede: removed {removal.kind} {removal.name} ({removal.why})")
    end_superseded(request, (one.job.tags for one in swept.removed if one.job), say)
    for item in swept.leftovers:
        say(f"warning: supersede: {item.kind} {item.name} stays for sweep: {item.reason}")
    if not older.is_left.is_set():
        _name_commands((one for one in older.removals if one not in swept.removed), say)


def _name_commands(removals: Iterable[Removal], say: Callable[[str], None]) -> None:
    """Say what removes the rest of each older build at once, for who does not wait for sweep."""
    told = (removal.job.tags.get(Tag.BUILD, "") for removal in removals if removal.job)
    build_ids = [one for one in dict.fromkeys(told) if BUILD_ID.fullmatch(one)]
    for build_id in build_ids[:MOST_COMMANDS]:
        say(f"supersede: to remove what is left of build {build_id} now: {remove_all(build_id)}")
    if rest := len(build_ids[MOST_COMMANDS:]):
        say(f"supersede: {rest} more builds are left.")
