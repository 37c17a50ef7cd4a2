"""Removal of a run's log streams: all of them, and nobody else's.

Groups and custom prefixes are shared, so each name is held against the run's id.
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
    from plugin.core.ports import LogSource


def delete_streams(clients: Clients, source: LogSource) -> tuple[Leftover, ...]:
    """Delete every stream of the run, in every group that it may lie in; return what stayed."""
    names = names_of(source)
    return tuple(
        leftover
        for group in names.all_groups
        for stem in names.stems
        for leftover in _delete_below(clients, names, group, stem)
    )


def _delete_below(clients: Clients, names: LogNames, group: str, stem: str) -> Iterator[Leftover]:
    try:
        with translated(f"list the streams of {group}"):
            pages = clients.logs.get_paginator("describe_log_streams").paginate(
                logGroupName=group, logStreamNamePrefix=stem
            )
            found = [stream["logStreamName"] for page in pages for stream in page["logStreams"]]
    except NotFound:
        return
    except EngineError as error:
        yield Leftover(kind="log stream", name=f"{group}:{stem}", reason=str(error))
        return
    for name in found:
        if names.kind_of(name) is not None:
            yield from _delete(clients, group, name)


def _delete(clients: Clients, group: str, name: str) -> Iterator[Leftover]:
    try:
        with translated(f"delete the stream {name}"):
            clients.logs.delete_log_stream(logGroupName=group, logStreamName=name)
    except NotFound:
        return
    except EngineError as error:
        yield Leftover(kind="log stream", name=f"{group}:{name}", reason=str(error))
