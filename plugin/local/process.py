"""One child process in a session of its own, and how to end all that it started.

Knows processes, signals and pipes.  Refuses to know jobs and why a child should end.

A Spark driver starts a JVM, and pyspark starts workers that leave the process group on purpose.
What they all share is the session, and, for those that leave even that, a mark in their
environment: both are looked for until nothing is left.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PROC = Path("/proc")
_STATE, _SESSION = 0, 3  # fields of /proc/<pid>/stat behind the name: state, ppid, pgrp, session
_ENDED = frozenset({"Z", "X"})
_PAUSE_SECONDS = 0.01
_GIVE_UP_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class User:
    """Another user for a child."""

    uid: int
    gid: int


@contextlib.contextmanager
def lifeline() -> Iterator[int]:
    """Open a pipe for one child and yield its read end.

    Nobody but us holds the write end: when we are gone, however that came, the child reads the
    pipe's end and kills its own session.
    """
    reader, writer = os.pipe()
    try:
        yield reader
    finally:
        os.close(writer)
        os.close(reader)


class Child:
    """A running command.  `stdout` and `stderr` are read ends of pipes, the reader's to close."""

    def __init__(self, popen: subprocess.Popen[bytes], mark: str) -> None:
        assert popen.stdout is not None  # noqa: S101 - Popen was told to make it
        assert popen.stderr is not None  # noqa: S101 - as above
        self._popen = popen
        self._mark = mark.encode()
        self._ended = threading.Event()
        self.pid = popen.pid
        self.stdout = popen.stdout
        self.stderr = popen.stderr

    def on_exit(self, told: Callable[[], None]) -> None:
        """Call `told` from another thread as soon as the command has ended."""

        def wait() -> None:
            self._popen.wait()
            self._ended.set()
            told()

        threading.Thread(target=wait, name=f"wait for {self.pid}", daemon=True).start()

    @property
    def exit_code(self) -> int | None:
        """The exit code as a shell tells it, 128 + N for signal N; None while it runs."""
        code = self._popen.returncode
        return 128 - code if code is not None and code < 0 else code

    def terminate(self) -> None:
        """Ask the child's process group to end."""
        _signal_group(self.pid, signal.SIGTERM)

    def kill_all(self) -> None:
        """Kill every process of the session and every one that bears the mark; wait for the end.

        To be called after `on_exit`.  Gives up after some seconds: the kernel may hold a process.
        Where there is no /proc, the process group is all that can be reached.
        """
        _signal_group(self.pid, signal.SIGKILL)
        give_up = time.monotonic() + _GIVE_UP_SECONDS
        pause = threading.Event()
        while (left := tuple(_survivors(self.pid, self._mark))) and time.monotonic() < give_up:
            for pid in left:
                _signal(pid, signal.SIGKILL)
            pause.wait(_PAUSE_SECONDS)
        self._ended.wait(_GIVE_UP_SECONDS)


def spawn(
    command: tuple[str, ...],
    *,
    folder: Path,
    environ: Mapping[str, str],
    user: User | None,
    inherited: int,
    mark: str,
) -> Child:
    """Start `command` in a session of its own; raises OSError.

    `inherited` is the one file descriptor that it keeps besides its streams; `mark` is a text in
    `environ` that nothing else on this machine has in its own.
    """
    popen = subprocess.Popen(
        command,
        cwd=folder,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        pass_fds=(inherited,),
        user=None if user is None else user.uid,
        group=None if user is None else user.gid,
        extra_groups=None if user is None else (),
        umask=-1 if user is None else 0o077,
    )
    return Child(popen, mark)


def _survivors(session: int, mark: bytes) -> Iterator[int]:
    """Yield the living processes of a session or with a mark, without ourselves."""
    folders = PROC.glob("[0-9]*") if PROC.is_dir() else ()
    for folder in folders:
        pid = int(folder.name)
        if pid != os.getpid() and _belongs(folder, session, mark):
            yield pid


def _belongs(folder: Path, session: int, mark: bytes) -> bool:
    try:
        # The name in parentheses may hold anything, even a closing parenthesis.
        fields = (folder / "stat").read_bytes().rpartition(b")")[2].split()
        if fields[_STATE].decode() in _ENDED:
            return False
        return int(fields[_SESSION]) == session or mark in (folder / "environ").read_bytes()
    except OSError:
        return False  # gone meanwhile, or another user's: not ours


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(OSError):  # gone already
        os.killpg(group, number)


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(OSError):  # gone already
        os.kill(pid, number)
