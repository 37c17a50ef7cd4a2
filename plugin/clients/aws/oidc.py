"""GitHub's OIDC token: asked of the runner each time that AWS wants one.

Knows the runner's way to make tokens, which Forgejo speaks, too.  Refuses to know AWS, and what
the environment is.  The token and the word that asks for it are secrets: no error holds either.
Sources: GitHub's page "OpenID Connect reference"; Forgejo's page "Security OpenID Connect".
"""

from __future__ import annotations

import base64
import json
import re
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from http import HTTPStatus
from ipaddress import ip_address
from math import ceil
from threading import Thread
from typing import TYPE_CHECKING, Any

from plugin.clients.http import host_of, urlsplit_or_none
from plugin.core.errors import NoCredentials

if TYPE_CHECKING:
    from collections.abc import Callable
    from urllib.parse import SplitResult

    from plugin.core.ports import Clock

ATTEMPTS = 2
AGAIN_SECONDS = 1.0
CONNECT_SECONDS, READ_SECONDS = 5, 10
WHOLE_SECONDS = 15.0
"""For a whole answer: one that comes byte by byte is never silent for long."""
_HEAR_SECONDS = 0.2
"""How often we hear, meanwhile, whether we are cancelled."""
_LARGEST = 65_536
_LONGEST_TOKEN = 20_000
"""Characters that STS takes (its model: ``clientTokenType``)."""
_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
_BEARER = re.compile(r"[!-~]+")
"""What may stand in a header: anything else an HTTP library would repeat in its error."""
_SHOWN = re.compile(r"[\w@:/.,=*+ -]{1,300}", re.ASCII)
LACKING = (
    "Give the workflow's job the permission id-token: write (permissions: id-token: write), beside"
    " contents: read. GitHub gives a pull request of a fork no token."
)
_AGAIN = "Run the check again."
_NOT_THERE = frozenset({*range(300, 400), HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
"""Answers of an address that gives no tokens, to whomever."""
_ELSEWHERE = (
    "ACTIONS_ID_TOKEN_REQUEST_URL, which the runner sets, names an address that gives no tokens:"
    " look what a step, env, or a proxy on the way sets or answers instead."
)
_WHERE = "ACTIONS_ID_TOKEN_REQUEST_URL"


@dataclass(frozen=True, kw_only=True)
class TokenRequest:
    """How to ask the runner for a token: address and bearer as the runner gave them.

    ``learn`` hears each token, so that it is masked wherever it turns up.
    """

    url: str = field(repr=False)
    bearer: str = field(repr=False)
    clock: Clock = field(repr=False)
    learn: Callable[[tuple[str, ...]], None] = field(repr=False)
    whole_seconds: float = field(default=WHOLE_SECONDS, repr=False)

    @property
    def is_offered(self) -> bool:
        """Whether the runner offers tokens at all."""
        return bool(self.url.strip() and self.bearer.strip())

    def token(self, audience: str) -> str:
        """Return a new token for an audience; GitHub's live five minutes.

        Asks once more when nobody answered, or the server is at fault.
        Raises ``NoCredentials``, never with the token, the bearer or the rest of the address.
        """
        if not self.is_offered:
            raise NoCredentials("The runner offers no OIDC token.", hint=LACKING)
        url, bearer = _address(self.url.strip(), audience), _checked(self.bearer.strip())
        attempt = 1
        while True:
            try:
                token = self._awaited(url, bearer)
            except _Passing as error:
                if attempt == ATTEMPTS or self.clock.wait(AGAIN_SECONDS):
                    raise NoCredentials(error.message, hint=error.hint) from None
                attempt += 1
            else:
                self.learn((token,))
                return token

    def _awaited(self, url: str, bearer: str) -> str:
        """Ask in a thread, which is left behind when the answer takes too long or we are cancelled.

        An HTTP client bounds each silence only, and cannot be interrupted.
        """
        box: Future[str] = Future()
        Thread(target=_settle, args=(box, url, bearer), daemon=True).start()
        for _ in range(ceil(self.whole_seconds / _HEAR_SECONDS)):
            done, _still = wait((box,), timeout=_HEAR_SECONDS)
            if done:
                return box.result()
            if self.clock.is_cancelled():
                break
        problem = f"{host_of(url)} did not answer in time when asked for an OIDC token."
        raise NoCredentials(problem, hint=_AGAIN)


class _Passing(Exception):
    """Another attempt may do.  Never leaves this module."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def subject_of(token: str) -> str:
    """Return who a token says that we are (``sub``), to be shown; empty when it is not shown.

    The claims are no secret, the signature is.
    """
    try:
        middle = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
        subject = claims["sub"]
    except (ValueError, IndexError, KeyError, TypeError):
        return ""
    return subject if isinstance(subject, str) and _SHOWN.fullmatch(subject) else ""


def _address(url: str, audience: str) -> str:
    """Return the address to ask; raises when it is none that a token may come from."""
    parts = urlsplit_or_none(url)
    if parts is None or parts.username is not None or not _is_private(parts):
        raise NoCredentials(
            f"{_WHERE} is no https address.",
            hint="The runner sets it: look what a step, or env, of the workflow sets it to.",
        )
    joint = "&" if parts.query else ""
    return parts._replace(query=f"{parts.query}{joint}audience={audience}", fragment="").geturl()


def _is_private(parts: SplitResult) -> bool:
    """Whether nobody on the way can read along: https, or this very machine."""
    if parts.scheme == "https":
        return True
    try:
        return ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _checked(bearer: str) -> str:
    if not _BEARER.fullmatch(bearer):
        raise NoCredentials(
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN is no token.",
            hint="The runner sets it: look what a step, or env, of the workflow sets it to.",
        )
    return bearer


def _settle(box: Future[str], url: str, bearer: str) -> None:
    """Put into the box what asking once gave."""
    try:
        box.set_result(_asked(url, bearer))
    except BaseException as error:  # noqa: BLE001 - raised again by who reads the box
        box.set_exception(error)


def _asked(url: str, bearer: str) -> str:
    """Ask once, and nobody but this address: a redirect would carry the bearer elsewhere."""
    import requests
    import urllib3

    headers = {"Authorization": f"Bearer {bearer}", "Accept": "application/json; api-version=2.0"}
    with requests.Session() as session:
        session.auth = lambda request: request  # else .netrc's login would replace the bearer
        try:
            with session.get(
                url,
                headers=headers,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as answer:
                status = answer.status_code
                body = answer.raw.read(_LARGEST, decode_content=True)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            problem = _unreached(url, error)
            raise problem from None  # the error's own text holds the address
    return _token_of(url, status, body)


def _token_of(url: str, status: int, body: bytes) -> str:
    """Return the token of an answer, or raise what the answer means."""
    host = host_of(url)
    if status != HTTPStatus.OK:
        words = f"{host} answered {status} when asked for an OIDC token."
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
            raise _Passing(words, _AGAIN)
        raise NoCredentials(words, hint=_ELSEWHERE if status in _NOT_THERE else LACKING)
    try:
        value: Any = json.loads(body)["value"]
    except (ValueError, KeyError, TypeError, RecursionError):
        value = None
    if not isinstance(value, str) or len(value) > _LONGEST_TOKEN or not _TOKEN.fullmatch(value):
        raise _Passing(f"{host} answered without an OIDC token.", _AGAIN)
    return value


def _unreached(url: str, error: Exception) -> Exception:
    import requests

    host = host_of(url)
    if isinstance(error, requests.exceptions.SSLError):
        hint = "Check its certificate, and REQUESTS_CA_BUNDLE."
        return NoCredentials(f"{host}: there is no safe connection to it (TLS).", hint=hint)
    hint = "Check the network of the runner, HTTPS_PROXY and NO_PROXY."
    return _Passing(f"{host} cannot be reached for an OIDC token, or hung up.", hint)
