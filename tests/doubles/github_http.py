"""The small GitHub's requests and answers, as it reads and words them; and as HTTP has them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from tests.doubles.loopback import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.doubles.loopback import Request


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
    takes_effect: bool = False
    """Do what was asked for all the same."""


def refusal(status: int, message: str, **headers: str) -> Answer:
    """An error as GitHub words it; underscores in names of headers stand for hyphens."""
    body = {"message": message, "documentation_url": "https://docs.github.com/rest"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=status, body=body, headers=named)


def asked_of(request: Request) -> Asked:
    """Return a request as GitHub reads it.  Raises ``ValueError`` for a body that is no JSON."""
    parts = urlsplit(request.path)
    return Asked(
        method=request.method,
        path=parts.path,
        query={key: values[-1] for key, values in parse_qs(parts.query).items()},
        headers=request.headers,
        body=json.loads(request.body) if request.body else None,
    )


def response_of(answer: Answer) -> Response | None:
    """Return an answer as it is sent; None when none is."""
    if answer.hangs or answer.breaks_off:
        return None
    body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
    headers = {"Content-Type": "application/json; charset=utf-8", **answer.headers}
    return Response(status=answer.status, headers=tuple(headers.items()), body=body)
