"""The server's own folder: made with a sign of life, and those of dead servers removed.

The sign is a file that the server holds locked; the lock goes with the process, however that ends.
Refuses to know what lies in the folder.

Only folders of our own user with such a file are removed: one without it is in the making, or not
ours to judge.  Everything is reached by open descriptors, so that no link and no exchanged folder
leads elsewhere.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "local-glue-"
ALIVE = ".alive"
_MAKING = ".alive.new"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_ANY_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, kw_only=True)
class Folder:
    """A folder that is ours until it is removed.  ``lock`` is a descriptor."""

    path: Path
    lock: int

    def remove(self) -> None:
        """Remove the folder with all in it, as far as we may; once."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self.lock)


def make_folder(parent: Path | None = None) -> Folder:
    """Make a folder below ``parent``, or below the one for temporary files.  Raises OSError."""
    path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    path.chmod(0o711)  # another user passes through to the run's own folder, and sees no names
    lock = os.open(path / _MAKING, _FILE | os.O_CREAT | os.O_EXCL, 0o600)
    with suppress(OSError):  # where there are no locks, the folder never looks alive or dead
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        (path / _MAKING).rename(path / ALIVE)  # it is locked when others see it first
    return Folder(path=path, lock=lock)


def remove_dead(parent: Path | None = None) -> tuple[str, ...]:
    """Remove the folders of servers of ours that were killed; return their names.  Never raises."""
    gone: list[str] = []
    with suppress(OSError), _opened(parent or Path(tempfile.gettempdir())) as above:
        for name in sorted(os.listdir(above)):  # noqa: PTH208 - of a descriptor
            if name.startswith(PREFIX):
                with suppress(OSError):
                    gone += _removed(above, name)
    return tuple(gone)


def _removed(above: int, name: str) -> Iterator[str]:
    """Yield the name of a folder that is gone now.  Raises OSError when it is not to go."""
    with _opened(name, above) as folder, _locked(folder):
        for entry in os.listdir(folder):  # noqa: PTH208 - of a descriptor
            if entry != ALIVE:  # last: without it nobody would come back for the rest
                _remove_entry(folder, entry)
        os.unlink(ALIVE, dir_fd=folder)
        os.rmdir(name, dir_fd=above)  # of an exchanged folder only an empty one goes
        yield name


def _remove_entry(folder: int, name: str) -> None:
    mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    if stat.S_ISDIR(mode):
        shutil.rmtree(name, dir_fd=folder)
    else:
        os.unlink(name, dir_fd=folder)


@contextmanager
def _opened(path: Path | str, above: int | None = None) -> Iterator[int]:
    descriptor = os.open(path, _FOLDER if above is not None else _ANY_FOLDER, dir_fd=above)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _locked(folder: int) -> Iterator[None]:
    """Hold the lock of a dead server's folder.  Raises OSError when it is alive, or not ours."""
    _hold_ours(folder)
    lock = os.open(ALIVE, _FILE, dir_fd=folder)
    try:
        _hold_ours(lock)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(lock)


def _hold_ours(descriptor: int) -> None:
    if os.fstat(descriptor).st_uid != os.geteuid():
        raise PermissionError("It is another user's.")
