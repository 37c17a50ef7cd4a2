"""The parts, put together: clients, engine, observer, reporters."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from plugin.reporters.files import ReportFiles
from plugin.reporters.folder import Folder
from plugin.reporters.github_files import GithubFiles
from plugin.reporters.live import console_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugin.app.invocation import Invocation
    from plugin.clients.aws import Access, Clients
    from plugin.core.build import Build
    from plugin.core.ports import Reporter
    from plugin.core.sources import Settings
    from plugin.lifecycle import World
    from plugin.reporters.console import Console
    from plugin.reporters.live import LiveTable


@dataclass(frozen=True, kw_only=True)
class Telling:
    """The console, which observes the checks and reports too, and the writer of the files."""

    console: Console | LiveTable
    files: ReportFiles

    def close(self) -> None:
        """Close what the console has open."""
        self.console.close()


def observer_of(
    invocation: Invocation, settings: Settings, build: Build, *, checks: int
) -> Telling:
    """Return the console; a log is printed live when there is one check."""
    files = ReportFiles(Folder(Path(settings.plan.report_dir), base=invocation.cwd))
    console = console_for(
        invocation.out,
        host=build.host,
        is_live=checks == 1,
        clock=invocation.clock,
        token=lambda: invocation.draw(32),
        mask=invocation.mask,
        report_path=files.path,
    )
    return Telling(console=console, files=files)


def reporters_of(invocation: Invocation, build: Build, telling: Telling) -> tuple[Reporter, ...]:
    """Return the reporters in order: files first, because the others name their path."""
    github = GithubFiles(
        summary=invocation.environ.get("GITHUB_STEP_SUMMARY", ""),
        output=invocation.environ.get("GITHUB_OUTPUT", ""),
        token=lambda: invocation.draw(32),
        report_path=telling.files.path,
    )
    on_github = (github,) if build.host.has_runner_files else ()
    return (telling.files, *on_github, telling.console)


def clients_of(access: Access, settings: Settings) -> Clients:
    """Return the AWS clients; with ``debug`` every request is told on stderr."""
    from plugin.clients.aws import Clients

    return Clients(access, heard=_debug_log() if settings.plan.debug else None)


def access_of(settings: Settings, *, session_name: str) -> Access:
    """Return how to reach AWS by the settings."""
    from plugin.clients.aws import Access

    plan = settings.plan
    return Access(
        region=plan.region,
        access_key_id=plan.aws_access_key_id,
        secret_access_key=plan.aws_secret_access_key,
        session_token=plan.aws_session_token,
        assume_role_arn=plan.assume_role_arn,
        external_id=plan.external_id,
        session_name=session_name,
    )


def world_of(invocation: Invocation, telling: Telling, clients: Clients) -> World:
    """Return what a check needs of the outside."""
    import uuid

    from plugin.aws.engine import AwsEngine
    from plugin.lifecycle import World

    return World(
        engine=AwsEngine(clients, invocation.clock),
        clock=invocation.clock,
        observer=telling.console,
        new_marker=lambda: str(uuid.uuid4()),
    )


def _debug_log() -> Callable[[str, str, int], None]:
    """Return a listener that logs each AWS request: names and status, no parameter, no secret."""
    import structlog

    log = structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr),
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "event"]),
        ],
    )

    def heard(service: str, operation: str, status: int) -> None:
        log.debug("aws", service=service, operation=operation, status=status)

    return heard
