"""Which requests the commands send, and how often each is struck: tables.

An operation of AWS has AWS's name; one of GitHub the method and the last fixed word of the path.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from tests.chaos.schedule import Command

if TYPE_CHECKING:
    from collections.abc import Mapping

_OF_CHECK: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "sts GetCallerIdentity": (3, 1),
        "s3 PutObject": (8, 4),
        "s3 ListObjectVersions": (5, 3),
        "s3 DeleteObjects": (7, 3),
        "s3 ListMultipartUploads": (3, 3),
        "glue ListJobs": (4, 1),
        "glue BatchGetJobs": (1, 1),
        "glue CreateJob": (10, 3),
        "glue GetTags": (3, 2),
        "glue StartJobRun": (14, 3),
        "glue GetJobRun": (10, 12),
        "glue GetJobRuns": (9, 3),
        "glue BatchStopJobRun": (7, 2),
        "glue DeleteJob": (8, 3),
        "logs GetLogEvents": (6, 12),
        "logs DescribeLogStreams": (3, 3),
        "logs DeleteLogStream": (1, 2),
        "github POST statuses": (7, 2),
        "github GET statuses": (3, 2),
        "github GET comments": (2, 2),
        "github POST comments": (3, 1),
        "github POST graphql": (1, 1),
        "github *": (2, 6),
    }
)
_OF_CLEANUP: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "sts GetCallerIdentity": (2, 1),
        "s3 ListObjectVersions": (6, 3),
        "s3 DeleteObjects": (6, 2),
        "s3 ListMultipartUploads": (3, 3),
        "glue ListJobs": (6, 1),
        "glue BatchGetJobs": (4, 1),
        "glue GetTags": (5, 2),
        "glue GetJobRuns": (7, 4),
        "glue GetJobRun": (1, 1),
        "glue BatchStopJobRun": (6, 2),
        "glue DeleteJob": (6, 2),
        "github GET status": (4, 1),
        "github GET statuses": (1, 1),
        "github POST statuses": (5, 1),
    }
)
_OF_SWEEP: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "sts GetCallerIdentity": (2, 1),
        "s3 ListObjectVersions": (6, 3),
        "s3 DeleteObjects": (6, 2),
        "s3 ListMultipartUploads": (3, 3),
        "s3 GetObject": (5, 2),
        "glue ListJobs": (5, 1),
        "glue BatchGetJobs": (5, 1),
        "glue GetTags": (6, 3),
        "glue GetJobRuns": (5, 2),
        "glue BatchStopJobRun": (2, 1),
        "glue DeleteJob": (6, 2),
    }
)
POOLS: Mapping[Command, Mapping[str, tuple[int, int]]] = MappingProxyType(
    {Command.CHECK: _OF_CHECK, Command.CLEANUP: _OF_CLEANUP, Command.SWEEP: _OF_SWEEP}
)
"""Of each command: the request's name, how often it is struck, or met by a signal; and how many
of them there may well be."""

STALE_ABLE = frozenset(
    {
        *("glue ListJobs", "glue BatchGetJobs", "glue GetTags", "glue GetJobRun"),
        *("glue GetJobRuns", "logs GetLogEvents", "logs DescribeLogStreams"),
        *("github GET statuses", "github GET status", "github GET comments"),
    }
)
"""Reads that may lag behind.  S3's do not: it is consistent since 2020."""
BELATABLE = frozenset(
    {
        *("s3 PutObject", "s3 DeleteObjects"),
        *("glue CreateJob", "glue StartJobRun", "glue BatchStopJobRun", "glue DeleteJob"),
        *("github POST statuses", "github POST comments"),
    }
)
"""Writes: of a read nobody can tell when it took effect."""
HALVABLE = frozenset({"s3 DeleteObjects", "glue BatchStopJobRun", "glue BatchGetJobs"})
"""What names several things, and is answered for each of them."""
STRUCK_MORE_THAN_ONCE = frozenset(name for pool in POOLS.values() for name in pool) - {
    "glue StartJobRun"
}
"""A start is sent again only after an answer that says that nothing was started."""
