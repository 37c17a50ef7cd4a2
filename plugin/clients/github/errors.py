"""What it means when GitHub does not give what was asked for.

Knows PyGithub's and requests' exceptions, GitHub's rules for waiting, and whether a request may
have taken effect.  What to change is in ``hints``.  Does not ask or wait itself.  No text of an
exception is passed on, only GitHub's own message: other texts may hold headers, and with them the
token.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import requests
from github import BadAttributeException, GithubException
from urllib3.exceptions import MaxRetryError, NewConnectionError

from plugin.clients.github.hints import WRONG_API, Refusal, hint_of, quote_of
from plugin.core.errors import GitHubAnswerLost, GitHubError

if TYPE_CHECKING:
    from datetime import datetime

FAILURES = (
    GithubException,
    BadAttributeException,
    OSError,  # all of requests', and a CA bundle that is not there
    # So PyGithub says that an answer, a redirection or a link is not what GitHub would send.
    AssertionError,
    AttributeError,
    KeyError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""All that a call of PyGithub may raise because of what the other side did."""

_SECONDARY_LIMIT_SECONDS = 60.0
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TOO_MANY_REQUESTS = 401, 403, 404, 429
_SERVER_AT_FAULT = 500

_OF_THE_NETWORK: tuple[tuple[type[Exception], str, str], ...] = (
    (
        requests.exceptions.SSLError,
        "no trusted TLS connection was possible",
        "Name the file with your own certificate authority, if any, in REQUESTS_CA_BUNDLE.",
    ),
    (
        requests.Timeout,
        "no answer within {seconds} s",
        "Run it again; check the proxy, if there is one.",
    ),
    (
        requests.exceptions.ProxyError,
        "the proxy did not let us through",
        "Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY.",
    ),
    (
        requests.ConnectionError,
        "the server cannot be reached, or it broke the connection",
        "Check github_api_url, and the network of this machine.",
    ),
)
"""From the special to the general: requests derives the first three from the last, or may."""


class Elsewhere(RuntimeError):
    """GitHub sends us to where we do not go: another host, another scheme, in circles."""


@dataclass(frozen=True, kw_only=True)
class Errand:
    """What is asked of GitHub, for messages: ``to`` do what, and the permission it takes.

    ``hint`` is said to a token that may not, where no permission would help.
    """

    to: str
    permission: str
    hint: str = ""
    host: str
    token: str = field(default="", repr=False)
    timeout_seconds: int = 0

    def failed(self, why: str, hint: str) -> GitHubError:
        """Return the error that says so, in any case without the token."""
        message = f"Could not {self.to} at {self.host}: {why}."
        return GitHubError(self._without_token(message), hint=self._without_token(hint))

    def lost(self, error: GitHubError) -> GitHubAnswerLost:
        """Return ``error`` as one after which it is not known whether it was done."""
        message = f"{error.message.removesuffix('.')}; it may have been done all the same."
        return GitHubAnswerLost(message, hint=error.hint)

    def abandoned(self, error: GitHubError) -> GitHubError:
        """Return ``error`` as one that another attempt might have mended, but for a cancel."""
        message = f"{error.message.removesuffix('.')}; the run is cancelled, so this was all."
        return GitHubError(message, hint=error.hint)

    def _without_token(self, text: str) -> str:
        return text.replace(self.token, "***") if self.token else text


def pause_seconds(error: Exception, *, attempt: int, now: datetime) -> float | None:
    """Return how long to wait before the next attempt; nothing when that is of no use.

    ``attempt`` counts from 0.  Source: GitHub's page "Best practices for using the REST API":
    Retry-After, else the time of the reset, else a minute and then ever longer.
    """
    if isinstance(error, GithubException):
        if _is_rate_limit(error):
            return _rate_limit_seconds(error, attempt=attempt, now=now)
        return 2.0**attempt if is_passing(error) else None
    is_of_the_network = isinstance(error, requests.ConnectionError | requests.Timeout)
    if is_of_the_network and not isinstance(error, requests.exceptions.SSLError):
        return 2.0**attempt
    return None


def is_passing(error: GithubException) -> bool:
    """Whether GitHub may say something else in a while."""
    return _is_rate_limit(error) or error.status >= _SERVER_AT_FAULT


