"""Appends to a file that a CI host made and reads when the step is over.

All or nothing: half an entry would make the whole file unreadable to the host.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def append(path: Path, text: str) -> None:
    """Append ``text`` in one write, on a line of its own; nothing when it is empty.

    Lone surrogates are spelled.  Raises ``OSError``; then the file is as it was.
    """
    if not text:
        return
    with path.open("ab+", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        data = text.encode("utf-8", "backslashreplace")
        try:
            _write(file.fileno(), data if _is_at_a_line(file.fileno(), size) else b"\n" + data)
        except OSError:
            with suppress(OSError):  # a device cannot be made shorter
                os.ftruncate(file.fileno(), size)
            raise


def size_of(path: Path) -> int:
    """Return the bytes that are in the file already; 0 when there is none."""
    return path.stat().st_size if path.exists() else 0


def _write(descriptor: int, data: bytes) -> None:
    if os.write(descriptor, data) < len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # a full disk takes a part


def _is_at_a_line(descriptor: int, size: int) -> bool:
    return size == 0 or os.pread(descriptor, 1, size - 1) == b"\n"
