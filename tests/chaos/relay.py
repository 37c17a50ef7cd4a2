"""Where all requests of a process arrive: HTTP on loopback, one request at a time.

Refuses to know what becomes of a request: it asks for that.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tests.chaos.asking import asked
from tests.doubles.loopback import Loopback

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.chaos.asking import Asked
    from tests.doubles.loopback import Request, Response


class Listener(Loopback):
    """Use it in a ``with``.  ``answer`` gives the answer, None to cut the connection."""

    def __init__(self, answer: Callable[[Asked], Response | None]) -> None:
        super().__init__(self._answered)
        self._answer = answer
        self._turn = threading.Lock()

    def _answered(self, request: Request) -> Response | None:
        with self._turn:
            return self._answer(asked(request.method, request.path, request.headers, request.body))
