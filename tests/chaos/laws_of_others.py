"""Laws about what is not ours, or is ours and stays on purpose: nobody touches it.

Each law takes a play and yields the promises that were broken, in words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.chaos import truth
from tests.chaos.ours import deleted_by_others, things
from tests.chaos.schedule import Command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.chaos.played import Played

_WRITES = frozenset(
    {
        *("CreateJob", "UpdateJob", "DeleteJob", "StartJobRun", "BatchStopJobRun"),
        *("TagResource", "UntagResource"),
        *("PutObject", "DeleteObject", "DeleteObjects", "CopyObject", "AbortMultipartUpload"),
        *("CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "PutBucketPolicy"),
        *("DeleteLogStream", "DeleteLogGroup", "PutLogEvents", "CreateLogStream"),
    }
)
_LOOKS = frozenset(
    {
        *("BatchGetJobs", "GetTags"),
        *("ListJobs", "ListObjectVersions", "ListObjectsV2", "ListMultipartUploads"),
    }
)
"""Listings; and what may be asked of a job that only looks like ours: whose it is."""


def foreign_things_are_as_they_were(played: Played) -> Iterator[str]:
    """What is not ours is there after each command, byte for byte."""
    before = played.before.foreign
    for step in played.steps:
        now = step.world.foreign
        for name, digest in before.items():
            if name not in now:
                yield f"after {step.name} a stranger's {name} is gone"
            elif now[name] != digest:
                yield f"after {step.name} a stranger's {name} is not what it was"


def no_request_names_foreign_things(played: Played) -> Iterator[str]:
    """No request changes a stranger's thing; of a job that looks like ours its tags may be read."""
    before = played.before
    strange = {
        *before.jobs,
        *before.objects,
        *(run.id for run in before.runs),
        *(run.job for run in before.runs),
    }
    for one in played.requests:
        names = {name.strip() for name in one.subject.split(",")}
        if one.service in {"glue", "s3"} and one.operation not in _LOOKS and names & strange:
            yield f"{one.step} asked {one.operation} of a stranger's {one.subject}"


def writes_below_our_prefix_only(played: Played) -> Iterator[str]:
    """Objects are written and deleted below ``glue-health-check/<build id>/`` alone."""
    ids = truth.build_ids(played)
    for one in played.requests:
        if one.service != "s3" or one.operation not in _WRITES or "/" not in one.subject:
            continue
        for name in one.subject.split(","):
            parts = name.strip().split("/")
            is_ours = parts[1:2] == ["glue-health-check"] and (not ids or parts[2:3][0] in ids)
            if len(parts) < 4 or not is_ours:
                yield f"{one.step} sent {one.operation} for {name.strip()}"


def what_is_kept_stays(played: Played) -> Iterator[str]:
    """With keep_resources nothing that check left is removed by anybody, nor is it while it runs."""
    if not truth.is_kept(played.schedule):
        return
    check = played.step(Command.CHECK)
    left = things(played, check.world)
    has_job = any(thing.kind == "job" for thing in left)
    results = check.report["results"] if check.report is not None else ()
    is_promised = any(note.startswith("Kept, ") for one in results for note in one["notes"])
    last = {str(thing) for thing in things(played, played.steps[-1].world)}
    deleted = deleted_by_others(played)
    for thing in left if has_job or is_promised else ():
        is_thing = thing.kind in {"job", "object"}
        if is_thing and str(thing) not in last and thing.name not in deleted:
            yield f"it was kept on purpose, and is gone: {thing}"
