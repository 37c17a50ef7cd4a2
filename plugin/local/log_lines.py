"""From a stream of bytes to log events.

Knows lines, UTF-8 and how long an event may be.  Refuses to know where events go.
"""

from __future__ import annotations

import codecs

MAX_EVENT_CHARACTERS = 65_000
"""At most four bytes each: below the 256 KB that CloudWatch Logs takes as one event."""

PATIENCE_SECONDS = 0.5
"""How long a line may stay unfinished before its beginning is sent."""


class LineBuffer:
    """Cuts what a process writes into events; each ends with the newline that was written.

    An unfinished line becomes an event without a newline, so that a reader who joins events gets
    the very text back.  Bytes that are no UTF-8 become replacement characters.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._rest = ""
        self._rest_since = 0.0

    def feed(self, data: bytes, now: float) -> list[str]:
        """Take bytes and return the events that are complete; `now` in seconds of any clock."""
        if not self._rest:
            self._rest_since = now
        self._rest += self._decoder.decode(data)
        *lines, rest = self._rest.split("\n")
        if lines:
            self._rest_since = now
        events = [piece for line in lines for piece in _pieces(f"{line}\n")]
        *full, self._rest = _pieces(rest) or [""]
        return events + full

    def unfinished(self, now: float) -> list[str]:
        """Return the beginning of a line that has waited long enough."""
        if not self._rest or now - self._rest_since < PATIENCE_SECONDS:
            return []
        events, self._rest = [self._rest], ""
        return events

    def close(self) -> list[str]:
        """Return what is left at the end."""
        events, self._rest = _pieces(self._rest + self._decoder.decode(b"", final=True)), ""
        return events


def _pieces(text: str) -> list[str]:
    """Cut a text that is too long for one event."""
    step = MAX_EVENT_CHARACTERS
    return [text[start : start + step] for start in range(0, len(text), step)]
