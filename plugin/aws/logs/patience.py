"""How a reader of logs bears a CloudWatch Logs that does not answer.

Knows what a silence is, and when to ask again.  Refuses to know what was asked.  While a run goes
on, a log that hangs must not delay the looks at it; after its end, it must not delay the verdict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.core.errors import AnswerLost, Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plugin.core.errors import EngineError
    from plugin.core.ports import Clock

SILENCE_SECONDS = 1.0
"""A request that is lost after so long was not refused: nobody answered."""
FIRST_PAUSE, LONGEST_PAUSE = 10.0, 60.0
"""Seconds without reading after a silence, while the run goes on."""


class Patience:
    """Remembers whether the last reading met a silence."""

    def __init__(self, clock: Clock) -> None:
        """Begin with trust."""
        self._clock = clock
        self._pause = 0.0
        self._next_at = clock.monotonic()

    @property
    def is_lost(self) -> bool:
        """Whether the last reading met a silence: then nobody waits long for the next answer."""
        return self._pause > 0

    @property
    def is_pausing(self) -> bool:
        """Whether it is too early to read again while the run goes on."""
        return self._clock.monotonic() < self._next_at

    def is_silence(self, problems: Iterable[EngineError], *, since: float) -> bool:
        """Whether what went wrong since then (the clock's ``monotonic``) is a silence; note it."""
        now = self._clock.monotonic()
        is_silence = now - since >= SILENCE_SECONDS and any(
            isinstance(error, AnswerLost | Unreachable) for error in problems
        )
        if is_silence:
            self._pause = min(max(2 * self._pause, FIRST_PAUSE), LONGEST_PAUSE)
            self._next_at = now + self._pause
        return is_silence

    def answered(self) -> None:
        """Note that a whole reading met no silence."""
        self._pause = 0.0
