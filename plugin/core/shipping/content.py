"""What is too large to be held in memory: hashed when it is planned, read again when it is sent.

Knows the promise alone: what is read is what was hashed, or an error.  Refuses to know disks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


class Reading(Protocol):
    """Bytes, read forward."""

    def read(self, size: int = -1, /) -> bytes:
        """Return the next ``size`` bytes, or all that are left; fewer at the end alone.

        Raises ``FileChanged`` no later than with the last of them when they are not those that
        were hashed.
        """


class Content(Protocol):
    """A file that is read piece by piece, as often as it is sent."""

    @property
    def size(self) -> int:
        """Bytes."""

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes, in hexadecimal."""

    def opened(self) -> AbstractContextManager[Reading]:
        """Open it at its beginning, for one reader.  Raises ``FileChanged``.  Safe in threads."""
