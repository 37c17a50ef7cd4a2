"""The door: who answers a request.

Knows the three services behind it and how Glue's JSON protocol wraps a request and an answer.
Refuses to know what any of them does.
"""

from __future__ import annotations

import io
import json
import threading
import uuid
from typing import TYPE_CHECKING, Any

from plugin.local import shapes
from plugin.local.errors import Code, GlueError
from plugin.local.inner_aws import region_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from plugin.local.glue_api import GlueApi

GLUE_TARGET = "AWSGlue."
WEBHDFS_PATH = "/webhdfs/v1"
_STATUS = {200: "200 OK", 400: "400 Bad Request", 500: "500 Internal Server Error"}


class Front:
    """A WSGI application: Glue's jobs to `glue`, WebHDFS to the gateway, all else to `aws`.

    `make_gateway` is called at the first WebHDFS request; a run without Spark needs none.
    """

    def __init__(
        self,
        *,
        glue: GlueApi,
        aws: WSGIApplication,
        make_gateway: Callable[[], WSGIApplication],
        region: str,
    ) -> None:
        self._glue = glue
        self._aws = aws
        self._make_gateway = make_gateway
        self._gateway: WSGIApplication | None = None
        self._region = region
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request; raises only what the gateway or moto raise."""
        path = environ.get("PATH_INFO", "")
        if "moto-api" in path.lower():  # it reads and writes files with our rights
            start_response("404 Not Found", [("Content-Length", "0")])
            return [b""]
        if path.startswith(WEBHDFS_PATH):
            with self._lock:  # one gateway for all: it remembers empty folders
                self._gateway = self._gateway or self._make_gateway()
            return self._gateway(environ, start_response)
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        if not target.startswith(GLUE_TARGET):
            return self._aws(environ, start_response)
        return self._answer_glue(target.removeprefix(GLUE_TARGET), environ, start_response)

    def _answer_glue(
        self, operation: str, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        try:
            request = _parsed(body)
            if not self._glue.owns(operation, request):
                # Read is read: the next reader gets the same bytes again.
                return self._aws({**environ, "wsgi.input": io.BytesIO(body)}, start_response)
            reply = self._checked_answer(operation, request, environ)
        except GlueError as problem:
            content = {"__type": problem.code.value, "Message": problem.message}
            return _respond(start_response, problem.status, content, problem.code)
        return _respond(start_response, 200, reply)

    def _checked_answer(
        self, operation: str, request: Mapping[str, Any], environ: WSGIEnvironment
    ) -> dict[str, Any]:
        """Check the request's shape and answer it; every problem of ours is a GlueError."""
        region = region_of(environ.get("HTTP_AUTHORIZATION", ""), self._region)
        try:
            shapes.check(shapes.operation_of(operation), request)
            return self._glue.answer(operation, request, region)
        except GlueError:
            raise
        except Exception as problem:
            text = f"{type(problem).__name__}: {problem}"
            raise GlueError(Code.INTERNAL, text) from problem


def _parsed(body: bytes) -> Mapping[str, Any]:
    try:
        request = json.loads(body or b"{}")
    except (ValueError, RecursionError) as problem:
        raise GlueError(Code.SERIALIZATION, "The request is no JSON.") from problem
    if not isinstance(request, dict):
        raise GlueError(Code.SERIALIZATION, "The request is no JSON object.")
    return request


def _respond(
    start_response: StartResponse, status: int, content: Mapping[str, Any], error: str = ""
) -> Iterable[bytes]:
    body = json.dumps(content).encode()
    headers = [
        ("Content-Type", "application/x-amz-json-1.1"),
        ("Content-Length", str(len(body))),
        ("x-amzn-RequestId", str(uuid.uuid4())),
    ]
    if error:
        headers.append(("x-amzn-ErrorType", str(error)))
    start_response(_STATUS[status], headers)
    return [body]
