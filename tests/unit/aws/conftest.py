"""One local Glue for these tests, behind a relay of each test's own."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from plugin.aws.engine import AwsEngine
from plugin.clients.aws.clients import Access, Clients
from plugin.core.naming import Tag
from plugin.local.server import LocalGlue
from tests.unit.aws.relay import Relay

ROLE = "job-role"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that moves only when somebody waits."""

    waits: list[float] = field(default_factory=list)
    cancelled: bool = False

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return sum(self.waits)

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        return self.cancelled

    def pause(self, seconds: float) -> None:
        self.waits.append(seconds)

    def is_cancelled(self) -> bool:
        return self.cancelled

    def is_pressed(self) -> bool:
        return False


@dataclass(frozen=True)
class Bench:
    """What most of these tests need: an engine behind a relay, and the truth behind it."""

    server: LocalGlue
    relay: Relay
    clock: Clock
    clients: Clients
    engine: AwsEngine
    clients_behind: dict[str, Any]
    bucket: str
    build_id: str = field(default_factory=lambda: uuid.uuid4().hex[:12])

    def truth(self, service: str) -> Any:
        """A client that does not go through the relay."""
        return self.clients_behind[service]

    def script(self, text: str = "print('hi')") -> str:
        """Upload a script and return its address."""
        key = f"{uuid.uuid4().hex}.py"
        self.truth("s3").put_object(Bucket=self.bucket, Key=key, Body=text.encode())
        return f"s3://{self.bucket}/{key}"

    def request(self, text: str = "print('hi')", **members: Any) -> dict[str, Any]:
        """A CreateJob request of this build."""
        return {
            "Name": f"job-{uuid.uuid4().hex}-{self.build_id[:6]}",
            "Role": ROLE,
            "Command": {"Name": "pythonshell", "ScriptLocation": self.script(text)},
            "Tags": {Tag.MANAGED: "true", Tag.BUILD: self.build_id, Tag.CHECK: "flights"},
            **members,
        }

    def job(self, text: str = "print('hi')", **members: Any) -> str:
        """Create a job behind the relay's back and return its name."""
        request = self.request(text, **members)
        self.truth("glue").create_job(**request)
        return str(request["Name"])


@pytest.fixture(scope="session")
def aws_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalGlue]:
    """A local Glue with a role."""
    with LocalGlue.start(
        environ={"PATH": "/usr/bin:/bin"}, roles=[ROLE], work_dir=tmp_path_factory.mktemp("runs")
    ) as server:
        yield server


@pytest.fixture(scope="session")
def aws_relay(aws_server: LocalGlue) -> Iterator[Relay]:
    """A relay before it, which each test begins anew: making AWS clients is what takes time."""
    with Relay(aws_server.endpoint_url) as relay:
        yield relay


@pytest.fixture(scope="session")
def aws_clients(aws_server: LocalGlue, aws_relay: Relay) -> Clients:
    """Our clients, pointed at the relay."""
    return Clients(
        Access(
            region=aws_server.region,
            endpoint_url=aws_relay.endpoint_url,
            access_key_id=aws_server.access_key_id,
            secret_access_key=aws_server.secret_access_key,
        )
    )


@pytest.fixture(scope="session")
def aws_truth(aws_server: LocalGlue) -> dict[str, Any]:
    """Clients that do not go through the relay."""
    session = boto3.Session(
        region_name=aws_server.region,
        aws_access_key_id=aws_server.access_key_id,
        aws_secret_access_key=aws_server.secret_access_key,
    )
    return {
        name: session.client(name, endpoint_url=aws_server.endpoint_url)
        for name in ("glue", "s3", "logs")
    }


@pytest.fixture
def bench(
    aws_server: LocalGlue, aws_relay: Relay, aws_clients: Clients, aws_truth: dict[str, Any]
) -> Bench:
    """A bucket, a build and an engine of one test."""
    aws_relay.forget()
    clock = Clock()
    bench = Bench(
        server=aws_server,
        relay=aws_relay,
        clock=clock,
        clients=aws_clients,
        engine=AwsEngine(aws_clients, clock),
        clients_behind=aws_truth,
        bucket=f"bucket-{uuid.uuid4().hex[:20]}",
    )
    bench.truth("s3").create_bucket(Bucket=bench.bucket)
    return bench
