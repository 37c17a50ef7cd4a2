"""The image with Spark: `engine: local` on a runner, without AWS and without our secrets."""

import os
import shutil
import zipfile

import pytest

from tests.container.conftest import finished, in_workspace, until_it_runs

pytestmark = pytest.mark.container

CHECK = ("check", "--engine", "local")
SECRET = "hunter2-of-the-host"
SECRETS = {"GITHUB_TOKEN": SECRET, "PLUGIN_WEBHOOK_SECRET": SECRET, "SOME_KEY": SECRET}
LOCKED = {
    "user": "1000:1000",
    "read_only": True,
    "tmpfs": {"/tmp": ""},
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges"],
    "network_mode": "none",
}
BOTH = pytest.mark.parametrize("lock", [{"network_mode": "none"}, LOCKED], ids=["root", "locked"])

SPY = """\
import os
from pathlib import Path

seen = [f'{name}={value}' for name, value in os.environ.items()]
for process in [Path('/proc/1'), Path(f'/proc/{os.getppid()}'), *Path('/proc').glob('[0-9]*')]:
    try:
        seen.append((process / 'environ').read_text(errors='replace'))
    except OSError:
        pass
assert not [text for text in seen if 'hunter2' in text]
print('user', os.geteuid(), 'it runs', flush=True)
"""

ANY_SERVICE = """\
import boto3

assert boto3.client('dynamodb').list_tables()['TableNames'] == []
print('it runs')
"""

WITH_JAR = """\
from awsglue.context import GlueContext
from pyspark.context import SparkContext

context = SparkContext.getOrCreate()
loader = context._jvm.java.lang.Thread.currentThread().getContextClassLoader()
assert loader.getResource('acme.txt') is not None
assert context._jvm.com.github.luben.zstd.Zstd.compressBound(100) > 100  # loads its library
assert context.parallelize([1, 2]).map(lambda number: number + 1).collect() == [2, 3]
print('it runs')
"""

SPARK_ENDLESS = """\
import time
from pyspark.context import SparkContext

SparkContext.getOrCreate()
print('it runs', flush=True)
while True:
    time.sleep(0.1)
"""


def owned(folder, lock):
    """Give a folder to the user that a lock names; return it."""
    number = int(lock.get("user", "0:0").partition(":")[0])
    for path in (folder, *folder.rglob("*")):
        os.chown(path, number, number)
    return folder


@BOTH
def test_local_image__a_spark_job__passes(lock, local_image, run_container, workspace):
    options = in_workspace(owned(workspace, lock), **lock)

    done = finished(run_container(local_image, *CHECK, "--script", "jobs/spark_good.py", **options))

    assert done.code == 0, done.out + done.err
    assert "it runs" in done.out


@BOTH
def test_local_image__the_sample__passes(lock, local_image, run_container, tmp_path, repository):
    shutil.copytree(repository / "examples", tmp_path / "w/examples")
    options = in_workspace(owned(tmp_path / "w", lock), **lock)
    config = ("--config", "examples/.glue-health-check.yml")

    done = finished(run_container(local_image, *CHECK, *config, **options))

    assert done.code == 0, done.out + done.err
    assert "verdict=passed" in done.out


@BOTH
@pytest.mark.parametrize("job_type", ["pythonshell", "glueetl"])
def test_local_image__the_script_looks_for_secrets__finds_none(
    job_type, lock, local_image, run_container, workspace
):
    (workspace / "jobs/spy.py").write_text(SPY)
    options = in_workspace(owned(workspace, lock), environment=SECRETS, **lock)

    done = finished(
        run_container(
            local_image, *CHECK, "--job-type", job_type, "--script", "jobs/spy.py", **options
        )
    )

    assert done.code == 0, done.out + done.err
    assert f"user {1000 if lock is LOCKED else 65534} it runs" in done.out


@BOTH
def test_local_image__jars_beside_the_script__are_on_the_class_path(
    lock, local_image, run_container, workspace
):
    (workspace / "jobs/with_jar.py").write_text(WITH_JAR)
    with zipfile.ZipFile(workspace / "jobs/my-acme.jar", "w") as jar:
        jar.writestr("acme.txt", "here")
    options = in_workspace(owned(workspace, lock), **lock)

    done = finished(
        run_container(
            local_image,
            *CHECK,
            *("--script", "jobs/with_jar.py", "--extra-jars", "jobs/my-acme.jar"),
            **options,
        )
    )

    assert done.code == 0, done.out + done.err


def test_local_image__the_script_asks_another_service__boto3_knows_it(
    local_image, run_container, workspace
):
    (workspace / "jobs/any.py").write_text(ANY_SERVICE)
    options = in_workspace(workspace, network_mode="none")

    done = finished(
        run_container(
            local_image, *CHECK, "--job-type", "pythonshell", "--script", "jobs/any.py", **options
        )
    )

    assert done.code == 0, done.out + done.err


@BOTH
def test_local_image__sigterm_while_spark_runs__is_143(lock, local_image, run_container, workspace):
    (workspace / "jobs/spark_endless.py").write_text(SPARK_ENDLESS)
    options = in_workspace(owned(workspace, lock), **lock)
    container = run_container(local_image, *CHECK, "--script", "jobs/spark_endless.py", **options)
    until_it_runs(container)

    container.kill("SIGTERM")

    assert finished(container).code == 143
