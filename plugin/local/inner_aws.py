"""Calls to the AWS services of this server without a socket: straight into moto's application.

Knows how AWS's protocols look on the wire, as far as the local Glue speaks them.  Refuses to know
moto: it is a WSGI application like any other.
"""

from __future__ import annotations

import io
import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

ACCESS_KEY_ID = "LOCALGLUEACCESSKEYID"
SECRET_ACCESS_KEY = "local-glue-secret-access-key"  # noqa: S105 - opens nothing; SDKs insist on one
OK = 200
NOT_FOUND = 404
CONFLICT = 409
HOME_REGION = "us-east-1"
_ROLE_TRUST = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"Service": "glue.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }],
})  # fmt: skip
_JSON_TARGETS = {"logs": "Logs_20140328"}


class InnerError(Exception):
    """A service refused; `code` is its own word for it, the text has its message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a service answered."""

    status: int
    body: bytes


class InnerAws:
    """The local S3, IAM and CloudWatch Logs; thread-safe as far as moto is."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    # --- S3 --------------------------------------------------------------------------------------

    def create_bucket(self, name: str, region: str) -> None:
        """Create a bucket if there is none; raises InnerError for a name that S3 refuses."""
        body = b""
        if region != HOME_REGION:
            place = f"<LocationConstraint>{region}</LocationConstraint>"
            body = f"<CreateBucketConfiguration>{place}</CreateBucketConfiguration>".encode()
        answer = self._call("PUT", f"/{name}", service="s3", region=region, body=body)
        if answer.status != CONFLICT:
            _raise_for(answer)

    def bucket_names(self, region: str) -> tuple[str, ...]:
        """Return the names of all buckets."""
        answer = self._call("GET", "/", service="s3", region=region)
        _raise_for(answer)
        return tuple(_texts(answer.body, "Name"))

    def get_object(self, location: str, region: str) -> bytes | None:
        """Return the bytes of an `s3://bucket/key`; None when there is no such object."""
        path = "/" + location.removeprefix("s3://")
        answer = self._call("GET", path, service="s3", region=region)
        if answer.status == NOT_FOUND:
            return None
        _raise_for(answer)
        return answer.body

    # --- IAM -------------------------------------------------------------------------------------

    def create_role(self, name: str) -> None:
        """Create a role that Glue may assume, if there is none; raises InnerError."""
        answer = self._iam("CreateRole", RoleName=name, AssumeRolePolicyDocument=_ROLE_TRUST)
        if answer.status != CONFLICT:
            _raise_for(answer)

    def has_role(self, role: str) -> bool:
        """Whether a role exists, by its name or its whole ARN."""
        name = role.rpartition("/")[2]
        answer = self._iam("GetRole", RoleName=name)
        if answer.status != OK:
            return False
        return not role.startswith("arn:") or role in _texts(answer.body, "Arn")

    def _iam(self, action: str, **members: str) -> Answer:
        form = urlencode({"Action": action, "Version": "2010-05-08", **members}).encode()
        kind = "application/x-www-form-urlencoded"
        return self._call("POST", "/", service="iam", body=form, headers={"CONTENT_TYPE": kind})

    # --- CloudWatch Logs -------------------------------------------------------------------------

    def logs(self, operation: str, region: str, **members: Any) -> None:  # noqa: ANN401 - JSON
        """Call an operation of CloudWatch Logs; raises InnerError with its code."""
        headers = {
            "CONTENT_TYPE": "application/x-amz-json-1.1",
            "HTTP_X_AMZ_TARGET": f"{_JSON_TARGETS['logs']}.{operation}",
        }
        body = json.dumps(members).encode()
        answer = self._call("POST", "/", service="logs", region=region, body=body, headers=headers)
        if answer.status != OK:
            problem = json.loads(answer.body or b"{}")
            raise InnerError(
                str(problem.get("__type", answer.status)), str(problem.get("message", ""))
            )

    # --- the wire --------------------------------------------------------------------------------

    def _call(
        self,
        method: str,
        path: str,
        *,
        service: str,
        region: str = HOME_REGION,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        environ: dict[str, Any] = {
            **_FIXED,
            **(headers or {}),
            "REQUEST_METHOD": method,
            "PATH_INFO": path.encode().decode("latin-1"),  # as WSGI wants it
            "REQUEST_URI": quote(path),
            "RAW_URI": quote(path),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_AUTHORIZATION": _authorization(service, region),
            "wsgi.input": io.BytesIO(body),
        }
        seen: list[str] = []

        def start(status: str, _headers: object, _exc: object = None) -> Any:  # noqa: ANN401 - WSGI
            seen.append(status)
            return io.BytesIO().write

        chunks = self._app(environ, start)
        content = b"".join(chunks)
        return Answer(status=int(seen[-1].split(" ", 1)[0]), body=content)


_FIXED: dict[str, Any] = {
    "SCRIPT_NAME": "",
    "QUERY_STRING": "",
    "SERVER_NAME": "127.0.0.1",
    "SERVER_PORT": "80",
    "HTTP_HOST": "127.0.0.1",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "CONTENT_TYPE": "",
    "REMOTE_ADDR": "127.0.0.1",
    "wsgi.version": (1, 0),
    "wsgi.url_scheme": "http",
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
}


def _authorization(service: str, region: str) -> str:
    """Name the service and the region, which is what a request's signature is read for."""
    scope = f"{ACCESS_KEY_ID}/20260101/{region}/{service}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"


def region_of(authorization: str, default: str) -> str:
    """Return the region in a request's credential scope; `default` when it names none."""
    scope = authorization.partition("Credential=")[2].split(",", 1)[0].split("/")
    return scope[-3] if len(scope) >= 5 else default  # noqa: PLR2004 - key/date/region/service/end


def _texts(xml: bytes, tag: str) -> list[str]:
    """Return the text of every `tag`, whatever its namespace; the XML is our own server's."""
    root = ET.fromstring(xml)  # noqa: S314 - as the docstring says
    return [node.text or "" for node in root.iter() if node.tag.rpartition("}")[2] == tag]


def _raise_for(answer: Answer) -> None:
    if answer.status < 300:  # noqa: PLR2004 - HTTP's successes
        return
    codes = _texts(answer.body, "Code") if answer.body else []
    messages = _texts(answer.body, "Message") if answer.body else []
    raise InnerError(next(iter(codes), str(answer.status)), next(iter(messages), ""))
