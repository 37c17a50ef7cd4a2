"""Credentials that are renewed while a check runs: what is new is masked, what fails is spared.

Knows botocore's way to renew.  Refuses to know where credentials come from.
"""

from __future__ import annotations

from copy import copy
from datetime import datetime
from typing import TYPE_CHECKING, Any

from plugin.clients.aws.errors import EXPIRED
from plugin.core.errors import NoCredentials
from plugin.core.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from plugin.core.ports import Clock

HOLD_SECONDS = 15.0
"""How long a failure stands.  Every thread that wants to sign a request would ask anew, one after
the other: 200 checks would ask 200 times."""
MANDATORY_SECONDS = 60
"""Before the end: from here on a failure ends requests.  botocore's own are ten minutes, in which
good credentials would be refused; it tries from fifteen minutes before the end on."""


class Renewal:
    """botocore's ``refresh_using`` with our care; botocore calls it in one thread at a time."""

    def __init__(
        self,
        fetch: Callable[[], Mapping[str, Any]],
        *,
        clock: Clock,
        learn: Callable[[tuple[str, ...]], None],
    ) -> None:
        """Take how to fetch new credentials, and who hears their secret parts before any use."""
        self._fetch = fetch
        self._clock = clock
        self._learn = learn
        self._failure: Exception | None = None
        self._until = 0.0

    def __call__(self) -> Mapping[str, Any]:
        """Return new credentials in botocore's form; a failure stands for a while."""
        if self._failure is not None and self._clock.monotonic() < self._until:
            # A copy: many threads raise it, each for a request of its own.
            raise copy(self._failure).with_traceback(None)
        try:
            fresh = self._fetch()
            self._hold_alive(str(fresh.get("expiry_time")))
        except Exception as error:
            self._failure = error
            self._until = self._clock.monotonic() + HOLD_SECONDS
            raise
        secrets = (fresh.get("secret_key"), fresh.get("token"))
        self._learn(tuple(text for text in secrets if text))
        return fresh

    def _hold_alive(self, end: str) -> None:
        """Raise when new credentials are over already: botocore's own error is no error of AWS.

        So it is when the environment holds credentials and tells their end.
        """
        try:
            is_over = datetime.fromisoformat(end) <= self._clock.now()
        except (ValueError, TypeError):  # no date, or one without a zone: botocore judges it
            return
        if is_over:
            raise NoCredentials(
                f"The AWS credentials ended at {end}.", hint=EXPIRED, trouble=Trouble.EXPIRED
            )


def watched(
    credentials: Any,  # noqa: ANN401 - botocore has no types
    *,
    clock: Clock,
    learn: Callable[[tuple[str, ...]], None],
) -> Any:  # noqa: ANN401 - as the parameter
    """Return the same credentials; those that renew themselves do it with our care from now on."""
    from botocore.credentials import RefreshableCredentials

    if isinstance(credentials, RefreshableCredentials):
        held: Any = credentials
        fetch = held._refresh_using  # noqa: SLF001 - botocore has no hook; test_renewal notices
        if not isinstance(fetch, Renewal):
            held._refresh_using = Renewal(fetch, clock=clock, learn=learn)  # noqa: SLF001 - as above
    return credentials
