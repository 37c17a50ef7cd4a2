"""What a request is: its service, its operation, and what it names.

Knows how AWS's and GitHub's protocols look on the wire.  Refuses to know what is answered.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.doubles.loopback import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

GITHUB_PATH = "/api/"
_NUMBER = re.compile(r"\d+|[0-9a-f]{40}")
_S3_BY_QUERY = (
    ("GET", "list-type", "ListObjectsV2"),
    ("GET", "versions", "ListObjectVersions"),
    ("GET", "versioning", "GetBucketVersioning"),
    ("GET", "location", "GetBucketLocation"),
    ("GET", "uploads", "ListMultipartUploads"),
    ("GET", "uploadId", "ListParts"),
    ("POST", "delete", "DeleteObjects"),
    ("POST", "uploads", "CreateMultipartUpload"),
    ("POST", "uploadId", "CompleteMultipartUpload"),
    ("PUT", "partNumber", "UploadPart"),
    ("DELETE", "uploadId", "AbortMultipartUpload"),
)
_S3 = {"GET": "GetObject", "PUT": "PutObject", "DELETE": "DeleteObject", "HEAD": "HeadObject"}
_READS = ("Get", "List", "Describe", "BatchGet", "Head", "Filter", "GET")


@dataclass(frozen=True, kw_only=True)
class Asked(Request):
    """One request with its names."""

    service: str = ""
    operation: str = ""
    subject: str = ""

    @property
    def is_read(self) -> bool:
        """Whether it changes nothing."""
        return self.operation.startswith(_READS)

    @property
    def json(self) -> Any:
        """The parameters of a request to Glue or Logs; of others nothing."""
        return json.loads(self.body or b"{}") if self.service in {"glue", "logs"} else {}


def asked(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Asked:
    """Return a request with its names; the parts are those of ``Request``."""
    service, operation, subject = _names(method, path, headers, body)
    return Asked(
        method=method,
        path=path,
        headers=headers,
        body=body,
        service=service,
        operation=operation,
        subject=subject,
    )


def _names(method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[str, str, str]:
    parts = urlsplit(url)
    if parts.path.startswith(GITHUB_PATH):
        words = [word for word in parts.path.split("/") if word and not _NUMBER.fullmatch(word)]
        return "github", f"{method} {words[-1]}", parts.path
    if target := headers.get("x-amz-target"):
        prefix, _, operation = target.rpartition(".")
        return (
            ("glue" if "Glue" in prefix else "logs"),
            operation,
            _named(json.loads(body or b"{}")),
        )
    if action := parse_qs(body.decode("latin-1")).get("Action") if parts.path == "/" else None:
        return "sts", action[0], ""
    return "s3", _of_s3(method, parts.path, parts.query), unquote(parts.path).lstrip("/")


def _named(words: dict[str, Any]) -> str:
    for name in (
        "RunId", "JobName", "Name", "ResourceArn", "logStreamName", "logStreamNamePrefix",
    ):  # fmt: skip
        if words.get(name):
            return str(words[name])
    return str((words.get("JobNames") or [""])[0]) if len(words.get("JobNames") or ()) == 1 else ""


def _of_s3(method: str, path: str, query: str) -> str:
    told = parse_qs(query, keep_blank_values=True)
    for verb, name, operation in _S3_BY_QUERY:
        if verb == method and name in told:
            return operation
    has_key = bool(path.strip("/").partition("/")[2])
    if not has_key:
        return {"HEAD": "HeadBucket", "GET": "ListObjects"}.get(method, f"{method} bucket")
    return _S3.get(method, f"{method} object")
