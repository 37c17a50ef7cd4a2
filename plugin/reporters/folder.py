"""Writes files into the report folder, which may lie in a checkout that a stranger wrote.

Every folder below the base is opened from the one before it and never through a symbolic link, so
that no file is written elsewhere.  A file appears whole or not at all.  What is in it is not known
here.
"""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from plugin.core.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILE_MODE = 0o644
_FOLDER_MODE = 0o755
# O_PATH: passing through a folder needs no right to list it.  macOS has no such flag.
_PASS = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_HINT = "Choose another report_dir, or make it a folder that can be written, without links."


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
            with self._opened() as folder:
                _replace_file(folder, name, data)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise PluginError(
                f"{self._path / name} was not written: {reason}.", hint=_HINT
            ) from error
        return self._path / name

    @contextmanager
    def _opened(self) -> Iterator[int]:
        """Yield a descriptor of the folder; folders that are missing are made."""
        start, parts = self._walk()
        folder = os.open(start, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for part in parts:
                inner = _enter(folder, part)
                os.close(folder)
                folder = inner
            yield folder
        finally:
            os.close(folder)

    def _walk(self) -> tuple[Path, tuple[str, ...]]:
        """Return where to start and the folders to enter from there, without ``..``."""
        base = Path(os.path.abspath(self._base))  # noqa: PTH100 - resolve() would follow links
        target = Path(os.path.normpath(base / self._path))
        start = base if target.is_relative_to(base) else Path(target.anchor)
        return start, target.relative_to(start).parts


def _enter(folder: int, name: str) -> int:
    """Open the folder ``name`` in ``folder``; make it when it is missing."""
    try:
        return os.open(name, _PASS, dir_fd=folder)
    except FileNotFoundError:
        os.mkdir(name, _FOLDER_MODE, dir_fd=folder)
        return os.open(name, _PASS, dir_fd=folder)
    except NotADirectoryError as error:  # so Linux calls a link here
        raise NotADirectoryError(
            error.errno, f"{name} is a symbolic link or a file, not a folder"
        ) from error


def _replace_file(folder: int, name: str, data: bytes) -> None:
    """Write a new file beside the old one and put it in its place in one step."""
    temporary = f".{name}.{secrets.token_hex(8)}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(temporary, flags, _FILE_MODE, dir_fd=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, _FILE_MODE)
            file.write(data)
        os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary, dir_fd=folder)
        raise
