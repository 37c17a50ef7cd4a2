"""A user's regular expression that cannot keep us busy for ever.

The pattern may come from a pull request, and Python's own ``re`` neither stops nor lets a signal
through while it backtracks.  ``regex`` takes a time limit and lets other threads run.
"""

from __future__ import annotations

import regex

LONGEST_SECONDS = 1.0
"""For one line."""


class Pattern:
    """A compiled pattern; it gives up on a line that takes it too long."""

    def __init__(self, text: str) -> None:
        """Raise ``ValueError`` when ``text`` is no regular expression."""
        try:
            self._compiled = regex.compile(text)
        except (regex.error, OverflowError, RecursionError, MemoryError):
            raise ValueError(f"{text[:60]!r} is not a regular expression") from None
        self.text = text

    def finds(self, line: str) -> bool:
        """Whether the pattern occurs in the line.  Raises ``TimeoutError`` after a second."""
        found = self._compiled.search(line, timeout=LONGEST_SECONDS, concurrent=True)
        return found is not None
