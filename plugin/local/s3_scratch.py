"""Files that only live while a job writes, kept beside S3 instead of in it.

Knows the names of the folders that Hadoop's committers write to before they rename; the keys in
them are kept here, and reach S3 when they are copied out.  So S3 sees a file once and whole, as
from EMRFS's optimised committer, and a job that is killed leaves nothing there.  Refuses to know
folders and HTTP.
"""

from __future__ import annotations

import io
import re
import threading
from typing import IO

from plugin.local.s3_store import Listing, Piece, S3Refusal, S3Store, Stored

# FileOutputCommitter's, and Spark's for dynamic partition overwrite.
_SCRATCH = re.compile(r"(^|/)(_temporary|\.spark-staging-[^/]+)(/|$)")


def is_scratch(key: str) -> bool:
    """Whether a key or prefix belongs to a job that is still writing."""
    return _SCRATCH.search(key) is not None


class S3WithScratch:
    """A store like S3Store, in which scratch keys never reach S3.  Threads may share it."""

    def __init__(self, store: S3Store) -> None:
        self._store = store
        self._files: dict[tuple[str, str], tuple[Stored, bytes]] = {}
        self._lock = threading.RLock()

    def find(self, bucket: str, key: str) -> Stored | None:
        """As S3Store.find; a scratch file has no time of change."""
        if not is_scratch(key):
            return self._store.find(bucket, key)
        with self._lock:
            stored, _ = self._files.get((bucket, key), (None, None))
        return stored

    def has_any(self, bucket: str, prefix: str) -> bool:
        """As S3Store.has_any."""
        if self._scratch_below(bucket, prefix):
            return True
        return not is_scratch(prefix) and self._store.has_any(bucket, prefix)

    def below(self, bucket: str, prefix: str, *, delimiter: str = "") -> Listing:
        """As S3Store.below."""
        found = Listing(files=(), prefixes=())
        if not is_scratch(prefix):
            found = self._store.below(bucket, prefix, delimiter=delimiter)
        files, prefixes = list(found.files), set(found.prefixes)
        for stored in self._scratch_below(bucket, prefix):
            name, slash, _ = stored.key[len(prefix) :].partition("/")
            if delimiter and slash:
                prefixes.add(f"{prefix}{name}/")
            else:
                files.append(stored)
        return Listing(files=tuple(files), prefixes=tuple(sorted(prefixes)))

    def read(self, bucket: str, key: str, *, start: int, stop: int, etag: str = "") -> Piece | None:
        """As S3Store.read."""
        if not is_scratch(key):
            return self._store.read(bucket, key, start=start, stop=stop, etag=etag)
        with self._lock:
            stored, content = self._get(bucket, key)
        body = content[start:stop]
        return Piece(body=body, total=stored.size, etag="") if body else None

    def write(self, bucket: str, key: str, *, body: IO[bytes], size: int) -> None:
        """As S3Store.write."""
        if not is_scratch(key):
            self._store.write(bucket, key, body=body, size=size)
            return
        # In memory, as the S3 double itself has what it stores.
        self._put(bucket, Stored(key=key, size=size, modified=0), body.read(size))

    def move(self, bucket: str, key: str, *, to: str) -> None:
        """Give a file another key in its bucket."""
        if is_scratch(key):
            self._move_from_scratch(bucket, key, to)
            return
        if is_scratch(to):
            piece = self._store.read(bucket, key, start=0, stop=1 << 62)
            content = piece.body if piece else b""
            self.write(bucket, to, body=io.BytesIO(content), size=len(content))
        else:
            self._store.copy(bucket, key, to=to)
        self._store.delete(bucket, key)

    def delete(self, bucket: str, key: str) -> None:
        """As S3Store.delete."""
        if not is_scratch(key):
            self._store.delete(bucket, key)
            return
        with self._lock:
            self._files.pop((bucket, key), None)

    def _move_from_scratch(self, bucket: str, key: str, to: str) -> None:
        with self._lock:
            stored, content = self._get(bucket, key)
            if is_scratch(to):
                del self._files[bucket, key]
                self._put(bucket, Stored(key=to, size=stored.size, modified=0), content)
                return
        self._store.write(bucket, to, body=io.BytesIO(content), size=stored.size)
        self.delete(bucket, key)

    def _scratch_below(self, bucket: str, prefix: str) -> list[Stored]:
        with self._lock:
            return [
                stored
                for (where, key), (stored, _) in self._files.items()
                if where == bucket and key.startswith(prefix)
            ]

    def _get(self, bucket: str, key: str) -> tuple[Stored, bytes]:
        try:
            return self._files[bucket, key]
        except KeyError:
            raise S3Refusal(status=404, code="NoSuchKey", message=f"{key} is not there") from None

    def _put(self, bucket: str, stored: Stored, content: bytes) -> None:
        with self._lock:
            self._files[bucket, stored.key] = (stored, content)
