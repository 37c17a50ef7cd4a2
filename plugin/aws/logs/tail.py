"""One stream of CloudWatch Logs, read forward by token.

Knows pages, tokens, and what it has told.  Refuses to know which stream it is.  GetLogEvents only:
FilterLogEvents answers with endless empty pages, a live tail never tells what was before it.
Sources: "GetLogEvents" (order by time, the same token again at the end, 24 hours for a token, empty
pages are normal); apache/airflow#44694 and #35431; amazon-dynamodb-tools#315, #317, #323.
"""

from __future__ import annotations

from array import array
from collections import Counter
from typing import TYPE_CHECKING, Any

from plugin.clients.aws.errors import translated
from plugin.core.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_logs import CloudWatchLogsClient

MOST_PAGES = 8
"""Pages, of 1 MB each, in one read: neither memory nor a cancel may suffer from a long log."""
MOST_EMPTY = 20
"""Empty pages in a row: some answer so for each hour of silence, some to no end."""
MOST_REMEMBERED = 2_000_000
"""Events of which a mark is kept, 8 bytes each; after a longer log nothing can be read again."""


class Tail:
    """A stream and the place up to which it was told."""

    def __init__(self, group: str, name: str) -> None:
        """Take the stream; nothing is asked yet."""
        self.group = group
        self.name = name
        self.is_behind = False
        """Whether the last read left pages unread."""
        self.has_begun = False
        """Whether the stream was there once."""
        self._token = ""
        self._empty = 0
        self._told = array("q")
        self._skipped: Counter[int] = Counter()
        self._keeps_ends = False

    @property
    def is_empty(self) -> bool:
        """Whether no event was seen yet."""
        return not self._told

    def read(self, client: CloudWatchLogsClient, may_ask: Callable[[], bool]) -> Iterator[str]:
        """Yield the texts of new events, page by page; what was yielded is told, whatever follows.

        Ends when ``may_ask`` says no.  Raises ``EngineError``.
        """
        self.is_behind = False
        for _ in range(MOST_PAGES):
            if not may_ask():
                return
            before = self._token
            events = self._page(client)
            text = self._text(events)
            if text:
                yield text
            self._empty = 0 if events else self._empty + 1
            if self._token in {before, ""} or self._empty > MOST_EMPTY:
                return
        self.is_behind = True

    def restart(self) -> bool:
        """Go back to the start; what was told is not told again.  False when that is not known."""
        if len(self._told) > MOST_REMEMBERED:
            return False
        self._token, self._skipped = "", Counter(self._told)
        return True

    def _page(self, client: CloudWatchLogsClient) -> list[Any]:
        try:
            return self._ask(client)
        except Refused:
            if not self._token or not self.restart():  # else the token is too old
                raise
        return self._ask(client)

    def _ask(self, client: CloudWatchLogsClient) -> list[Any]:
        following: dict[str, Any] = {"nextToken": self._token} if self._token else {}
        with translated(f"read the log {self.group}"):
            page = client.get_log_events(
                logGroupName=self.group,
                logStreamName=self.name,
                startFromHead=True,
                **following,
            )
            events: list[Any] = page["events"]
            self._token = page.get("nextForwardToken", "")
        self.has_begun = True
        return events

    def _text(self, events: list[Any]) -> str:
        """Return the events' text with their line breaks.

        Some writers keep the line break in the event, some leave it out.  Once a stream was seen to
        keep it, an event without one is a piece of a line that goes on.
        """
        new = [event.get("message", "") for event in events if self._is_new(event)]
        if not self._keeps_ends:
            self._keeps_ends = any(message.endswith("\n") for message in new)
        if self._keeps_ends:
            return "".join(new)
        return "".join(f"{message}\n" for message in new)

    def _is_new(self, event: Any) -> bool:  # noqa: ANN401 - botocore's event
        mark = hash((event.get("timestamp"), event.get("message", "")))
        if self._skipped:
            left = self._skipped.pop(mark, 0)
            if left > 1:
                self._skipped[mark] = left - 1
            if left:
                return False
        if len(self._told) <= MOST_REMEMBERED:
            self._told.append(mark)
        return True
