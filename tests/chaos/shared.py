"""What the stage and the process on it have in common: a few numbers in shared memory.

Refuses to know what they are for.
"""

from __future__ import annotations

import math
import mmap
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_NUMBER = struct.Struct("d")
ALARMS = 4
"""So many signals can wait for their time."""
_NAMES = (
    "seconds", "heard", "latency", "hung", "rung_at",
    *(f"{name}_{n}" for n in range(ALARMS) for name in ("alarm_at", "alarm_signal")),
)  # fmt: skip


class Shared:
    """Numbers that two processes see.

    ``seconds``: the virtual time since the play began.  ``heard``: how many signals were handled.
    ``latency``: what a request that is not answered costs, in seconds.  ``hung``: 1 when all
    threads of the process waited for ever.  ``alarm_at_N``, ``alarm_signal_N``: the process sends
    itself that signal at that time, 0 for none; ``rung_at`` is when it did so first.
    """

    def __init__(self, path: Path) -> None:
        """Take the path of a file that is made where it is not there."""
        if not path.exists():
            path.write_bytes(bytes(_NUMBER.size * len(_NAMES)))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)

    def get(self, name: str) -> float:
        """Return a number."""
        value: float = _NUMBER.unpack_from(self._map, _NAMES.index(name) * _NUMBER.size)[0]
        return value

    def put(self, name: str, value: float) -> None:
        """Set a number."""
        _NUMBER.pack_into(self._map, _NAMES.index(name) * _NUMBER.size, value)

    def set_alarm(self, at: float, number: int) -> None:
        """Have the process send itself a signal at a time; raises StopIteration for one too many."""
        slot = next(n for n in range(ALARMS) if not self.get(f"alarm_at_{n}"))
        self.put(f"alarm_signal_{slot}", number)
        self.put(f"alarm_at_{slot}", at)

    def next_alarm(self) -> tuple[float, int]:
        """Return when the next signal is due, and in which slot; infinity for none."""
        waiting = ((self.get(f"alarm_at_{n}") or math.inf, n) for n in range(ALARMS))
        return min(waiting)

    def forget(self) -> None:
        """Begin a new process: nothing was heard, no alarm waits."""
        for name in _NAMES:
            if name not in {"seconds", "latency"}:
                self.put(name, 0)

    @property
    def seconds(self) -> float:
        """The virtual time since the play began."""
        return self.get("seconds")

    @seconds.setter
    def seconds(self, value: float) -> None:
        self.put("seconds", value)

    def close(self) -> None:
        """Let go of the memory."""
        self._map.close()