def may_have_been_done(error: Exception) -> bool:
    """Whether the request that met this error may have taken effect nevertheless.

    Not when GitHub refused it or sent us elsewhere, and not when it never left this machine.  An
    answer that cannot be read came after the deed.
    """
    if isinstance(error, GithubException):
        return error.status >= _SERVER_AT_FAULT
    if isinstance(error, requests.RequestException):
        return not _was_never_sent(error)
    return not isinstance(error, OSError | RuntimeError)


def _was_never_sent(error: requests.RequestException) -> bool:
    """Whether there was no connection yet, or the request could not even be written down."""
    kinds = (
        requests.ConnectTimeout,
        requests.exceptions.SSLError,
        requests.exceptions.ProxyError,
        requests.exceptions.InvalidHeader,
        requests.exceptions.InvalidURL,
    )
    cause = error.args[0] if error.args else None
    is_refused = isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
    return is_refused or isinstance(error, kinds)


def _is_rate_limit(error: GithubException) -> bool:
    """Whether GitHub says "not now", which it does by 429, by 403, and in GraphQL by 200."""
    if _is_graphql_rate_limit(error):
        return True
    if error.status != _FORBIDDEN:
        return error.status == _TOO_MANY_REQUESTS
    headers = error.headers or {}  # PyGithub has put their names in lower case
    is_marked = "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0"
    return is_marked or "rate limit" in quote_of(error.data).lower()


def _is_graphql_rate_limit(error: GithubException) -> bool:
    """Source: GitHub's page "Rate limits and query limits for the GraphQL API"."""
    listed = error.data.get("errors") if isinstance(error.data, dict) else None
    entries = listed if isinstance(listed, list) else []
    return any(isinstance(one, dict) and one.get("type") == "RATE_LIMITED" for one in entries)


def _rate_limit_seconds(error: GithubException, *, attempt: int, now: datetime) -> float:
    headers = error.headers or {}
    after, reset = headers.get("retry-after", ""), headers.get("x-ratelimit-reset", "")
    if _is_number(after):
        return float(after)
    if headers.get("x-ratelimit-remaining") == "0" and _is_number(reset):
        # One second more, because it is not known when in that second the limit is lifted.
        return max(0.0, float(reset) - now.timestamp()) + 1
    return _SECONDARY_LIMIT_SECONDS * 2.0**attempt


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def error_of(error: Exception, errand: Errand, *, now: datetime) -> GitHubError:
    """Translate what PyGithub raised into what happened and what to change."""
    if isinstance(error, GithubException):
        return _error_of_status(error, errand, now=now)
    for kind, why, hint in _OF_THE_NETWORK:
        if isinstance(error, kind):
            return errand.failed(why.format(seconds=errand.timeout_seconds), hint)
    if isinstance(error, OSError) and not isinstance(error, requests.RequestException):
        return errand.failed(
            "the file with the trusted certificates cannot be read", "Check REQUESTS_CA_BUNDLE."
        )
    return errand.failed("the answer is none of GitHub's API", WRONG_API)


def _error_of_status(error: GithubException, errand: Errand, *, now: datetime) -> GitHubError:
    """Translate an answer with an error status."""
    status, said = error.status, f"{error.status} {quote_of(error.data)}".rstrip()
    if _is_rate_limit(error):
        seconds = _rate_limit_seconds(error, attempt=0, now=now)
        return errand.failed(
            f"the rate limit is used up ({said})", f"Run it again in {seconds:.0f} s."
        )
    if status >= _SERVER_AT_FAULT:
        return errand.failed(
            f"the server is at fault ({said})", "Run it again; see https://www.githubstatus.com."
        )
    why = {
        _UNAUTHORIZED: "the token is not valid",
        _FORBIDDEN: "the token may not do it",
        _NOT_FOUND: "it is not there, or the token may not see it",
    }.get(status, "refused")
    refusal = Refusal(
        status=status,
        said=said,
        permission=errand.permission,
        hint=errand.hint,
        has_token=bool(errand.token),
        asks_for_sso="x-github-sso" in (error.headers or {}),
    )
    return errand.failed(f"{why} ({said})", hint_of(refusal))
