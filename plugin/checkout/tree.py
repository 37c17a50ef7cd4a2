"""The working tree as the ``Checkout`` port.

Every step on the way to a file is opened from the one before it, so that nothing can be put in its
place meanwhile.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NoReturn

from plugin.checkout.content import LARGEST_HELD, FileContent, digest_of
from plugin.checkout.paths import (
    look,
    plain_part,
    refuse_what_is_no_plain_file,
    relative,
    without_links,
)
from plugin.core.errors import Unusable
from plugin.core.globs import matches

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from plugin.core.shipping.content import Content

MOST_HELD = 32 * 1024 * 1024
"""Bytes of small files that are held together; what comes after them is read again, too."""
MOST_BYTES = 512 * 1024 * 1024
"""Bytes of all files that are shipped together: more is a mistake."""
MOST_FILES = 20_000
"""Files, folders among them, below what a glob or a folder names; more is a mistake."""
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
_NOT_CHECKED_OUT = "Check the path, and that the repository is checked out before this step."
_BELOW_THE_ROOT = (
    "Paths begin at the folder where this program is started, and the root of the repository is"
    " above it: start it there, or check the path."
)


class WorkingTree:
    """A folder on disk as the ``Checkout`` port.

    A symbolic link is refused by name, wherever it stands on the way and wherever it leads.
    """

    def __init__(self, root: Path) -> None:
        """Take the root of the checkout; it must exist, and may itself be behind a link."""
        self._root = root.resolve()
        self._bytes = 0
        self._held = 0

    def matches(self, pattern: str) -> tuple[str, ...]:
        """Return the files that match, sorted, hidden ones left out.

        A link that matches is refused: to leave it out would be a check that nobody misses.
        """
        clean = relative(pattern)
        top = plain_part(clean)
        if any(part.startswith(".") for part in top.split("/")) or not self.is_folder(top or "."):
            return ()
        depth = MOST_FILES if "**" in clean else clean.count("/")
        walked = self._walk(top, depth=depth)
        return without_links((path, is_link) for path, is_link in walked if matches(clean, path))

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
        return without_links(self._walk(relative(folder)))

    def read(self, path: str) -> bytes:
        """Return a file's bytes."""
        with self._told(path), self._opened(path) as file:
            return _whole(path, file, self._counted(path, file))

    def content(self, path: str) -> bytes | Content:
        """Return a small file's bytes; of a large one the digest, and how it is read again."""
        with self._told(path), self._opened(path) as file:
            size = self._counted(path, file)
            if size <= min(LARGEST_HELD, MOST_HELD - self._held):
                self._held += size
                return _whole(path, file, size)
            digest = digest_of(file, size)
        if not digest:
            raise _changing(path)
        again = partial(self._opened, path)
        return FileContent(path=path, size=size, digest=digest, open_file=again)

    @contextmanager
    def _told(self, path: str) -> Iterator[None]:
        """Turn what the disk says of a path into words."""
        try:
            yield
        except FileNotFoundError:
            hint = _BELOW_THE_ROOT if self._is_below_the_root() else _NOT_CHECKED_OUT
            raise Unusable(f"{path} is missing.", hint=hint) from None
        except OSError as error:
            raise Unusable(f"{path} cannot be read: {error.strerror}.") from None

    def _is_below_the_root(self) -> bool:
        """Whether a folder above holds the repository, and this one none."""
        has_git = [os.path.lexists(at / ".git") for at in (self._root, *self._root.parents)]
        return any(has_git) and not has_git[0]

    @contextmanager
    def _opened(self, path: str) -> Iterator[BinaryIO]:
        """Yield a plain file, opened.  Raises ``OSError``, for anything else ``Unusable``."""
        with self._opened_parent(path) as (parent, name):
            # before it is opened: to open a device can do something
            refuse_what_is_no_plain_file(path, self._look(parent, name, path))
            descriptor = os.open(name, _FILE, dir_fd=parent)
        with os.fdopen(descriptor, "rb") as file:
            refuse_what_is_no_plain_file(path, os.fstat(descriptor))
            yield file

    def _counted(self, path: str, file: BinaryIO) -> int:
        """Return a file's size, and count it.  Raises ``Unusable`` when that is too much."""
        size = os.fstat(file.fileno()).st_size
        self._bytes += size
        if self._bytes > MOST_BYTES:
            raise Unusable(
                f"{path} and others are larger than {MOST_BYTES} bytes together.",
                hint="Name fewer files, or put the large ones on S3 yourself.",
            )
        return size

    def _facts(self, path: str) -> os.stat_result:
        """Return what the disk says of a path.  Raises ``OSError``, for links ``Unusable``."""
        with self._opened_parent(path) as (parent, name):
            return self._look(parent, name, path)

    def _look(self, parent: int, name: str, path: str) -> os.stat_result:
        """Look before anything is opened.  What happens between the two, a test plays here."""
        return look(parent, name, path)

    @contextmanager
    def _opened_parent(self, path: str) -> Iterator[tuple[int, str]]:
        """Yield a descriptor of the folder that holds a path, and the name in it."""
        *folders, name = PurePosixPath(relative(path)).parts or (".",)
        at = os.open(self._root, _FOLDER)
        try:
            for folder in folders:
                self._look(at, folder, path)
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


def _whole(path: str, file: BinaryIO, size: int) -> bytes:
    body = file.read(size + 1)
    if len(body) != size:
        raise _changing(path)
    return body


def _changing(path: str) -> Unusable:
    return Unusable(f"{path} changed while it was read.", hint="Run the check again.")
