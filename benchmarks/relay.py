"""A relay before the local Glue that notes when the first answer came.

From outside, a command shows only when it ends; the relay shows when AWS first answered it.
"""

import time
from urllib.parse import urlsplit

from tests.doubles.loopback import Loopback, Request, Response, forwarded


class Relay(Loopback):
    """Passes everything on; a context manager."""

    def __init__(self, behind: str) -> None:
        """Take the address of the server to pass on to, such as `http://127.0.0.1:4566`."""
        super().__init__(self._pass_on)
        self._behind = urlsplit(behind).netloc
        self._first_answer: float | None = None

    def forget(self) -> None:
        """Wait for the next first answer."""
        self._first_answer = None

    def first_answer(self) -> float:
        """When the first answer since `forget` came, by `time.perf_counter`."""
        if self._first_answer is None:
            message = "the command made no AWS call"
            raise RuntimeError(message)
        return self._first_answer

    def _pass_on(self, request: Request) -> Response:
        response = forwarded(request, self._behind)
        if self._first_answer is None:
            self._first_answer = time.perf_counter()
        return response
