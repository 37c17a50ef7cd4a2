"""Where all requests of a process arrive: HTTP on loopback, one request at a time.

Knows HTTP.  Refuses to know what becomes of a request: it asks for that.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

from tests.chaos.asking import asked

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from tests.chaos.answers import Answer
    from tests.chaos.asking import Asked

OF_ONE_CONNECTION = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})


class Listener:
    """Use it in a ``with``.  ``answer`` gives the answer, None to cut the connection."""

    def __init__(self, answer: Callable[[Asked], Answer | None]) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.answer = answer
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )

    @property
    def url(self) -> str:
        """Where to send requests."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    answer: Callable[[Asked], Answer | None]

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.turn = threading.Lock()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients are killed here."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65_536
    timeout = 120

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): text for name, text in self.headers.items()}
        with self.server.turn:
            answer = self.server.answer(asked(self.command, self.path, headers, body))
        if answer is not None:
            self._send(answer)
            return
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = _handle  # noqa: N815 - http.server's names

    def _send(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        told = {name.lower(): text for name, text in answer.headers}
        for name, text in answer.headers:
            if name.lower() not in OF_ONE_CONNECTION:
                self.send_header(name, text)
        length = told.get("content-length", "0") if self.command == "HEAD" else len(answer.body)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()

    def handle_expect_100(self) -> bool:
        """Say at once that a body may come."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def log_message(self, *_: object) -> None:
        """Keep quiet."""
