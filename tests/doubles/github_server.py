"""A small GitHub on loopback, with real HTTP, so that the real PyGithub talks to it.

Knows pull requests, comments, statuses, check runs and GraphQL's viewer; pages at 30 and at most
100; asks for the token and for permissions; counts requests; records what was asked; and can be
told to answer wrongly, or not at all.  What it holds is in ``github_state``, a further endpoint in
``github_routes``.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tests.doubles.github_http import Answer, Asked, asked_of, refusal, response_of
from tests.doubles.github_routes import GRAPHQL, ROUTES
from tests.doubles.github_state import Invalid, Repository
from tests.doubles.loopback import Loopback

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping

    from tests.doubles.loopback import Request, Response

__all__ = ["PREFIX", "Answer", "Asked", "GitHubServer", "Repository", "refusal"]

PREFIX = "/api/v3"
"""As on a GitHub Enterprise Server, so that a client that forgets the path is found out."""


class GitHubServer(Loopback):
    """A GitHub that listens on a free port of 127.0.0.1.  Use it in a ``with``.

    ``prefix`` is empty on api.github.com and on api.SUBDOMAIN.ghe.com.  The token is GITHUB_TOKEN's
    kind, with ``permissions``, unless ``is_personal``; ``account`` is whose it is, ``viewer`` what
    GraphQL says of it when that is something else.
    """

    def __init__(
        self, *, token: str = "", prefix: str = PREFIX, tls: ssl.SSLContext | None = None
    ) -> None:
        super().__init__(self._answered, tls=tls)
        self.token = token
        self.prefix = prefix
        self.is_personal = False
        self.account = "github-actions[bot]"
        self.viewer = ""
        self.permissions: dict[str, str] = {
            "pull-requests": "write",
            "contents": "read",
            "statuses": "write",
            "checks": "write",
        }
        self.requests_left = 5000
        self.resets_at = 4_000_000_000
        self.repositories: dict[str, Repository] = {}
        self.moved: dict[str, str] = {}
        """Old names of repositories, and their new ones."""
        self.asked: list[Asked] = []
        self._next: deque[Answer] = deque()
        self._for: list[tuple[str, str, deque[Answer], bool]] = []
        self._acts: list[tuple[str, str, Callable[[], object]]] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()

    @property
    def api_url(self) -> str:
        """What to give the client."""
        return f"{self.endpoint_url}{self.prefix}"

    @property
    def lines(self) -> list[str]:
        """The requests so far, as method and path below the API's root."""
        return [f"{one.method} {one.path.removeprefix(self.prefix)}" for one in self.asked]

    def __exit__(self, *error: object) -> None:
        self._closing.set()
        super().__exit__(None, None, None)

    def repository(self, name: str) -> Repository:
        """The repository of that name, made if it is not there."""
        return self.repositories.setdefault(name, Repository())

    def next_answers(self, *answers: Answer) -> None:
        """Give these answers, one each, before answering truly again."""
        self._next.extend(answers)

    def answers_for(self, method: str, path: str, *answers: Answer, forever: bool = False) -> None:
        """As ``next_answers``, for requests whose method is this and whose path has this pattern.

        ``forever`` gives the last one again and again.
        """
        self._for.append((method, path, deque(answers), forever))

    def once(self, method: str, path: str, act: Callable[[], object]) -> None:
        """Act when such a request comes for the first time, before it is looked at."""
        self._acts.append((method, path, act))

    def _answered(self, request: Request) -> Response | None:
        return response_of(self.answer(asked_of(request)))

    def answer(self, asked: Asked) -> Answer:
        """Record the request and answer it."""
        self._act(asked)
        with self._lock:
            self.asked.append(asked)
            self.requests_left -= 1
            answer = self._planned(asked)
            if answer is None or answer.takes_effect:
                true = self._true_answer(asked)
                answer = answer or _unless_known(asked, true)
        if answer.hangs:
            self._closing.wait()
        return replace(answer, headers=self._with_rate(answer.headers))

    def _act(self, asked: Asked) -> None:
        """Do what was to be done before this request; others come and go meanwhile."""
        with self._lock:
            due = [
                one
                for one in self._acts
                if one[0] == asked.method and re.search(one[1], asked.path)
            ]
            self._acts = [one for one in self._acts if one not in due]
        for _, _, act in due:
            act()

    def _planned(self, asked: Asked) -> Answer | None:
        if self._next:
            return self._next.popleft()
        for method, path, answers, forever in self._for:
            if answers and method == asked.method and re.search(path, asked.path):
                return answers[0] if forever and len(answers) == 1 else answers.popleft()
        return None

    def _with_rate(self, headers: Mapping[str, str]) -> Mapping[str, str]:
        """Say how many requests are left, unless the answer says so itself."""
        if any(name.lower().startswith("x-ratelimit") for name in headers):
            return headers
        return {
            "X-RateLimit-Limit": "5000",
            "X-RateLimit-Remaining": str(max(0, self.requests_left)),
            "X-RateLimit-Reset": str(self.resets_at),
            **headers,
        }

    def _true_answer(self, asked: Asked) -> Answer:
        if self.token and asked.headers.get("authorization") != f"token {self.token}":
            return refusal(401, "Bad credentials")
        if self.requests_left < 0:
            return refusal(403, "API rate limit exceeded for installation ID 1.")
        if asked.method == "POST" and asked.path == f"{self.prefix.removesuffix('/v3')}/graphql":
            return GRAPHQL(self, asked, None)
        return self._redirect(asked) or self._routed(asked)

    def _redirect(self, asked: Asked) -> Answer | None:
        """Send a client with the old name of a repository on: reads with 301, writes with 307."""
        for old, new in self.moved.items():
            base = f"{self.prefix}/repos/"
            if asked.path.startswith(f"{base}{old}/"):
                path = asked.path.replace(f"{base}{old}/", f"{base}{new}/", 1)
                query = f"?{urlencode(asked.query)}" if asked.query else ""
                url = f"{self.endpoint_url}{path}{query}"
                status = 301 if asked.method == "GET" else 307
                body = {"message": "Moved Permanently", "url": url}
                return Answer(status=status, body=body, headers={"Location": url})
        return None

    def _routed(self, asked: Asked) -> Answer:
        kind = "personal access token" if self.is_personal else "integration"
        for method, pattern, permission, respond in ROUTES:
            match = re.fullmatch(re.escape(self.prefix) + pattern, asked.path)
            if match and method == asked.method:
                if not any(self._is_permitted(one) for one in permission.split("|")):
                    return refusal(403, f"Resource not accessible by {kind}")
                try:
                    return respond(self, asked, match)
                except Invalid as error:
                    return _invalid(error)
        return refusal(404, "Not Found")

    def _is_permitted(self, permission: str) -> bool:
        name, _, level = permission.partition(": ")
        given = self.permissions.get(name, "none")
        return not permission or given in {level, "write"}

    def page(self, asked: Asked, items: list[Any]) -> Answer:
        """One page of a list, with the links to the others."""
        size = min(int(asked.query.get("per_page", "30")), 100)
        number = int(asked.query.get("page", "1"))
        shown = items[(number - 1) * size : number * size]
        links = []
        for rel, page in (("next", number + 1), ("prev", number - 1)):
            if 0 < page <= -(-len(items) // size):
                query = urlencode({**asked.query, "page": page})
                links.append(f'<{self.endpoint_url}{asked.path}?{query}>; rel="{rel}"')
        return Answer(body=shown, headers={"Link": ", ".join(links)} if links else {})


def _invalid(error: Invalid) -> Answer:
    answer = refusal(422, error.message)
    errors = [{"resource": "Thing", "code": "custom", "message": one} for one in error.details]
    return replace(answer, body={**answer.body, "errors": errors}) if errors else answer


def _unless_known(asked: Asked, answer: Answer) -> Answer:
    """Mark what is read; say 304 to a client that has it already."""
    if asked.method != "GET" or answer.status != 200:
        return answer
    digest = hashlib.sha256(json.dumps(answer.body).encode()).hexdigest()[:16]
    tag = f'W/"{digest}"'
    if asked.headers.get("if-none-match") == tag:
        return Answer(status=304, body=b"", headers={"ETag": tag})
    return replace(answer, headers={**answer.headers, "ETag": tag})
