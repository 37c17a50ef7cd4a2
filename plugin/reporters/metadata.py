"""The reports of a repository in a bucket: kept for later, and compared with.

Knows how two builds at once write one document of S3 and lose nothing.  Refuses to know what is
in it: that is ``plugin.core.forms.history``.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from plugin.core.errors import AccessDenied, EngineError, NotFound, PluginError
from plugin.core.forms.history import (
    PREFIX,
    History,
    OtherVersion,
    Unreadable,
    base_branch,
    compared,
    history_key,
    merged,
    own_branch,
    report_key,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from plugin.clients.aws.clients import Clients
    from plugin.core.build import Build
    from plugin.core.ports import Clock
    from plugin.core.result import CheckResult, Report

ROUNDS = 10
"""How often a document is read again that another build has changed meanwhile."""
_FIRST_WAIT_SECONDS = 0.25
_LONGEST_WAIT_SECONDS = 6.0
_CHANGED = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})
_GONE = frozenset({"NoSuchKey", "404"})
_UNKNOWN = frozenset({"NotImplemented", "501"})


class _Changed(Exception):
    """Another build wrote the document since we read it."""


class Metadata:
    """Keeps reports in a bucket, below ``glue-health-check-reports/``.

    ``jitter`` draws a number from 0 to 1, by which legs that met once do not meet again.
    """

    name = "metadata"

    def __init__(
        self, *, clients: Clients, bucket: str, clock: Clock, jitter: Callable[[], float]
    ) -> None:
        self._clients = clients
        self._bucket = bucket
        self._clock = clock
        self._is_cancelled = clock.is_cancelled
        self._jitter = jitter

    def compared(
        self, results: Iterable[CheckResult], *, build: Build, context: str
    ) -> tuple[tuple[CheckResult, ...], str]:
        """Return the results with what they are compared with, and a warning, mostly empty.

        One question to S3, asked once and not for long, because everybody is told only after it;
        none after a cancel, or where nobody knows what to compare with.  Never raises: a
        comparison is no part of the verdict.
        """
        kept = tuple(results)
        branch = base_branch(build)
        if not kept:
            return kept, ""
        try:
            history = self.past(build=build, context=context)
            return tuple(compared(result, history, branch) for result in kept), ""
        except PluginError as error:
            return kept, f"metadata_bucket: nothing is compared. {error}"
        except Exception as error:  # noqa: BLE001 - see the docstring
            return kept, f"metadata_bucket: nothing is compared ({type(error).__name__})."

    def past(self, *, build: Build, context: str) -> History:
        """Return the history that a build is compared with, asked of S3 once.

        An empty one after a cancel, or where nobody knows what to compare with: nothing is asked.
        Raises ``PluginError``.
        """
        branch = base_branch(build)
        if not branch or self._is_cancelled():
            return History()
        return self._read(history_key(build, branch, context=context))

    def report(self, report: Report) -> None:
        """Keep the report; add it to its branch's history unless it is a proposal's.

        Raises ``PluginError`` when S3 does not take it.
        """
        from plugin.core.forms.report_json import report_json  # pydantic is slow to load

        self._write(report_key(report), report_json(report).encode())
        if branch := own_branch(report.build):
            key = history_key(report.build, branch, context=report.context)
            self._add(key, report)

    def _add(self, key: str, report: Report) -> None:
        """Read, add and write, until nobody else has written in between."""
        from plugin.core.forms.history_json import written

        for turn in range(ROUNDS):
            self._pause(turn)
            body, etag = self._get(key, self._s3)
            history = self._replaceable(key, body)
            condition = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
            try:
                self._write(key, written(merged(history, report)), condition)
            except _Changed:
                continue
            return
        raise PluginError(
            f"s3://{self._bucket}/{key} was changed by other builds {ROUNDS} times in a row.",
            hint="This build is missing in the history; the next ones are not.",
        )

    def _pause(self, turn: int) -> None:
        """Wait ever longer from the second turn on; after a cancel not at all."""
        if turn:
            longest = min(_FIRST_WAIT_SECONDS * 2**turn, _LONGEST_WAIT_SECONDS)
            self._clock.wait(longest * self._jitter())

    def _replaceable(self, key: str, body: bytes) -> History:
        """Return what is to be kept of a document: nothing of a damaged one."""
        from plugin.core.forms.history_json import parse

        try:
            return parse(body) if body else History()
        except OtherVersion as error:
            raise PluginError(
                f"s3://{self._bucket}/{key} was left as it is: {error}.",
                hint="Delete it to begin a new history.",
            ) from None
        except Unreadable:
            return History()  # whoever compares with it says so

    def _read(self, key: str) -> History:
        """Return the history, an empty one when there is none."""
        from plugin.core.forms.history_json import parse

        body, _ = self._get(key, self._clients.s3_hurried)
        try:
            return parse(body) if body else History()
        except Unreadable as error:
            raise PluginError(f"s3://{self._bucket}/{key} cannot be used: {error}.") from None

    def _get(self, key: str, s3: Any) -> tuple[bytes, str]:  # noqa: ANN401 - as ``_s3``
        """Return an object and its entity tag; nothing when it is not there."""
        from plugin.clients.aws.errors import translated
        from plugin.core.forms.history_json import MOST_BYTES

        try:
            with translated(f"read s3://{self._bucket}/{key}"):
                found = s3.get_object(Bucket=self._bucket, Key=key)
                with closing(found["Body"]) as stream:
                    return stream.read(MOST_BYTES + 1), found["ETag"]
        except NotFound as error:
            if "NoSuchBucket" in error.message:
                raise self._told(error) from None
            return b"", ""
        except EngineError as error:
            raise self._told(error) from None

    def _write(self, key: str, body: bytes, condition: dict[str, str] | None = None) -> None:
        """Write an object.  Raises ``_Changed`` when the condition does not hold.

        A store that does not know conditions gets the object without.
        """
        from botocore.exceptions import ClientError

        from plugin.clients.aws.errors import code_of, translated

        request: dict[str, Any] = {"Bucket": self._bucket, "Key": key, "Body": body}
        request["ContentType"] = "application/json"
        try:
            with translated(f"write s3://{self._bucket}/{key}"):
                try:
                    self._s3.put_object(**request, **(condition or {}))
                except ClientError as error:
                    if condition and code_of(error) in _CHANGED | _GONE:
                        raise _Changed from None
                    if not condition or code_of(error) not in _UNKNOWN:
                        raise
                    self._s3.put_object(**request)
        except EngineError as error:
            raise self._told(error) from None

    @property
    def _s3(self) -> Any:  # noqa: ANN401 - conditions are texts of ours, not literals
        return self._clients.s3_hurried if self._is_cancelled() else self._clients.s3

    def _told(self, error: EngineError) -> PluginError:
        hint = error.hint
        if isinstance(error, AccessDenied):
            hint = (
                f"Allow s3:GetObject and s3:PutObject on {self._bucket}/{PREFIX}/*, and"
                f" s3:ListBucket on {self._bucket}."
            )
        elif isinstance(error, NotFound):
            hint = "Check metadata_bucket, and the region."
        return PluginError(error.message, hint=hint)
