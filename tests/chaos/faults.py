"""How each service says no, and what it says when it does not know yet: bytes of struck answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.chaos.schedule import Fate
from tests.doubles.loopback import Response

if TYPE_CHECKING:
    from tests.chaos.asking import Asked

_CODES: dict[tuple[str, Fate], tuple[int, str]] = {
    ("glue", Fate.THROTTLED): (400, "ThrottlingException"),
    ("glue", Fate.REFUSED): (400, "AccessDeniedException"),
    ("glue", Fate.BROKEN): (500, "InternalServiceException"),
    ("logs", Fate.THROTTLED): (400, "ThrottlingException"),
    ("logs", Fate.REFUSED): (400, "AccessDeniedException"),
    ("logs", Fate.BROKEN): (500, "ServiceUnavailableException"),
    ("s3", Fate.THROTTLED): (503, "SlowDown"),
    ("s3", Fate.REFUSED): (403, "AccessDenied"),
    ("s3", Fate.BROKEN): (500, "InternalError"),
    ("sts", Fate.THROTTLED): (400, "Throttling"),
    ("sts", Fate.REFUSED): (403, "AccessDenied"),
    ("sts", Fate.BROKEN): (500, "InternalFailure"),
    ("github", Fate.THROTTLED): (429, "You have exceeded a secondary rate limit."),
    ("github", Fate.REFUSED): (403, "Resource not accessible by integration"),
    ("github", Fate.BROKEN): (502, "Server Error"),
}
_WORDS = "by the stage"
_NOTHING_YET: dict[str, dict[str, Any]] = {
    "ListJobs": {"JobNames": []},
    "GetJobs": {"Jobs": []},
    "GetJobRuns": {"JobRuns": []},
    "DescribeLogStreams": {"logStreams": []},
    "DescribeLogGroups": {"logGroups": []},
    "FilterLogEvents": {"events": []},
}


def refusal(asked: Asked, fate: Fate) -> tuple[Response, str]:
    """Return the answer of a service that refuses, and the code in it."""
    status, code = _CODES[asked.service, fate]
    if asked.service == "github":
        headers = [("Content-Type", "application/json")]
        if fate is Fate.THROTTLED:
            headers.append(("Retry-After", "30"))
        body = json.dumps({"message": code}).encode()
        return Response(status=status, headers=tuple(headers), body=body), code
    if asked.service in {"glue", "logs"}:
        return _json(status, {"__type": code, "message": _WORDS}), code
    error = f"<Error><Code>{code}</Code><Message>{_WORDS}</Message></Error>"
    if asked.service == "sts":
        error = f"<ErrorResponse>{error}</ErrorResponse>"
    kind = (("Content-Type", "application/xml"),)
    return Response(status=status, headers=kind, body=error.encode()), code


def nothing_yet(asked: Asked) -> Response:
    """Return what a service says that has not heard of it yet."""
    if asked.service == "github":
        kind = (("Content-Type", "application/json; charset=utf-8"),)
        return Response(status=200, headers=kind, body=b"[]")
    if asked.operation in _NOTHING_YET:
        return _json(200, _NOTHING_YET[asked.operation])
    if asked.operation == "BatchGetJobs":
        return _json(200, {"Jobs": [], "JobsNotFound": asked.json.get("JobNames", [])})
    code = "EntityNotFoundException" if asked.service == "glue" else "ResourceNotFoundException"
    return _json(400, {"__type": code, "message": f"{asked.subject} not found, {_WORDS}"})


def _json(status: int, words: dict[str, Any]) -> Response:
    kind = (("Content-Type", "application/x-amz-json-1.1"),)
    return Response(status=status, headers=kind, body=json.dumps(words).encode())
