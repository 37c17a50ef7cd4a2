"""A text stream that never raises: a reader that has left must not end a check's clean-up."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO


class SafeStream:
    r"""Writes to ``stream`` until that fails, and to nobody from then on.

    Characters that the stream's encoding lacks are spelled out (``\u6f22``).  Has the few methods
    of a text stream that printing needs.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_gone = False
        self.encoding = getattr(stream, "encoding", None) or "utf-8"

    def isatty(self) -> bool:
        """Whether it is a terminal; a closed stream is none."""
        try:
            return self._stream.isatty()
        except ValueError:
            return False

    def write(self, text: str) -> int:
        """Write ``text``; return how many characters were taken."""
        if not self._is_gone:
            try:
                data = text.encode(self.encoding, "backslashreplace")
                self._stream.write(data.decode(self.encoding))
            except (OSError, ValueError):
                self._is_gone = True
        return len(text)

    def flush(self) -> None:
        """Hand on what is buffered."""
        if not self._is_gone:
            try:
                self._stream.flush()
            except (OSError, ValueError):
                self._is_gone = True
