"""The command, called in this process, in a checkout of its own, before a Glue on loopback."""

import json
import os
import signal
import socket
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Queue
from typing import Any

import boto3
import pytest

from plugin.app import _command, main
from plugin.app.invocation import Invocation
from plugin.core import command_line
from plugin.local.server import LocalGlue
from tests.doubles.quick_clock import QuickClock
from tests.unit.aws.relay import Relay

ROLE = "job-role"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one call came to."""

    code: int
    out: str
    err: str
    report: Any
    """report.json, None when there is none."""

    @property
    def outputs(self) -> dict[str, str]:
        """The last lines of the log, as ``key=value``."""
        pairs = (line.partition("=") for line in self.out.rpartition("\n\n")[2].splitlines())
        return {key: value for key, _, value in pairs}


@dataclass
class Checkout:
    """A working tree, and the words that most tests need."""

    root: Path
    relay: Relay
    capsys: pytest.CaptureFixture[str]
    truth: dict[str, Any]
    bucket: str
    environ: dict[str, str] = field(default_factory=dict)
    factor: float | None = None
    """How much quicker the clock of a command is: for a test of what is done, not of how long.

    What this machine loses is nothing by that clock (``QuickClock``), so a test of a signal takes
    it with 1.  None is the process's own entry and the machine's clock."""

    def write(self, name: str, body: str | bytes) -> Path:
        """Write a file of the checkout."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body.encode() if isinstance(body, str) else body)
        return path

    def run(self, *argv: str, **environ: str) -> Outcome:
        """Call the command in the checkout."""
        os.environ.update({"AWS_EC2_METADATA_DISABLED": "true", **self.environ, **environ})
        os.chdir(self.root)
        self.capsys.readouterr()
        code = main(argv) if self.factor is None else self._by_quick_clock(argv, self.factor)
        told = self.capsys.readouterr()
        path = self.root / "glue-health-check-report" / "report.json"
        report = json.loads(path.read_text()) if path.exists() else None
        return Outcome(code=int(code), out=told.out, err=told.err, report=report)

    @staticmethod
    def _by_quick_clock(argv: tuple[str, ...], factor: float) -> int:
        invocation = Invocation.of_process(command_line.parse(argv))
        return _command(replace(invocation, clock=QuickClock(factor)))

    def local(self, *argv: str, **environ: str) -> Outcome:
        """Check on a local Glue, without a JVM."""
        return self.run("check", "--engine", "local", "--job-type", "pythonshell", *argv, **environ)

    def on_glue(self, command: str, *argv: str, **environ: str) -> Outcome:
        """Call a command before the Glue behind the relay, which stands for AWS."""
        role = ("--role-arn", f"arn:aws:iam::123456789012:role/{ROLE}")
        where = ("--scripts-bucket", self.bucket, "--job-type", "pythonshell")
        return self.run(command, *role, *where, *argv, **{**self.aws, **environ})

    @property
    def aws(self) -> dict[str, str]:
        """What a CI step with credentials has in its environment."""
        return {
            "AWS_ENDPOINT_URL": self.relay.endpoint_url,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "a-secret-of-ours",
        }

    @property
    def files(self) -> set[str]:
        """All files of the checkout."""
        return {str(p.relative_to(self.root)) for p in self.root.rglob("*") if p.is_file()}

    def keys(self) -> list[str]:
        """The objects in the bucket."""
        found = self.truth["s3"].list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return [item["Key"] for item in found]

    def jobs(self) -> list[str]:
        """The jobs that are there."""
        return list(self.truth["glue"].list_jobs()["JobNames"])


@pytest.fixture(scope="session")
def app_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalGlue]:
    """A Glue that stands for AWS."""
    with LocalGlue.start(
        environ={"PATH": "/usr/bin:/bin"}, roles=[ROLE], work_dir=tmp_path_factory.mktemp("runs")
    ) as server:
        yield server


@pytest.fixture(scope="session")
def app_truth(app_server: LocalGlue) -> dict[str, Any]:
    """Clients that do not go through the relay."""
    session = boto3.Session(
        region_name=app_server.region, aws_access_key_id="x", aws_secret_access_key="x"
    )
    url = app_server.endpoint_url
    return {
        "glue": session.client("glue", endpoint_url=url),
        "s3": session.client("s3", endpoint_url=url),
    }


@pytest.fixture
def checkout(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    app_server: LocalGlue,
    app_truth: dict[str, Any],
) -> Iterator[Checkout]:
    """An empty checkout and an empty bucket; jobs that a test leaves are removed."""
    root = tmp_path / "checkout"
    root.mkdir()
    bucket = f"bucket-{uuid.uuid4().hex[:20]}"
    app_truth["s3"].create_bucket(Bucket=bucket)
    with Relay(app_server.endpoint_url) as relay:
        relay.age_seconds = 120.0  # a job that no run is listed of is not waited for
        yield Checkout(root=root, relay=relay, capsys=capsys, truth=app_truth, bucket=bucket)
    for name in app_truth["glue"].list_jobs()["JobNames"]:
        app_truth["glue"].delete_job(JobName=name)


@pytest.fixture
def interrupt(checkout: Checkout) -> Iterator[Callable[[int], None]]:
    """Sends ourselves a signal; what is asked goes on when the main thread has heard it.

    The work is done in another thread meanwhile, and would be over before.  Which thread the system
    gives a signal, and when, is its own affair: so we wait for its number first.  Then Python runs
    handlers in passes over all numbers, and two passes on behalf of another signal, which ends
    nothing, say that one was whole.  The bounds after a signal are not this machine's: it may stand
    still for as long.
    """
    checkout.factor = 1
    passes: Queue[None] = Queue()
    ours, systems = socket.socketpair()
    ours.settimeout(60)
    systems.setblocking(False)
    before = signal.signal(signal.SIGWINCH, lambda *_: passes.put(None))
    fd_before = signal.set_wakeup_fd(systems.fileno())

    def send(number: int) -> None:
        for each in (number, signal.SIGWINCH, signal.SIGWINCH):
            os.kill(os.getpid(), each)
            while ours.recv(1) != bytes([each]):
                pass
            if each == signal.SIGWINCH:
                passes.get(timeout=60)

    with ours, systems:
        yield send
        signal.set_wakeup_fd(fd_before)
        signal.signal(signal.SIGWINCH, before)
