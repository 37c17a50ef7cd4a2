"""A small GitHub on loopback, with real HTTP, so that the real PyGithub talks to it.

Knows repositories, pull requests and their files; pages at 30 and at most 100; asks for the token
and for permissions; records what was asked; and can be told to answer wrongly, or not at all.
A further endpoint is one function and one line in ROUTES.
"""

from __future__ import annotations

import json
import re
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType

PREFIX = "/api/v3"
"""As on a GitHub Enterprise Server, so that a client that forgets the path is found out."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One response; ``body`` is sent as JSON, bytes as they are."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    hangs: bool = False
    """Say nothing until the server is closed."""
    breaks_off: bool = False
    """Close the connection instead of answering."""


def refusal(status: int, message: str, **headers: str) -> Answer:
    """An error as GitHub words it; underscores in names of headers stand for hyphens."""
    body = {"message": message, "documentation_url": "https://docs.github.com/rest"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=status, body=body, headers=named)


@dataclass(kw_only=True)
class Repository:
    """What one repository holds."""

    pulls: dict[int, dict[str, Any]] = field(default_factory=dict)
    files: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    """The newest commit of each branch."""

    def add_pull(
        self,
        number: int,
        *,
        sha: str,
        branch: str = "fix-flights",
        base: str = "octocat/etl",
        head: str | None = "octocat/etl",
        target_branch: str = "main",
        author: str = "octocat",
    ) -> None:
        """Open a pull request; ``head`` is the repository it comes from, None if deleted."""
        self.pulls[number] = {
            "number": number,
            "state": "open",
            "user": {"login": author},
            "head": {"ref": branch, "sha": sha, "repo": head and {"full_name": head}},
            "base": {"ref": target_branch, "sha": "b" * 40, "repo": {"full_name": base}},
        }
        self.files.setdefault(number, [])

    def add_files(self, number: int, paths: Iterable[str]) -> None:
        """Let a pull request touch files."""
        self.files[number] += [{"filename": path, "status": "modified"} for path in paths]

    def rename_file(self, number: int, old: str, new: str) -> None:
        """Let a pull request rename a file."""
        self.files[number].append({"filename": new, "previous_filename": old, "status": "renamed"})


class GitHubServer:
    """A GitHub that listens on a free port of 127.0.0.1.  Use it in a ``with``."""

    def __init__(self, *, token: str = "") -> None:
        self.token = token
        self.permissions: dict[str, str] = {"pull-requests": "write", "contents": "read"}
        self.repositories: dict[str, Repository] = {}
        self.asked: list[Asked] = []
        self._next: deque[Answer] = deque()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._http = _Listener(("127.0.0.1", 0), _Handler, github=self)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def address(self) -> str:
        """The host and port."""
        return f"127.0.0.1:{self._http.server_port}"

    @property
    def api_url(self) -> str:
        """What to give the client."""
        return f"http://{self.address}{PREFIX}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def repository(self, name: str) -> Repository:
        """The repository of that name, made if it is not there."""
        return self.repositories.setdefault(name, Repository())

    def next_answers(self, *answers: Answer) -> None:
        """Give these answers, one each, before answering truly again."""
        self._next.extend(answers)

    def answer(self, asked: Asked) -> Answer:
        """Record the request and answer it."""
        with self._lock:
            self.asked.append(asked)
            planned = self._next.popleft() if self._next else None
            answer = planned or self._true_answer(asked)
        if answer.hangs:
            self._closing.wait()
        return answer

    def _true_answer(self, asked: Asked) -> Answer:
        if self.token and asked.headers.get("authorization") != f"token {self.token}":
            return refusal(401, "Bad credentials")
        for method, pattern, permission, respond in ROUTES:
            match = re.fullmatch(PREFIX + pattern, asked.path)
            if match and method == asked.method:
                if not self._is_permitted(permission):
                    return refusal(403, "Resource not accessible by integration")
                return respond(self, asked, match)
        return refusal(404, "Not Found")

    def _is_permitted(self, permission: str) -> bool:
        name, _, level = permission.partition(": ")
        given = self.permissions.get(name, "none")
        return given in {level, "write"}

    def page(self, asked: Asked, items: list[Any]) -> Answer:
        """One page of a list, with the links to the others."""
        size = min(int(asked.query.get("per_page", "30")), 100)
        number = int(asked.query.get("page", "1"))
        shown = items[(number - 1) * size : number * size]
        links = []
        for rel, page in (("next", number + 1), ("prev", number - 1)):
            if 0 < page <= -(-len(items) // size):
                query = urlencode({**asked.query, "page": page})
                links.append(f'<http://{self.address}{asked.path}?{query}>; rel="{rel}"')
        return Answer(body=shown, headers={"Link": ", ".join(links)} if links else {})


# --- endpoints -----------------------------------------------------------------------------------


def _get_pull(github: GitHubServer, asked: Asked, match: re.Match[str]) -> Answer:
    pull = github.repository(match["repository"]).pulls.get(int(match["number"]))
    return Answer(body=pull) if pull else refusal(404, "Not Found")


def _get_pull_files(github: GitHubServer, asked: Asked, match: re.Match[str]) -> Answer:
    files = github.repository(match["repository"]).files.get(int(match["number"]))
    return github.page(asked, files) if files is not None else refusal(404, "Not Found")


def _get_pulls_of_commit(github: GitHubServer, asked: Asked, match: re.Match[str]) -> Answer:
    pulls = github.repository(match["repository"]).pulls.values()
    return github.page(asked, [pull for pull in pulls if pull["head"]["sha"] == match["sha"]])


def _get_branches_of_head(github: GitHubServer, asked: Asked, match: re.Match[str]) -> Answer:
    branches = github.repository(match["repository"]).branches.items()
    heads = [
        {"name": name, "commit": {"sha": sha}, "protected": False}
        for name, sha in branches
        if sha == match["sha"]
    ]
    return Answer(body=heads)


_REPOSITORY = r"/repos/(?P<repository>[^/]+/[^/]+)"
_PULL = _REPOSITORY + r"/pulls/(?P<number>\d+)"

ROUTES: tuple[tuple[str, str, str, Callable[[GitHubServer, Asked, re.Match[str]], Answer]], ...] = (
    ("GET", _PULL, "pull-requests: read", _get_pull),
    ("GET", _PULL + "/files", "pull-requests: read", _get_pull_files),
    (
        "GET",
        _REPOSITORY + r"/commits/(?P<sha>[0-9a-f]{40})/pulls",
        "pull-requests: read",
        _get_pulls_of_commit,
    ),
    (
        "GET",
        _REPOSITORY + r"/commits/(?P<sha>[0-9a-f]{40})/branches-where-head",
        "contents: read",
        _get_branches_of_head,
    ),
)
"""Method, path, permission, and who answers."""


# --- HTTP ----------------------------------------------------------------------------------------


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(
        self,
        address: tuple[str, int],
        handler: type[BaseHTTPRequestHandler],
        *,
        github: GitHubServer,
    ) -> None:
        self.github = github
        super().__init__(address, handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that hangs up, or speaks TLS, is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: _Listener
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 30

    def _handle(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = self.server.github.answer(
            Asked(
                method=self.command,
                path=parts.path,
                query={key: values[-1] for key, values in parse_qs(parts.query).items()},
                headers={key.lower(): value for key, value in self.headers.items()},
                body=json.loads(body) if body else None,
            )
        )
        if answer.hangs or answer.breaks_off:
            self.close_connection = True
            return
        self._send(answer)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _handle  # noqa: N815  # http.server's names

    def _send(self, answer: Answer) -> None:
        body = answer.body
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(answer.status)
        headers = {"Content-Type": "application/json; charset=utf-8", **answer.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # http.server's name
        """Keep quiet."""
