"""A process that has imported everything, and is forked for each command.

It reads errands from its standard input, a line of JSON each, and writes two lines of JSON for
each: the process's id when it began, and how it ended.  It has one thread, so that it may fork.
"""

# The order of the imports is the point: time first.
# ruff: noqa: E402, I001
from __future__ import annotations

from tests.chaos import turns

turns.install()

import gc
import importlib
import json
import os
import pkgutil
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import plugin
from tests.chaos.child import Errand, run

if TYPE_CHECKING:
    from collections.abc import Callable

_NOT_NEEDED = ("plugin.local", "plugin.handlers")


def _warm() -> None:
    """Import all that a command imports, and let botocore read its files once for all."""
    for found in pkgutil.walk_packages(plugin.__path__, "plugin."):
        if not found.name.startswith(_NOT_NEEDED):
            importlib.import_module(found.name)
    from plugin.clients.aws.clients import Access, Clients
    from tests.chaos.warmth import share
    import concurrent.futures.thread  # noqa: F401 - for s3transfer
    import encodings.idna  # noqa: F401 - for sockets
    import s3transfer.manager  # noqa: F401 - as above

    share()
    access = Access(
        region="us-east-1",
        endpoint_url="http://127.0.0.1:9",
        access_key_id="x",
        secret_access_key="y",
    )
    clients = Clients(access)
    for made in (clients.glue, clients.s3, clients.logs, clients.sns("us-east-1")):
        made.close()
    Clients._client(clients, "sts").close()


def _serve(tell: Callable[[dict[str, Any]], None]) -> None:
    for line in sys.stdin:
        told = json.loads(line)
        told["argv"] = tuple(told["argv"])
        child = os.fork()
        if child == 0:
            run(Errand(**told))
        tell({"pid": child})
        _, status, used = os.wait4(child, 0)
        cpu = used.ru_utime + used.ru_stime
        tell({"code": os.waitstatus_to_exitcode(status), "cpu_seconds": cpu})


def main() -> None:
    """Serve until nobody asks any more."""
    there = os.dup(1)
    os.dup2(2, 1)

    def tell(words: dict[str, Any]) -> None:
        os.write(there, json.dumps(words).encode() + b"\n")

    _warm()
    gc.collect()
    gc.freeze()
    gc.disable()  # a command is short, and looking through its memory would copy all of ours
    with suppress(BrokenPipeError):  # the harness was killed
        tell({"is_ready": True})
        _serve(tell)


if __name__ == "__main__":
    main()
