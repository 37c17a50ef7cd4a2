"""How long a client of AWS tries: attempts, seconds to connect, seconds of silence."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from botocore.config import Config

ATTEMPTS = 5


class Pace(NamedTuple):
    """How long a client tries: attempts of a request, seconds to connect, seconds of silence."""

    attempts: int = ATTEMPTS
    connect: float = 5
    read: float = 20


PATIENT = Pace()
ONCE = Pace(attempts=1)
READING = Pace(attempts=3, connect=3, read=8)
"""For logs: the verdict of a run that is over waits for them."""
TAKING = Pace(attempts=2, connect=5, read=10)
"""For taking a role: nothing begins before it."""
HURRIED = Pace(attempts=1, connect=2, read=3)
"""After a cancel: the CI host soon kills us."""


def config_of(pace: Pace, *, is_local: bool) -> Config:
    """Return time limits and retries of a client."""
    from botocore.config import Config

    return Config(
        connect_timeout=pace.connect,
        read_timeout=pace.read,
        retries={"total_max_attempts": pace.attempts, "mode": "standard"},
        max_pool_connections=32,
        user_agent_extra="glue-health-check",
        proxies={} if is_local else None,  # a proxy would get what is for this machine
    )
