"""Whose a bucket is: every request to one of ours says which account it has to belong to.

A bucket's name is the world's.  One that was deleted, or never made, can be somebody else's the
next day, and would be given our scripts.  Source: AWS's page on bucket owner condition.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from plugin.clients.aws.errors import translated
from plugin.core.errors import AccessDenied, EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.clients.aws.clients import Clients


class BucketOwner:
    """The account of the credentials in use, as the owner of every bucket that we write to."""

    def __init__(self, clients: Clients) -> None:
        """Take the clients; nothing is asked yet."""
        self._clients = clients

    @contextmanager
    def expected(self, bucket: str) -> Iterator[str]:
        """Yield the account that ``bucket`` has to belong to, for ``ExpectedBucketOwner``.

        S3 denies what is asked of another account's bucket in the words of any other denial.  So a
        denial inside the block is looked into, and raised in words of its own.
        """
        account = self._clients.account_id()
        try:
            yield account
        except AccessDenied as error:
            if self._is_anothers(bucket, account):
                raise AccessDenied(
                    f"The bucket {bucket} belongs to another AWS account than the credentials in"
                    f" use, which are of account {account}.",
                    hint=f"Name a bucket of account {account} as scripts_bucket and temp_bucket.",
                ) from None
            if "kms:" not in error.message:
                error.hint = f"{error.hint} The bucket must belong to account {account}.".strip()
            raise

    def _is_anothers(self, bucket: str, account: str) -> bool:
        """Whether the bucket opens for us, but not as our own; False when nobody tells."""
        try:
            self._look(Bucket=bucket, ExpectedBucketOwner=account)
        except AccessDenied:
            pass
        except EngineError:
            return False
        else:
            return False
        try:
            self._look(Bucket=bucket)
        except EngineError:
            return False
        return True

    def _look(self, **bucket: Any) -> None:  # noqa: ANN401 - botocore's parameters
        with translated(f"look at the bucket {bucket['Bucket']}"):
            self._clients.s3.head_bucket(**bucket)
