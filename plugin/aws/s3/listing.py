"""What lies below a prefix of a bucket: objects, their versions, and uploads without an end.

Knows S3's listings.  Refuses to know what is done with what is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from plugin.clients.aws.errors import translated
from plugin.core.errors import AccessDenied

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mypy_boto3_s3 import S3Client

_MARKS = "DeleteMarkers"


@dataclass(frozen=True, kw_only=True)
class Found:
    """An object, a version of one, or the mark of its deletion; ``version`` may be empty."""

    key: str
    version: str
    changed: datetime
    is_mark: bool = False


@dataclass(frozen=True, kw_only=True)
class Unfinished:
    """A multipart upload that was neither completed nor aborted: its parts cost money."""

    key: str
    upload_id: str
    began: datetime


def objects_below(s3: S3Client, bucket: str, prefix: str, account: str) -> Iterator[Found]:
    """Yield every version of every object; without the right to list versions, objects alone."""
    try:
        yield from _pages(s3, bucket, prefix, account, "list_object_versions")
    except AccessDenied:
        yield from _pages(s3, bucket, prefix, account, "list_objects_v2")


def _pages(
    s3: S3Client,
    bucket: str,
    prefix: str,
    account: str,
    operation: Any,  # noqa: ANN401 - a literal of boto3's stubs
) -> Iterator[Found]:
    with translated(f"list s3://{bucket}/{prefix}"):
        for page in s3.get_paginator(operation).paginate(
            Bucket=bucket, Prefix=prefix, ExpectedBucketOwner=account
        ):
            found: Any = page
            kinds = ("Contents", "Versions", _MARKS)
            for kind, item in ((name, item) for name in kinds for item in found.get(name, ())):
                if item["Key"].startswith(prefix):  # what is found gets deleted
                    yield Found(
                        key=item["Key"],
                        version=item.get("VersionId", ""),
                        changed=item["LastModified"],
                        is_mark=kind == _MARKS,
                    )


def unfinished_below(s3: S3Client, bucket: str, prefix: str, account: str) -> Iterator[Unfinished]:
    """Yield the uploads without an end.

    Page by page by ourselves: jobs write below our prefixes too, and a name that is no XML can only
    be listed encoded, which botocore does not undo for this listing.
    """
    marker: dict[str, Any] = {}
    with translated(f"list the unfinished uploads of s3://{bucket}/{prefix}"):
        while True:
            page: Any = s3.list_multipart_uploads(
                Bucket=bucket,
                Prefix=prefix,
                EncodingType="url",
                ExpectedBucketOwner=account,
                **marker,
            )
            is_encoded = page.get("EncodingType") == "url"
            for item in page.get("Uploads", ()):
                key = _plain(item["Key"], is_encoded=is_encoded)
                if key.startswith(prefix):  # not every S3 heeds the prefix here
                    yield Unfinished(key=key, upload_id=item["UploadId"], began=item["Initiated"])
            after = {
                "KeyMarker": _plain(page.get("NextKeyMarker", ""), is_encoded=is_encoded),
                "UploadIdMarker": page.get("NextUploadIdMarker", ""),
            }
            if not page.get("IsTruncated") or after == marker:
                return
            marker = after


def _plain(text: str, *, is_encoded: bool) -> str:
    return unquote_plus(text) if is_encoded else text
