"""Our objects in S3: write them, delete what lies below a prefix of ours, and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from plugin.aws.s3.listing import objects_below, unfinished_below
from plugin.aws.s3.owner import BucketOwner
from plugin.aws.s3.writing import Writer
from plugin.clients.aws.errors import translated
from plugin.core import naming
from plugin.core.errors import AccessDenied, EngineError, NotFound
from plugin.core.result import Leftover
from plugin.core.ticket import FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from plugin.aws.s3.listing import Found, Unfinished
    from plugin.clients.aws.clients import Clients
    from plugin.core.ports import Upload

OURS = re.compile(rf"{naming.ROOT}/{naming.BUILD_ID.pattern}/")
"""What every prefix of ours begins with: nothing else is ever deleted."""
BATCH = 1000
"""Most keys of one DeleteObjects."""
MOST_TICKET_BYTES = 1_000_000
NO_VERSION = "null"
"""The version of what was written while the bucket kept none."""
HIDDEN = (
    "the bucket is versioned, and its versions stayed: allow s3:ListBucketVersions on the bucket"
    " and s3:DeleteObjectVersion below glue-health-check/"
)
_NO_XML = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, or (the carriage return) does not keep.  DeleteObjects is XML."""


class Objects:
    """The objects of one account."""

    def __init__(
        self, clients: Clients, *, is_cancelled: Callable[[], bool] = lambda: False
    ) -> None:
        """Take the clients, and who knows of a cancel: it ends an upload in parts."""
        self._clients = clients
        self._owner = BucketOwner(clients)
        self._writer = Writer(clients, self._owner, is_cancelled=is_cancelled)

    def write(self, upload: Upload) -> None:
        """Write one object, encrypted as the upload or else the bucket wants."""
        self._writer.write(upload)

    def holds(self, bucket: str, prefix: str) -> bool:
        """Whether there is anything below ``prefix``; nothing is in a bucket that is not there.

        Raises ``EngineError`` when S3 does not tell.
        """
        s3 = self._clients.s3
        try:
            with self._owner.expected(bucket) as account:
                if next(objects_below(s3, bucket, prefix, account), None) is not None:
                    return True
                return bool(self._unfinished(bucket, prefix, account))
        except NotFound:
            return False

    def delete_below(self, bucket: str, prefix: str) -> tuple[Leftover, ...]:
        """Delete every object, every version and every unfinished upload below ``prefix``.

        Returns what stayed.  Raises ``ValueError`` for a prefix that is not ours, ``EngineError``
        when S3 says no.
        """
        if not OURS.match(prefix):
            raise ValueError(f"{prefix!r} is not below a prefix of ours")
        try:
            with self._owner.expected(bucket) as account:
                stayed = self._delete_objects(bucket, prefix, account)
                return (*stayed, *self._abort_uploads(bucket, prefix, account))
        except NotFound:
            return ()

    def build_prefixes(self, bucket: str) -> Iterator[tuple[str, datetime]]:
        """Yield each build id below our root with the time of its youngest object or upload."""
        root = f"{naming.ROOT}/"
        youngest: dict[str, datetime] = {}
        with self._owner.expected(bucket) as account:
            for key, when in self._dated(bucket, root, account):
                build_id, slash, _ = key[len(root) :].partition("/")
                if slash and naming.BUILD_ID.fullmatch(build_id):
                    youngest[build_id] = max(youngest.get(build_id, when), when)
        yield from youngest.items()

    def _dated(self, bucket: str, prefix: str, account: str) -> Iterator[tuple[str, datetime]]:
        """Yield keys with their times, one by one: jobs may have left a million of them."""
        yield from ((one.key, one.changed) for one in self._objects(bucket, prefix, account))
        yield from ((one.key, one.began) for one in self._unfinished(bucket, prefix, account))

    def tickets(self, bucket: str, build_id: str) -> tuple[str, ...]:
        """Return the texts of a build's tickets; one that we may not read is empty.

        Of one that a clean-up could only hide, its youngest version tells.  None are in a bucket
        that is not there.  Raises ``EngineError`` when S3 does not tell.
        """
        prefix = f"{naming.ROOT}/{build_id}/"
        try:
            with self._owner.expected(bucket) as account:
                found = self._objects(bucket, prefix, account)
                tickets = _youngest(item for item in found if _is_ticket(item.key, prefix))
                return tuple(self._text(bucket, item, account) for item in tickets)
        except NotFound:
            return ()

    def _text(self, bucket: str, item: Found, account: str) -> str:
        """Return an object's text, its version's where it is hidden; empty if nobody tells it."""
        try:
            try:
                return self._read(bucket, account, {"Key": item.key})
            except NotFound:
                is_hidden = item.version and not item.is_mark
                return self._read(bucket, account, _named(item)) if is_hidden else ""
        except (AccessDenied, NotFound):
            return ""

    def _read(self, bucket: str, account: str, named: Any) -> str:  # noqa: ANN401 - for botocore
        with translated(f"read s3://{bucket}/{named['Key']}"):
            answer = self._clients.s3.get_object(
                Bucket=bucket, ExpectedBucketOwner=account, **named
            )
            body: bytes = answer["Body"].read(MOST_TICKET_BYTES)
        return body.decode("utf-8", "replace")

    def _objects(self, bucket: str, prefix: str, account: str) -> Iterator[Found]:
        return objects_below(self._clients.s3, bucket, prefix, account)

    def _unfinished(self, bucket: str, prefix: str, account: str) -> tuple[Unfinished, ...]:
        """Return the uploads without an end; without the right to list them, none."""
        try:
            return tuple(unfinished_below(self._clients.s3, bucket, prefix, account))
        except AccessDenied:
            return ()

    def _delete_objects(self, bucket: str, prefix: str, account: str) -> list[Leftover]:
        stayed: list[Leftover] = []
        batch: list[Found] = []
        for item in self._objects(bucket, prefix, account):
            if _NO_XML.search(item.key):
                stayed += self._delete_alone(bucket, item, account)
                continue
            batch.append(item)
            if len(batch) == BATCH:
                stayed += self._delete(bucket, batch, account)
                batch = []
        return [*stayed, *self._delete(bucket, batch, account)]

    def _delete(self, bucket: str, batch: list[Found], account: str) -> list[Leftover]:
        """Delete some.  Deleted without its version, an object of a versioned bucket is hidden."""
        errors, hidden = self._delete_batch(bucket, [_named(item) for item in batch], account)
        # To name a version, even none, takes a right of its own, of which plain buckets need none.
        plain = [{"Key": e["Key"]} for e in errors if _is_denied_without_version(e)]
        if plain:
            errors = [e for e in errors if not _is_denied_without_version(e)]
            more, plainly_hidden = self._delete_batch(bucket, plain, account)
            errors, hidden = [*errors, *more], [*hidden, *plainly_hidden]
        return [
            *(_leftover(bucket, key, HIDDEN) for key in hidden),
            *(
                _leftover(
                    bucket,
                    error.get("Key"),
                    f"{error.get('Code')}: {error.get('Message')}",
                    version=error.get("VersionId", ""),
                )
                for error in errors
            ),
        ]

    def _delete_batch(
        self, bucket: str, names: list[Any], account: str
    ) -> tuple[list[Any], list[str]]:
        """Return the errors, and the keys that got a mark of deletion over versions that stayed."""
        if not names:
            return [], []
        is_plain = any("VersionId" not in name for name in names)
        with translated(f"delete objects of the bucket {bucket}"):
            answer: Any = self._clients.s3.delete_objects(
                Bucket=bucket,
                Delete={"Objects": names, "Quiet": not is_plain},
                ExpectedBucketOwner=account,
            )
        done = answer.get("Deleted", ()) if is_plain else ()
        hidden = [
            one["Key"] for one in done if one.get("DeleteMarker") and not one.get("VersionId")
        ]
        return list(answer.get("Errors", ())), hidden

    def _delete_alone(self, bucket: str, item: Found, account: str) -> Iterable[Leftover]:
        """Delete what DeleteObjects cannot name: jobs write below our prefixes, too."""
        try:
            with translated(f"delete {item.key!r}"):
                named: Any = _named(item)
                answer = self._clients.s3.delete_object(
                    Bucket=bucket, ExpectedBucketOwner=account, **named
                )
        except EngineError as error:
            return (_leftover(bucket, item.key, str(error), version=item.version),)
        is_hidden = answer.get("DeleteMarker") and not item.version
        return (_leftover(bucket, item.key, HIDDEN),) if is_hidden else ()

    def _abort_uploads(self, bucket: str, prefix: str, account: str) -> tuple[Leftover, ...]:
        """Abort the uploads without an end.

        Who may not list them is told of those that we began ourselves: others' we cannot know of,
        and a role without that right must not make every check end with a leftover.
        """
        s3 = self._clients.s3
        try:
            found = tuple(unfinished_below(s3, bucket, prefix, account))
        except AccessDenied as error:
            reason = f"parts of a broken upload may have stayed: {error.message}"
            names = self._writer.open_below(bucket, prefix)
            return tuple(_leftover(bucket, key, reason) for key in names)
        stayed: list[Leftover] = []
        for upload in found:
            try:
                with translated("abort an unfinished upload"):
                    s3.abort_multipart_upload(
                        Bucket=bucket,
                        Key=upload.key,
                        UploadId=upload.upload_id,
                        ExpectedBucketOwner=account,
                    )
            except NotFound:
                continue  # it has ended meanwhile
            except EngineError as error:
                unfinished = _leftover(bucket, upload.key, str(error), upload_id=upload.upload_id)
                stayed.append(unfinished)
        return tuple(stayed)


