"""What our things are called on AWS: job names, object prefixes, tags.

Everything that a pull request's author can choose is cut down to harmless characters here.
Sources: Glue's model (``NameString`` 1 to 255), Glue and S3 limits on tags (50; 128 and 256).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.core.build import Build

ROOT = "glue-health-check"
"""First folder of every object of ours, and the name space of our tags."""
LONGEST_JOB_NAME = 255
MARK = 6
"""Digits of the build id at the end of a job's name."""
LONGEST_PREFIX = 60
"""Of a job's name: what is left must always hold the check, by which the job is known as ours."""
LONGEST_CHECK = 140
LONGEST_TAG_VALUE = 256
LONGEST_TAG_KEY = 128
MOST_TAGS = 50
_HASH = 10
MARKER_ARGUMENT = "--glue_health_check_run"
TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
BUILD_ID = re.compile(r"[0-9a-f]{12}")
_ENDS_LIKE_OURS = re.compile(r"[A-Za-z0-9._-]-[0-9a-f]{6}\Z")


class Tag:
    """Keys of our tags."""

    MANAGED = f"{ROOT}:managed"
    BUILD = f"{ROOT}:build"
    CHECK = f"{ROOT}:check"
    REPOSITORY = f"{ROOT}:repository"
    COMMIT = f"{ROOT}:commit"
    PULL_REQUEST = f"{ROOT}:pull-request"
    EXPIRES_AT = f"{ROOT}:expires-at"
    KEEP = f"{ROOT}:keep"
    OWNER = f"{ROOT}:owner"
    SCRIPTS = f"{ROOT}:scripts-bucket"
    TEMP = f"{ROOT}:temp-bucket"
    CONTEXT = f"{ROOT}:context"
    NUMBER = f"{ROOT}:number"
    WORKFLOW = f"{ROOT}:workflow"
    SERVER = f"{ROOT}:server"


@dataclass(frozen=True, kw_only=True)
class Location:
    """A prefix in a bucket.  ``prefix`` ends with a slash."""

    bucket: str
    prefix: str

    def uri(self, key: str = "") -> str:
        """Return the ``s3://`` address of a key below the prefix."""
        return f"s3://{self.bucket}/{self.prefix}{key}"


def slug(text: str) -> str:
    """Reduce text to letters, digits, ``.``, ``_`` and ``-``; a run of others becomes one ``-``."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.")


def job_name(*, prefix: str, check: str, suffix: str, build_id: str) -> str:
    """Return ``<prefix>-<check>-<suffix>-<first 6 of the build id>``, at most 255 characters.

    What is too long loses the end of each part: the end of the whole, which makes it unique, always
    stays, and so does the check's beginning.
    """
    tail = _tail(build_id)
    parts = (_cut(prefix, LONGEST_PREFIX), _part(check), slug(suffix))
    head = "-".join(part for part in parts if part)
    return head[: LONGEST_JOB_NAME - len(tail)].rstrip("-.") + tail


def location(*, bucket: str, build_id: str, check: str) -> Location:
    """Return where a check's objects lie: ``glue-health-check/<build id>/<check>/``.

    The check's own name and what its tag says of it lead to the same place.
    """
    return Location(bucket=bucket, prefix=f"{ROOT}/{build_id}/{slug(tag_value(check))}/")


def is_like_ours(name: str) -> bool:
    """Whether a job's name ends as ours do; says nothing of its tags."""
    return _ENDS_LIKE_OURS.search(name) is not None


def agrees(name: str, tags: Mapping[str, str]) -> bool:
    """Whether a job carries all tags that ours always do, and a name that agrees with them.

    Only such a job is ever stopped or deleted.  What its tags then lead to lies below our prefix
    of that very build and check, whatever the buckets' names say.
    """
    build_id, part = tags.get(Tag.BUILD, ""), _part(tags.get(Tag.CHECK, ""))
    return (
        tags.get(Tag.MANAGED) == "true"
        and BUILD_ID.fullmatch(build_id) is not None
        and bool(part and tags.get(Tag.SCRIPTS) and tags.get(Tag.TEMP))
        and expiry(tags) is not None
        and name.endswith(_tail(build_id))
        and f"-{part}-" in f"-{name}"
    )


