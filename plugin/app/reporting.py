"""The report: made of the results, without secrets, told to everyone; one warning for each failure.

Nothing here changes a verdict.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from plugin.app.door import Door
from plugin.app.tellers import Tellers
from plugin.core.leg import leg_of
from plugin.core.result import CheckResult, Report
from plugin.core.secrets.masking import masked
from plugin.core.verdict import Verdict
from plugin.reporters import grouped, tell

if TYPE_CHECKING:
    from datetime import datetime

    from plugin.app.prepare import Request
    from plugin.app.telling import Telling


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a plan.  ``started`` is UTC; ``reason`` says why nothing at all was run."""

    results: tuple[CheckResult, ...]
    reason: str
    started: datetime
    seconds: float


def report_and_tell(request: Request, telling: Telling, outcome: Outcome) -> tuple[Verdict, bool]:
    """Tell everyone; return the verdict, and whether a required reporter failed."""
    with Door(request.invocation, request.settings, request.build) as door:
        tellers = Tellers(request, telling, door)
        report = _report_of(request, telling, tellers, outcome)
        was_skipped = not report.results
        failures = tell(tellers.of(was_skipped=was_skipped), report)
        troubled = {failure.name for failure in failures}
        failures += tell(tellers.afterwards(troubled, was_skipped=was_skipped), report)
        required = set(request.settings.plan.required_reporters)
        for names, reason in grouped(failures):
            telling.console.warn(
                f"reporter {', '.join(names)}: {reason}", is_error=not required.isdisjoint(names)
            )
        missing = tellers.missing(was_skipped=was_skipped)
        for name in missing:
            telling.console.warn(
                f"reporter {name} is required and was not told: it is switched off, or not for"
                " this host.",
                is_error=True,
            )
        failures += tell((telling.console,), report)
    failed = {failure.name for failure in failures}
    return report.verdict, bool(missing or required & failed)


def _report_of(request: Request, telling: Telling, tellers: Tellers, outcome: Outcome) -> Report:
    """Return the report, masked, and compared with the target branch where its past is kept."""
    plan, build = request.settings.plan, request.build
    leg = leg_of(request.settings, build, only=request.invocation.line.only)
    results, warning = tellers.compared(outcome.results)
    if warning:
        telling.console.warn(warning)
    skipped = (
        CheckResult(name=item.name, script=item.script, verdict=Verdict.SKIPPED, reason=item.reason)
        for item in request.plan.skipped
    )
    report = Report(
        build=build,
        build_id=request.build_id,
        engine=plan.engine,
        started_at=outcome.started.strftime("%Y-%m-%dT%H:%M:%SZ"),
        seconds=outcome.seconds,
        results=(*results, *skipped),
        reason=outcome.reason,
        context=plan.status_context,
        leg=leg,
    )
    return _masked(report, request)


def _masked(report: Report, request: Request) -> Report:
    """Return the report without secrets, about the same build: where to tell it must not change."""
    told = masked(report, request.invocation.mask)
    build, ours = told.build, report.build
    known = replace(
        ours,
        branch=build.branch,
        target_branch=build.target_branch,
        event=build.event,
        actor=build.actor,
        link=build.link,
    )
    return replace(
        told,
        build=known,
        build_id=report.build_id,
        engine=report.engine,
        started_at=report.started_at,
        context=report.context,
        leg=report.leg,
    )
