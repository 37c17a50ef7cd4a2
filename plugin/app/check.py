"""The command ``check``: plan, run, report, exit code."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from plugin.app.engines import opened
from plugin.app.parts import clients_of, world_of
from plugin.app.prepare import prepare
from plugin.app.reporting import Outcome, report_and_tell
from plugin.app.signals import cancelling
from plugin.app.telling import forget_reports, telling_of
from plugin.app.trail import leave_trail
from plugin.core.console_url import Console, linked
from plugin.core.errors import Exit, NoCredentials, PluginError, SettingsError, Unusable
from plugin.core.judgement import of_error
from plugin.core.preview import preview
from plugin.core.result import CheckResult, exit_code

if TYPE_CHECKING:
    from plugin.app.invocation import Invocation
    from plugin.app.prepare import Request
    from plugin.app.signals import Heard
    from plugin.app.telling import Telling
    from plugin.clients.aws import Clients
    from plugin.core.check import Check
    from plugin.lifecycle import World


_TURN_SECONDS = 0.2
_NO_REGION = (
    "region is required: set region (also read from AWS_REGION, AWS_DEFAULT_REGION, or the AWS"
    " profile)."
)
_NO_CREDENTIALS_OF_A_STRANGER = (
    "A build of a fork without AWS credentials: CI hosts keep them from a stranger's code. To check"
    " it, push the code to a branch of the repository."
)
_NO_CREDENTIALS = "Give the step AWS credentials, e.g. by OIDC, or use engine local."


def check(invocation: Invocation) -> int:
    """Run the command; return the exit code.  Raises ``PluginError`` before anything is made."""
    if invocation.line.dry_run:
        with cancelling(invocation.clock):
            request = prepare(invocation)
        invocation.say(*preview(request.plan))
        return Exit.PASSED
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
        outcome = Outcome(
            results=results,
            reason=reason,
            started=started,
            seconds=round(clock.monotonic() - since, 3),
        )
        verdict, failed = report_and_tell(request, telling, outcome)
    finally:
        telling.close()
    return exit_code(verdict, signal=heard.exit, reporter_failed=failed)


def _run(request: Request, telling: Telling) -> tuple[tuple[CheckResult, ...], str]:
    """Run the checks on their engine; return the results, or a reason why none was run.

    What ends all checks before one begins is an error of each: it stands in the report.
    """
    try:
        say = telling.console.say  # in step with what it shows of the checks
        with opened(
            request.invocation,
            request.settings,
            request.plan.checks,
            say,
            is_foreign=request.build.is_foreign,
        ) as access:
            clients = clients_of(access, request.settings)
            if request.build.is_foreign and not clients.has_credentials():
                return (), _NO_CREDENTIALS_OF_A_STRANGER
            _hold_usable(clients)
            request.invocation.learn(clients.secrets())
            leave_trail(request.invocation, request.settings, request.build, request.build_id)
            from plugin.app.supersede import supersede

            world = world_of(request.invocation, telling, clients)
            supersede(request, world.engine, world.clock, say)
            return _linked(request, _run_all(request, world), clients), ""
    except SettingsError:
        raise
    except PluginError as error:
        return tuple(_not_begun(check, error) for check in request.plan.checks), ""


def _hold_usable(clients: Clients) -> None:
    """Refuse a session that cannot reach AWS at all, before anything is sent."""
    if not clients.has_credentials():
        raise NoCredentials("There are no AWS credentials.", hint=_NO_CREDENTIALS)
    if not clients.region:
        raise SettingsError((_NO_REGION,))


def _not_begun(check: Check, error: PluginError) -> CheckResult:
    judgement = of_error(error, is_local=check.is_local)
    return CheckResult(
        name=check.name,
        script=check.settings.script,
        verdict=judgement.verdict,
        reason=judgement.reason,
        hint=judgement.hint,
        trouble=judgement.trouble,
    )


def _run_all(request: Request, world: World) -> tuple[CheckResult, ...]:
    """Run the checks in bounded threads; the results keep the plan's order.

    We wait in short turns: a handler runs in this thread alone, and a signal that the system hands
    to another thread does not wake us.
    """
    from concurrent.futures import ThreadPoolExecutor, wait

    from plugin.lifecycle import run_check

    run = partial(run_check, build=request.build, build_id=request.build_id, world=world)
    with ThreadPoolExecutor(max_workers=_width(request)) as pool:
        futures = [pool.submit(run, check) for check in request.plan.checks]
        while wait(futures, timeout=_TURN_SECONDS).not_done:
            pass
        return tuple(future.result() for future in futures)


def _width(request: Request) -> int:
    """Checks at once.  On this machine, Spark takes two cores each."""
    import os

    asked = request.settings.plan.max_parallel
    if request.settings.plan.engine == "local":
        asked = min(asked, max(1, (os.cpu_count() or 1) // 2))
    return asked


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
