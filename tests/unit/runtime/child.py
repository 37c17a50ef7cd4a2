"""Starts the bootstrap as the server does: a real process, a run.json, a pipe as lifeline."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plugin.local.spark import java_home

QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData"
SUBMIT = "--conf spark.ui.enabled=false --conf spark.ui.showConsoleProgress=false"
BOOTSTRAP = Path(__file__).parents[3] / "plugin" / "local" / "runtime" / "bootstrap.py"


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a child ended, and what it said."""

    code: int
    stdout: str
    stderr: str
    outcome: Mapping[str, str] | None

    @property
    def kind(self) -> str:
        """The outcome's kind; empty without an outcome."""
        return self.outcome["kind"] if self.outcome else ""

    @property
    def message(self) -> str:
        """The outcome's message; empty without an outcome."""
        return self.outcome["error_message"] if self.outcome else ""


@dataclass(frozen=True, kw_only=True)
class Started:
    """A child that runs, and the end of its lifeline that only the test holds."""

    process: subprocess.Popen[bytes]
    lifeline: int


def write_order(folder: Path, script: str | bytes, **changes: Any) -> Path:
    """Lay out a run's folder as the server does; returns the path of run.json."""
    for name in ("work", "tmp", "py", "home"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    path = folder / "work" / "flights.py"
    path.write_bytes(script if isinstance(script, bytes) else script.encode())
    order = {
        "script": str(path),
        "job_type": "glueetl",
        "glue_version": "5.1",
        "argv": ["--JOB_NAME", "a job"],
        "python_path": [str(folder / "py")],
        "python_modules": [],
        "outcome": str(folder / "outcome.json"),
        "lifeline_fd": None,
        "run_id": "jr_1",
    }
    (folder / "run.json").write_text(json.dumps(order | changes))
    return folder / "run.json"


def environ_of(folder: Path) -> dict[str, str]:
    """The environment that a server would give its child."""
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG")}
    kept |= {k: v for k, v in os.environ.items() if k.startswith(("COV_", "COVERAGE_"))}
    return kept | {
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYTHONUNBUFFERED": "1",
        "JAVA_HOME": str(java_home(os.environ)),
        "SPARK_LOCAL_DIRS": str(folder / "tmp"),
        "SPARK_SUBMIT_OPTS": f"-Djava.io.tmpdir={folder}/tmp {QUICK}",
        "SPARK_LAUNCHER_OPTS": QUICK,
        "PYSPARK_SUBMIT_ARGS": f"{SUBMIT} pyspark-shell",
    }


@contextmanager
def started(
    folder: Path, script: str | bytes, *, environ: Mapping[str, str] | None = None, **changes: Any
) -> Iterator[Started]:
    """Start a child with a lifeline; it is dead and waited for when the block is left."""
    read_end, write_end = os.pipe()
    run_json = write_order(folder, script, lifeline_fd=read_end, **changes)
    process = subprocess.Popen(
        [sys.executable, str(BOOTSTRAP), str(run_json)],
        cwd=folder / "work",
        env=environ_of(folder) | dict(environ or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=[read_end],
        start_new_session=True,
    )
    os.close(read_end)
    with process:
        try:
            yield Started(process=process, lifeline=write_end)
        finally:
            process.kill()
            os.close(write_end)


def run(folder: Path, script: str | bytes, *, timeout: float = 60, **changes: Any) -> Ended:
    """Run a script to its end; fails after ``timeout`` seconds."""
    with started(folder, script, **changes) as child:
        out, err = child.process.communicate(timeout=timeout)
    outcome = folder / "outcome.json"
    return Ended(
        code=child.process.returncode,
        stdout=out.decode(errors="replace"),
        stderr=err.decode(errors="replace"),
        outcome=json.loads(outcome.read_text()) if outcome.exists() else None,
    )


def lines(*parts: str) -> str:
    """A script of these lines."""
    return "\n".join(parts) + "\n"


def frames(stderr: str) -> Sequence[str]:
    """The places that a traceback names."""
    return [line.strip() for line in stderr.splitlines() if line.startswith("  File ")]
