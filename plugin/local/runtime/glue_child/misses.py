"""Which modules the script itself asked for and nobody found, also when it went on without them.

A script that imports a library of Glue's inside ``try`` takes another way here than there: then
nobody knows how it is.  Knows Python's import system.  Refuses to know what Glue provides.
"""

import sys
from collections.abc import Iterator
from types import FrameType


class Misses:
    """The last finder on ``sys.meta_path``: it is asked when all others found nothing."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> None:
        """Find nothing; remember the top-level name when the main module asks for it."""
        frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the only way to see who asks
        while frame is not None and _is_import(frame):
            frame = frame.f_back
        if frame is not None and frame.f_globals.get("__name__") == "__main__":
            self.names.append(name.partition(".")[0])


def listen() -> None:
    """Begin to remember."""
    sys.meta_path.append(Misses())


def heard() -> Iterator[str]:
    """Yield what was not found since, in order."""
    for finder in sys.meta_path:
        if isinstance(finder, Misses):
            yield from finder.names


def _is_import(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).startswith("importlib")
