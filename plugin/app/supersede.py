"""Before the checks: older builds of the same pull request are stopped and removed.

Whatever goes wrong here is a warning: ``sweep`` finds what is left, and the check goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.app.pending import end_superseded
from plugin.core.errors import PluginError
from plugin.core.superseding import Newcomer
from plugin.sweep import SUPERSEDE, of_older, remove

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugin.app.prepare import Request
    from plugin.core.ports import Clock, Engine


def supersede(request: Request, engine: Engine, clock: Clock, say: Callable[[str], None]) -> None:
    """Stop and remove what older builds left or still run; say what, and what could not be."""
    plan = request.settings.plan
    if plan.engine != "glue" or not plan.supersede or clock.is_cancelled():
        return
    newcomer = Newcomer(
        build=request.build,
        build_id=request.build_id,
        context=plan.status_context,
        checks=frozenset(check.name for check in request.plan.checks),
        began=request.began,
    )
    try:
        older = of_older(engine, newcomer)
    except PluginError as error:
        say(f"warning: supersede: older builds were not looked for: {error}")
        return
    swept = remove(engine, clock, older, bounds=SUPERSEDE, with_logs=plan.delete_logs)
    for run in swept.stopped:
        say(f"supersede: stopped the run {run.run_id} of {run.job_name}")
    for removal in swept.removed:
        say(f"supersede: removed {removal.kind} {removal.name} ({removal.why})")
    end_superseded(request, (one.job.tags for one in swept.removed if one.job), say)
    for item in swept.leftovers:
        say(f"warning: supersede: {item.kind} {item.name} stays for sweep: {item.reason}")
