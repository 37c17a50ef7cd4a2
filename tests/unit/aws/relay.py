"""A relay on loopback between AWS clients and a local Glue.

Records the operations that were asked, and can lose an answer, lose a request, or answer wrongly:
what networks and AWS do at the worst moment.
"""

from __future__ import annotations

import json
import socket
import threading
from collections import defaultdict, deque
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

OF_ONE_CONNECTION = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What happens to one request.  With ``status`` it is answered by us."""

    is_forwarded: bool = False
    status: int = 0
    code: str = ""
    message: str = ""
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()


LOST_ANSWER = Trouble(is_forwarded=True)
LOST_REQUEST = Trouble()


def refusal(status: int, code: str, message: str = "no") -> Trouble:
    """An error answer of AWS."""
    return Trouble(status=status, code=code, message=message)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request: the operation (of S3: method and bucket), and what was sent."""

    operation: str
    path: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def json(self) -> Any:
        """The parameters of a Glue or Logs request."""
        return json.loads(self.body)


class Relay:
    """Use it in a ``with``; ``behind`` may be empty when nothing is ever forwarded."""

    age_seconds = 0.0
    """So much older jobs are told to be than they are."""

    def __init__(self, behind: str = "") -> None:
        self.behind = urlsplit(behind).netloc
        self.requests: list[Asked] = []
        self.lock = threading.Lock()
        self._troubles: dict[str, deque[Trouble]] = defaultdict(deque)
        self._acts: dict[str, Callable[[], None]] = {}
        self._always: list[tuple[str, str, Trouble]] = []
        self._server = _Server(("127.0.0.1", 0), _Handler, relay=self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )

    @property
    def endpoint_url(self) -> str:
        """Where the clients are pointed."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def asked(self) -> list[str]:
        """The names of all operations, in order."""
        with self.lock:
            return [request.operation for request in self.requests]

    def sent(self, operation: str) -> list[Asked]:
        """The requests of one operation."""
        with self.lock:
            return [request for request in self.requests if request.operation == operation]

    def let(self, operation: str, *troubles: Trouble) -> None:
        """Let these happen to the next requests of an operation, one each."""
        self._troubles[operation].extend(troubles)

    def once(self, operation: str, act: Callable[[], None]) -> None:
        """Act when an operation is asked for the first time, before it goes on."""
        self._acts[operation] = act

    def always(self, operation: str, path: str, trouble: Trouble) -> None:
        """Let this happen to every request of an operation whose path holds ``path``."""
        self._always.append((operation, path, trouble))

    def forget(self) -> None:
        """Begin anew: nothing was asked, no trouble waits."""
        with self.lock:
            self._always.clear()
            self.requests.clear()
            self._troubles.clear()
            self._acts.clear()

    def trouble_for(self, asked: Asked) -> Trouble | None:
        """Record a request and say what happens to it."""
        with self.lock:
            self.requests.append(asked)
            act = self._acts.pop(asked.operation, None)
            waiting = self._troubles[asked.operation]
            trouble = waiting.popleft() if waiting else self._steady(asked)
        if act:
            act()
        return trouble

    def _steady(self, asked: Asked) -> Trouble | None:
        for operation, path, trouble in self._always:
            if operation == asked.operation and path in asked.path:
                return trouble
        return None

    def aged(self, asked: Asked, answer: bytes) -> bytes:
        """Return an answer with jobs that are older."""
        if not self.age_seconds or asked.operation not in {"GetJob", "GetJobs", "BatchGetJobs"}:
            return answer
        told = json.loads(answer)
        for job in (*told.get("Jobs", ()), *([told["Job"]] if "Job" in told else ())):
            job["CreatedOn"] = float(job["CreatedOn"]) - self.age_seconds
        return json.dumps(told).encode()

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

    def __init__(self, address: Any, handler: Any, *, relay: Relay) -> None:
        self.relay = relay
        super().__init__(address, handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that hangs up is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = Asked(
            operation=self._operation(body),
            path=self.path,
            headers={key.lower(): value for key, value in self.headers.items()},
            body=body,
        )
        trouble = self.server.relay.trouble_for(asked)
        if trouble is None:
            status, headers, answer = self._forwarded(body)
            self._send(status, headers, self.server.relay.aged(asked, answer))
        elif trouble.status:
            self._send(*self._refused(trouble))
        else:
            if trouble.is_forwarded:
                self._forwarded(body)
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _handle  # noqa: N815 - http.server's names

    def _operation(self, body: bytes) -> str:
        target = self.headers.get("X-Amz-Target", "")
        action = parse_qs(body.decode(errors="replace")).get("Action", [""])[0]
        bucket = urlsplit(self.path).path.split("/")[1]
        return target.rpartition(".")[2] or action or f"{self.command} {bucket}"

    def _forwarded(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        kept = {k: v for k, v in self.headers.items() if k.lower() not in OF_ONE_CONNECTION}
        behind = HTTPConnection(self.server.relay.behind, timeout=60)
        try:
            behind.request(self.command, self.path, body=body, headers=kept)
            answer = behind.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            behind.close()

    def _refused(self, trouble: Trouble) -> tuple[int, list[tuple[str, str]], bytes]:
        """Answer in the form that the service's clients read."""
        if trouble.body is not None:
            return trouble.status, list(trouble.headers), trouble.body
        if "X-Amz-Target" in self.headers:
            words = {"__type": trouble.code, "message": trouble.message}
            return trouble.status, [], json.dumps(words).encode()
        text = f"<Code>{trouble.code}</Code><Message>{trouble.message}</Message>"
        whole = f"<Error>{text}</Error>"
        if self.command == "POST" and self.path == "/":
            whole = f"<ErrorResponse>{whole}</ErrorResponse>"
        return trouble.status, [("Content-Type", "application/xml")], whole.encode()

    def _send(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in OF_ONE_CONNECTION:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""
