"""How many runs are watched at this moment, by all threads of the process."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Crowd:
    """A count that is safe in threads."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._size = 0
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """How many are in it now."""
        return self._size

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Be one of them inside the block."""
        with self._lock:
            self._size += 1
        try:
            yield
        finally:
            with self._lock:
                self._size -= 1
