"""A receiver of webhooks on loopback: answers what it is told, and keeps what it was sent."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.doubles.loopback import Loopback, Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer.  ``hangs_up``: none comes.  ``hangs_up_late``: the body breaks off."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    hangs_up: bool = False
    hangs_up_late: bool = False
    is_silent: bool = False
    """Nothing comes until the test is over."""


class Receiver(Loopback):
    """Use it in a ``with``.  Without replies it answers 200."""

    def __init__(self, *replies: Reply) -> None:
        super().__init__(self._received)
        self.got: list[Request] = []
        self.over = threading.Event()
        self.when_heard: Callable[[], object] = int
        """Called for each delivery, before it is answered."""
        self._replies = deque(replies)

    @property
    def url(self) -> str:
        """Where to deliver: an address with secrets in it."""
        return f"{self.endpoint_url}/hook/a-secret-path?key=a-secret-key"

    def let(self, *replies: Reply) -> None:
        """Answer these next, one each; the last one for ever."""
        self._replies.extend(replies)

    def __exit__(self, *error: object) -> None:
        self.over.set()
        super().__exit__(None, None, None)

    def _received(self, delivery: Request) -> Response | None:
        self.got.append(delivery)
        self.when_heard()
        reply = self._next_reply()
        if reply.is_silent:
            self.over.wait(20)
        if reply.hangs_up or reply.is_silent:
            return None
        return Response(
            status=reply.status,
            headers=tuple(reply.headers.items()),
            body=reply.body,
            lacks=100 if reply.hangs_up_late else 0,
        )

    def _next_reply(self) -> Reply:
        if not self._replies:
            return Reply()
        return self._replies.popleft() if len(self._replies) > 1 else self._replies[0]
