"""CloudWatch Logs in memory: what of it a reader of logs meets.

Events have a time and an arrival; pages are ordered by time, a token is a place in that order, so
what arrives behind a token is never seen by it.  Pages may be small or empty, requests may fail.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError, ConnectionClosedError

from plugin.core.ports import Clock

TOKEN_SECONDS = 24 * 3600.0


def refusal(code: str, operation: str = "GetLogEvents", status: int = 400) -> ClientError:
    """Return an error answer."""
    details: Any = {
        "Error": {"Code": code, "Message": "no"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(details, operation)


@dataclass(frozen=True)
class Event:
    """One event: when it can be read first (seconds), its own time, its text."""

    arrives: float
    time: int
    message: str


@dataclass
class CloudWatch:
    """The client, and both of the clients that a reader takes.  ``asked`` has every request."""

    clock: Clock
    streams: dict[tuple[str, str], list[Event]] = field(default_factory=dict)
    page: int = 10_000
    mischief: Iterable[str] = ()
    """What happens to the next requests for events: throttled, broken, cut, empty or fine."""
    denied: set[str] = field(default_factory=set)
    """Groups, or operations, that are denied."""
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    begun: float = 0.0
    _issued: dict[str, tuple[float, tuple[float, ...]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.begun = self.clock.monotonic()
        self._mischief = iter(self.mischief)

    @property
    def logs(self) -> Any:
        return self

    @property
    def logs_hurried(self) -> Any:
        return self

    @property
    def now(self) -> float:
        return self.clock.monotonic() - self.begun

    def get_paginator(self, _: str) -> Any:
        return self

    def paginate(self, **members: Any) -> list[Any]:
        return [self.describe_log_streams(**members)]

    def describe_log_streams(self, *, logGroupName: str, logStreamNamePrefix: str) -> Any:  # noqa: N803 - AWS's names
        self._ask("DescribeLogStreams", logGroupName, logStreamNamePrefix)
        groups = {group for group, _ in self._there()}
        if logGroupName not in groups:
            raise refusal("ResourceNotFoundException")
        names = sorted(name for group, name in self._there() if group == logGroupName)
        found = [name for name in names if name.startswith(logStreamNamePrefix)]
        return {"logStreams": [{"logStreamName": name} for name in found]}

    def delete_log_stream(self, *, logGroupName: str, logStreamName: str) -> None:  # noqa: N803 - AWS's names
        self._ask("DeleteLogStream", logGroupName, logStreamName)
        del self.streams[logGroupName, logStreamName]

    def get_log_events(
        self,
        *,
        logGroupName: str,  # noqa: N803 - AWS's names
        logStreamName: str,  # noqa: N803 - AWS's names
        startFromHead: bool,  # noqa: N803 - AWS's names
        nextToken: str = "",  # noqa: N803 - AWS's names
        limit: int = 10_000,
    ) -> Any:
        self._ask("GetLogEvents", logGroupName, logStreamName)
        is_empty = self._befalls()
        if (logGroupName, logStreamName) not in self._there():
            raise refusal("ResourceNotFoundException")
        if not startFromHead:
            return self._last(logGroupName, logStreamName, limit, is_empty=is_empty)
        place = self._place(nextToken)
        events = [] if is_empty else self._after(place, logGroupName, logStreamName)
        events = events[: min(self.page, limit)]
        last = events[-1][0] if events else place
        if not events and nextToken and not is_empty:
            token = nextToken
        else:
            token = f"f/{len(self._issued)}"
            self._issued[token] = (self.now, last)
        told = [{"timestamp": one.time, "message": one.message} for _, one in events]
        return {"events": told, "nextForwardToken": token, "nextBackwardToken": "b/0"}

    def _last(self, group: str, name: str, limit: int, *, is_empty: bool) -> Any:
        """Return the newest events, in order; a page before them is asked for by a token."""
        placed = [] if is_empty else self._after((-1.0,), group, name)[-min(self.page, limit) :]
        told = [{"timestamp": one.time, "message": one.message} for _, one in placed]
        return {"events": told, "nextForwardToken": "f/0", "nextBackwardToken": "b/0"}

    def _ask(self, operation: str, group: str, name: str) -> None:
        self.asked.append((operation, group, name))
        if operation in self.denied or group in self.denied:
            raise refusal("AccessDeniedException", operation)

    def _befalls(self) -> bool:
        """Let the next mischief happen; True when the page is empty."""
        match next(self._mischief, "fine"):
            case "throttled":
                raise refusal("ThrottlingException")
            case "broken":
                raise refusal("ServiceUnavailableException", status=503)
            case "cut":
                raise ConnectionClosedError(endpoint_url="http://127.0.0.1")
            case what:
                return what == "empty"

    def _there(self) -> set[tuple[str, str]]:
        """The streams that were made by now: with their first event, or empty from the start."""
        return {
            key
            for key, events in self.streams.items()
            if not events or min(event.arrives for event in events) <= self.now
        }

    def _place(self, token: str) -> tuple[float, ...]:
        if not token:
            return (-1.0,)
        issued, place = self._issued[token]
        if self.now - issued > TOKEN_SECONDS:
            raise refusal("InvalidParameterException")
        return place

    def _after(self, place: tuple[float, ...], *key: Any) -> list[tuple[tuple[float, ...], Event]]:
        events = enumerate(self.streams[key])
        placed = (((e.time, e.arrives, n), e) for n, e in events if e.arrives <= self.now)
        return sorted((one for one in placed if one[0] > place), key=_first)


def _first(pair: Any) -> Any:
    return pair[0]
