"""The driver's log of a run in CloudWatch Logs: both streams, found and read forward.

Knows when to guess a stream's name and when to ask for it.  Everything it knows of the run comes
from its ``LogSource``: nothing is asked of Glue.  What cannot be read is returned, never raised:
a log must not end a watch (apache/airflow#55804).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any

from plugin.aws.logs.names import ANALYSIS, Kind, names_of
from plugin.aws.logs.patience import Patience
from plugin.aws.logs.tail import Tail
from plugin.clients.aws.errors import translated
from plugin.core.errors import AccessDenied, EngineError, NotFound
from plugin.core.ports import LogChunk, LogNews, LogStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_logs import CloudWatchLogsClient

    from plugin.aws.logs.budget import LogBudget
    from plugin.aws.logs.names import LogNames
    from plugin.clients.aws.clients import Clients
    from plugin.core.ports import Clock, LogSource

FIRST_SEARCH_SECONDS, LONGEST_SEARCH_SECONDS = 10.0, 60.0
"""Until a stream that was guessed wrongly is searched, and between two searches."""
MOST_LATE_READS = 200
"""Reads of a stream from its start: 1.6 GB."""
ANALYSIS_PAGES, ANALYSIS_EVENTS = 2, 100
"""Requests for one, at most, and events of it, its last ones: what Glue says of the job as a whole
stands behind what it says of each task.  The first page of a new stream may be empty."""


@dataclass
class _Search:
    """One of the two streams: what it is read from, and how it is looked for until then."""

    tail: Tail
    next_at: float
    pause: float = FIRST_SEARCH_SECONDS
    denied: AccessDenied | None = None
    refused: EngineError | None = None
    """Why the last search said nothing."""
    gone: EngineError | None = None


@dataclass
class _Reading:
    """What one reading has brought so far."""

    is_last: bool
    until: float = inf
    chunks: list[LogChunk] = field(default_factory=list)
    problems: list[EngineError] = field(default_factory=list)
    is_cut: bool = False
    """Whether the time was over, or we were cancelled, before all was asked."""


class DriverLog:
    """Reads both streams of a run.  A stream that is not there yet is empty."""

    def __init__(
        self, clients: Clients, source: LogSource, *, budget: LogBudget, clock: Clock
    ) -> None:
        """Take the run; nothing is asked yet."""
        self._clients = clients
        self._budget = budget
        self._clock = clock
        self._source = source
        self._names = names_of(source)
        self._patience = Patience(clock)
        first_at = clock.monotonic() + FIRST_SEARCH_SECONDS
        self._searches = {
            stream: _Search(Tail(self._names.groups[stream][0], self._names.stems[0]), first_at)
            for stream in LogStream
        }

    def read(self, *, is_last: bool = False, until: float = inf) -> LogNews:
        """Return what is new since the last call; nothing twice."""
        reading = _Reading(is_last=is_last, until=until)
        if self._patience.is_pausing and not is_last:
            return LogNews()
        self._read_both(reading)
        tails = [search.tail for search in self._searches.values()]
        is_behind = reading.is_cut or any(tail.is_behind for tail in tails)
        if is_last and not is_behind:
            reading.problems += self._nothing_found()
        return LogNews(
            chunks=tuple(reading.chunks), problems=tuple(reading.problems), is_behind=is_behind
        )

    def _read_both(self, reading: _Reading) -> None:
        """Read both streams; the second one not after a silence, while the run goes on."""
        is_silent = False
        for stream, search in self._searches.items():
            since, before = self._clock.monotonic(), len(reading.problems)
            self._read(stream, search, reading)
            is_silent |= self._patience.is_silence(reading.problems[before:], since=since)
            if is_silent and not reading.is_last:
                break
        if not is_silent and not reading.is_cut:
            self._patience.answered()

    def late(self, *, until: float = inf) -> LogNews:
        """Read all once more from the start; return only what was never returned."""
        reading = _Reading(is_last=True, until=until)
        for stream, search in self._searches.items():
            if not search.tail.has_begun or search.denied or search.gone:
                continue
            if search.tail.restart():
                self._read_all(stream, search, reading)
        whole = (
            LogChunk(stream=chunk.stream, text=f"{chunk.text.removesuffix(chr(10))}\n")
            for chunk in reading.chunks
        )
        if reading.is_cut and not reading.problems and not self._clock.is_cancelled():
            reading.problems.append(EngineError("There was no time to read it once more."))
        return LogNews(chunks=tuple(whole), problems=tuple(reading.problems))

    def _read_all(self, stream: LogStream, search: _Search, reading: _Reading) -> None:
        for _ in range(MOST_LATE_READS):
            before = len(reading.problems)
            self._read(stream, search, reading)
            is_over = reading.is_cut or len(reading.problems) > before
            if is_over or not search.tail.is_behind:
                return

    def _read(self, stream: LogStream, search: _Search, reading: _Reading) -> None:
        """Add what is new of a stream.  What was read before an error is kept."""
        if search.denied or search.gone:
            reading.problems += filter(None, (search.denied, search.gone))
            return
        try:
            self._take(stream, search.tail, reading)
            is_found = search.tail.has_begun and not (reading.is_last and search.tail.is_empty)
        except NotFound as error:
            is_found = False
            if search.tail.has_begun:  # its retention is over, or somebody deleted it
                search.gone = error
                reading.problems.append(error)
                return
        except AccessDenied as error:
            search.denied = error
            reading.problems.append(error)
            return
        except EngineError as error:
            reading.problems.append(error)
            return
        if not is_found and self._has_found(stream, search, reading):
            self._read(stream, search, reading)

    def _take(self, stream: LogStream, tail: Tail, reading: _Reading) -> None:
        client = self._client(is_last=reading.is_last)
        for text in tail.read(client, partial(self._may_ask, reading)):
            reading.chunks.append(LogChunk(stream=stream, text=text))

    def _may_ask(self, reading: _Reading) -> bool:
        """Wait for a turn after the run's end, never before; nothing is asked after a cancel."""
        if not reading.is_last:
            return self._budget.has_turn()
        if not self._is_over(reading):
            self._budget.await_turn()
        reading.is_cut = reading.is_cut or self._is_over(reading)
        return not reading.is_cut

    def _is_over(self, reading: _Reading) -> bool:
        return self._clock.is_cancelled() or self._clock.monotonic() >= reading.until

    def _client(self, *, is_last: bool) -> CloudWatchLogsClient:
        """While the run goes on nobody waits for a log: the next look comes soon."""
        is_patient = is_last and not self._clock.is_cancelled() and not self._patience.is_lost
        return self._clients.logs if is_patient else self._clients.logs_hurried

    # --- the search --------------------------------------------------------------------------

    def _has_found(self, stream: LogStream, search: _Search, reading: _Reading) -> bool:
        """Look for the driver's stream, seldom; True when it is not the one that was guessed."""
        now = self._clock.monotonic()
        if now < search.next_at and not reading.is_last:
            return False
        search.next_at = now + search.pause
        search.pause = min(search.pause * 2, LONGEST_SEARCH_SECONDS)
        groups = self._names.groups[stream]
        if reading.is_last:
            groups += self._names.last_groups[stream]
        known = (search.tail.group, search.tail.name)
        search.refused = None
        for group in groups:
            for name in self._drivers_in(group, search, reading):
                if (group, name) != known:
                    search.tail = Tail(group, name)
                    return True
        return False

    def _drivers_in(self, group: str, search: _Search, reading: _Reading) -> Iterator[str]:
        client = self._client(is_last=reading.is_last)
        try:
            for stem in self._names.stems:
                if not self._may_ask(reading):
                    return
                yield from _streams(client, group, self._names, stem, Kind.DRIVER)
        except NotFound:
            return
        except EngineError as error:
            search.refused = error

    def _nothing_found(self) -> Iterator[EngineError]:
        """Say why, when no stream of the run was found at all."""
        searches = self._searches.values()
        if any(search.tail.has_begun or search.denied for search in searches):
            return
        refused = next((search.refused for search in searches if search.refused), None)
        groups = ", ".join(search.tail.group for search in searches)
        yield refused or NotFound(
            f"No log of the run {self._source.run_id} was found in {groups}.",
            hint="Check that the job's role may write logs (logs:CreateLogGroup,"
            " logs:CreateLogStream, logs:PutLogEvents) and use its key, if they are encrypted.",
        )

    # --- Glue's own analysis -----------------------------------------------------------------

    def analysis(self) -> tuple[str, ...]:
        """Return the messages of Glue's own analysis; empty when there is no such stream."""
        for group, name in self._analysis_places():
            try:
                return self._analysis_in(group, name)
            except NotFound:
                continue
        return ()

    def _analysis_places(self) -> Iterator[tuple[str, str]]:
        """Yield where the analysis may lie: beside the driver's stream, if it was found there."""
        tail = self._searches[LogStream.ERROR].tail
        groups = self._names.analysis_groups
        if tail.has_begun and tail.group in groups:
            yield tail.group, f"{tail.name.removesuffix('-driver')}{ANALYSIS}"
            return
        for group in groups:
            yield group, f"{self._names.stems[0]}{ANALYSIS}"

    def _analysis_in(self, group: str, name: str) -> tuple[str, ...]:
        following: dict[str, Any] = {}
        for _ in range(ANALYSIS_PAGES):
            self._budget.await_turn()
            if self._clock.is_cancelled():
                break
            with translated(f"read the analysis in {group}"):
                page = self._client(is_last=True).get_log_events(
                    logGroupName=group,
                    logStreamName=name,
                    startFromHead=False,
                    limit=ANALYSIS_EVENTS,
                    **following,
                )
                messages = tuple(event.get("message", "") for event in page["events"])
            token = page.get("nextBackwardToken", "")
            if messages or not token:
                return messages
            following = {"nextToken": token}
        return ()


def _streams(
    client: CloudWatchLogsClient, group: str, names: LogNames, stem: str, kind: Kind
) -> list[str]:
    """Return the run's streams of a kind below a stem; the shortest name first."""
    with translated(f"list the streams of {group}"):
        page = client.describe_log_streams(logGroupName=group, logStreamNamePrefix=stem)
        found = [stream["logStreamName"] for stream in page["logStreams"]]
    return sorted((name for name in found if names.kind_of(name) is kind), key=len)
