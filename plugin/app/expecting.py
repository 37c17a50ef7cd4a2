"""How long the runs probably take, by the history of their branch: read beside the checks.

It only makes the looks around an end quicker.  So nobody waits for it, and nothing is said when it
cannot be read: the comparison after the checks reads it anew, and says so.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from plugin.app.telling import offer_of
from plugin.core.audience import audience
from plugin.core.forms.history import History, expected_seconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugin.app.prepare import Request
    from plugin.clients.aws.clients import Clients
    from plugin.core.check import Check


def expected_of(request: Request, clients: Clients) -> Callable[[Check], float | None]:
    """Begin to read where a history is kept; return what tells the seconds of a check's run."""
    plan, clock = request.settings.plan, request.invocation.clock
    offer = offer_of(request.invocation)
    if "metadata" not in audience(request.build, plan, offer, was_skipped=False):
        return lambda _: None
    from plugin.reporters.metadata import Metadata

    metadata = Metadata(
        clients=clients, bucket=plan.metadata_bucket, clock=clock, jitter=lambda: 0.0
    )
    read = partial(metadata.past, build=request.build, context=plan.status_context)
    return Expecting(read).seconds


class Expecting:
    """Reads a history once, in a daemon thread: the process does not wait for it."""

    def __init__(self, read: Callable[[], History]) -> None:
        """Begin to read.  ``read`` may raise and may take any time."""
        self._read = read
        self._history = History()
        self._thread = threading.Thread(target=self._run, name="history", daemon=True)
        with suppress(RuntimeError):  # no more threads: the checks need theirs
            self._thread.start()

    def seconds(self, check: Check) -> float | None:
        """Return the seconds of a check's run; None when nobody knows, or not yet."""
        return expected_seconds(
            self._history,
            check.name,
            glue_version=check.capacity.glue_version,
            capacity=check.capacity.in_words(),
        )

    def join(self, seconds: float) -> None:
        """Wait for the answer, so long at most."""
        self._thread.join(seconds)

    def _run(self) -> None:
        with suppress(Exception):  # see above
            self._history = self._read()
