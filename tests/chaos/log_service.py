"""CloudWatch Logs on the wire, over the double in memory: its lines come late when they are told to.

Knows the protocol.  Refuses to know who prints.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tests.doubles.cloud_watch import CloudWatch, Event, refusal
from tests.doubles.loopback import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_KIND = (("Content-Type", "application/x-amz-json-1.1"),)
_UNKNOWN = "ResourceNotFoundException"


@dataclass(frozen=True, kw_only=True)
class _Clock:
    """The ``Clock`` port of the double: epoch seconds."""

    seconds: Callable[[], float]

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds(), UTC)

    def monotonic(self) -> float:
        return self.seconds()

    def wait(self, _seconds: float) -> bool:
        raise AssertionError("Nobody waits here.")

    pause = wait

    def is_cancelled(self) -> bool:
        return False

    is_pressed = is_cancelled


class LogService:
    """One CloudWatch Logs.  ``now`` says what time it is, in epoch seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._cloud = CloudWatch(_Clock(seconds=now))  # type: ignore[arg-type] # nobody pauses
        self._begun = now()

    def put(self, stream: tuple[str, str], text: str, *, printed: float, read: float) -> None:
        """Add a line to a stream (group and name), printed and first read at epoch seconds."""
        event = Event(read - self._begun, int(printed * 1000), text)
        self._cloud.streams.setdefault(stream, []).append(event)

    def ask(self, operation: str, members: Mapping[str, Any]) -> Response:
        """Answer a request."""
        try:
            return _json(200, self._told(operation, members))
        except ClientError as error:
            details = error.response
            status = details["ResponseMetadata"]["HTTPStatusCode"]
            words = {"__type": details["Error"]["Code"], "message": details["Error"]["Message"]}
            return _json(status, words)

    def _told(self, operation: str, members: Mapping[str, Any]) -> Any:
        cloud, group = self._cloud, members["logGroupName"]
        match operation:
            case "GetLogEvents":
                names = ("logStreamName", "startFromHead", "nextToken", "limit")
                told = {name: members[name] for name in names if name in members}
                return cloud.get_log_events(logGroupName=group, **told)
            case "DescribeLogStreams":
                prefix = members["logStreamNamePrefix"]
                return cloud.describe_log_streams(logGroupName=group, logStreamNamePrefix=prefix)
            case "DeleteLogStream":
                if (group, members["logStreamName"]) not in cloud.streams:
                    raise refusal(_UNKNOWN, operation)
                return cloud.delete_log_stream(
                    logGroupName=group, logStreamName=members["logStreamName"]
                )
            case _:
                raise AssertionError(f"The stage knows no {operation}.")


def _json(status: int, words: Any) -> Response:
    return Response(status=status, headers=_KIND, body=json.dumps(words or {}).encode())
