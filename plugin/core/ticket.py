"""The ticket: written where the script is, so that whoever finds the job later knows what it is."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from plugin.core.ports import Upload

if TYPE_CHECKING:
    from plugin.core.build import Build
    from plugin.core.check import Check

VERSION = 1
FILE = "ticket.json"


def ticket_upload(build: Build, build_id: str, check: Check) -> Upload:
    """Return the ticket as the object that lies beside the script."""
    body = ticket_text(build, build_id, check).encode()
    return Upload(
        bucket=check.scripts.bucket,
        key=check.scripts.prefix + FILE,
        body=body,
        kms_key_id=check.settings.kms_key_id,
    )


def ticket_text(build: Build, build_id: str, check: Check) -> str:
    """Return the ticket as JSON.  Holds no secret: a build has none, and arguments are left out."""
    return json.dumps(
        {
            "version": VERSION,
            "build_id": build_id,
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
