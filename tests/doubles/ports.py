"""A port that is free, and stays free until it is used."""

from __future__ import annotations

import secrets
import socket

_FIRST, _NUMBER = 20_000, 10_000
"""Below those that systems give to who asks for any: Linux begins at 32768, others at 49152."""


def quiet_port() -> int:
    """Return a free port of 127.0.0.1 that the system gives to nobody who asks for any.

    Drawn by the system: ``random`` is the same in all processes of a test run.
    """
    while True:
        port = _FIRST + secrets.randbelow(_NUMBER)
        with socket.socket() as asked:
            try:
                asked.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
