"""The local Glue of the CI job that uses our own action: where it listens, and that it is stopped."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from plugin.core.check import LOCAL_BUCKET, LOCAL_ROLE

SERVER = """\
echo "args $*" >"$0.log"; env >>"$0.log"
echo "A local Glue listens on http://there:1. Point any AWS client at it:"
echo "  export AWS_ENDPOINT_URL=http://there:1"
exec sleep 60
"""


class Job:
    """A step of a CI job: commands of its own, a folder for what it leaves, outputs."""

    def __init__(self, repository, folder):
        self.script = repository / ".github" / "glue"
        self.folder = folder
        self.server = folder / "venv" / "bin" / "glue-health-check"
        self.commands = folder / "commands"
        self.commands.mkdir()
        for name in ("bash", "cat", "env", "grep", "mkdir", "rm", "sed", "seq", "sleep"):
            (self.commands / name).symlink_to(shutil.which(name, path=os.defpath))

    def put(self, path, body):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/usr/bin/env bash\n{body}\n")
        path.chmod(0o755)

    def run(self, word):
        environ = {
            "PATH": str(self.commands),
            "HOME": str(self.folder),
            "VENV": str(self.folder / "venv"),
            "RUNNER_TEMP": str(self.folder),
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "GITHUB_TOKEN": "ghs_made_up",
            "RUNNER_TRACKING_ID": "github_1",
        }
        command = (self.script, word)
        return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)

    @property
    def outputs(self):
        lines = (self.folder / "output").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    @property
    def seen(self):
        return self.server.with_suffix(".log").read_text()


@pytest.fixture
def job(repository, tmp_path):
    job = Job(repository, tmp_path)
    yield job
    job.run("stop")


def test_glue__server_does_not_start__fails_with_what_it_said(job):
    job.put(job.server, "echo no port is free; exit 3")

    done = job.run("start")

    assert done.returncode == 1
    assert "no port is free" in done.stderr
    assert not (job.folder / "output").exists()


def test_glue__engine_is_there__listens_where_containers_reach_it(job):
    job.put(job.server, SERVER)
    job.put(job.commands / "docker", 'echo "172.17.0.1"')

    done = job.run("start")

    assert done.returncode == 0
    assert "args local --host 172.17.0.1 --port 0" in job.seen
    assert job.outputs == {
        "endpoint": "http://there:1",
        "bucket": "glue-health-check-local",
        "role": "arn:aws:iam::123456789012:role/glue-health-check-local",
    }


@pytest.mark.parametrize("docker", ["", "echo no engine >&2; exit 1", "echo '<no value>'"])
def test_glue__no_engine_answers__listens_on_loopback(job, docker):
    job.put(job.server, SERVER)
    if docker:
        job.put(job.commands / "docker", docker)

    job.run("start")

    assert "args local --host 127.0.0.1 --port 0" in job.seen


def test_glue__environment_of_the_job__is_not_handed_on(job):
    job.put(job.server, SERVER)

    job.run("start")

    assert "ghs_made_up" not in job.seen
    assert "RUNNER_TRACKING_ID=github_1" in job.seen  # by which the runner ends it


def test_glue__stop__ends_the_server(job):
    job.put(job.server, SERVER)
    job.run("start")
    pid = (job.folder / "local-glue" / "pid").read_text().strip()

    done = job.run("stop")

    assert done.returncode == 0
    assert is_gone(Path("/proc", pid))


def test_glue__stop_without_a_start__is_well(job):
    assert job.run("stop").returncode == 0


def test_glue__names_it_tells__are_those_of_the_product(job):
    job.put(job.server, SERVER)

    job.run("start")

    assert (job.outputs["bucket"], job.outputs["role"]) == (LOCAL_BUCKET, LOCAL_ROLE)


def is_gone(process):
    """Whether a process is gone, or is soon: it has been sent a signal."""
    for _ in range(100):
        if not process.exists() or " Z " in (process / "stat").read_text():
            return True
        time.sleep(0.05)
    return False
