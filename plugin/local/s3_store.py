"""S3 without a socket: its REST API, called straight into a WSGI application.

Knows objects, prefixes and buckets, and how S3 spells them on the wire.  Refuses to know folders
that no object is in, file systems, and who serves S3.
Source: the Amazon S3 API reference, path-style requests.
"""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlencode
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from wsgiref.types import WSGIApplication

_NS = "{http://s3.amazonaws.com/doc/2006-03-01/}"
_NOT_FOUND = 404
_UNSATISFIABLE = 416
_FIRST_FAILURE = 300
_PAGE = 1000  # what S3 lists at most at once


class S3Refusal(Exception):
    """S3 said no: ``status`` of HTTP, ``code`` in S3's own spelling; the text is its message."""

    def __init__(self, *, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Stored:
    """One object: its key, its size in bytes, its last change in milliseconds since 1970."""

    key: str
    size: int
    modified: int


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Objects below a prefix, and the common prefixes (which end in a slash) beside them."""

    files: tuple[Stored, ...]
    prefixes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Some bytes of an object, and the whole object's size and entity tag."""

    body: bytes
    total: int
    etag: str


@dataclass(frozen=True, kw_only=True)
class _Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class S3Store:
    """The S3 behind a WSGI application.  As thread-safe as that application is."""

    def __init__(
        self,
        app: WSGIApplication,
        *,
        region: str = "us-east-1",
        access_key_id: str = "LOCALGLUEACCESSKEYID",
        page_size: int = _PAGE,
    ) -> None:
        self._app = app
        self._page_size = page_size
        # An S3 that does not check signatures reads only the scope: which service, which region.
        scope = f"{access_key_id}/20260101/{region}/s3/aws4_request"
        self._authorization = (
            f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
        )

    def buckets(self) -> tuple[str, ...]:
        """The names of all buckets."""
        root = _xml(self._ask("GET", ""))
        return tuple(node.text or "" for node in root.iter(f"{_NS}Name"))

    def find(self, bucket: str, key: str) -> Stored | None:
        """The object of that very key; None when there is none, or no such bucket."""
        answer = self._call("HEAD", bucket, key)
        if answer.status == _NOT_FOUND:
            return None
        _raise_for(answer, bucket, key)
        return Stored(
            key=key,
            size=int(answer.headers["content-length"]),
            modified=_milliseconds(parsedate_to_datetime(answer.headers["last-modified"])),
        )

    def has_any(self, bucket: str, prefix: str) -> bool:
        """Whether any key starts with the prefix.  Raises S3Refusal when there is no bucket."""
        query = {"list-type": "2", "prefix": prefix, "max-keys": "1"}
        return _xml(self._ask("GET", bucket, query=query)).find(f"{_NS}Contents") is not None

    def below(self, bucket: str, prefix: str, *, delimiter: str = "") -> Listing:
        """Everything below the prefix, or with ``/`` as delimiter one level of it."""
        pages = tuple(self._pages(bucket, prefix, delimiter))
        return Listing(
            files=tuple(_stored(node) for page in pages for node in page.iter(f"{_NS}Contents")),
            prefixes=tuple(
                unquote(node.findtext(f"{_NS}Prefix", ""))
                for page in pages
                for node in page.iter(f"{_NS}CommonPrefixes")
            ),
        )

    def read(self, bucket: str, key: str, *, start: int, stop: int, etag: str = "") -> Piece | None:
        """The bytes from ``start`` up to but without ``stop``; None when nothing is there to read.

        With ``etag``, an object that has been replaced since is refused.
        """
        wanted = {"HTTP_RANGE": f"bytes={start}-{stop - 1}"}
        answer = self._call("GET", bucket, key, extra=wanted)
        if answer.status == _UNSATISFIABLE:
            return None
        _raise_for(answer, bucket, key)
        if etag not in ("", answer.headers.get("etag")):
            raise S3Refusal(status=412, code="PreconditionFailed", message=f"{key} was replaced")
        total = answer.headers.get("content-range", "").rpartition("/")[2] or len(answer.body)
        return Piece(body=answer.body, total=int(total), etag=answer.headers.get("etag", ""))

    def write(self, bucket: str, key: str, *, body: IO[bytes], size: int) -> None:
        """Put ``size`` bytes, read from ``body``, at the key."""
        extra = {"wsgi.input": body, "CONTENT_LENGTH": str(size)}
        self._ask("PUT", bucket, key, extra=extra)

    def copy(self, bucket: str, key: str, *, to: str) -> None:
        """Copy an object within its bucket."""
        source = {"HTTP_X_AMZ_COPY_SOURCE": quote(f"/{bucket}/{key}")}
        self._ask("PUT", bucket, to, extra=source)

    def delete(self, bucket: str, key: str) -> None:
        """Delete an object; it need not be there."""
        self._ask("DELETE", bucket, key)

    def _pages(self, bucket: str, prefix: str, delimiter: str) -> Iterator[ET.Element]:
        query = {"list-type": "2", "encoding-type": "url", "prefix": prefix}
        query |= {"delimiter": delimiter, "max-keys": str(self._page_size)}
        token: str | None = ""
        while token is not None:
            more = {"continuation-token": token} if token else {}
            page = _xml(self._ask("GET", bucket, query=query | more))
            yield page
            token = page.findtext(f"{_NS}NextContinuationToken")

    def _ask(
        self,
        method: str,
        bucket: str,
        key: str = "",
        *,
        query: dict[str, str] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> _Answer:
        answer = self._call(method, bucket, key, query=query, extra=extra)
        _raise_for(answer, bucket, key)
        return answer

    def _call(
        self,
        method: str,
        bucket: str,
        key: str = "",
        *,
        query: dict[str, str] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> _Answer:
        path = f"/{bucket}/{key}" if bucket else "/"
        asked = urlencode(query or {}, quote_via=quote, safe="")
        uri = quote(path) + (f"?{asked}" if asked else "")
        environ = _FIXED | {
            "REQUEST_METHOD": method,
            "PATH_INFO": path.encode().decode("latin-1"),  # as WSGI wants it
            "QUERY_STRING": asked,
            "REQUEST_URI": uri,
            "RAW_URI": uri,
            "HTTP_AUTHORIZATION": self._authorization,
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": sys.stderr,
        }
        return _answer_of(self._app, environ | (extra or {}))


_FIXED: dict[str, Any] = {
    "SCRIPT_NAME": "",
    "SERVER_NAME": "127.0.0.1",
    "SERVER_PORT": "80",
    "HTTP_HOST": "127.0.0.1",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "REMOTE_ADDR": "127.0.0.1",
    "CONTENT_TYPE": "",
    "CONTENT_LENGTH": "0",
    "wsgi.version": (1, 0),
    "wsgi.url_scheme": "http",
    "wsgi.multithread": True,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
}


def _answer_of(app: WSGIApplication, environ: dict[str, Any]) -> _Answer:
    """Call a WSGI application as a server would."""
    seen: list[tuple[str, list[tuple[str, str]]]] = []
    written = io.BytesIO()

    def start(status: str, headers: list[tuple[str, str]], _error: object = None) -> Any:  # noqa: ANN401 - WSGI's own
        seen.append((status, headers))
        return written.write

    chunks: Iterable[bytes] = app(environ, start)
    try:
        body = b"".join(chunks)
    finally:
        getattr(chunks, "close", lambda: None)()
    status, headers = seen[-1]
    return _Answer(
        status=int(status.split(" ", 1)[0]),
        headers={name.lower(): value for name, value in headers},
        body=written.getvalue() + body,
    )


def _stored(node: ET.Element) -> Stored:
    changed = datetime.fromisoformat(node.findtext(f"{_NS}LastModified", "1970-01-01T00:00:00Z"))
    return Stored(
        key=unquote(node.findtext(f"{_NS}Key", "")),
        size=int(node.findtext(f"{_NS}Size", "0")),
        modified=_milliseconds(changed),
    )


def _milliseconds(moment: datetime) -> int:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(aware.timestamp() * 1000)


def _xml(answer: _Answer) -> ET.Element:
    return ET.fromstring(answer.body)  # noqa: S314 - written by the S3 in this very process


def _raise_for(answer: _Answer, bucket: str, key: str) -> None:
    if answer.status < _FIRST_FAILURE:
        return
    where = f"(s3://{bucket}/{key})"
    try:
        root = _xml(answer)
    except ET.ParseError:  # an answer to HEAD has no body
        code = {403: "AccessDenied"}.get(answer.status, f"HTTP {answer.status}")
        raise S3Refusal(status=answer.status, code=code, message=where) from None
    raise S3Refusal(
        status=answer.status,
        code=root.findtext("Code", str(answer.status)),
        message=f"{root.findtext('Message', '')} {where}",
    )
