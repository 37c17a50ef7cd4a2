"""A folder as a zip whose bytes depend on names and contents alone.

Knows the format.  Refuses to know which files go in, and what they are for.
"""

from __future__ import annotations

import io
import stat
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_WHEN = (1980, 1, 1, 0, 0, 0)
"""The earliest time that the format can hold."""
_UNIX = 3
"""The system that the header names, whatever this one is."""
_LEVEL = 6
"""How hard is compressed.  Said here, because a default may change."""


def zip_of(names: Iterable[str], content_of: Callable[[str], bytes]) -> bytes:
    """Return a zip with these files, in the order of their names; one at a time is read.

    Neither times, modes, the order of ``names`` nor this machine's system go in.  Source: the
    fields of the local and central headers in PKWARE's APPNOTE.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(names):
            entry = zipfile.ZipInfo(name, date_time=_WHEN)
            entry.create_system = _UNIX
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, content_of(name), zipfile.ZIP_DEFLATED, _LEVEL)
    return buffer.getvalue()
