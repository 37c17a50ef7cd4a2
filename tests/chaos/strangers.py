"""What lies in the account that is not ours, and must be there at the end, byte for byte."""

from __future__ import annotations

from types import MappingProxyType

from plugin.core.naming import Tag

REGION = "us-east-1"
BUCKET = "bucket-of-the-team"
ROLE = "job-role"
ROLE_ARN = f"arn:aws:iam::123456789012:role/{ROLE}"
_OLD_BUILD, _KEPT_BUILD, _OTHER_BUILD = "0123456789ab", "aaaaaa123456", "bbbbbb123456"


def _tags(build_id: str, *, pull_request: str, expires: str, **more: str) -> dict[str, str]:
    """Return the tags of a job of ours, of another build."""
    return {
        Tag.MANAGED: "true",
        Tag.BUILD: build_id,
        Tag.CHECK: "job-0",
        Tag.REPOSITORY: "octo-org/etl",
        Tag.PULL_REQUEST: pull_request,
        Tag.SCRIPTS: BUCKET,
        Tag.TEMP: BUCKET,
        Tag.EXPIRES_AT: expires,
        **more,
    }


_KEPT_JOB = "glue-health-check-job-0-pr-7-aaaaaa"
_OTHER_JOB = "glue-health-check-job-0-pr-8-bbbbbb"
JOBS = MappingProxyType({
    "nightly-flights": {},
    "glue-health-check-flights-pr-7-abcdef": {},
    "glue-health-check-job-0-pr-7-123456": {"team": "flights"},
    "flights-abcdef": {Tag.MANAGED: "true", Tag.BUILD: _OLD_BUILD, Tag.CHECK: "other"},
    _KEPT_JOB: _tags(
        _KEPT_BUILD, pull_request="7", expires="2026-03-01T12:00:00Z", **{Tag.KEEP: "true"}
    ),
    _OTHER_JOB: _tags(_OTHER_BUILD, pull_request="8", expires="2026-06-01T12:00:00Z"),
})  # fmt: skip
"""Names and tags: none, or a name like ours without tags, or tags that do not agree; and of other
builds one that is kept on purpose, and one whose time is not over."""
RUNNING_JOBS = ("nightly-flights", _OTHER_JOB)
"""Those that have a run that goes on all the time."""
OBJECTS = MappingProxyType({
    "data/flights.csv": b"from,to\nA,B\n",
    "glue-health-check/README.md": b"# what is here\n",
    "glue-health-check/not-a-build/job-0/script.py": b"print(1)\n",
    "glue-health-check-archive/0123456789ab/job-0/script.py": b"print(2)\n",
    f"glue-health-check/{_KEPT_BUILD}/job-0/script.py": b"print(3)\n",
    f"glue-health-check/{_OTHER_BUILD}/job-0/script.py": b"print(4)\n",
    "temporary/0123456789ab/part-0": b"\x00\x01",
})  # fmt: skip
"""Keys in our bucket, and their bytes."""

NAMES = (*JOBS, *OBJECTS)
