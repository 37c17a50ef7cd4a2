"""Writes objects: in one request or in parts, encrypted as the upload or else the bucket wants.

Knows which of its uploads in parts may not have come to an end.
"""

from __future__ import annotations

import io
import threading
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from plugin.clients.aws.errors import translated
from plugin.core.errors import AccessDenied, EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from s3transfer.futures import TransferFuture
    from s3transfer.manager import TransferManager

    from plugin.aws.s3.owner import BucketOwner
    from plugin.clients.aws.clients import Clients
    from plugin.core.ports import Upload
    from plugin.core.shipping.content import Reading

PART = 8 * 1024 * 1024
"""Bytes.  What is larger is sent in parts of this size, each of which can be repeated alone."""
_AT_ONCE = 4
"""Parts of all uploads together that are sent, and held twice in memory, at a time."""
_TURN_SECONDS = 0.1
"""How soon a cancel is heard while parts are under way."""
_CANCELLED_SECONDS = 0.5
"""How long parts under way may take after it: the clean-up needs the rest."""
_ENCRYPTION_HINT = (
    "Where the bucket's policy demands an encryption, set kms_key_id, or give"
    " s3:GetEncryptionConfiguration."
)


class Writer:
    """Writes the objects of one account.  Safe in threads."""

    def __init__(
        self, clients: Clients, owner: BucketOwner, *, is_cancelled: Callable[[], bool]
    ) -> None:
        """Take the clients, whose the buckets have to be, and who knows of a cancel."""
        self._clients = clients
        self._owner = owner
        self._is_cancelled = is_cancelled
        self._lock = threading.Lock()
        self._manager: TransferManager | None = None
        self._defaults: dict[str, Mapping[str, Any]] = {}
        self._demanding: set[str] = set()
        self._open: set[tuple[str, str]] = set()

    def write(self, upload: Upload) -> None:
        """Write one object.  Raises ``EngineError``, also when a cancel is heard meanwhile.

        Raises ``FileChanged`` when what is sent is not what was hashed; then nothing is written.
        """
        bucket = upload.bucket
        with self._owner.expected(bucket) as account:
            if key := upload.kms_key_id:
                chosen = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
                self._put(upload, account, chosen)
            elif bucket in self._demanding:
                self._put(upload, account, self._defaults[bucket])
            else:
                self._put_as_bucket_wants(upload, account)

    def open_below(self, bucket: str, prefix: str) -> tuple[str, ...]:
        """Return the keys below ``prefix`` that we began to write in parts, end unknown."""
        found = (key for where, key in tuple(self._open) if where == bucket)
        return tuple(sorted(key for key in found if key.startswith(prefix)))

    def _put_as_bucket_wants(self, upload: Upload, account: str) -> None:
        """Write without a word on encryption; where that is denied, name the bucket's default.

        A policy may demand the header, although without it the bucket's default is what counts.
        """
        try:
            self._put(upload, account, {})
        except AccessDenied as error:
            if "kms:" in error.message:  # then it was the default's key
                raise
            error.hint = f"{error.hint} {_ENCRYPTION_HINT}".strip()
            named = self._default_of(upload.bucket, account)
            if not named:
                raise
            try:
                self._put(upload, account, named)
            except AccessDenied:
                raise error from None
            self._demanding.add(upload.bucket)

    def _default_of(self, bucket: str, account: str) -> Mapping[str, Any]:
        """Return the bucket's default encryption, asked once; empty when nobody tells."""
        with self._lock:
            if bucket not in self._defaults:
                self._defaults[bucket] = self._asked_default(bucket, account)
            return self._defaults[bucket]

    def _asked_default(self, bucket: str, account: str) -> Mapping[str, Any]:
        try:
            with translated(f"read the encryption of the bucket {bucket}"):
                answer: Any = self._clients.s3.get_bucket_encryption(
                    Bucket=bucket, ExpectedBucketOwner=account
                )
                (rule, *_) = answer["ServerSideEncryptionConfiguration"]["Rules"]
                default = rule["ApplyServerSideEncryptionByDefault"]
                named = {"ServerSideEncryption": default["SSEAlgorithm"]}
        except EngineError:
            return {}
        if key := default.get("KMSMasterKeyID"):
            named["SSEKMSKeyId"] = key
        return named | ({"BucketKeyEnabled": True} if rule.get("BucketKeyEnabled") else {})

    def _put(self, upload: Upload, account: str, encryption: Mapping[str, Any]) -> None:
        extra = {"ExpectedBucketOwner": account, **encryption}
        with translated(f"write s3://{upload.bucket}/{upload.key}"), _reading(upload) as reading:
            if upload.size > PART:
                self._put_parts(upload, reading, extra)
            else:  # whole before it is sent: then nobody sends what is not what was hashed
                body = reading.read()
                self._clients.s3.put_object(
                    Bucket=upload.bucket, Key=upload.key, Body=body, **extra
                )

    def _put_parts(self, upload: Upload, reading: Reading, extra: Mapping[str, Any]) -> None:
        """Write in parts, read as they are sent; a reading that ends in an error ends them too."""
        from s3transfer.exceptions import CancelledError
        from s3transfer.subscribers import BaseSubscriber

        done = threading.Event()

        class Tell(BaseSubscriber):
            """Hears of the end."""

            def on_done(self, future: TransferFuture, **_: object) -> None:  # noqa: ARG002 - s3transfer names it
                done.set()

        where = (upload.bucket, upload.key)
        self._open.add(where)
        # s3transfer takes no BucketKeyEnabled; without it the bucket's own setting counts
        taken = {name: value for name, value in extra.items() if name != "BucketKeyEnabled"}
        source: Any = reading  # its stub asks for a whole file, s3transfer itself for read alone
        future = self._transfers().upload(source, *where, extra_args=taken, subscribers=[Tell()])
        try:
            self._await(future, done, where)
        except CancelledError:
            raise _stopped(where) from None
        self._open.discard(where)

    def _await(self, future: TransferFuture, done: threading.Event, where: tuple[str, str]) -> None:
        """Wait for the end; after a cancel not for parts that hang: they are left behind."""
        while not done.wait(_TURN_SECONDS):
            if self._is_cancelled():
                future.cancel()
                if not done.wait(_CANCELLED_SECONDS):
                    raise _stopped(where)
        future.result()

    def _transfers(self) -> TransferManager:
        """Return the one manager of transfers: what is in memory is bounded for all together."""
        from s3transfer.manager import TransferConfig, TransferManager

        with self._lock:
            if self._manager is None:
                config = TransferConfig(
                    multipart_threshold=PART,
                    multipart_chunksize=PART,
                    max_request_concurrency=_AT_ONCE,
                    max_submission_concurrency=1,
                    max_in_memory_upload_chunks=_AT_ONCE,
                )
                self._manager = TransferManager(self._clients.s3, config)
            return self._manager


def _reading(upload: Upload) -> AbstractContextManager[Reading]:
    """Open what is to be sent, from its beginning.  Raises ``FileChanged``."""
    body = upload.body
    return nullcontext(io.BytesIO(body)) if isinstance(body, bytes) else body.opened()


def _stopped(where: tuple[str, str]) -> EngineError:
    return EngineError(f"Stopped writing s3://{'/'.join(where)}: the check was cancelled.")
