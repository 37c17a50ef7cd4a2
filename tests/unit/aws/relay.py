"""A relay on loopback between AWS clients and a local Glue.

Records the operations that were asked, and can lose an answer, lose a request, or answer wrongly:
what networks and AWS do at the worst moment.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict, deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from tests.doubles.loopback import Loopback, Request, Response, forwarded

if TYPE_CHECKING:
    from collections.abc import Callable


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
class Asked(Request):
    """One request with its operation (of S3: method and bucket)."""

    operation: str

    @property
    def json(self) -> Any:
        """The parameters of a Glue or Logs request."""
        return json.loads(self.body)


class Relay(Loopback):
    """Use it in a ``with``; ``behind`` may be empty when nothing is ever forwarded."""

    age_seconds = 0.0
    """So much older jobs are told to be than they are."""

    def __init__(self, behind: str = "") -> None:
        super().__init__(self._relayed)
        self.behind = urlsplit(behind).netloc
        self.requests: list[Asked] = []
        self.lock = threading.Lock()
        self._troubles: dict[str, deque[Trouble]] = defaultdict(deque)
        self._acts: dict[str, Callable[[], None]] = {}
        self._always: list[tuple[str, str, Trouble]] = []

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

    def _relayed(self, request: Request) -> Response | None:
        asked = Asked(**vars(request), operation=_operation_of(request))
        trouble = self.trouble_for(asked)
        if trouble is None:
            answer = forwarded(request, self.behind)
            return replace(answer, body=self.aged(asked, answer.body))
        if trouble.status:
            return _refused(trouble, request)
        if trouble.is_forwarded:
            forwarded(request, self.behind)
        return None


def _operation_of(request: Request) -> str:
    target = request.headers.get("x-amz-target", "")
    action = parse_qs(request.body.decode(errors="replace")).get("Action", [""])[0]
    bucket = urlsplit(request.path).path.split("/")[1]
    return target.rpartition(".")[2] or action or f"{request.method} {bucket}"


def _refused(trouble: Trouble, request: Request) -> Response:
    """Answer in the form that the service's clients read."""
    if trouble.body is not None:
        return Response(status=trouble.status, headers=trouble.headers, body=trouble.body)
    if "x-amz-target" in request.headers:
        words = {"__type": trouble.code, "message": trouble.message}
        return Response(status=trouble.status, body=json.dumps(words).encode())
    text = f"<Code>{trouble.code}</Code><Message>{trouble.message}</Message>"
    whole = f"<Error>{text}</Error>"
    if request.method == "POST" and request.path == "/":
        whole = f"<ErrorResponse>{whole}</ErrorResponse>"
    headers = (("Content-Type", "application/xml"),)
    return Response(status=trouble.status, headers=headers, body=whole.encode())
