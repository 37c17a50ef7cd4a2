"""One local Glue for many tests: real server, real boto3, real children; names keep tests apart."""

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from plugin.local.server import LocalGlue

BUCKET = "scripts-bucket"
ROLE = "job-role"
FINAL = frozenset({"STOPPED", "SUCCEEDED", "FAILED", "TIMEOUT", "ERROR", "EXPIRED"})


def client(glue: LocalGlue, service: str, region: str = "us-east-1") -> Any:
    """A boto3 client that talks to a local Glue."""
    return boto3.client(
        service,
        endpoint_url=glue.endpoint_url,
        region_name=region,
        aws_access_key_id=glue.access_key_id,
        aws_secret_access_key=glue.secret_access_key,
        # The server's own checks are what is tested, and every answer of its is wanted as it is.
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
    )


@dataclass(frozen=True)
class Bench:
    """A local Glue and clients for it, with a few words that most tests need."""

    server: LocalGlue
    glue: Any
    s3: Any
    logs: Any

    def upload(self, text: str | bytes, name: str = "script.py") -> str:
        """Put an object under a fresh key and return its location."""
        body = text.encode() if isinstance(text, str) else text
        key = f"{uuid.uuid4().hex}/{name}"
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=body)
        return f"s3://{BUCKET}/{key}"

    def job(self, script: str = "", **members: Any) -> str:
        """Create a Python shell job, which needs no Spark; return its name."""
        name = f"job-{uuid.uuid4().hex}"
        location = script if script.startswith("s3://") else self.upload(script or "print('hi')")
        command = {"Name": "pythonshell", "ScriptLocation": location}
        self.glue.create_job(**{"Name": name, "Role": ROLE, "Command": command, **members})
        return name

    def start(self, name: str, **members: Any) -> str:
        """Start a run and return its id."""
        return self.glue.start_job_run(JobName=name, **members)["JobRunId"]

    def look(self, name: str, run_id: str) -> dict[str, Any]:
        """Return the run as it is now."""
        return self.glue.get_job_run(JobName=name, RunId=run_id)["JobRun"]

    def await_state(self, name: str, run_id: str, states: frozenset[str] = FINAL) -> dict[str, Any]:
        """Return the run as soon as it is in one of `states`."""
        give_up = time.monotonic() + 60
        while (run := self.look(name, run_id))["JobRunState"] not in states:
            assert time.monotonic() < give_up, run
            assert run["JobRunState"] not in FINAL, run
            time.sleep(0.01)
        return run

    def run(self, script: str = "", **members: Any) -> dict[str, Any]:
        """Create a job, run it to its end and return the run."""
        started = {key: members.pop(key) for key in ("Arguments",) if key in members}
        name = self.job(script, **members)
        return self.await_state(name, self.start(name, **started))

    def log(self, run: dict[str, Any], kind: str = "output") -> str:
        """Return all that a run wrote to one of its groups."""
        group = f"{run['LogGroupName']}/{kind}"
        events = self.logs.get_log_events(
            logGroupName=group, logStreamName=run["Id"], startFromHead=True
        )["events"]
        return "".join(event["message"] for event in events)

    def await_log(self, run: dict[str, Any], text: str) -> None:
        """Return as soon as a text is in the run's output."""
        give_up = time.monotonic() + 60
        while text not in self._log_if_any(run):
            assert time.monotonic() < give_up
            time.sleep(0.01)

    def _log_if_any(self, run: dict[str, Any]) -> str:
        try:
            return self.log(run)
        except self.logs.exceptions.ResourceNotFoundException:
            return ""


def bench_of(server: LocalGlue) -> Bench:
    """Make the clients of a server."""
    return Bench(server, client(server, "glue"), client(server, "s3"), client(server, "logs"))


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A local Glue with one bucket and one role, whose minutes take two seconds."""
    with LocalGlue.start(
        environ={"PATH": "/usr/bin:/bin", "SECRET_OF_OURS": "hunter2"},
        buckets=[BUCKET],
        roles=[ROLE],
        work_dir=tmp_path_factory.mktemp("runs"),
        seconds_per_minute=2.0,
    ) as server:
        yield bench_of(server)


@pytest.fixture
def make_bench() -> Iterator[Callable[..., Bench]]:
    """Start further local Glues, which are stopped after the test."""
    servers: list[LocalGlue] = []

    def make(**options: Any) -> Bench:
        server = LocalGlue.start(
            **{"environ": {}, "buckets": [BUCKET], "roles": [ROLE], **options}
        )
        servers.append(server)
        return bench_of(server)

    yield make

    for server in servers:
        server.stop()


@pytest.fixture
def tiny_bootstrap(tmp_path: Path) -> Callable[[str], Path]:
    """Write a stand-in for the child's bootstrap that does only what the test says."""

    def write(body: str) -> Path:
        path = tmp_path / "tiny_bootstrap.py"
        head = "import json, os, sys\norder = json.load(open(sys.argv[1]))\n"
        path.write_text(head + body)
        return path

    return write
