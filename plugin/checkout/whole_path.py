"""A file of the checkout by its whole path.  Opens nothing; what may be read others know."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def without_root(path: str, root: Path) -> str:
    """Return an absolute path inside the checkout relative to its root; any other as it is.

    ``root`` may be written in several ways: links may lead to it.  Below it none is looked at here:
    who opens the file refuses them.
    """
    whole = PurePosixPath(path)
    if not whole.is_absolute() or ".." in whole.parts or "\0" in path:
        return path
    for above in reversed(whole.parents):
        with suppress(OSError, ValueError):  # ValueError: a name that no file can have
            if os.path.samefile(above, root):  # noqa: PTH121 - of a pure path
                return whole.relative_to(above).as_posix()
    return path
