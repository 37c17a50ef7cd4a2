"""A relay before the local Glue that notes when the first answer went back.

From outside, a command shows only when it ends; the relay shows when AWS first answered it.
"""

import time
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

DROPPED = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "host"})
"""Headers that belong to one connection, not to the message."""


class Relay:
    """An HTTP server on loopback that passes everything on; a context manager."""

    def __init__(self, endpoint_url: str) -> None:
        """Take the address of the server to pass on to, such as `http://127.0.0.1:4566`."""
        self._server = _Server(urlsplit(endpoint_url).netloc)
        self._thread = Thread(target=self._server.serve_forever, daemon=True)

    @property
    def endpoint_url(self) -> str:
        """Where the relay listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def forget(self) -> None:
        """Wait for the next first answer."""
        self._server.first_answer = None

    def first_answer(self) -> float:
        """When the first answer since `forget` went back, by `time.perf_counter`."""
        if self._server.first_answer is None:
            message = "the command made no AWS call"
            raise RuntimeError(message)
        return self._server.first_answer

    def __enter__(self) -> Self:
        """Start to listen."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop to listen."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    """Knows the server behind it, and when it first answered."""

    daemon_threads = True

    def __init__(self, behind: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behind = behind
        self.first_answer: float | None = None


class _Handler(BaseHTTPRequestHandler):
    """Passes one request on and its answer back."""

    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        kept = {k: v for k, v in self.headers.items() if k.lower() not in DROPPED}
        behind = HTTPConnection(self.server.behind, timeout=60)
        behind.request(self.command, self.path, body=body, headers=kept)
        answer = behind.getresponse()
        content = answer.read()
        behind.close()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in DROPPED:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        if self.server.first_answer is None:
            self.server.first_answer = time.perf_counter()

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _pass_on  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        """Say nothing: a benchmark prints a table."""
