"""Words for tests of a local Glue: real server, real boto3, real children."""

import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import boto3
from botocore.config import Config


class Endpoint(Protocol):
    """A local Glue, in this process or in another one."""

    endpoint_url: str
    access_key_id: str
    secret_access_key: str


BUCKET = "scripts-bucket"
ROLE = "job-role"
SLEEPER = "import time\nprint('here', flush=True)\ntime.sleep(600)\n"
"""A script that says that it runs, and then does so for long."""

FINAL = frozenset({"STOPPED", "SUCCEEDED", "FAILED", "TIMEOUT", "ERROR", "EXPIRED"})


def client(glue: Endpoint, service: str, region: str = "us-east-1") -> Any:
    """A boto3 client that talks to a local Glue."""
    make: Any = boto3.client  # its overloads want literal names
    return make(
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

    server: Endpoint
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
        run_id: str = self.glue.start_job_run(JobName=name, **members)["JobRunId"]
        return run_id

    def look(self, name: str, run_id: str) -> dict[str, Any]:
        """Return the run as it is now."""
        run: dict[str, Any] = self.glue.get_job_run(JobName=name, RunId=run_id)["JobRun"]
        return run

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


def bench_of(server: Endpoint) -> Bench:
    """Make the clients of a server."""
    return Bench(server, client(server, "glue"), client(server, "s3"), client(server, "logs"))


def alive(mark):
    """Pids of living processes that have a text in their command line or environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            text = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
            is_zombie = b") Z " in (folder / "stat").read_bytes()
        except OSError:
            continue
        if mark.encode() in text and not is_zombie:
            found.append(int(folder.name))
    return found
