"""Two real builds of one pull request: the older is killed as Drone does it, or still watches."""

import os
import signal
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest

from plugin.local.server import LocalGlue

SLEEPS = "import time\nprint('it runs', flush=True)\ntime.sleep(300)\n"


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    """A Glue in this process that stands for AWS, its clients, and a bucket."""
    with LocalGlue.start(
        environ={"PATH": "/usr/bin:/bin"},
        roles=["job-role"],
        work_dir=tmp_path_factory.mktemp("runs"),
    ) as server:
        yield server


@dataclass
class Builds:
    """Builds of pull request 7, each in a checkout of its own."""

    aws: LocalGlue
    entrypoint: Path
    folder: Path
    bucket: str
    started: list[subprocess.Popen[str]]

    def start(self, number: str, script: str) -> subprocess.Popen[str]:
        """Start the build of a number."""
        folder = self.folder / number
        folder.mkdir()
        (folder / "a.py").write_text(script)
        process = subprocess.Popen(
            [sys.executable, str(self.entrypoint)],
            cwd=folder,
            env=environ_of(self.aws, self.bucket, number, folder),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def left(self):
        """The jobs and the objects that are there."""
        found = client(self.aws, "s3").list_objects_v2(Bucket=self.bucket)
        return client(self.aws, "glue").list_jobs()["JobNames"], found.get("Contents", [])


@pytest.fixture
def builds(aws, repository, tmp_path):
    """No build yet; what still runs at the end of the test is ended."""
    bucket = f"bucket-{uuid.uuid4().hex[:20]}"
    client(aws, "s3").create_bucket(Bucket=bucket)
    builds = Builds(aws, repository / "entrypoint.py", tmp_path, bucket, [])
    yield builds
    for process in builds.started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def client(aws, service):
    return boto3.client(
        service,
        endpoint_url=aws.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )


def environ_of(aws, bucket, number, folder):
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": aws.endpoint_url,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "y",
        "DRONE": "true",
        "DRONE_REPO": "acme/etl",
        "DRONE_PULL_REQUEST": "7",
        "DRONE_COMMIT_SHA": "6dcb09b5b57875f334f61aebed695e2e4193db5e",
        "DRONE_BUILD_EVENT": "pull_request",
        "DRONE_BUILD_NUMBER": number,
        "PLUGIN_ALLOW_FORKS": "true",
        "PLUGIN_ROLE_ARN": "arn:aws:iam::123456789012:role/job-role",
        "PLUGIN_SCRIPTS_BUCKET": bucket,
        "PLUGIN_JOB_TYPE": "pythonshell",
        "PLUGIN_SCRIPT": "a.py",
    }


def until_it_runs(process):
    for line in process.stdout:
        if "it runs" in line:
            return
    pytest.fail("it never ran")


@pytest.mark.slow  # half a minute: both builds wait for late log events
@pytest.mark.parametrize("is_killed", [True, False])
def test_command__a_newer_build_comes__the_older_goes_and_the_newer_passes(builds, is_killed):
    older = builds.start("41", SLEEPS)
    until_it_runs(older)
    if is_killed:
        os.killpg(older.pid, signal.SIGKILL)
        older.wait(30)
        assert len(builds.left()[0]) == 1

    newer = builds.start("42", "print('well')")
    out, _ = newer.communicate(timeout=120)
    older_out, _ = older.communicate(timeout=60)

    assert newer.returncode == 0, out
    assert "verdict=passed" in out
    assert "warning: supersede" not in out
    assert builds.left() == ([], [])
    if not is_killed:
        assert older.returncode == 3
        assert "verdict=cancelled" in older_out
        assert "Somebody else stopped the run." in older_out
