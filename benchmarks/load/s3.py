"""An S3 in memory, for thousands of objects: what the product asks of it, each answer by bisection.

Knows objects, listings, deletes and uploads in parts of one kind of bucket: without versions.  Of
what is large it keeps the size alone.  Refuses to know who asks.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, insort
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

KEPT_BYTES = 100_000
"""Of an object that is larger only the size is kept."""
PAGE = 1000
_GONE = 404


@dataclass(frozen=True, kw_only=True)
class Object:
    """One object: its bytes, empty when they are not kept, its size and when it was written."""

    body: bytes = field(repr=False)
    size: int
    changed: datetime


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer: status and body."""

    status: int = 200
    body: bytes = b""


class Bucket:
    """All objects, in whichever bucket; safe in threads."""

    def __init__(self) -> None:
        """Begin empty."""
        self.objects: dict[str, Object] = {}
        self.uploads: dict[str, list[int]] = {}
        """The sizes of the parts of each upload, by its key."""
        self._keys: list[str] = []
        self._lock = threading.Lock()

    def put(self, key: str, body: bytes, *, changed: datetime, size: int = 0) -> None:
        """Keep an object."""
        with self._lock:
            if key not in self.objects:
                insort(self._keys, key)
            kept = body if len(body) <= KEPT_BYTES else b""
            self.objects[key] = Object(body=kept, size=size or len(body), changed=changed)

    def delete(self, key: str) -> None:
        """Forget an object."""
        with self._lock:
            if self.objects.pop(key, None) is not None:
                del self._keys[bisect_left(self._keys, key)]

    def below(self, prefix: str, after: str) -> tuple[list[tuple[str, Object]], bool]:
        """Return a page of what is below a prefix, behind a key, and whether there is more."""
        with self._lock:
            first = bisect_left(self._keys, max(prefix, f"{after}\0" if after else ""))
            keys = self._keys[first : first + PAGE + 1]
            found = [(key, self.objects[key]) for key in keys if key.startswith(prefix)]
        return found[:PAGE], len(found) > PAGE

    def answer(self, method: str, target: str, body: bytes) -> tuple[str, Reply]:
        """Return the name of the operation and its answer."""
        parts = urlsplit(target)
        _, _, key = unquote(parts.path).lstrip("/").partition("/")
        query = {
            name: values[0]
            for name, values in parse_qs(parts.query, keep_blank_values=True).items()
        }
        if method == "GET":
            return self._told(key, query)
        if method == "POST" and "delete" in query:
            return "DeleteObjects", self._deleted(body)
        if method == "PUT" and "partNumber" not in query:
            self.put(key, body, changed=datetime.now(UTC))
            return "PutObject", Reply()
        if method in {"PUT", "POST"}:
            return self._in_parts(method, key, query, len(body))
        if method == "DELETE":
            self.delete(key)
            return "DeleteObject", Reply(status=204)
        return "HeadBucket", Reply()

    def _told(self, key: str, query: Mapping[str, str]) -> tuple[str, Reply]:
        if "uploads" in query:
            return "ListMultipartUploads", Reply(body=_xml("ListMultipartUploadsResult", ""))
        if key:
            found = self.objects.get(key)
            return "GetObject", Reply(body=found.body) if found else _no_such("NoSuchKey")
        if "versions" in query:
            page, is_cut = self.below(query.get("prefix", ""), query.get("key-marker", ""))
            return "ListObjectVersions", Reply(body=_versions(page, is_cut=is_cut))
        raise ValueError(f"not known: GET {query}")

    def _deleted(self, body: bytes) -> Reply:
        root = ET.fromstring(body)  # noqa: S314 - our own command wrote it
        for node in root.iter():
            if node.tag.rpartition("}")[2] == "Key":
                self.delete(node.text or "")
        return Reply(body=_xml("DeleteResult", ""))

    def _in_parts(
        self, method: str, key: str, query: Mapping[str, str], size: int
    ) -> tuple[str, Reply]:
        if method == "PUT":
            self.uploads[key].append(size)
            return "UploadPart", Reply()
        if "uploads" in query:
            self.uploads[key] = []
            words = f"<Bucket>b</Bucket><Key>{escape(key)}</Key><UploadId>u-1</UploadId>"
            return "CreateMultipartUpload", Reply(body=_xml("InitiateMultipartUploadResult", words))
        self.put(key, b"", changed=datetime.now(UTC), size=sum(self.uploads[key]))
        words = f'<Key>{escape(key)}</Key><ETag>"e"</ETag>'
        return "CompleteMultipartUpload", Reply(body=_xml("CompleteMultipartUploadResult", words))


def _versions(page: list[tuple[str, Object]], *, is_cut: bool) -> bytes:
    return _xml("ListVersionsResult", "".join(_version_words(page, is_cut=is_cut)))


def _version_words(page: list[tuple[str, Object]], *, is_cut: bool) -> Iterator[str]:
    yield f"<IsTruncated>{str(is_cut).lower()}</IsTruncated>"
    if is_cut:
        yield f"<NextKeyMarker>{escape(page[-1][0])}</NextKeyMarker>"
        yield "<NextVersionIdMarker>null</NextVersionIdMarker>"
    for key, one in page:
        yield (
            f"<Version><Key>{escape(key)}</Key><VersionId>null</VersionId><IsLatest>true</IsLatest>"
            f"<LastModified>{one.changed:%Y-%m-%dT%H:%M:%S.000Z}</LastModified>"
            f"<Size>{one.size}</Size></Version>"
        )


def _no_such(code: str) -> Reply:
    return Reply(status=_GONE, body=_xml("Error", f"<Code>{code}</Code><Message>no</Message>"))


def _xml(root: str, inner: str) -> bytes:
    return f"<{root}>{inner}</{root}>".encode()
