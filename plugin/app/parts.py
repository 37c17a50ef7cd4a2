"""The parts that reach AWS, put together: clients, engine, what a check needs of the outside."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugin.app.invocation import Invocation
    from plugin.app.telling import Telling
    from plugin.clients.aws.clients import Access, Clients
    from plugin.core.ports import Clock
    from plugin.core.settings.sources import Settings
    from plugin.lifecycle import World


def clients_of(access: Access, settings: Settings, *, clock: Clock | None = None) -> Clients:
    """Return the AWS clients; with ``debug`` every request is told on stderr.

    With a ``clock`` all their requests to Glue share one budget; a Glue on this machine has none.
    """
    from plugin.clients.aws.budget import RequestBudget
    from plugin.clients.aws.clients import Clients

    is_glue = settings.plan.engine == "glue"
    return Clients(
        access,
        heard=_debug_log() if settings.plan.debug else None,
        budget=RequestBudget(clock) if clock is not None and is_glue else None,
        clock=clock,
    )


def world_of(invocation: Invocation, telling: Telling, clients: Clients) -> World:
    """Return what a check needs of the outside."""
    import random
    import uuid

    from plugin.aws.engine import AwsEngine
    from plugin.lifecycle import World

    return World(
        engine=AwsEngine(clients, invocation.clock),
        clock=invocation.clock,
        observer=telling.observer,
        new_marker=lambda: str(uuid.uuid4()),
        draw=random.random,
        region=clients.region,
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
