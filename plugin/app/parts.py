"""The parts that reach AWS, put together: clients, engine, what a check needs of the outside."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugin.app.invocation import Invocation
    from plugin.app.telling import Telling
    from plugin.clients.aws import Access, Clients
    from plugin.core.settings.sources import Settings
    from plugin.lifecycle import World


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
        observer=telling.observer,
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