def _is_ticket(key: str, prefix: str) -> bool:
    """Whether a key is ``<prefix><check>/ticket.json``: a job may name deeper ones as it likes."""
    check, slash, name = key.removeprefix(prefix).partition("/")
    return bool(check and slash) and name == FILE


def _youngest(items: Iterable[Found]) -> Iterable[Found]:
    """Return the youngest content of each key, the mark of its deletion where there is none."""
    youngest: dict[str, Found] = {}
    for item in items:  # of one second, the younger comes first
        before = youngest.setdefault(item.key, item)
        if (not item.is_mark, item.changed) > (not before.is_mark, before.changed):
            youngest[item.key] = item
    return youngest.values()


def _named(item: Found) -> dict[str, str]:
    return {"Key": item.key} | ({"VersionId": item.version} if item.version else {})


def _is_denied_without_version(error: Any) -> bool:  # noqa: ANN401 - botocore's answer
    return bool(error.get("Code") == "AccessDenied" and error.get("VersionId") == NO_VERSION)


def _leftover(bucket: str, key: str | None, reason: str, **which: str) -> Leftover:
    """Return what stayed; ``which`` is its ``version`` or ``upload_id``, if it has one."""
    return Leftover(kind="object", name=f"s3://{bucket}/{key}", reason=reason, **which)
