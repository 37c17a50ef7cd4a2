"""Checks to run: what a plan makes of settings, without a checkout."""

from typing import Any

from plugin.core.build import Build, Host
from plugin.core.capacity import capacity_of
from plugin.core.check import Check
from plugin.core.naming import ROOT, Tag, job_name, location
from plugin.core.ports import Upload
from plugin.core.request import create_request
from plugin.core.settings import CheckSettings
from plugin.core.shipping.package import Package

BUILD_ID = "0a1b2c3d4e5f"
BUILD = Build(host=Host.PLAIN, repository="acme/etl", commit="8f14e45f", pull_request=7)
ROLE = "arn:aws:iam::123456789012:role/glue-health-check"


def check_of(
    *,
    name: str = "flights",
    body: bytes = b"print('hello')\n",
    build_id: str = BUILD_ID,
    is_local: bool = False,
    keep: bool = False,
    delete_logs: bool = False,
    session_policy: str = "",
    **settings: Any,
) -> Check:
    """Return a check of ``jobs/<name>.py`` with a shipped module ``lib/rows.py``."""
    given: dict[str, Any] = {
        "script": f"jobs/{name}.py",
        "role_arn": ROLE,
        "scripts_bucket": "scripts",
        "temp_bucket": "temporary",
        **settings,
    }
    own = CheckSettings(**given)
    scripts = location(bucket=own.scripts_bucket, build_id=build_id, check=name)
    temp = location(bucket=own.temp_bucket, build_id=build_id, check=name)
    key = f"{scripts.prefix}script/{name}.py"
    uploads = [Upload(bucket=scripts.bucket, key=key, body=body)]
    package = Package(
        script_uri=scripts.uri(f"script/{name}.py"),
        uploads=uploads,
        shipped={f"{name}.py": own.script, "rows.py": "lib/rows.py"},
    )
    called = job_name(prefix=ROOT, check=name, suffix="pr-7", build_id=build_id)
    tags = {Tag.MANAGED: "true", Tag.BUILD: build_id, Tag.CHECK: name, Tag.SCRIPTS: scripts.bucket}
    capacity = capacity_of(own)
    return Check(
        name=name,
        settings=own,
        capacity=capacity,
        job_name=called,
        scripts=scripts,
        temp=temp,
        request=create_request(own, capacity, package, job_name=called, temp=temp, tags=tags),
        uploads=tuple(uploads),
        shipped=package.shipped,
        session_policy=session_policy,
        is_local=is_local,
        keep=keep,
        delete_logs=delete_logs,
    )
