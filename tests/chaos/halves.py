"""Answers of requests that name several things: half of it was done, and the answer says so."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.doubles.loopback import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.chaos.asking import Asked

OPERATIONS = frozenset({"DeleteObjects", "BatchStopJobRun", "BatchGetJobs"})
_OBJECT = re.compile(rb"<Object>.*?</Object>", re.DOTALL)
_KEY = re.compile(rb"<Key>(.*?)</Key>", re.DOTALL)
_KIND = (("Content-Type", "application/x-amz-json-1.1"),)


def half(asked: Asked, ask: Callable[[Asked], Response]) -> Response:
    """Have the first half of a request done (of one thing nothing); return the answer."""
    if asked.operation == "DeleteObjects":
        return _deleted(asked, ask)
    words = asked.json
    if asked.operation == "BatchGetJobs":
        names = words["JobNames"]
        words["JobNames"] = names[: len(names) // 2]
        if not words["JobNames"]:
            return _json({"Jobs": [], "JobsNotFound": []})
        return ask(replace(asked, body=json.dumps(words).encode()))
    error = {"ErrorCode": "InternalServiceException", "ErrorMessage": "by the stage"}
    errors = [
        {"JobName": words["JobName"], "JobRunId": run, "ErrorDetail": error}
        for run in words["JobRunIds"]
    ]
    return _json({"SuccessfulSubmissions": [], "Errors": errors})


def _deleted(asked: Asked, ask: Callable[[Asked], Response]) -> Response:
    named = _OBJECT.findall(asked.body)
    later = named[len(named) // 2 :]
    body = asked.body
    for one in later:
        body = body.replace(one, b"", 1)
    told = b""
    if len(named) > 1:
        answer = ask(replace(asked, body=body))
        told = b"".join(re.findall(rb"<Deleted>.*?</Deleted>", answer.body, re.DOTALL))
    keys = [key for one in later for key in _KEY.findall(one)]
    errors = b"".join(
        b"<Error><Key>%s</Key><Code>InternalError</Code><Message>by the stage</Message></Error>"
        % key
        for key in keys
    )
    space = b"http://s3.amazonaws.com/doc/2006-03-01/"
    body = b'<DeleteResult xmlns="%s">%s%s</DeleteResult>' % (space, told, errors)
    return Response(status=200, headers=(("Content-Type", "application/xml"),), body=body)


def _json(words: object) -> Response:
    return Response(status=200, headers=_KIND, body=json.dumps(words).encode())
