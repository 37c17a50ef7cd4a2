"""The command ``check``: plan, run, report, exit code."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from plugin.app.bounded import Budget, Limit
from plugin.app.engines import opened
from plugin.app.hush import Hush
from plugin.app.local_limits import checks_at_once, notes_of
from plugin.app.parts import clients_of, world_of
from plugin.app.prepare import prepare
from plugin.app.reporting import Outcome, report_and_tell
from plugin.app.side_by_side import (
    CANCELLED_SECONDS,
    LOCAL_CANCELLED_SECONDS,
    PRESSED_SECONDS,
    SideBySide,
)
from plugin.app.signals import cancelling
from plugin.app.telling import forget_reports, telling_of
from plugin.app.trail import drop, leave_trail
from plugin.core.console_url import Console, linked
from plugin.core.costs.estimate import announcement
from plugin.core.errors import Exit, Overdue, PluginError, SettingsError, Unusable
from plugin.core.judging.judgement import not_begun, of_error
from plugin.core.plan import NO_CREDENTIALS_OF_A_STRANGER
from plugin.core.preview import preview
from plugin.core.result import CheckResult, exit_code

if TYPE_CHECKING:
    from plugin.app.invocation import Invocation
    from plugin.app.prepare import Request
    from plugin.app.signals import Heard
    from plugin.app.telling import Telling
    from plugin.clients.aws.clients import Clients
    from plugin.core.check import Check
    from plugin.core.judging.judged import Judgement
    from plugin.core.plan import Unread
    from plugin.lifecycle import World


_NO_REGION = (
    "region is required: set region (also read from AWS_REGION, AWS_DEFAULT_REGION, or the AWS"
    " profile)."
)
_FIRST = Limit(
    who="AWS", hint="Check that this machine reaches it.", seconds=300.0, hurried_seconds=1.0
)
"""For what is asked before the first check, each: longer than its own waits and attempts take."""
_NO_CREDENTIALS = "Give the step AWS credentials, e.g. by OIDC, or use engine local."


def check(invocation: Invocation) -> int:
    """Run the command; return the exit code.  Raises ``PluginError`` before anything is made."""
    if invocation.line.dry_run:
        with cancelling(invocation.clock) as heard:
            request = prepare(invocation)
        invocation.say(*preview(request.plan))
        return heard.exit or (Exit.ERRORED if request.plan.unread else Exit.PASSED)
    with cancelling(invocation.clock) as heard:
        forget_reports(invocation)  # a refusal must not leave an older build's verdict there
        try:
            return _perform(prepare(invocation), heard)
        except (SettingsError, Unusable) as error:
            from plugin.app.refusal import refuse

            return refuse(invocation, error)


def _perform(request: Request, heard: Heard) -> int:
    clock = request.invocation.clock
    telling = telling_of(request)
    started, since = clock.now(), clock.monotonic()
    results: tuple[CheckResult, ...] = ()
    reason = request.plan.reason
    try:
        if request.plan.checks:
            results, reason = _run(request, telling)
        if not reason:
            is_cancelled = clock.is_cancelled()
            results += tuple(_unread(i, is_cancelled=is_cancelled) for i in request.plan.unread)
        outcome = Outcome(
            results=results,
            reason=reason,
            started=started,
            seconds=round(clock.monotonic() - since, 3),
        )
        verdict, failed = report_and_tell(request, telling, outcome)
        _forget_local(request, telling)
    finally:
        telling.close()
    return exit_code(verdict, signal=heard.exit, reporter_failed=failed)


def _run(request: Request, telling: Telling) -> tuple[tuple[CheckResult, ...], str]:
    """Run the checks on their engine; return the results, or a reason why none was run.

    What ends all checks before one begins is an error of each: it stands in the report.
    """
    if request.invocation.clock.is_cancelled():  # AWS is not asked for anything any more
        return tuple(_cancelled(check) for check in request.plan.checks), ""
    try:
        say = telling.console.say  # in step with what it shows of the checks
        with opened(
            request.invocation,
            request.settings,
            request.plan.checks,
            say,
            build=request.build,
        ) as access:
            clients = clients_of(access, request.settings, clock=request.invocation.clock)
            return _on(request, telling, clients)
    except SettingsError:
        raise
    except PluginError as error:
        if isinstance(error, Overdue) and request.invocation.clock.is_cancelled():
            return tuple(_cancelled(check) for check in request.plan.checks), ""
        return tuple(_not_begun(check, error) for check in request.plan.checks), ""


def _on(
    request: Request, telling: Telling, clients: Clients
) -> tuple[tuple[CheckResult, ...], str]:
    """Run the checks with these clients, after what comes first: credentials, trail, supersede."""
    from plugin.app.expecting import expected_of
    from plugin.app.supersede import supersede

    say, budget = telling.console.say, Budget(request.invocation.clock)
    if request.build.is_foreign and not budget.run(clients.has_credentials, _FIRST):
        return (), NO_CREDENTIALS_OF_A_STRANGER
    budget.run(partial(_hold_usable, clients), _FIRST)
    request.invocation.learn(clients.secrets())
    _leave_trail(request)
    world = world_of(request.invocation, telling, clients)
    within = partial(budget.run, limit=_FIRST)
    supersede(request, world.engine, world.clock, say, within=within)
    if expected := announcement(request.plan.checks):
        say(expected)
    checks = len(request.plan.checks)
    for note in notes_of(request.settings.plan, checks=checks, cores=_cores()):
        say(note)
    world = replace(world, expected=expected_of(request, clients))
    return _linked(request, _run_all(request, world), clients), ""


def _leave_trail(request: Request) -> None:
    """Write down the build's id, and on AWS the buckets that will hold its objects."""
    places = [place for check in request.plan.checks for place in check.places]
    is_on_aws = request.settings.plan.engine == "glue"
    leave_trail(
        request.invocation,
        request.settings,
        request.build,
        request.build_id,
        buckets=[place.bucket for place in places] if is_on_aws else (),
    )


