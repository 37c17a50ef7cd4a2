"""One local Glue for many tests; names keep tests apart."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from plugin.local.server import LocalGlue
from tests.unit.local.bench import BUCKET, ROLE, Bench, bench_of


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
        server = LocalGlue.start(**{"environ": {}, "buckets": [BUCKET], "roles": [ROLE], **options})
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
