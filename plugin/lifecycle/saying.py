"""Which changes of a run are said while it is watched: of its state, and of why it waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugin.core.ports import Observer, Sighting

LONGEST_DETAIL = 200
"""Characters.  Glue's ``StateDetail`` may have 400,000 (botocore's Glue model)."""
_LOOKED_AT = 4 * LONGEST_DETAIL
DETAIL_SECONDS = 15.0
"""A detail that changes with every look, because it counts something, is not said each time."""


@dataclass
class Sayer:
    """Tells an observer what is new of one run."""

    observer: Observer
    check_name: str
    _said: tuple[str, str] = ("", "")
    _said_at: float = 0.0

    def say(self, seen: Sighting, now: float) -> None:
        """Tell the state when it or its detail changed; ``now`` are monotonic seconds."""
        new = (seen.state_name, short_detail(seen.detail))
        is_same_state = new[0] == self._said[0]
        if new == self._said or (is_same_state and now - self._said_at < DETAIL_SECONDS):
            return
        self._said, self._said_at = new, now
        self.observer.state_changed(self.check_name, *new)


def short_detail(detail: str) -> str:
    """Return what explains a state as one line, bounded."""
    line = " ".join(detail[:_LOOKED_AT].split())
    is_cut = len(line) > LONGEST_DETAIL or len(detail) > _LOOKED_AT
    return line[: LONGEST_DETAIL - 1] + "…" if is_cut else line
