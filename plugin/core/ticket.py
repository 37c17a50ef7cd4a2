"""The ticket: written where the script is, so that whoever finds the job later knows what it is.

A bucket may serve several regions, and a job is known in its own alone: so the ticket says too
whether the objects beside it may go without a job.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from plugin.core import naming
from plugin.core.naming import Tag
from plugin.core.ports import Upload

if TYPE_CHECKING:
    from datetime import datetime

    from plugin.core.build import Build
    from plugin.core.check import Check

VERSION = 1
FILE = "ticket.json"


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """What a ticket says of the objects beside it.

    They are of a job in ``region`` (empty: nobody knew), may be in use until ``expires_at`` (UTC),
    and stay beyond it when they are kept.
    """

    region: str
    expires_at: datetime
    is_kept: bool


def ticket_upload(
    build: Build, build_id: str, check: Check, *, begin: datetime, region: str = ""
) -> Upload:
    """Return the ticket of a check that begins at ``begin`` (UTC), to lie beside the script."""
    body = ticket_text(build, build_id, check, begin=begin, region=region).encode()
    return Upload(
        bucket=check.scripts.bucket,
        key=check.scripts.prefix + FILE,
        body=body,
        kms_key_id=check.settings.kms_key_id,
    )


def read_ticket(text: str) -> Ticket | None:
    """Return what a ticket says; None for what is none, or comes from a version that said less."""
    try:
        content: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    region, is_kept = content.get("region"), content.get("keep")
    expires_at = naming.expiry({Tag.EXPIRES_AT: str(content.get("expires_at"))})
    if not isinstance(region, str) or not isinstance(is_kept, bool) or expires_at is None:
        return None
    return Ticket(region=region, expires_at=expires_at, is_kept=is_kept)


def ticket_text(
    build: Build, build_id: str, check: Check, *, begin: datetime, region: str = ""
) -> str:
    """Return the ticket as JSON.  Holds no secret: a build has none, and arguments are left out."""
    tags: Any = check.request_at(begin)["Tags"]
    return json.dumps(
        {
            "version": VERSION,
            "build_id": build_id,
            "region": region,
            "expires_at": tags.get(Tag.EXPIRES_AT, ""),
            "keep": bool(tags.get(Tag.KEEP)),
            "build": asdict(build),
            "check": {
                "name": check.name,
                "script": check.settings.script,
                "job_name": check.job_name,
                "scripts": check.scripts.uri(),
                "temp": check.temp.uri(),
            },
        },
        indent=1,
    )
