"""A receiver of webhooks on loopback: answers what it is told, and keeps what it was sent."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

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


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Receiver:
    """Use it in a ``with``.  Without replies it answers 200."""

    def __init__(self, *replies: Reply) -> None:
        self.got: list[Delivery] = []
        self.over = threading.Event()
        self.when_heard: Callable[[], object] = int
        """Called for each delivery, before it is answered."""
        self._replies = deque(replies)
        self._server = _Server(("127.0.0.1", 0), _Handler, receiver=self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )

    @property
    def port(self) -> int:
        return int(self._server.server_port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook/a-secret-path?key=a-secret-key"

    def let(self, *replies: Reply) -> None:
        """Answer these next, one each; the last one for ever."""
        self._replies.extend(replies)

    def reply_to(self, delivery: Delivery) -> Reply:
        self.got.append(delivery)
        self.when_heard()
        if not self._replies:
            return Reply()
        return self._replies.popleft() if len(self._replies) > 1 else self._replies[0]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: Any, handler: Any, *, receiver: Receiver) -> None:
        self.receiver = receiver
        super().__init__(address, handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that hangs up, or speaks TLS, is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 30

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {key.lower(): value for key, value in self.headers.items()}
        delivery = Delivery(method=self.command, path=self.path, headers=headers, body=body)
        reply = self.server.receiver.reply_to(delivery)
        self.close_connection = True
        if reply.hangs_up:
            return
        if reply.is_silent:
            self.server.receiver.over.wait(20)
            return
        self.send_response_only(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        length = len(reply.body) + (100 if reply.hangs_up_late else 0)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST = _handle  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        """Keep quiet."""
