"""Which paths may be named, and what at the end of one may be read: plain files, not too large.

What git keeps about the repository is no part of the checkout: a token may lie there.
"""

from __future__ import annotations

import os
import stat
from itertools import takewhile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NoReturn

from plugin.core.errors import Unusable
from plugin.core.globs import is_glob

if TYPE_CHECKING:
    from collections.abc import Iterable

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes of one file that is shipped."""
_GIT = ".git"


def relative(path: str) -> str:
    """Return a path without needless parts.  Raises ``Unusable`` for one that nobody may name."""
    parts = PurePosixPath(path).parts
    if not path or path.startswith("/") or ".." in parts or "\0" in path:
        raise Unusable(
            f"{path!r} is not a path inside the checkout.", hint="Give it relative to its root."
        )
    if any("\ud800" <= character <= "\udfff" for character in path):
        raise Unusable(f"{path!r} is not a name in UTF-8.", hint="Rename the file.")
    if any(ord(character) < ord(" ") for character in path):
        raise Unusable(f"{path!r} holds a control character.", hint="Rename the file.")
    if any(part.casefold() == _GIT for part in parts):  # there are disks that know no case
        raise Unusable(f"{path} is git's own and no part of the checkout.")
    return "/".join(part for part in parts if part != ".")


def plain_part(pattern: str) -> str:
    """Return the folders that a pattern names plainly: only below them anything can match."""
    *folders, _ = pattern.split("/")
    return "/".join(takewhile(lambda folder: not is_glob(folder), folders))


def without_links(found: Iterable[tuple[str, bool]]) -> tuple[str, ...]:
    """Return the paths, sorted.  Raises ``Unusable`` for the first of them that is a link."""
    paths = sorted(found)
    for path, is_link in paths:
        if is_link:
            _refuse_link(path)
    return tuple(path for path, _ in paths)


def look(parent: int, name: str, path: str) -> os.stat_result:
    """Return what the disk says of a name in an open folder.  Raises ``Unusable`` for a link."""
    facts = os.stat(name, dir_fd=parent, follow_symlinks=False)
    if stat.S_ISLNK(facts.st_mode):
        _refuse_link(path, name)
    return facts


def refuse_what_is_no_plain_file(path: str, facts: os.stat_result) -> None:
    """Raise ``Unusable`` for folders, devices, pipes and the like, and for what is too large."""
    if stat.S_ISDIR(facts.st_mode):
        raise Unusable(f"{path} is a folder.", hint="Name a file, or a glob such as *.py.")
    if not stat.S_ISREG(facts.st_mode):
        raise Unusable(f"{path} is no plain file.")
    if facts.st_size > LARGEST_FILE:
        raise Unusable(
            f"{path} is larger than {LARGEST_FILE} bytes.",
            hint="Put it on S3 yourself, and give its address.",
        )


def _refuse_link(path: str, name: str = "") -> NoReturn:
    is_on_the_way = name not in {"", PurePosixPath(path).name}
    where = f"{path} lies behind {name}, which" if is_on_the_way else path
    raise Unusable(f"{where} is a symbolic link.", hint="Commit the file itself.")
