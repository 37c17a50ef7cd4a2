"""Removal of a run's log streams: all of them, and nobody else's, within a bound.

Groups and custom prefixes are shared, so each name is held against the run's id.  The job goes
after its logs: a CloudWatch Logs that is slow must not keep us from that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.aws.logs.names import names_of
from plugin.clients.aws.errors import translated
from plugin.core.errors import EngineError, NotFound
from plugin.core.result import Leftover

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.aws.logs.names import LogNames
    from plugin.clients.aws.clients import Clients
    from plugin.core.ports import Clock, LogSource

MOST_SECONDS = 60.0
"""After that nothing more is begun for one run; what is under way has its own limit."""
MOST_SECONDS_WHEN_CANCELLED = 1.0
"""The same after a signal: the job has to go within the same few seconds."""
_NO_TIME = "no time was left for it"
_NOT_LOOKED = "no time was left to look for the streams whose names begin so"


def delete_streams(clients: Clients, source: LogSource, clock: Clock) -> tuple[Leftover, ...]:
    """Delete every stream of the run, in every group that it may lie in; return what stayed.

    What there was no time for has stayed, too; a group that was not looked into is named as such.
    """
    names, bound = names_of(source), _Bound(clock)
    return tuple(
        leftover
        for group in names.all_groups
        for stem in names.stems
        for leftover in _delete_below(clients, names, bound, group, stem)
    )


class _Bound:
    """Until when something is begun: shorter from the moment a cancel is seen."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until = clock.monotonic() + MOST_SECONDS

    def is_over(self) -> bool:
        now = self._clock.monotonic()
        if self._clock.is_cancelled():
            self._until = min(self._until, now + MOST_SECONDS_WHEN_CANCELLED)
        return now >= self._until


def _delete_below(
    clients: Clients, names: LogNames, bound: _Bound, group: str, stem: str
) -> Iterator[Leftover]:
    found: list[str] = []
    try:
        if not _list(clients, bound, group, stem, found=found):
            yield _unseen(group, stem, _NOT_LOOKED)
    except NotFound:
        return
    except EngineError as error:
        yield _unseen(group, stem, str(error))
        return
    for name in found:
        if names.kind_of(name) is None:
            continue
        if bound.is_over():
            yield _left(group, name, _NO_TIME)
        else:
            yield from _delete(clients, group, name)


def _list(clients: Clients, bound: _Bound, group: str, stem: str, *, found: list[str]) -> bool:
    """Add the names of a group's streams to ``found``; return False when time was up before."""
    if bound.is_over():
        return False
    with translated(f"list the streams of {group}"):
        pages = clients.logs.get_paginator("describe_log_streams").paginate(
            logGroupName=group, logStreamNamePrefix=stem
        )
        for page in pages:
            found += [stream["logStreamName"] for stream in page["logStreams"]]
            if page.get("nextToken") and bound.is_over():
                return False
    return True


def _delete(clients: Clients, group: str, name: str) -> Iterator[Leftover]:
    try:
        with translated(f"delete the stream {name}"):
            clients.logs.delete_log_stream(logGroupName=group, logStreamName=name)
    except NotFound:
        return
    except EngineError as error:
        yield _left(group, name, str(error))


def _unseen(group: str, stem: str, reason: str) -> Leftover:
    """Return a leftover without a command: no stream has exactly this name."""
    return Leftover(kind="log streams", name=f"{group}:{stem}", reason=reason)


def _left(group: str, name: str, reason: str) -> Leftover:
    return Leftover(kind="log stream", name=f"{group}:{name}", reason=reason)
