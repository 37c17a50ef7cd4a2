"""How long a whole report may wait for others, shared by all who wait.

Light to import, unlike the clients that spend it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(kw_only=True)
class Patience:
    """How many seconds may still be lost by waiting and by failed attempts.

    Enough for the minute that GitHub's secondary limit takes, and for what failed before it.
    """

    left_seconds: float = 90.0

    def spend(self, seconds: float) -> None:
        """Take what was lost off what is left."""
        self.left_seconds = max(0.0, self.left_seconds - seconds)
