"""What a sweep costs: requests by kind, seconds and memory, by the real engine on a local Glue.

For an account with 1,000 jobs of which 900 are of others.  The Glue is on loopback and answers at
once; on AWS our own budget of requests to Glue sets the pace, which is printed beside it.  The
clock is an hour ahead, so that nothing is too young to go.  Run it with
`python -m benchmarks.sweeping`.
"""

import argparse
import sys
import tempfile
import time
import tracemalloc
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.measure import print_table
from plugin import sweep
from plugin.aws.engine import AwsEngine
from plugin.clients.aws.budget import PER_SECOND
from plugin.clients.aws.clients import Access, Clients
from plugin.clients.clock import SystemClock
from plugin.core.naming import Tag
from plugin.local.server import LocalGlue

BUCKET, ROLE = "bucket-of-a-benchmark", "job-role"
SERVICES = ("glue", "s3", "sts")


class LaterClock(SystemClock):
    """An hour ahead: a sweep waits for the runs of jobs that are younger than a minute."""

    def now(self) -> datetime:
        """Return what the wall clock says in an hour, UTC."""
        return super().now() + timedelta(hours=1)


@dataclass
class Heard:
    """Counts requests by service and operation; several threads may tell."""

    by_kind: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __call__(self, service: str, operation: str, _status: int) -> None:
        """Count one."""
        self.by_kind[service, operation] += 1

    def of(self, service: str) -> Counter[str]:
        """The requests to one service, by operation."""
        return Counter({name: n for (who, name), n in self.by_kind.items() if who == service})


def fill(clients: Clients, *, ours: int, foreign: int) -> None:
    """Make jobs: ours with an object each, and others' with a tag of their own."""
    clients.s3.create_bucket(Bucket=BUCKET)
    command: Any = {"Name": "pythonshell", "ScriptLocation": f"s3://{BUCKET}/x.py"}
    for number in range(foreign):
        clients.glue.create_job(
            Name=f"nightly-load-{number}", Role=ROLE, Command=command, Tags={"team": "data"}
        )
    for number in range(ours):
        build_id = f"{number:06x}aaaaaa"
        tags = {
            Tag.MANAGED: "true",
            Tag.BUILD: build_id,
            Tag.CHECK: "flights",
            Tag.SCRIPTS: BUCKET,
            Tag.TEMP: BUCKET,
            Tag.EXPIRES_AT: "2026-01-01T00:00:00Z",
        }
        name = f"glue-health-check-flights-pr-7-{number:06x}"
        clients.glue.create_job(Name=name, Role=ROLE, Command=command, Tags=tags)
        key = f"glue-health-check/{build_id}/flights/script/flights.py"
        clients.s3.put_object(Bucket=BUCKET, Key=key, Body=b"print(1)")


def swept(engine: AwsEngine, clock: SystemClock) -> int:
    """Sweep as the command does; return how many things went."""
    now = clock.now()
    names = sweep.our_jobs(engine)
    removed = 0
    for portion in sweep.overdue_jobs(engine, names, now=now, until=now):
        result = sweep.remove(engine, clock, portion.removals, bounds=sweep.SWEEP)
        if result.leftovers:
            sys.exit(f"not measured: {result.leftovers[0]}")
        removed += len(result.removed)
    for found in sweep.orphans(engine, names, buckets=(BUCKET,), now=now, until=now):
        removed += len(sweep.remove(engine, clock, found.removals, bounds=sweep.SWEEP).removed)
    return removed


def main() -> None:
    """Read the arguments, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--ours", type=int, default=100)
    line = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalGlue.start(
            environ={"PATH": "/usr/bin:/bin"}, roles=[ROLE], work_dir=Path(folder)
        ) as server,
    ):
        access = Access(
            region=server.region,
            endpoint_url=server.endpoint_url,
            access_key_id="x",
            secret_access_key="x",  # noqa: S106 - the local Glue takes any
        )
        fill(Clients(access), ours=line.ours, foreign=line.jobs - line.ours)
        heard, clock = Heard(), LaterClock()
        engine = AwsEngine(Clients(access, heard=heard), clock)
        next(engine.job_names({Tag.MANAGED: "none"}), None)  # botocore and its models are loaded,
        engine.has_objects(BUCKET, "none/")  # which is not the sweep's memory
        heard.by_kind.clear()
        tracemalloc.start()
        start = time.perf_counter()
        removed = swept(engine, clock)
        seconds = time.perf_counter() - start
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    rows = []
    for service in SERVICES:
        asked = heard.of(service)
        kinds = ", ".join(f"{count} {name}" for name, count in sorted(asked.items()))
        rows.append((service, str(asked.total()), kinds))
    print_table(
        f"A sweep of {line.jobs} jobs, {line.ours} of them ours: {removed} removed",
        ("", "requests", "by kind"),
        rows,
    )
    on_aws = heard.of("glue").total() / PER_SECOND
    print_table(
        "Its cost",
        ("", ""),
        [
            ("seconds on loopback, memory traced", f"{seconds:.1f}"),
            (f"seconds on AWS at {PER_SECOND:g} Glue requests a second", f"{on_aws:.0f}"),
            ("peak memory of ours, MB", f"{peak / 1e6:.1f}"),
        ],
    )


if __name__ == "__main__":
    main()
