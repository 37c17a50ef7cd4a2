"""Carries what a child writes to CloudWatch Logs, while it writes.

Knows pipes, batches and the limits of PutLogEvents.  Refuses to know the child.
Source of the limits: the CloudWatch Logs page of PutLogEvents (10,000 events and 1 MiB a batch,
26 bytes are counted on top of each event).
"""

from __future__ import annotations

import contextlib
import os
import selectors
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from plugin.local.inner_aws import InnerError
from plugin.local.log_lines import LineBuffer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import IO


MAX_BATCH_EVENTS = 10_000
MAX_BATCH_BYTES = 1_048_576
EVENT_OVERHEAD_BYTES = 26
MAX_AGE_SECONDS = 0.1
"""How long an event waits for others."""

_CHUNK_BYTES = 65_536
_IDLE_SECONDS = 0.2


class Logs(Protocol):
    """CloudWatch Logs."""

    def logs(self, operation: str, region: str, **members: Any) -> None:  # noqa: ANN401 - JSON
        """Call an operation; raises InnerError."""


@dataclass(kw_only=True)
class _Source:
    """One pipe: its lines, and the events that were not sent yet."""

    pipe: IO[bytes]
    group: str
    lines: LineBuffer = field(default_factory=LineBuffer)
    events: list[tuple[int, str]] = field(default_factory=list)
    oldest: float = 0.0

    def add(self, messages: list[str]) -> None:
        if messages and not self.events:
            self.oldest = time.monotonic()
        stamp = int(time.time() * 1000)
        self.events += [(stamp, message) for message in messages]

    @property
    def is_due(self) -> bool:
        """Whether the events should not wait any longer."""
        is_old = time.monotonic() - self.oldest >= MAX_AGE_SECONDS
        return bool(self.events) and (is_old or len(self.events) >= MAX_BATCH_EVENTS)


class LogShipper:
    """Ships pipes to one stream of several groups, in a thread of its own.

    `pipes` maps each log group to the pipe that feeds it; the pipes are closed at their end.
    """

    def __init__(
        self, aws: Logs, *, region: str, stream: str, pipes: Mapping[str, IO[bytes]]
    ) -> None:
        self._aws = aws
        self._region = region
        self._stream = stream
        self._sources = [_Source(pipe=pipe, group=group) for group, pipe in pipes.items()]
        self._deadline = float("inf")
        self._thread = threading.Thread(target=self._ship, name="log shipper", daemon=True)
        self.lost_events = 0

    def start(self) -> None:
        """Begin to ship; returns at once."""
        self._thread.start()

    def finish(self, seconds: float) -> None:
        """Return when everything is shipped; a pipe that nobody closes is left after `seconds`."""
        self._deadline = time.monotonic() + seconds
        self._thread.join()

    def _ship(self) -> None:
        for source in self._sources:
            # Even a run that writes nothing has a log that can be read.
            with contextlib.suppress(Exception):
                self._create(source.group)
        with selectors.DefaultSelector() as selector:
            for source in self._sources:
                selector.register(source.pipe, selectors.EVENT_READ, source)
            while selector.get_map() and time.monotonic() < self._deadline:
                for key, _ in selector.select(self._patience()):
                    self._read(key.data, selector)
                self._send_due()
        for source in self._sources:
            source.pipe.close()
            source.add(source.lines.close())
            self._send(source)

    def _patience(self) -> float:
        """Return how long nothing has to be done if nobody writes, in seconds."""
        waiting = any(source.events for source in self._sources)
        return MAX_AGE_SECONDS / 2 if waiting else _IDLE_SECONDS

    def _read(self, source: _Source, selector: selectors.BaseSelector) -> None:
        data = os.read(source.pipe.fileno(), _CHUNK_BYTES)
        if data:
            source.add(source.lines.feed(data, time.monotonic()))
        else:
            selector.unregister(source.pipe)

    def _send_due(self) -> None:
        for source in self._sources:
            source.add(source.lines.unfinished(time.monotonic()))
            if source.is_due:
                self._send(source)

    def _send(self, source: _Source) -> None:
        events, source.events = source.events, []
        for batch in batches(events):
            try:
                self._put(source.group, batch)
            except Exception:  # noqa: BLE001 - a lost log must not stop the reading: the child would hang
                self.lost_events += len(batch)

    def _put(self, group: str, batch: list[dict[str, object]]) -> None:
        try:
            self._put_once(group, batch)
        except InnerError as problem:
            if problem.code != "ResourceNotFoundException":
                raise
            # Somebody deleted the log meanwhile.
            self._create(group)
            self._put_once(group, batch)

    def _put_once(self, group: str, batch: list[dict[str, object]]) -> None:
        self._aws.logs(
            "PutLogEvents",
            self._region,
            logGroupName=group,
            logStreamName=self._stream,
            logEvents=batch,
        )

    def _create(self, group: str) -> None:
        names = {"logGroupName": group, "logStreamName": self._stream}
        for operation, count in (("CreateLogGroup", 1), ("CreateLogStream", 2)):
            try:
                self._aws.logs(operation, self._region, **dict(list(names.items())[:count]))
            except InnerError as problem:
                if problem.code != "ResourceAlreadyExistsException":
                    raise


def batches(events: list[tuple[int, str]]) -> list[list[dict[str, object]]]:
    """Cut events (epoch milliseconds, message) into requests that PutLogEvents takes."""
    made: list[list[dict[str, object]]] = []
    size = MAX_BATCH_BYTES
    for stamp, message in events:
        weight = len(message.encode()) + EVENT_OVERHEAD_BYTES
        if size + weight > MAX_BATCH_BYTES or len(made[-1]) >= MAX_BATCH_EVENTS:
            made.append([])
            size = 0
        made[-1].append({"timestamp": stamp, "message": message})
        size += weight
    return made
