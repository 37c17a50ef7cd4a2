"""What it means when GitHub does not give what was asked for.

Knows PyGithub's and requests' exceptions, GitHub's rules for waiting, and what a user can change.
Does not ask or wait itself.  No text of an exception is passed on, only GitHub's own message:
other texts may hold headers, and with them the token.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests
from github import BadAttributeException, GithubException

from plugin.core.errors import GitHubError

if TYPE_CHECKING:
    from collections.abc import Mapping
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

_LONGEST_QUOTE = 200
_SECONDARY_LIMIT_SECONDS = 60.0
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TOO_MANY_REQUESTS = 401, 403, 404, 429
_SERVER_AT_FAULT = 500

_WRONG_API = (
    "Check github_api_url: it is https://api.github.com, or https://HOST/api/v3 on a GitHub "
    "Enterprise Server."
)
_HINTS = {
    _UNAUTHORIZED: "Set github_token to a valid token; in GitHub Actions to ${{ github.token }}.",
    410: "The repository may have been removed or may have this feature switched off.",
    422: "GitHub calls the request itself wrong.",
}
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


@dataclass(frozen=True, kw_only=True)
class Errand:
    """What is asked of GitHub, for messages: ``to`` do what, and the permission it takes."""

    to: str
    permission: str
    host: str
    token: str = field(default="", repr=False)
    timeout_seconds: int = 0

    def failed(self, why: str, hint: str) -> GitHubError:
        """Return the error that says so, in any case without the token."""
        message = f"Could not {self.to} at {self.host}: {why}."
        return GitHubError(self._without_token(message), hint=self._without_token(hint))

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
        return 2.0**attempt if error.status >= _SERVER_AT_FAULT else None
    is_of_the_network = isinstance(error, requests.ConnectionError | requests.Timeout)
    if is_of_the_network and not isinstance(error, requests.exceptions.SSLError):
        return 2.0**attempt
    return None


def _is_rate_limit(error: GithubException) -> bool:
    """Whether GitHub says "not now", which it does by 429 and also by 403."""
    if error.status != _FORBIDDEN:
        return error.status == _TOO_MANY_REQUESTS
    headers = _headers(error)
    is_marked = "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0"
    return is_marked or "rate limit" in _quote(error).lower()


def _headers(error: GithubException) -> Mapping[str, str]:
    """Return the answer's headers; PyGithub has put their names in lower case."""
    return error.headers or {}


def _rate_limit_seconds(error: GithubException, *, attempt: int, now: datetime) -> float:
    headers = _headers(error)
    after, reset = headers.get("retry-after", ""), headers.get("x-ratelimit-reset", "")
    if after.isdecimal():
        return float(after)
    if headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        # One second more, because it is not known when in that second the limit is lifted.
        return max(0.0, float(reset) - now.timestamp()) + 1
    return _SECONDARY_LIMIT_SECONDS * 2.0**attempt


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
    return errand.failed("the answer is none of GitHub's API", _WRONG_API)


def _error_of_status(error: GithubException, errand: Errand, *, now: datetime) -> GitHubError:
    """Translate an answer with an error status."""
    status, said = error.status, f"{error.status} {_quote(error)}".rstrip()
    if _is_rate_limit(error):
        seconds = _rate_limit_seconds(error, attempt=0, now=now)
        return errand.failed(
            f"the rate limit is used up ({said})", f"Run it again in {seconds:.0f} s."
        )
    if status == _FORBIDDEN:
        return errand.failed(f"the token may not do it ({said})", _permission_hint(errand))
    if status == _NOT_FOUND:
        return errand.failed(
            f"it is not there, or the token may not see it ({said})", _permission_hint(errand)
        )
    if status >= _SERVER_AT_FAULT:
        return errand.failed(
            f"the server is at fault ({said})", "Run it again; see https://www.githubstatus.com."
        )
    why = "the token is not valid" if status == _UNAUTHORIZED else "refused"
    return errand.failed(f"{why} ({said})", _HINTS.get(status, _WRONG_API))


def _permission_hint(errand: Errand) -> str:
    """Say which line a workflow lacks, or that there is no token at all."""
    if not errand.token:
        return "Set github_token."
    return (
        f"Add `{errand.permission}` under `permissions:` of the workflow's job; a personal access "
        "token needs the same right on the repository."
    )


def _quote(error: GithubException) -> str:
    """Return GitHub's own message in one harmless line, with the details of a 422."""
    data: Any = error.data
    if not isinstance(data, dict):
        return ""
    details = data.get("errors")
    texts = [data.get("message")]
    texts += [_detail(one) for one in details] if isinstance(details, list) else []
    line = "; ".join(text for text in texts if isinstance(text, str))
    line = "".join(char if char.isprintable() else " " for char in line)
    return " ".join(line.split())[:_LONGEST_QUOTE]


def _detail(one: Any) -> Any:  # noqa: ANN401  # JSON of the other side
    """Return the text of one entry of ``errors``, which is a text or an object."""
    return one.get("message") or one.get("code") if isinstance(one, dict) else one
