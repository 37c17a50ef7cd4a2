"""Plays a command of the product as a process, and weighs it.

Knows processes.  Refuses to know what they are for.  The process is started by a small one between,
which tells what the system counted: to a child of this one, which serves the requests, Linux would
count our own memory as its peak.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from benchmarks.load.account import Account

BUCKET, ROLE = "acme-scripts", "arn:aws:iam::123456789012:role/job-role"
LONGEST_SECONDS = 1500
_ROOT = Path(__file__).parents[2]
_BETWEEN = """
import json, os, sys
pid = os.fork()
if not pid:
    os.execv(sys.argv[2], sys.argv[2:])
_, status, used = os.wait4(pid, 0)
code, cpu = os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime
with open(sys.argv[1], "w") as file:
    json.dump([code, used.ru_maxrss, cpu], file)
"""


@dataclass(frozen=True, kw_only=True)
class Played:
    """What came of a process.  ``seconds`` are the machine's, ``cpu`` those of its cores."""

    code: int
    seconds: float
    cpu: float
    megabytes: float
    out: str = field(repr=False)
    err: str = field(repr=False)
    gaps: float
    """The longest time in which it said nothing, seconds."""

    def held_to(self, *codes: int) -> None:
        """End the benchmark when the process did not end as it should."""
        if self.code not in codes:
            sys.exit(f"{self.out[-3000:]}\n{self.err[-3000:]}\nexit {self.code}: not measured")


def play(account: Account, folder: Path, *words: str, **environ: str) -> Played:
    """Run the command in a folder on the account to its end."""
    told = folder.parent / f"used-{folder.name}.json"
    before = time.perf_counter()
    with subprocess.Popen(
        (sys.executable, "-ISc", _BETWEEN, str(told), *_words(account), *words),
        cwd=folder,
        env={**_environ(account, folder), **environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=(folder.parent / "err").open("w"),
        text=True,
        start_new_session=True,
    ) as process:
        try:
            said = [*_said(process)]
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    seconds = time.perf_counter() - before
    code, kilobytes, cpu = json.loads(told.read_text())
    times = [before, *(at for at, _ in said), before + seconds]
    return Played(
        code=code,
        seconds=seconds,
        cpu=cpu,
        megabytes=kilobytes / 1024,
        out="".join(line for _, line in said),
        err=(folder.parent / "err").read_text(),
        gaps=max(after - before for before, after in pairwise(times)),
    )


def _said(process: subprocess.Popen[str]) -> Iterator[tuple[float, str]]:
    """Yield each line with its time; end when the process has ended."""
    for line in process.stdout or ():
        yield time.perf_counter(), line
    process.wait(LONGEST_SECONDS)


def _words(account: Account) -> tuple[str, ...]:
    """Return the command: the installed one, or with a quick clock."""
    if account.factor == 1:
        return (sys.executable, "-c", "import sys; from plugin.app import main; sys.exit(main())")
    return (sys.executable, "-m", "benchmarks.load.quick", str(account.factor))


def _environ(account: Account, folder: Path) -> Mapping[str, str]:
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder.parent),
        "PYTHONPATH": str(_ROOT),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": account.endpoint_url,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "y",
        "GLUE_ROLE_ARN": ROLE,
        "SCRIPTS_BUCKET": BUCKET,
    }
