"""What ``check --dry-run`` prints: the plan, the requests, the cost."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from plugin.core.costs.estimate import estimate
from plugin.core.request import start_request

if TYPE_CHECKING:
    from plugin.core.check import Check
    from plugin.core.plan import Plan


def preview(plan: Plan) -> tuple[str, ...]:
    """Return the lines of a dry run.  May hold hostile text: escape before printing."""
    if plan.reason:
        return (f"Skipped: {plan.reason}",)
    lost = f", {len(plan.unread)} could not be read" if plan.unread else ""
    lines = [
        f"{len(plan.checks)} to run, {len(plan.skipped)} skipped{lost}. Nothing is written to AWS."
    ]
    lines += [f"skipped  {item.name}: {item.reason}" for item in plan.skipped]
    lines += [f"errored  {item.name}: {item.error}" for item in plan.unread]
    for check in plan.checks:
        lines += _of_check(check)
    return tuple(lines)


def _of_check(check: Check) -> list[str]:
    start = start_request(
        job_name=check.job_name, marker="<drawn at the start>", session_policy=check.session_policy
    )
    requests = {"CreateJob": _without_values(check), "StartJobRun": start}
    uploads = [f"  upload  s3://{u.bucket}/{u.key}  {u.size} bytes" for u in check.uploads]
    size = f"Glue {check.capacity.glue_version}, {check.capacity.in_words()}"
    return [
        "",
        f"{check.name}: {check.settings.script} on {size}",
        *uploads,
        *(f"  {line}" for line in json.dumps(requests, indent=2).splitlines()),
        f"  cost: {_cost(check)}",
    ]


def _without_values(check: Check) -> dict[str, object]:
    """Return the request with the production job's own arguments hidden: one may be a secret."""
    instead = f"<from the job {check.settings.job}>"
    shown = dict(check.request)
    for member in ("DefaultArguments", "NonOverridableArguments"):
        given: Any = check.request.get(member)
        if given:
            shown[member] = {
                key: instead if key in check.cloned else value for key, value in given.items()
            }
    return shown


def _cost(check: Check) -> str:
    if check.is_local:
        return "nothing, it runs on this machine"
    bounds = estimate(check)
    limit = "" if bounds.limit is None else f", stopped at max_cost_usd {bounds.limit}"
    return (
        f"from ${bounds.least.usd} to ${bounds.most.usd} at its time limit{limit}"
        f" ({bounds.most.formula}; waiting in the queue is free)"
    )
