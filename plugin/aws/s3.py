"""Our objects in S3: write them, delete what lies below a prefix of ours, and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from plugin.clients.aws_errors import translated
from plugin.core import naming
from plugin.core.errors import AccessDenied, NotFound
from plugin.core.result import Leftover

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from plugin.clients.aws import Clients
    from plugin.core.ports import Upload

OURS = re.compile(rf"{naming.ROOT}/{naming.BUILD_ID.pattern}/")
"""What every prefix of ours begins with: nothing else is ever deleted."""
BATCH = 1000
"""Most keys of one DeleteObjects."""


class Objects:
    """The objects of one account."""

    def __init__(self, clients: Clients) -> None:
        """Take the clients."""
        self._clients = clients

    def write(self, upload: Upload) -> None:
        """Write one object, encrypted as the upload or else the bucket wants."""
        key = upload.kms_key_id
        encryption: dict[str, Any] = (
            {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key} if key else {}
        )
        with translated(f"write s3://{upload.bucket}/{upload.key}"):
            self._clients.s3.put_object(
                Bucket=upload.bucket, Key=upload.key, Body=upload.body, **encryption
            )

    def holds(self, bucket: str, prefix: str) -> bool:
        """Whether there is anything below ``prefix``; nothing is in a bucket that is not there.

        Raises ``EngineError`` when S3 does not tell.
        """
        try:
            return next(self._versions(bucket, prefix), None) is not None
        except NotFound:
            return False

    def delete_below(self, bucket: str, prefix: str) -> tuple[Leftover, ...]:
        """Delete every object, and every version, below ``prefix``; return those that stayed.

        Raises ``ValueError`` for a prefix that is not ours, ``EngineError`` when S3 says no.
        """
        if not OURS.match(prefix):
            raise ValueError(f"{prefix!r} is not below a prefix of ours")
        stayed: list[Leftover] = []
        batch: list[Any] = []
        try:
            for item in self._versions(bucket, prefix):
                batch.append(item)
                if len(batch) == BATCH:
                    stayed += self._delete(bucket, batch)
                    batch = []
        except NotFound:
            return ()
        return (*stayed, *self._delete(bucket, batch))

    def _delete(self, bucket: str, batch: list[Any]) -> list[Leftover]:
        if not batch:
            return []
        with translated(f"delete objects of the bucket {bucket}"):
            answer = self._clients.s3.delete_objects(
                Bucket=bucket, Delete={"Objects": batch, "Quiet": True}
            )
        return [
            Leftover(
                kind="object",
                name=f"s3://{bucket}/{error.get('Key')}",
                reason=f"{error.get('Code')}: {error.get('Message')}",
            )
            for error in answer.get("Errors", [])
        ]

    def _versions(self, bucket: str, prefix: str) -> Iterator[dict[str, str]]:
        """Yield key and version of every object; without the right to list versions, keys alone."""
        try:
            yield from self._pages(bucket, prefix, "list_object_versions")
        except AccessDenied:
            yield from self._pages(bucket, prefix, "list_objects_v2")

    def _pages(self, bucket: str, prefix: str, operation: Any) -> Iterator[dict[str, str]]:  # noqa: ANN401 - a literal of boto3's stubs
        with translated(f"list s3://{bucket}/{prefix}"):
            for page in self._clients.s3.get_paginator(operation).paginate(
                Bucket=bucket, Prefix=prefix
            ):
                found: Any = page
                for item in found.get("Contents", []):
                    yield {"Key": item["Key"]}
                for item in (*found.get("Versions", []), *found.get("DeleteMarkers", [])):
                    yield {"Key": item["Key"], "VersionId": item["VersionId"]}

    def build_prefixes(self, bucket: str) -> Iterator[tuple[str, datetime]]:
        """Yield each build id below our root with the time of its youngest object."""
        root = f"{naming.ROOT}/"
        youngest: dict[str, datetime] = {}
        with translated(f"list s3://{bucket}/{root}"):
            pages = self._clients.s3.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=bucket, Prefix=root):
                for item in page.get("Contents", []):
                    build_id = item["Key"][len(root) :].partition("/")[0]
                    if naming.BUILD_ID.fullmatch(build_id):
                        seen = youngest.setdefault(build_id, item["LastModified"])
                        youngest[build_id] = max(seen, item["LastModified"])
        yield from youngest.items()