def _forget_local(request: Request, telling: Telling) -> None:
    """Leave cleanup nothing to ask AWS for: this machine's Glue is gone, and no status pends."""
    if request.settings.plan.engine == "local" and telling.pending is None:
        drop(request.invocation, request.settings, request.build, request.build_id)


def _hold_usable(clients: Clients) -> None:
    """Refuse a session that cannot reach AWS at all, before anything is sent."""
    clients.hold_credentials(hint=_NO_CREDENTIALS)
    if not clients.region:
        raise SettingsError((_NO_REGION,))


def _not_begun(check: Check, error: PluginError) -> CheckResult:
    judgement = of_error(error, is_local=check.is_local)
    return _ended_before(check.name, check.settings.script, judgement)


def _cancelled(check: Check) -> CheckResult:
    return _ended_before(check.name, check.settings.script, not_begun())


def _unread(item: Unread, *, is_cancelled: bool) -> CheckResult:
    """Return the result of a check whose job could not be read: AWS is at fault on any engine."""
    was_left = is_cancelled and isinstance(item.error, Overdue)
    return _ended_before(item.name, item.script, not_begun() if was_left else of_error(item.error))


def _ended_before(name: str, script: str, judgement: Judgement) -> CheckResult:
    return CheckResult(
        name=name,
        script=script,
        verdict=judgement.verdict,
        reason=judgement.reason,
        hint=judgement.hint,
        trouble=judgement.trouble,
    )


def _run_all(request: Request, world: World) -> tuple[CheckResult, ...]:
    """Run the checks side by side; the results keep the plan's order.

    After a cancel no answer of AWS is waited for without an end: where a check waits for one, its
    run is stopped by somebody else, and what is not known to be removed by then is named.
    """
    from plugin.lifecycle import give_up, run_check, stand_in

    is_local = request.settings.plan.engine == "local"
    hush = Hush(world.observer)
    world = replace(world, observer=hush)
    checks = SideBySide(
        partial(run_check, build=request.build, build_id=request.build_id, world=world),
        stand_in=lambda check, since: stand_in(check, world, since),
        give_up=lambda check: give_up(check, world) or _cancelled(check),
        clock=world.clock,
        seconds=LOCAL_CANCELLED_SECONDS if is_local else CANCELLED_SECONDS,
        pressed_seconds=LOCAL_CANCELLED_SECONDS if is_local else PRESSED_SECONDS,
    )
    try:
        return checks.run(
            request.plan.checks, width=checks_at_once(request.settings.plan, cores=_cores())
        )
    finally:
        hush.be_silent()


def _cores() -> int:
    return os.cpu_count() or 1


def _linked(
    request: Request, results: tuple[CheckResult, ...], clients: Clients
) -> tuple[CheckResult, ...]:
    """Return the results with links into the console; a result of no check of ours has none."""
    console = Console(partition=clients.partition, region=clients.region)
    checks = {check.name: check for check in request.plan.checks}
    return tuple(
        linked(checks[result.name], result, console) if result.name in checks else result
        for result in results
    )
