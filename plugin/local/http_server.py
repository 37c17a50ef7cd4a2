"""The loopback HTTP server: werkzeug's, without its banner and its request log.

Knows sockets and threads.  Refuses to know what is served.  Imported late: werkzeug costs time.
"""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_BACKLOG = 128
_POLL_SECONDS = 0.05
"""How long a stop may take to be noticed."""


class _Handler(WSGIRequestHandler):
    """Answers without delay and without a word."""

    disable_nagle_algorithm = True  # an answer is several small writes; else each waits 40 ms

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing: the log belongs to the jobs."""


class _Server(ThreadedWSGIServer):
    daemon_threads = True

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing, as above."""


class HttpServer:
    """Serves a WSGI application from daemon threads.

    Binds at once and raises OSError for an address in use; who connects before `start` waits.
    """

    def __init__(self, *, host: str, port: int) -> None:
        # werkzeug ends the process when an address is taken; a socket of our own raises.
        self._listener = socket.create_server((host, port), backlog=_BACKLOG)
        self.host = host
        self.port = int(self._listener.getsockname()[1])
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def start(self, app: WSGIApplication) -> None:
        """Begin to answer; returns at once."""
        fd = self._listener.fileno()  # duplicated by the server
        self._server = _Server(self.host, self.port, app, handler=_Handler, fd=fd)
        self._listener.close()
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": _POLL_SECONDS},
            name="local glue",
            daemon=True,
        )
        self._thread.start()

    def close(self) -> None:
        """Answer no more and free the port."""
        self._listener.close()
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
