"""A tree of files and folders over S3, which has neither.

Knows what Hadoop expects of a file system, and that a folder in S3 is only a prefix: folders
without objects are remembered here and leave no marker in S3, as nothing that EMRFS or S3A write
stays there for long.  Refuses to know HTTP.
Source: the Hadoop file system specification; where S3A deviates from it, S3A is followed.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from plugin.local.s3_scratch import S3WithScratch
from plugin.local.s3_store import S3Refusal, S3Store

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK = 4 << 20  # bytes asked of S3 at once: a reader that wants only a footer costs one of them


class Missing(Exception):
    """No file and no folder is there."""


class InTheWay(Exception):
    """Something else is already there."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A path in a bucket: the key without slashes at its ends; empty is the bucket itself."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    @property
    def prefix(self) -> str:
        """What the keys of everything in this folder start with."""
        return f"{self.key}/" if self.key else ""

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.key.rpartition("/")[2]

    @property
    def parent(self) -> Place:
        """The folder that this is in; the bucket is its own."""
        return Place(bucket=self.bucket, key=self.key.rpartition("/")[0])

    def child(self, name: str) -> Place:
        """Something in this folder."""
        return Place(bucket=self.bucket, key=self.prefix + name)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A file (with its size in bytes) or a folder (size None); ``modified`` is in milliseconds."""

    name: str
    size: int | None = None
    modified: int = 0


@dataclass(frozen=True, kw_only=True)
class Summary:
    """How much is below a place; ``size`` in bytes."""

    files: int
    folders: int
    size: int


class S3Tree:
    """Files and folders of all buckets.  Threads may share it."""

    def __init__(self, store: S3Store) -> None:
        self._store = S3WithScratch(store)
        self._folders: set[Place] = set()  # those that may have no object in them
        self._lock = threading.Lock()

    def stat(self, place: Place) -> Entry:
        """What is there, under an empty name; a file hides a folder.  Raises Missing."""
        found = self._look(place)
        if found is None:
            raise Missing(f"File does not exist: {place}")
        return found

    def children(self, place: Place) -> tuple[Entry, ...]:
        """What is in a folder, by name; of a file, the file itself.  Raises Missing."""
        listing = self._store.below(place.bucket, place.prefix, delimiter="/")
        cut = len(place.prefix)
        files = [
            Entry(name=file.key[cut:], size=file.size, modified=file.modified)
            for file in listing.files
            if file.key != place.prefix  # a marker that some other tool left
        ]
        names = {prefix[cut:-1] for prefix in listing.prefixes} | self._remembered_in(place)
        if not (files or names or listing.files):
            alone = self.stat(place)
            return () if alone.size is None else (alone,)
        # Hadoop's paths cannot spell a nameless folder, as in a//b.
        folders = [Entry(name=name) for name in names if name]
        return tuple(sorted([*files, *folders], key=lambda entry: entry.name))

    def read(self, place: Place, *, start: int, length: int | None) -> tuple[int, Iterator[bytes]]:
        """How many bytes will come, and the bytes.  Raises Missing, S3Refusal."""
        found = self._store.find(place.bucket, place.key) if place.key else None
        if found is None:
            raise Missing(f"File does not exist: {place}")
        left = max(found.size - start, 0)
        count = left if length is None else min(left, length)
        return count, self._chunks(place, start, start + count)

    def check_new(self, place: Place, *, overwrite: bool) -> None:
        """Raise InTheWay when a file may not be written there."""
        if not place.key or self._is_folder(place):
            raise InTheWay(f"{place} is a directory")
        if not overwrite and self._store.find(place.bucket, place.key):
            raise InTheWay(f"{place} already exists")

    def write(self, place: Place, body: IO[bytes], size: int) -> None:
        """Write a whole file of ``size`` bytes, in place of one that is there."""
        self._store.write(place.bucket, place.key, body=body, size=size)
        self._forget_above(place)

    def make_folder(self, place: Place) -> None:
        """Make a folder, and those above it.  Raises InTheWay when one of them is a file."""
        above = place
        while above.key:
            if self._store.find(above.bucket, above.key):
                raise InTheWay(f"{above} is a file")
            above = above.parent
        self._store.has_any(place.bucket, "")  # in a bucket that is missing there are no folders
        self._remember(place)

    def rename(self, source: Place, target: Place, *, overwrite: bool = False) -> bool:
        """Move a file or a folder; into ``target`` when that is a folder.  False when it cannot."""
        moving = self._look(source) if source.bucket == target.bucket else None
        if not moving or not source.key:
            return False
        there = self._look(target)
        if there and there.size is None and not overwrite:
            target = target.child(source.name)
            there = self._look(target)
        if target == source:
            return moving.size is not None
        if target.key.startswith(source.prefix) or not self._may_replace(target, there, overwrite):
            return False
        if moving.size is None:
            self._move_folder(source, target)
        else:
            self._store.move(source.bucket, source.key, to=target.key)
        self._forget_above(target)
        self._remember(source.parent)
        return True

    def delete(self, place: Place, *, recursive: bool) -> bool:
        """Delete a file or folder; False when nothing is there.  Raises InTheWay when not empty."""
        found = self._look(place)
        if found is None:
            return False
        if found.size is not None:
            self._store.delete(place.bucket, place.key)
        else:
            if not recursive and self.children(place):
                raise InTheWay(f"{place} is not empty")
            for file in self._store.below(place.bucket, place.prefix).files:
                self._store.delete(place.bucket, file.key)
            self._take_remembered(place)
        self._remember(place.parent)
        return True

    def summary(self, place: Place) -> Summary:
        """How much is there, and below.  Raises Missing."""
        found = self.stat(place)
        if found.size is not None:
            return Summary(files=1, folders=0, size=found.size)
        files = self._store.below(place.bucket, place.prefix).files
        real = [file for file in files if not file.key.endswith("/")]
        folders = {file.key.rpartition("/")[0] for file in files} | {place.key}
        return Summary(files=len(real), folders=len(folders), size=sum(file.size for file in real))

    def _chunks(self, place: Place, start: int, stop: int) -> Iterator[bytes]:
        etag = ""
        while start < stop:
            piece = self._store.read(
                place.bucket, place.key, start=start, stop=min(start + _CHUNK, stop), etag=etag
            )
            if piece is None or not piece.body:
                raise S3Refusal(status=412, code="PreconditionFailed", message=f"{place} shrank")
            etag = piece.etag
            start += len(piece.body)
            yield piece.body

    def _look(self, place: Place) -> Entry | None:
        found = self._store.find(place.bucket, place.key) if place.key else None
        if found:
            return Entry(name="", size=found.size, modified=found.modified)
        return Entry(name="") if self._is_folder(place) else None

    def _may_replace(self, target: Place, there: Entry | None, overwrite: bool) -> bool:  # noqa: FBT001 - private
        if there is None:
            return True
        if there.size is None:
            return not self.children(target)
        return overwrite

    def _move_folder(self, source: Place, target: Place) -> None:
        for file in self._store.below(source.bucket, source.prefix).files:
            self._store.move(source.bucket, file.key, to=target.key + file.key[len(source.key) :])
        moved = self._take_remembered(source)
        with self._lock:
            self._folders |= {
                Place(bucket=target.bucket, key=target.key + old.key[len(source.key) :])
                for old in moved
            }
        self._remember(target)

    # --- folders that S3 does not know -----------------------------------------------------------

    def _is_folder(self, place: Place) -> bool:
        if self._store.has_any(place.bucket, place.prefix) or not place.key:
            return True
        with self._lock:
            return any(_is_in(folder, place) for folder in self._folders)

    def _remembered_in(self, place: Place) -> set[str]:
        cut = len(place.prefix)
        with self._lock:
            below = [f for f in self._folders if _is_in(f, place) and f.key != place.key]
        return {folder.key[cut:].partition("/")[0] for folder in below}

    def _take_remembered(self, place: Place) -> set[Place]:
        with self._lock:
            gone = {folder for folder in self._folders if _is_in(folder, place)}
            self._folders -= gone
        return gone

    def _remember(self, place: Place) -> None:
        """Keep a folder that may have lost its last object, as S3A does."""
        if place.key and not self._is_folder(place):
            with self._lock:
                self._folders.add(place)

    def _forget_above(self, place: Place) -> None:
        """Leave the folders above a new object to S3, so that they end when their objects do."""
        with self._lock:
            while place.key:
                place = place.parent
                self._folders.discard(place)


def _is_in(place: Place, folder: Place) -> bool:
    return place.bucket == folder.bucket and (
        place.key == folder.key or place.key.startswith(folder.prefix)
    )