def expiry(tags: Mapping[str, str]) -> datetime | None:
    """Return when a job's own time-outs are over, UTC; None when its tag does not say."""
    try:
        told = tags.get(Tag.EXPIRES_AT, "")
        return datetime.strptime(told, TIME_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None


def _tail(build_id: str) -> str:
    return f"-{build_id[:MARK]}"


def _part(check: str) -> str:
    """Return how a check stands in its job's name; the same from what its tag says of it."""
    return _cut(tag_value(check), LONGEST_CHECK)


def _cut(text: str, length: int) -> str:
    return slug(text)[:length].rstrip("-.")


def tag_value(text: str) -> str:
    """Return text as AWS takes it in a tag: letters, digits, spaces and ``_.:/=+-@``."""
    kept = "".join(c if c.isalnum() or c in " _.:/=+-@" else "_" for c in text)
    return kept[:LONGEST_TAG_VALUE]


def distinct_value(text: str) -> str:
    """Return text as ``tag_value`` does; what that changes gets a mark of its own at the end.

    Two workflows whose names differ in what no tag can hold are two.
    """
    value = tag_value(text)
    if value == text:
        return value
    mark = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH]
    return f"{value[: LONGEST_TAG_VALUE - _HASH - 1]}-{mark}"


def number_tag(build: Build) -> str:
    """Return ``<host>-<number>.<attempt>``, by which builds of one host have an order.

    Empty when the host numbers no builds; without an attempt it is 0.
    """
    attempt = build.attempt if build.attempt.isdecimal() else "0"
    return f"{build.host}-{build.number}.{attempt}" if build.number.isdecimal() else ""


def tags(  # noqa: PLR0913 - as many facts as there are tags
    *,
    build: Build,
    build_id: str,
    check: str,
    context: str,
    places: tuple[Location, Location],
    expires_at: datetime,
    keep: bool,
    users: Mapping[str, str],
) -> Mapping[str, str]:
    """Return the tags of a temporary job: the user's, and ours over them.

    ``context`` is ``status_context``.  ``places`` are the locations in the scripts and the
    temporary bucket: whoever finds the job later knows from its tags what else to remove.
    """
    ours = {
        Tag.MANAGED: "true",
        Tag.BUILD: build_id,
        Tag.CHECK: check,
        Tag.REPOSITORY: build.repository,
        Tag.COMMIT: build.commit,
        Tag.PULL_REQUEST: str(build.pull_request or ""),
        Tag.EXPIRES_AT: expires_at.strftime(TIME_FORMAT),
        Tag.SCRIPTS: places[0].bucket,
        Tag.TEMP: places[1].bucket,
        Tag.CONTEXT: context,
        Tag.NUMBER: number_tag(build),
        Tag.WORKFLOW: distinct_value(build.workflow),
        Tag.SERVER: build.server_url,
        Tag.KEEP: "true" if keep else "",
    }
    return {**users, **{key: tag_value(value) for key, value in ours.items() if value}}


def tag_problems(users: Mapping[str, str]) -> tuple[str, ...]:
    """Say what AWS would refuse in the user's tags."""
    ours = len([name for name in vars(Tag) if name.isupper()])
    return (
        *(
            f"tags: {key[:60]!r} is reserved."
            for key in users
            if key.lower().startswith((ROOT + ":", "aws:"))
        ),
        *(
            f"tags: {key[:60]!r}: keys have 1 to 128 characters, values at most 256."
            for key, value in users.items()
            if not 0 < len(key) <= LONGEST_TAG_KEY or len(value) > LONGEST_TAG_VALUE
        ),
        *(
            f"tags: {key[:60]!r}: use letters, digits, spaces and _.:/=+-@ only."
            for key, value in users.items()
            if tag_value(key) + tag_value(value) != (key + value)
        ),
        *(
            (f"tags: at most {MOST_TAGS - ours} are possible.",)
            if len(users) > MOST_TAGS - ours
            else ()
        ),
    )
