"""A file that is read twice: hashed when the plan is made, and piece by piece when it is sent.

A build beside us may write to it meanwhile, or a pull request's own may do so on purpose.  So what
is read is held against the digest: a reader that gives the last bytes has given the hashed ones.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugin.core.errors import FileChanged, Unusable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from typing import BinaryIO

LARGEST_HELD = 1024 * 1024
"""Bytes.  A file up to this size is held: to send it takes as much memory anyway."""
_PIECE = 1024 * 1024
_HINT = (
    "Ship what nothing writes to while the check runs: build it before this step, or copy it, and"
    " run the check again."
)


def digest_of(file: BinaryIO, size: int) -> str:
    """Return the SHA-256 of a file of ``size`` bytes, in hexadecimal.

    Empty when it has more by now, or fewer: one that somebody fills would have no end.
    """
    digest, left = hashlib.sha256(), size
    while piece := file.read(min(_PIECE, left + 1)):
        digest.update(piece)
        left -= len(piece)  # down to -1, and then nothing more is asked for
    return "" if left else digest.hexdigest()


@dataclass(frozen=True, kw_only=True)
class FileContent:
    """A file of the checkout as the ``Content`` port.

    ``open_file`` opens it as it was opened for the plan: with every step on the way looked at.
    """

    path: str
    size: int
    digest: str
    open_file: Callable[[], AbstractContextManager[BinaryIO]] = field(repr=False)

    @contextmanager
    def opened(self) -> Iterator[_Checked]:
        """Open it anew.  Raises ``FileChanged``, also for a link that lies there by now."""
        with ExitStack() as stack:
            try:
                file = stack.enter_context(self.open_file())
                size = os.fstat(file.fileno()).st_size
            except Unusable as error:
                raise changed(self.path, f"It is refused by now: {error.message}") from None
            except OSError as error:
                raise changed(
                    self.path, f"It cannot be opened any more: {error.strerror}."
                ) from None
            if size != self.size:
                raise changed(self.path, f"It had {self.size} bytes, and has {size}.")
            yield _Checked(self, file)


class _Checked:
    """Reads forward, and tells with the last bytes whether they all are those that were hashed."""

    def __init__(self, content: FileContent, file: BinaryIO) -> None:
        self._content = content
        self._file = file
        self._left = content.size
        self._digest = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes.  Raises ``FileChanged``."""
        wanted = self._left if size < 0 else min(size, self._left)
        path = self._content.path
        try:
            piece = self._file.read(wanted)
        except OSError as error:
            raise changed(path, f"It cannot be read any more: {error.strerror}.") from None
        if len(piece) != wanted:
            raise changed(path, f"It had {self._content.size} bytes, and has fewer.")
        self._digest.update(piece)
        self._left -= len(piece)
        if not self._left and self._digest.hexdigest() != self._content.digest:
            raise changed(path, "It has as many bytes, but others.")
        return piece


def changed(path: str, how: str) -> FileChanged:
    """Return the error; ``how`` is a sentence."""
    words = f"{path} changed between the plan and its upload, so nothing of it was kept. {how}"
    return FileChanged(words, hint=_HINT)
