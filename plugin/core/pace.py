"""How long to wait between two looks at a run."""

from __future__ import annotations

from dataclasses import dataclass

LOCAL_SECONDS = 0.1
QUICK_SECONDS = 2.0
SLOW_SECONDS = 5.0
QUICK_FOR = 60.0


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Quick just after the start, when most broken scripts fail; slower later; local is cheap."""

    is_local: bool

    def seconds(self, elapsed: float) -> float:
        """Return the seconds until the next look, ``elapsed`` seconds after the start."""
        if self.is_local:
            return LOCAL_SECONDS
        return QUICK_SECONDS if elapsed < QUICK_FOR else SLOW_SECONDS
