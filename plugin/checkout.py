"""The files of the working tree: read only what lies inside it; no link is followed.

Every step on the way to a file is opened from the one before it, so that nothing can be put in its
place meanwhile.  What git keeps about the repository is no part of it: a token may lie there.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NoReturn

from plugin.core.errors import Unusable
from plugin.core.globs import is_glob, matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes of one file that is shipped."""
MOST_BYTES = 512 * 1024 * 1024
"""Bytes of all files that are shipped together: they are held in memory."""
MOST_FILES = 20_000
"""Files, folders among them, below what a glob or a folder names; more is a mistake."""
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
_GIT = ".git"
_NOT_CHECKED_OUT = "Check the path, and that the repository is checked out before this step."


class WorkingTree:
    """A folder on disk as the ``Checkout`` port.

    A symbolic link is refused by name, wherever it stands on the way and wherever it leads.
    """

    def __init__(self, root: Path) -> None:
        """Take the root of the checkout; it must exist, and may itself be behind a link."""
        self._root = root.resolve()
        self._bytes = 0

    def matches(self, pattern: str) -> tuple[str, ...]:
        """Return the files that match, sorted, hidden ones left out.

        A link that matches is refused: to leave it out would be a check that nobody misses.
        """
        clean = _relative(pattern)
        top = _plain_part(clean)
        if any(part.startswith(".") for part in top.split("/")) or not self.is_folder(top or "."):
            return ()
        depth = MOST_FILES if "**" in clean else clean.count("/")
        walked = self._walk(top, depth=depth)
        return _without_links((path, is_link) for path, is_link in walked if matches(clean, path))

    def is_folder(self, path: str) -> bool:
        """Whether there is such a folder inside the checkout."""
        try:
            return stat.S_ISDIR(self._facts(path).st_mode)
        except OSError:
            return False

    def files_below(self, folder: str) -> tuple[str, ...]:
        """Return the files below a folder, sorted, hidden ones left out.  Links are refused."""
        if not self.is_folder(folder):
            raise Unusable(f"{folder} is no folder.", hint="Check the path: it is relative.")
        return _without_links(self._walk(_relative(folder)))

    def read(self, path: str) -> bytes:
        """Return a file's bytes."""
        try:
            return self._read(path)
        except FileNotFoundError:
            raise Unusable(f"{path} is missing.", hint=_NOT_CHECKED_OUT) from None
        except OSError as error:
            raise Unusable(f"{path} cannot be read: {error.strerror}.") from None

    def _read(self, path: str) -> bytes:
        with self._opened_parent(path) as (parent, name):
            # before it is opened: to open a device can do something
            _refuse_what_is_no_plain_file(path, _look(parent, name, path))
            descriptor = os.open(name, _FILE, dir_fd=parent)
        with os.fdopen(descriptor, "rb") as file:
            facts = os.fstat(descriptor)
            _refuse_what_is_no_plain_file(path, facts)
            self._bytes += facts.st_size
            if self._bytes > MOST_BYTES:
                raise Unusable(
                    f"{path} and others are larger than {MOST_BYTES} bytes together.",
                    hint="Name fewer files, or put the large ones on S3 yourself.",
                )
            body = file.read(facts.st_size + 1)
        if len(body) != facts.st_size:
            raise Unusable(f"{path} changed while it was read.", hint="Run the check again.")
        return body

    def _facts(self, path: str) -> os.stat_result:
        """Return what the disk says of a path.  Raises ``OSError``, for links ``Unusable``."""
        with self._opened_parent(path) as (parent, name):
            return _look(parent, name, path)

    @contextmanager
    def _opened_parent(self, path: str) -> Iterator[tuple[int, str]]:
        """Yield a descriptor of the folder that holds a path, and the name in it."""
        *folders, name = PurePosixPath(_relative(path)).parts or (".",)
        at = os.open(self._root, _FOLDER)
        try:
            for folder in folders:
                _look(at, folder, path)
                below = os.open(folder, _FOLDER, dir_fd=at)
                os.close(at)
                at = below
            yield at, name
        finally:
            os.close(at)

    def _walk(self, below: str, *, depth: int = MOST_FILES) -> Iterator[tuple[str, bool]]:
        """Yield every file that is not hidden, and every link, with whether it is one.

        ``depth`` is how many folders below the root may be between it and a file.
        """
        seen = 0
        for folder, folders, files in os.walk(self._root / below, onerror=self._refuse_unread):
            folders[:] = [name for name in folders if not name.startswith(".")]
            seen += len(folders) + len(files)
            if seen > MOST_FILES:
                raise Unusable(
                    f"{below or 'The checkout'} holds more than {MOST_FILES} files.",
                    hint="Name a smaller folder.",
                )
            for name in (*folders, *(name for name in files if not name.startswith("."))):
                path = Path(folder, name)
                is_link = os.path.islink(path)  # noqa: PTH114 - Path's raises for a long one
                if is_link or name not in folders:
                    yield path.relative_to(self._root).as_posix(), is_link
            if len(Path(folder).relative_to(self._root).parts) >= depth:
                folders.clear()

    def _refuse_unread(self, error: OSError) -> NoReturn:
        """What is left out in silence is missed by nobody before the job runs."""
        path = os.path.relpath(error.filename, self._root)[:200]
        raise Unusable(f"{path} cannot be read: {error.strerror}.") from None


def _without_links(found: Iterable[tuple[str, bool]]) -> tuple[str, ...]:
    """Return the paths, sorted.  Raises ``Unusable`` for the first of them that is a link."""
    paths = sorted(found)
    for path, is_link in paths:
        if is_link:
            _refuse_link(path)
    return tuple(path for path, _ in paths)


def _plain_part(pattern: str) -> str:
    """Return the folders that a pattern names plainly: only below them anything can match."""
    *folders, _ = pattern.split("/")
    return "/".join(takewhile(lambda folder: not is_glob(folder), folders))


def _relative(path: str) -> str:
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


def _look(parent: int, name: str, path: str) -> os.stat_result:
    facts = os.stat(name, dir_fd=parent, follow_symlinks=False)
    if stat.S_ISLNK(facts.st_mode):
        _refuse_link(path, name)
    return facts


def _refuse_link(path: str, name: str = "") -> NoReturn:
    is_on_the_way = name not in {"", PurePosixPath(path).name}
    where = f"{path} lies behind {name}, which" if is_on_the_way else path
    raise Unusable(f"{where} is a symbolic link.", hint="Commit the file itself.")


def _refuse_what_is_no_plain_file(path: str, facts: os.stat_result) -> None:
    if stat.S_ISDIR(facts.st_mode):
        raise Unusable(f"{path} is a folder.", hint="Name a file, or a glob such as *.py.")
    if not stat.S_ISREG(facts.st_mode):
        raise Unusable(f"{path} is no plain file.")
    if facts.st_size > LARGEST_FILE:
        raise Unusable(
            f"{path} is larger than {LARGEST_FILE} bytes.",
            hint="Put it on S3 yourself, and give its address.",
        )
