"""An HTTP server on loopback that hands each request to a function and sends what that returns.

Knows HTTP, and how a connection is cut.  Refuses to know what a request asks for: the function says
that, or ``forwarded`` lets another server say it.  To delay an answer, the function waits.
"""

from __future__ import annotations

import socket
import sys
import threading
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping
    from types import TracebackType

OF_ONE_CONNECTION = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})
"""Headers that belong to a connection, not to the message: they are not handed on."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request.  ``path`` is path and query, as sent; names of headers are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Response:
    """What is sent back.

    The Content-Length is the body's; that of an answer to HEAD is the one in ``headers``.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)
    lacks: int = 0
    """So many bytes are announced and never come: the body breaks off."""


class Loopback:
    """Listens on a free port of 127.0.0.1 while its ``with`` lasts; each connection has a thread.

    ``serve`` is given each request and returns the response; None cuts the connection.  ``tls``
    makes it HTTPS.
    """

    def __init__(
        self, serve: Callable[[Request], Response | None], *, tls: ssl.SSLContext | None = None
    ) -> None:
        self.serve = serve
        self.connections = 0
        """How many came so far."""
        self._tls = tls

    @property
    def port(self) -> int:
        """Where it listens, also after the end: nobody does then."""
        return int(self._server.server_port)

    @property
    def address(self) -> str:
        """The host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def endpoint_url(self) -> str:
        """Where clients are pointed."""
        return f"{'https' if self._tls else 'http'}://{self.address}"

    def __enter__(self) -> Self:
        self._server = _Server(self)
        if self._tls:
            self._server.socket = self._tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.005,), daemon=True
        )
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


def forwarded(request: Request, address: str) -> Response:
    """Hand a request on to the server at ``address`` (host and port); return its response.

    Raises ``OSError`` or ``http.client.HTTPException`` when none comes.
    """
    headers = {k: v for k, v in request.headers.items() if k not in OF_ONE_CONNECTION}
    with closing(HTTPConnection(address, timeout=60)) as there:
        there.request(request.method, request.path, body=request.body, headers=headers)
        answer = there.getresponse()
        body = answer.read()
    return Response(status=answer.status, headers=tuple(answer.getheaders()), body=body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512  # some benchmarks come with so many connections at once

    def __init__(self, loopback: Loopback) -> None:
        self.loopback = loopback
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Count the connection, and let a thread serve it."""
        self.loopback.connections += 1
        super().process_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that hangs up, is killed or speaks TLS: some tests are about it.

        What the function raises is a defect of the test, and is printed.
        """
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65_536
    timeout = 120

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:  # the client was killed: no service acts on half a request
            self._cut()
            return
        request = Request(
            method=self.command,
            path=self.path,
            headers={name.lower(): text for name, text in self.headers.items()},
            body=body,
        )
        response = self.server.loopback.serve(request)
        if response is None:
            self._cut()
        else:
            self._send(response)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = _handle  # noqa: N815 - http.server's names

    def _cut(self) -> None:
        self.close_connection = True
        with suppress(OSError):  # so that it is felt at once, also under TLS
            self.connection.shutdown(socket.SHUT_RDWR)

    def _send(self, response: Response) -> None:
        self.send_response_only(response.status)
        length = str(len(response.body) + response.lacks)
        for name, text in response.headers:
            if name.lower() not in OF_ONE_CONNECTION:
                self.send_header(name, text)
            elif name.lower() == "content-length" and self.command == "HEAD":
                length = text
        self.send_header("Content-Length", length)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)
        self.wfile.flush()
        self.close_connection = self.close_connection or bool(response.lacks)

    def handle_expect_100(self) -> bool:
        """Say at once that a body may come."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def log_message(self, *_: object) -> None:
        """Keep quiet."""
