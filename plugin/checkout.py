"""The files of the working tree: read only what lies inside it, whatever links say."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from plugin.core.errors import Unusable
from plugin.core.globs import matches

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes of one file that is shipped."""
MOST_BYTES = 512 * 1024 * 1024
"""Bytes of all files that are shipped together: they are held in memory."""
MOST_FILES = 20_000
"""Files that a glob or a folder may name; more is a mistake (a wrong folder, a link loop)."""


class WorkingTree:
    """A folder on disk as the ``Checkout`` port.

    A symbolic link is followed as long as it stays inside; what leaves is refused by name.
    """

    def __init__(self, root: Path) -> None:
        """Take the root of the checkout; it must exist."""
        self._root = root.resolve()
        self._bytes = 0

    def matches(self, pattern: str) -> tuple[str, ...]:
        """Return the files that match, sorted, hidden folders left out.  Links are not followed."""
        clean = self._relative(pattern)
        return tuple(path for path in sorted(self._walk("")) if matches(clean, path))

    def is_folder(self, path: str) -> bool:
        """Whether there is such a folder inside the checkout."""
        return self._inside(path).is_dir()

    def files_below(self, folder: str) -> tuple[str, ...]:
        """Return the files below a folder, sorted.  Hidden ones and links are left out."""
        if not self._inside(folder).is_dir():
            raise Unusable(f"{folder} is no folder.", hint="Check the path: it is relative.")
        return tuple(sorted(self._walk(self._relative(folder))))

    def read(self, path: str) -> bytes:
        """Return a file's bytes."""
        file = self._inside(path)
        try:
            descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            raise Unusable(f"{path} is missing.", hint=_NOT_CHECKED_OUT) from None
        except OSError as error:
            raise Unusable(f"{path} cannot be read: {error.strerror}.") from None
        try:
            facts = os.fstat(descriptor)
            _refuse_what_is_no_plain_file(path, facts)
            self._bytes += facts.st_size
            if self._bytes > MOST_BYTES:
                raise Unusable(f"{path} and others are larger than {MOST_BYTES} bytes together.")
            with os.fdopen(descriptor, "rb", closefd=False) as handle:
                return handle.read()
        finally:
            os.close(descriptor)

    def _relative(self, path: str) -> str:
        parts = PurePosixPath(path).parts
        if not path or path.startswith("/") or ".." in parts or "\0" in path:
            raise Unusable(
                f"{path!r} is not a path inside the checkout.", hint="Give it relative to its root."
            )
        if any("\ud800" <= character <= "\udfff" for character in path):
            raise Unusable(f"{path!r} is not a name in UTF-8.", hint="Rename the file.")
        if any(ord(character) < ord(" ") for character in path):
            raise Unusable(f"{path!r} holds a control character.", hint="Rename the file.")
        return "/".join(part for part in parts if part != ".")

    def _inside(self, path: str) -> Path:
        """Return the real file behind a path; refuse what a link puts outside."""
        relative = self._relative(path)
        try:
            real = (self._root / relative).resolve()
        except (OSError, RuntimeError):
            raise Unusable(f"{path} is a chain of links without an end.") from None
        if not real.is_relative_to(self._root):
            raise Unusable(
                f"{path} is a symbolic link that leaves the checkout.",
                hint="Commit the file itself.",
            )
        return real

    def _walk(self, below: str) -> Iterator[str]:
        found = 0
        for folder, folders, files in os.walk(self._root / below):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(files):
                file = Path(folder, name)
                if name.startswith(".") or file.is_symlink():
                    continue
                found += 1
                if found > MOST_FILES:
                    raise Unusable(
                        f"{below or 'The checkout'} holds more than {MOST_FILES} files.",
                        hint="Name a smaller folder.",
                    )
                yield file.relative_to(self._root).as_posix()


def _refuse_what_is_no_plain_file(path: str, facts: os.stat_result) -> None:
    if stat.S_ISDIR(facts.st_mode):
        raise Unusable(f"{path} is a folder.", hint="Name a file, or a glob such as *.py.")
    if not stat.S_ISREG(facts.st_mode):
        raise Unusable(f"{path} is no plain file.")
    if facts.st_size > LARGEST_FILE:
        raise Unusable(f"{path} is larger than {LARGEST_FILE} bytes.")


_NOT_CHECKED_OUT = "Check the path, and that the repository is checked out before this step."
