"""The connection to one GitHub: asking, asking again, and how long that may take.

Knows PyGithub's requester, which errors pass, and which host may be spoken to: the one it was
given.  Refuses to know what is asked for.
"""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urljoin, urlsplit

from github import Auth, Github, GithubException

from plugin.clients.github.errors import (
    FAILURES,
    Elsewhere,
    Errand,
    error_of,
    may_have_been_done,
    pause_seconds,
)
from plugin.core.errors import GitHubError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from plugin.clients.patience import Patience
    from plugin.core.ports import Clock

_T = TypeVar("_T")
_TOKEN = re.compile(r"[\x21-\x7e]*")
_NEXT = re.compile(r'<([^<>]*)>\s*;[^,]*\brel="next"')
PAGE = 100
"""Entries of a list per request: the most that GitHub gives."""
_MOST_PAGES = 100
_MOST_HOPS = 3
_HASTY_SECONDS = 2
_MOVED = frozenset({302, 307, 308})
"""PyGithub follows a 301 itself.  GitHub answers a write to a renamed repository with 307."""
_FIRST_ERROR = 400


class Session:
    """One GitHub, one token, one ``Patience``.  For one thread."""

    def __init__(
        self,
        token: str,
        api_url: str,
        *,
        clock: Clock,
        timeout_seconds: int,
        retries: int,
        patience: Patience,
    ) -> None:
        self._token = _usable_token(token)
        self.host = _host_of(api_url)
        self._api_url = api_url.strip().rstrip("/")
        self._clock = clock
        self._timeout_seconds = timeout_seconds
        self._retries = retries
        self._patience = patience
        self._apis: dict[int, Github] = {}

    @property
    def api(self) -> Github:
        """PyGithub, with a time limit that suits: a short one after a cancel.

        ``timeout`` limits the connecting and each silence of the server.
        """
        seconds = self._limit_seconds()
        if seconds not in self._apis:
            self._apis[seconds] = Github(
                base_url=self._api_url,
                auth=Auth.Token(self._token) if self._token else None,
                timeout=seconds,
                user_agent="glue-health-check",
                per_page=PAGE,
                lazy=True,  # no request for a repository only to get at its pull requests
                retry=None,  # we retry: PyGithub would sleep through a cancel
                seconds_between_requests=None,  # as retry
                seconds_between_writes=None,  # as retry; a report has too few writes to matter
            )
        return self._apis[seconds]

    def close(self) -> None:
        """Close the connections."""
        for api in self._apis.values():
            api.close()

    def errand(self, to: str, *, permission: str, hint: str = "") -> Errand:
        """Return what messages are made of: ``to`` do what, and what a workflow must permit."""
        return Errand(
            to=to,
            permission=permission,
            hint=hint,
            host=self.host,
            token=self._token,
            timeout_seconds=self._limit_seconds(),
        )

    def ask(self, errand: Errand, question: Callable[[], _T]) -> _T:
        """Do what may be done twice, until it is done, or there is no sense in trying again.

        Errors are raised without their cause: its text or its request may hold the token.
        """
        return self._try(errand, question, is_repeatable=True)

    def make(self, errand: Errand, deed: Callable[[], _T]) -> _T:
        """Do what must not be done twice: tried again only where GitHub did certainly nothing.

        Raises ``GitHubAnswerLost`` when that is not known.
        """
        return self._try(errand, deed, is_repeatable=False)

    def _try(self, errand: Errand, request: Callable[[], _T], *, is_repeatable: bool) -> _T:
        """Try, and lose no more time than there is patience for; after a cancel, try once."""
        attempt = 0
        while True:
            begin = self._clock.monotonic()
            try:
                return request()
            except FAILURES as error:
                now = self._clock.now()
                told = error_of(error, errand, now=now)
                pause = pause_seconds(error, attempt=attempt, now=now)
                is_lost = not is_repeatable and may_have_been_done(error)
            if is_lost:
                raise errand.lost(told)
            self._patience.spend(self._clock.monotonic() - begin)
            if pause is None or attempt == self._retries or pause > self._patience.left_seconds:
                raise told
            self._patience.spend(pause)
            if self._clock.wait(pause):
                raise errand.abandoned(told)
            attempt += 1

    def send(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, object] | None = None,
        query: Mapping[str, object] | None = None,
    ) -> tuple[Mapping[str, str], Any]:
        """Send one request; return the answer's headers, names in lower case, and its JSON.

        PyGithub's own methods ask for the commit before its status, build lists that cannot be
        tried again page by page, and take a redirected write for a success: hence its requester.
        Raises one of ``FAILURES``: to be called within ``ask`` or ``make``.
        """
        requester = self.api.requester
        parameters = dict(query or {})
        for _ in range(_MOST_HOPS):
            status, headers, text = requester.requestJson(
                method, path, parameters, input=dict(body) if body is not None else None
            )
            if status not in _MOVED:
                return headers, _json_of(status, headers, text)
            path, parameters = self._here(headers.get("location", "")), {}
        raise Elsewhere

    def pages(
        self,
        errand: Errand,
        path: str,
        *,
        read: Callable[[Any], _T],
        query: Mapping[str, object] | None = None,
    ) -> Iterator[_T]:
        """Yield what ``read`` makes of each page of a list, as it is asked for.

        Each page is tried on its own.  ``read`` raises one of ``FAILURES`` when it is none.
        """
        url = f"{self._api_url}{path}"
        parameters: Mapping[str, object] = {**(query or {}), "per_page": PAGE}
        for _ in range(_MOST_PAGES):
            headers, page = self.ask(errand, partial(self._page, url, parameters, read))
            yield page
            following = _NEXT.search(headers.get("link", ""))
            if following is None:
                return
            url, parameters = following[1], {}

    def _page(
        self, url: str, query: Mapping[str, object], read: Callable[[Any], _T]
    ) -> tuple[Mapping[str, str], _T]:
        headers, page = self.send("GET", self._here(url), query=query)
        return headers, read(page)

    def _here(self, url: str) -> str:
        """Return the path of a URL of this very API, below its root.

        The token goes to no other host, port, scheme or program.  Raises ``Elsewhere``.
        """
        base, there = urlsplit(self._api_url), urlsplit(urljoin(f"{self._api_url}/", url))
        is_here = (there.scheme, there.hostname, there.port) == (
            base.scheme,
            base.hostname,
            base.port,
        )
        if not url or not is_here or not there.path.startswith(f"{base.path}/"):
            raise Elsewhere
        path = there.path.removeprefix(base.path)
        return f"{path}?{there.query}" if there.query else path

    def _limit_seconds(self) -> int:
        if self._clock.is_cancelled():
            return min(_HASTY_SECONDS, self._timeout_seconds)
        return self._timeout_seconds


def _json_of(status: int, headers: Mapping[str, str], text: str) -> Any:  # noqa: ANN401  # JSON
    """Return the JSON of an answer, None of an empty one.  Raises ``GithubException``, ValueError.

    The text of an error may be anything: a proxy's page, say.
    """
    if status < _FIRST_ERROR:
        return json.loads(text) if text else None
    try:
        data = json.loads(text)
    except ValueError:
        data = None
    raise GithubException(status, data, dict(headers))


def _usable_token(token: str) -> str:
    """Return the token without the line break that copying leaves; others make no header."""
    token = token.strip()
    if not _TOKEN.fullmatch(token):
        raise GitHubError(
            "The GitHub token has spaces, line breaks or letters that no token has.",
            hint="Set github_token to the bare token.",
        )
    return token


def _host_of(api_url: str) -> str:
    """Return the host (and port) of the API."""
    try:
        parts = urlsplit(api_url.strip())
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        parts, port = urlsplit(""), ""
    is_usable = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
    if not is_usable or parts.query or parts.fragment:
        raise GitHubError(
            "The URL of GitHub's API cannot be used.",
            hint="Set github_api_url to https://api.github.com, or https://HOST/api/v3.",
        )
    return f"{parts.hostname}{port}"
