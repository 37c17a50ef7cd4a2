"""A child never outlives its server: a pipe tells when the server is gone, then all of us end.

Knows processes of a session.  Refuses to know why the server ended.
"""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

_FIELD_OF_SESSION = 3  # after pid and (name) in /proc/<pid>/stat: state, ppid, pgrp, session


def hold(fd: int | None) -> None:
    """Watch the read end ``fd`` of the server's pipe; at its end kill everything of this run.

    The descriptor is moved out of the script's way and is not passed on to its children.
    """
    if fd is None:
        return
    try:
        own = os.dup(fd)  # dup makes it non-inheritable
        os.close(fd)
    except OSError:
        # No pipe, no server: whoever started us by hand wants no lifeline.
        return
    threading.Thread(target=_wait, args=(own,), name="lifeline", daemon=True).start()


def _wait(fd: int) -> None:
    try:
        while os.read(fd, 1):
            pass
    except OSError:
        return  # the script closed every descriptor; the server still kills by session
    kill_session()


def kill_session() -> None:
    """Kill every process of our session, ourselves last; only if the session is our own."""
    own = os.getpid()
    if os.getsid(0) == own:
        for pid in processes_of_session(own):
            if pid != own:
                _kill(pid)
        os.killpg(own, signal.SIGKILL)
    os.kill(own, signal.SIGKILL)


def processes_of_session(session: int) -> Iterator[int]:
    """Process ids in ``session``; none where there is no /proc."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue  # ended meanwhile
        # The name in parentheses may hold anything, even a closing parenthesis.
        fields = stat.rpartition(")")[2].split()
        if fields[_FIELD_OF_SESSION] == str(session):
            yield int(folder.name)


def _kill(pid: int) -> None:
    # It may have ended meanwhile, or not be ours to kill.
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)
