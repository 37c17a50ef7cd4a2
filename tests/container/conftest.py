"""What container tests share: the engine, the images, a Glue that stands for AWS, a workspace.

Containers reach the Glue of the test process with network_mode="host".  Every container that a test
starts through `run_container` bears a label, and is removed with the test.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import docker
import pytest

from plugin.local.server import LocalGlue

BUCKET = "acme-scripts"
ROLE = "glue"
ROLE_ARN = f"arn:aws:iam::123456789012:role/{ROLE}"
PREFIX = "glue-health-check/"
IMAGE = "glue-health-check-test"

GOOD = "print('it runs', flush=True)\n"
BROKEN = "rows = [1, 2]\nprint('it runs', flush=True)\nraise ValueError('no such column: fare')\n"
ENDLESS = "import time\nprint('it runs', flush=True)\nwhile True:\n    time.sleep(0.1)\n"
SPARK_GOOD = """\
from awsglue.context import GlueContext
from pyspark.context import SparkContext
from pyspark.sql import functions as F

spark = GlueContext(SparkContext.getOrCreate()).spark_session
rows = spark.createDataFrame([(1, 'a'), (2, 'b')], 'number int, letter string')
shout = F.udf(lambda text: text.upper(), 'string')
letters = [row[0] for row in rows.select(shout('letter')).sort('number').collect()]
assert letters == ['A', 'B'], letters
print('it runs', flush=True)
"""


@pytest.fixture(scope="session")
def docker_client(machine_environ) -> Iterator[docker.DockerClient]:
    """A client of the machine's Docker engine; the test is skipped where none answers."""
    try:
        client = docker.from_env(environment=dict(machine_environ), timeout=600)
        client.ping()
    except (docker.errors.DockerException, OSError) as error:
        pytest.skip(f"no Docker engine answers: {error}")
    yield client
    client.close()


def _build(client: docker.DockerClient, folder: Path, target: str) -> str:
    """Build a target of the checkout and return its tag; a failed build shows its end."""
    tag = f"{IMAGE}:{target}"
    try:
        client.images.build(path=str(folder), tag=tag, target=target, rm=True, forcerm=True)
    except docker.errors.BuildError as error:
        text = "".join(str(line.get("stream", "")) for line in error.build_log)
        pytest.fail(f"target {target} was not built: {error}\n{text[-4000:]}")
    return tag


@pytest.fixture(scope="session")
def image(docker_client, repository) -> str:
    """The tag of the default image, built from the checkout."""
    return _build(docker_client, repository, "default")


@pytest.fixture(scope="session")
def local_image(docker_client, repository) -> str:
    """The tag of the image with Spark, built from the checkout."""
    return _build(docker_client, repository, "local")


@pytest.fixture(scope="session")
def glue(tmp_path_factory) -> Iterator[LocalGlue]:
    """A Glue in this process that stands for AWS, with a bucket and a role."""
    with LocalGlue.start(
        environ={"PATH": "/usr/local/bin:/usr/bin:/bin"},
        buckets=[BUCKET],
        roles=[ROLE],
        work_dir=tmp_path_factory.mktemp("runs"),
    ) as server:
        yield server


@pytest.fixture(scope="session")
def aws_environ(glue) -> dict[str, str]:
    """What a container needs in its environment to take the Glue of this process for AWS."""
    return {
        "AWS_ENDPOINT_URL": glue.endpoint_url,
        "AWS_ACCESS_KEY_ID": glue.access_key_id,
        "AWS_SECRET_ACCESS_KEY": glue.secret_access_key,
        "AWS_REGION": glue.region,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@dataclass(frozen=True)
class Aws:
    """boto3 clients of the Glue that stands for AWS: `aws.glue`, `aws.s3`, `aws.client(name)`."""

    server: LocalGlue

    def client(self, service: str) -> Any:
        maker: Any = boto3.client  # its overloads know literal names only
        return maker(
            service,
            endpoint_url=self.server.endpoint_url,
            region_name=self.server.region,
            aws_access_key_id=self.server.access_key_id,
            aws_secret_access_key=self.server.secret_access_key,
        )

    @property
    def glue(self) -> Any:
        return self.client("glue")

    @property
    def s3(self) -> Any:
        return self.client("s3")

    @property
    def logs(self) -> Any:
        return self.client("logs")

    def jobs(self) -> list[str]:
        """The names of all jobs."""
        return list(self.glue.list_jobs()["JobNames"])

    def keys(self) -> list[str]:
        """The keys of all objects below our prefix."""
        found = self.s3.list_objects_v2(Bucket=BUCKET, Prefix=PREFIX).get("Contents", [])
        return [item["Key"] for item in found]


@pytest.fixture(scope="session")
def aws(glue) -> Aws:
    return Aws(glue)


@pytest.fixture
def nothing_left(aws) -> Callable[[], None]:
    """A question to the Glue that stands for AWS; it fails while a job or an object is there."""

    def ask() -> None:
        assert (aws.jobs(), aws.keys()) == ([], [])

    return ask


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A folder like a checkout, with Python shell jobs and a Spark job."""
    folder = tmp_path / "workspace"
    (folder / "jobs").mkdir(parents=True)
    jobs = {"good": GOOD, "broken": BROKEN, "endless": ENDLESS, "spark_good": SPARK_GOOD}
    for name, text in jobs.items():
        (folder / "jobs" / f"{name}.py").write_text(text)
    return folder


@dataclass(frozen=True)
class Finished:
    """How a container ended, and what it said."""

    code: int
    out: str
    err: str


def finished(container: Any, *, seconds: float = 300) -> Finished:
    """Wait for the end of a container; fails after `seconds`."""
    code = container.wait(timeout=seconds)["StatusCode"]
    out = container.logs(stdout=True, stderr=False).decode()
    return Finished(code, out, container.logs(stdout=False, stderr=True).decode())


def in_workspace(folder: Path, **options: Any) -> dict[str, Any]:
    """Options of a container that has `folder` as its working directory, as CI hosts do it."""
    mounts = {str(folder): {"bind": "/workspace", "mode": "rw"}}
    return {"volumes": mounts, "working_dir": "/workspace", **options}


def until_it_runs(container: Any, *, seconds: float = 180) -> list[str]:
    """Wait until the script's own first line is in the output; return the lines so far.

    It asks again and again: a followed log of the SDK's leaves its socket open.
    """
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        text: str = container.logs().decode(errors="replace")
        if "it runs" in text:
            return text.splitlines()
        time.sleep(0.1)
    pytest.fail(f"it never ran: {container.logs().decode(errors='replace')}")


@pytest.fixture
def run_container(docker_client) -> Iterator[Callable[..., Any]]:
    """Starts containers (`run_container(image, *words, **options)`), removes them with the test."""
    mark = f"glue-health-check-test-{uuid.uuid4().hex[:12]}"

    def run(tag: str, *words: str, **options: Any) -> Any:
        settings = {"network_mode": "host", **options}
        return docker_client.containers.run(
            tag, list(words), detach=True, labels={mark: ""}, **settings
        )

    yield run
    for container in docker_client.containers.list(all=True, filters={"label": mark}):
        container.remove(force=True, v=True)
