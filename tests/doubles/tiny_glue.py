"""Glue's jobs in memory, for thousands of them: the few requests of a sweep, counted by name.

Answers as botocore's client does, page by page; each answer is made of plain values.  Refuses to
know S3, states and time: nothing runs here.
"""

# ruff: noqa: N803 - the names of botocore's parameters

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from plugin.aws.engine import AwsEngine
from plugin.core.ports import Clock


@dataclass
class TinyGlue:
    """The client.  ``jobs`` are tags and time by name; ``asked`` counts the requests."""

    page: int = 1000
    """Names of one answer to ListJobs, at most."""
    jobs: dict[str, tuple[Mapping[str, str], datetime]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def list_jobs(
        self, *, Tags: Mapping[str, str], MaxResults: int, NextToken: str = "0"
    ) -> dict[str, Any]:
        self._count("ListJobs")
        names = [name for name, (tags, _) in self.jobs.items() if Tags.items() <= tags.items()]
        first, end = int(NextToken), int(NextToken) + min(MaxResults, self.page)
        more = {"NextToken": str(end)} if end < len(names) else {}
        return {"JobNames": names[first:end], **more}

    def batch_get_jobs(self, *, JobNames: list[str]) -> dict[str, Any]:
        self._count("BatchGetJobs")
        assert len(JobNames) <= 25
        there = (name for name in JobNames if name in self.jobs)
        return {
            "Jobs": [{"Name": name, "CreatedOn": self.jobs[name][1]} for name in there],
            "JobsNotFound": [name for name in JobNames if name not in self.jobs],
        }

    def get_tags(self, *, ResourceArn: str) -> dict[str, Any]:
        self._count("GetTags")
        return {"Tags": dict(self.jobs[ResourceArn.rpartition("/")[2]][0])}

    def get_job_runs(self, *, JobName: str, MaxResults: int) -> dict[str, Any]:
        self._count("GetJobRuns")
        return {"JobRuns": []}

    def delete_job(self, *, JobName: str) -> None:
        self._count("DeleteJob")
        self.jobs.pop(JobName, None)

    def _count(self, operation: str) -> None:
        with self._lock:
            self.asked[operation] += 1


@dataclass(frozen=True)
class TinyClients:
    """What the engine's parts need of the clients."""

    glue: TinyGlue
    region: str = "us-east-1"
    is_local: bool = True

    def account_id(self) -> str:
        return "123456789012"

    def job_arn(self, name: str) -> str:
        return f"arn:aws:glue:{self.region}:{self.account_id()}:job/{name}"


class TinyEngine(AwsEngine):
    """The real engine over a ``TinyGlue``; of objects it knows prefixes alone."""

    def __init__(self, glue: TinyGlue, clock: Clock) -> None:
        clients: Any = TinyClients(glue)
        super().__init__(clients, clock)
        self.clock = clock
        self.prefixes: dict[tuple[str, str], datetime] = {}

    def has_objects(self, bucket: str, prefix: str) -> bool:
        return (bucket, prefix) in self.prefixes

    def delete_objects(self, bucket: str, prefix: str) -> tuple[()]:
        self.prefixes.pop((bucket, prefix), None)
        return ()

    def tickets(self, bucket: str, build_id: str) -> tuple[()]:
        return ()

    def build_prefixes(self, bucket: str) -> Iterator[tuple[str, datetime]]:
        for (name, prefix), at in tuple(self.prefixes.items()):
            if name == bucket:
                yield prefix.split("/")[1], at
