"""Under which user a script runs.

Knows when another user can reach what a child needs.  Refuses to know what the child does.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from plugin.local.process import User

if TYPE_CHECKING:
    from collections.abc import Iterable

NOBODY = User(uid=65534, gid=65534)
"""The user and group that own nothing, by their numbers on Linux."""
BOOTSTRAP = Path(__file__).with_name("runtime") / "bootstrap.py"
"""The first file that a child runs."""
_CAPABILITIES = {"CHOWN": 0, "DAC_OVERRIDE": 1, "KILL": 5, "SETGID": 6, "SETUID": 7}
"""What it takes to make a folder another user's, to read and remove what that user left there, to
end its processes, and to become it; by the numbers of capabilities(7)."""
_STATUS = Path("/proc/self/status")
_PR_SET_DUMPABLE = 4
"""Source: prctl(2)."""


def needed_paths(python: str, *, is_spark: bool) -> tuple[Path, ...]:
    """Return what a child that runs `python` has to read, as far as we know."""
    paths = [Path(python).absolute(), Path(python).resolve()]
    if Path(python).absolute() == Path(sys.executable).absolute():
        paths += [Path(sys.prefix), Path(sys.base_prefix)]
        spark = find_spec("pyspark") if is_spark else None
        if spark is not None and spark.origin is not None:
            paths.append(Path(spark.origin))
    return tuple(paths)


def obstacle(paths: Iterable[Path], *, status: Path = _STATUS) -> str:
    """Return why the script cannot run as another user; empty when it can.

    `status` is the kernel's word on this process.
    """
    if os.geteuid() != 0:
        return "only root can change the user"
    if lacks := _lacking(status):
        return f"this root lacks the capabilities {', '.join(lacks)}"
    for path in paths:
        for place in (*reversed(path.absolute().parents), path.absolute()):
            if not _is_open(place):
                return f"another user cannot reach {place}"
    return ""


def hide_process() -> None:
    """Let other processes of our user read neither our environment nor our memory (Linux).

    It does not help against root.  Elsewhere it does nothing.
    """
    import ctypes

    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _lacking(status: Path) -> tuple[str, ...]:
    """Return the capabilities that a container took from root; none where nobody tells."""
    try:
        text = status.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ()  # no Linux
    found = re.search(r"^CapEff:\s*([0-9a-f]+)$", text, re.MULTILINE)
    held = int(found[1], 16) if found else -1
    return tuple(name for name, bit in _CAPABILITIES.items() if not held >> bit & 1)


def _is_open(path: Path) -> bool:
    """Whether everybody may enter a folder, or read a file."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    needed = stat.S_IXOTH if stat.S_ISDIR(mode) else stat.S_IROTH
    return bool(mode & needed)
