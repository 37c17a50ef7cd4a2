"""What ``check --dry-run`` prints: the plan, the requests, the cost."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from plugin.core.cost import cost_of
from plugin.core.request import start_request

if TYPE_CHECKING:
    from plugin.core.check import Check
    from plugin.core.plan import Plan


def preview(plan: Plan) -> tuple[str, ...]:
    """Return the lines of a dry run.  May hold hostile text: escape before printing."""
    if plan.reason:
        return (f"Skipped: {plan.reason}",)
    lines = [f"{len(plan.checks)} to run, {len(plan.skipped)} skipped. Nothing is written to AWS."]
    lines += [f"skipped  {item.name}: {item.reason}" for item in plan.skipped]
    for check in plan.checks:
        lines += _of_check(check)
    return tuple(lines)


def _of_check(check: Check) -> list[str]:
    start = start_request(
        job_name=check.job_name, marker="<drawn at the start>", session_policy=check.session_policy
    )
    requests = {"CreateJob": check.request, "StartJobRun": start}
    uploads = [f"  upload  s3://{u.bucket}/{u.key}  {len(u.body)} bytes" for u in check.uploads]
    size = f"Glue {check.capacity.glue_version}, {check.capacity.in_words()}"
    return [
        "",
        f"{check.name}: {check.settings.script} on {size}",
        *uploads,
        *(f"  {line}" for line in json.dumps(requests, indent=2).splitlines()),
        f"  cost: {_cost(check)}",
    ]


def _cost(check: Check) -> str:
    if check.is_local:
        return "nothing, it runs on this machine"
    overrides = check.settings.price_overrides
    least = cost_of(check.capacity, seconds=0, overrides=overrides)
    most = cost_of(check.capacity, seconds=check.settings.timeout_minutes * 60, overrides=overrides)
    return (
        f"from ${least.usd} to ${most.usd} at its time limit (${least.usd_per_dpu_hour}/DPU hour)"
    )
