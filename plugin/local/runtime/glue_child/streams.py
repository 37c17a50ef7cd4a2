"""What a script prints, whole.

Python's unbuffered streams hand a text to the system once, and forget what it did not take: a
signal while the pipe is full cuts it.  Knows the two streams.  Refuses to know who reads them.
"""

import io
import select
import sys
from typing import Any


class Whole(io.FileIO):
    """A file that writes all that it is given."""

    def write(self, data: Any, /) -> int:
        """Write bytes, in several calls when one was cut; return how many they are."""
        left = memoryview(data).cast("B")
        size = len(left)
        while left:
            written = super().write(left)
            if written is None:  # somebody made the pipe non-blocking, and it is full
                select.select((), (self,), ())
            left = left[written or 0 :]
        return size


def make_whole() -> None:
    """Let standard output and error write all that they are given; buffered ones do already."""
    for name, number in (("stdout", 1), ("stderr", 2)):
        stream = getattr(sys, name)
        if not isinstance(getattr(stream, "buffer", None), io.RawIOBase):
            continue
        file = Whole(number, "w", closefd=False)
        file.name = f"<{name}>"
        whole: Any = io.TextIOWrapper(
            file, encoding=stream.encoding, errors=stream.errors, newline="\n", write_through=True
        )
        whole.mode = stream.mode  # Python sets it on its own, too
        setattr(sys, name, whole)
        setattr(sys, f"__{name}__", whole)
