"""Writes files into the report folder, which may lie in a checkout that a stranger wrote.

Every folder below the base is opened from the one before it and never through a symbolic link, so
that no file is written elsewhere.  A file appears whole or not at all.  Where we are root (in a
container), what we make is given to the owner of the workspace, who could not remove it otherwise:
on open descriptors of what is ours and new, never by name.  What is in a file is not known here.
"""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from plugin.core.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Iterator

_READ_BYTES = 4096
_FILE_MODE = 0o644
_FOLDER_MODE = 0o755
# O_PATH: passing through a folder needs no right to list it.  macOS has no such flag.
_FOLDER = os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_PASS = getattr(os, "O_PATH", os.O_RDONLY) | _FOLDER
_HINT = "Choose another report_dir, or make it a folder that can be written, without links."


class _Owner(NamedTuple):
    uid: int
    gid: int


class Folder:
    """The report folder.

    ``path`` is where it is, absolute or below ``base``; ``base`` is the checkout's root (or the
    working directory), which is trusted itself.  An absolute path outside of it is walked from /.
    """

    def __init__(self, path: Path, *, base: Path) -> None:
        self._path = path
        self._base = base

    def write(self, name: str, text: str) -> Path:
        """Write ``text`` as the file ``name``, replacing an older one; return its path as given.

        Lone surrogates are spelled out.  Raises ``PluginError`` with a hint.
        """
        data = text.encode("utf-8", "backslashreplace")
        try:
            with self._opened() as (folder, owner):
                _replace_file(folder, name, data, owner)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise PluginError(
                f"{self._path / name} was not written: {reason}.", hint=_HINT
            ) from error
        return self._path / name

    def add(self, name: str, text: str) -> bool:
        """Write ``text`` as the file ``name`` where nothing has that name; say whether it was so.

        A link is a name too.  Lone surrogates are spelled out.
        """
        data = text.encode("utf-8", "backslashreplace")
        try:
            with self._opened() as (folder, owner):
                _new_file(folder, name, data, owner)
        except (OSError, ValueError):
            return False
        return True

    def remove(self, name: str) -> None:
        """Remove the file or link ``name``, never what a link leads to.

        What is not there, is a folder or may not be removed stays as it is.
        """
        with suppress(OSError, ValueError), self._opened(is_made=False) as (folder, _owner):
            os.unlink(name, dir_fd=folder)

    @property
    def holds_base(self) -> bool:
        """Whether it is the base, or a folder that the base lies in."""
        target = Path(os.path.normpath(self._base_path / self._path))
        return self._base_path.is_relative_to(target)

    def read(self, name: str) -> str:
        """Return the text of the small file ``name``; nothing is made, and nothing waited for.

        Empty where there is no regular file, or a link on the way.
        """
        try:
            with self._opened(is_made=False) as (folder, _owner):
                return _read_file(folder, name).decode("utf-8", "replace")
        except (OSError, ValueError):
            return ""

    @contextmanager
    def _opened(self, *, is_made: bool = True) -> Iterator[tuple[int, _Owner | None]]:
        """Yield a descriptor of the folder and whose its files shall be; make what is missing.

        Inside the base they are the base's owner's, also in a folder that an earlier run left to
        root; outside of it they are the owner's of the last folder on the way that was there.
        """
        start, parts = self._walk()
        folder = os.open(start, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            owner = _owner_of(folder)
            for part in parts:
                inner, is_new = _enter(folder, part, owner) if is_made else _pass(folder, part)
                os.close(folder)
                folder = inner
                if not is_new and start != self._base_path:
                    owner = _owner_of(folder)
            yield folder, owner
        finally:
            os.close(folder)

    @property
    def _base_path(self) -> Path:
        return Path(os.path.abspath(self._base))  # noqa: PTH100 - resolve() would follow links

    def _walk(self) -> tuple[Path, tuple[str, ...]]:
        """Return where to start and the folders to enter from there, without ``..``."""
        base = self._base_path
        target = Path(os.path.normpath(base / self._path))
        start = base if target.is_relative_to(base) else Path(target.anchor)
        return start, target.relative_to(start).parts


def _owner_of(descriptor: int) -> _Owner | None:
    """Return user and group of a folder; None unless we are root and may give files away."""
    if os.geteuid() != 0:
        return None
    found = os.fstat(descriptor)
    return _Owner(found.st_uid, found.st_gid)


def _give(descriptor: int, owner: _Owner | None) -> None:
    """Give what is open to an owner.  A refusal is no error: the file is there all the same.

    Without the capability, in a user namespace or on NFS, root is told no.
    """
    if owner is not None:
        with suppress(OSError):
            os.fchown(descriptor, owner.uid, owner.gid)


def _pass(folder: int, name: str) -> tuple[int, bool]:
    """Open the folder ``name`` in ``folder``; it is not new."""
    return os.open(name, _PASS, dir_fd=folder), False


def _enter(folder: int, name: str, owner: _Owner | None) -> tuple[int, bool]:
    """Open the folder ``name`` in ``folder``; make it when it is missing; say whether it is new."""
    try:
        return _pass(folder, name)
    except FileNotFoundError:
        os.mkdir(name, _FOLDER_MODE, dir_fd=folder)
        return _opened_new(folder, name, owner), True
    except NotADirectoryError as error:  # so Linux calls a link here
        raise NotADirectoryError(
            error.errno, f"{name} is a symbolic link or a file, not a folder"
        ) from error


def _opened_new(folder: int, name: str, owner: _Owner | None) -> int:
    """Open a folder that we have just made, and give it away.

    Whoever may write into ``folder`` can put another one in its place before we open it: one that
    is not empty is not ours.
    """
    made = os.open(name, os.O_RDONLY | _FOLDER, dir_fd=folder)
    try:
        if not os.listdir(made):  # noqa: PTH208 - a descriptor has no Path
            _give(made, owner)
    except BaseException:
        os.close(made)
        raise
    return made


def _read_file(folder: int, name: str) -> bytes:
    """Read the beginning of a regular file, not through a link; a FIFO or a device is none."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with os.fdopen(os.open(name, flags, dir_fd=folder), "rb") as file:
        return file.read(_READ_BYTES) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else b""


def _replace_file(folder: int, name: str, data: bytes, owner: _Owner | None) -> None:
    """Write a new file beside the old one and put it in its place in one step."""
    temporary = f".{name}.{secrets.token_hex(8)}"
    _new_file(folder, temporary, data, owner)
    try:
        os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary, dir_fd=folder)
        raise


def _new_file(folder: int, name: str, data: bytes, owner: _Owner | None) -> None:
    """Write a file that was not there; what cannot be written whole is removed again."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(name, flags, _FILE_MODE, dir_fd=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, _FILE_MODE)
            file.write(data)
            _give(descriptor, owner)
    except BaseException:
        with suppress(OSError):
            os.unlink(name, dir_fd=folder)
        raise
