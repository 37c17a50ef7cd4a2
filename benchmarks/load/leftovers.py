"""The cases of accounts with many jobs: what cleanup and sweep ask, and what a user sees meanwhile.

A thousand jobs, of which 900 are others'; ten thousand that builds left.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from benchmarks.load.account import ACCOUNT, REGION, Account
from benchmarks.load.figures import figures_of
from benchmarks.load.player import BUCKET, play
from plugin.core.naming import Tag
from plugin.local.records import Job

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.load.figures import Figures
    from benchmarks.load.player import Played

OLD = datetime.now(UTC) - timedelta(days=2)
SWEEP_FACTOR = 10.0
"""How much quicker the clock is: the budget of requests makes ten thousand leftovers an hour."""
LEFTOVERS, PREFIXES = 10_000, 2000
OURS, FOREIGN = 100, 900
BUILD_ID = "abcdef123456"
_DEFINITION = {
    "Role": f"arn:aws:iam::{ACCOUNT}:role/job-role",
    "Command": {"Name": "pythonshell", "ScriptLocation": f"s3://{BUCKET}/x.py"},
    "ExecutionProperty": {"MaxConcurrentRuns": 1},
}


def foreign_jobs(folder: Path) -> list[Figures]:
    """Play cleanup of one build and a sweep among jobs of others."""
    rows = []
    for command, words in (("cleanup", ("--build-id", BUILD_ID)), ("sweep", ())):
        place = folder / f"jobs-{command}"
        place.mkdir()
        with Account() as account:
            for number in range(FOREIGN):
                _job(account, f"nightly-load-{number:06x}", {"team": "data"})
            for number in range(OURS):
                build_id = BUILD_ID if command == "cleanup" else f"{number:06x}aaaaaa"
                _leave(account, f"flights-{number}", build_id)
            played = play(account, place, command, *words)
        played.held_to(0)
        stay = len(account.store.jobs(REGION))
        note = (
            f"{OURS + FOREIGN - stay} jobs went, {stay} stay, {len(account.bucket.objects)} objects"
        )
        rows.append(figures_of(f"{command}, {FOREIGN} foreign jobs", account, played, note=note))
    return rows


def many_leftovers(folder: Path, *, count: int = LEFTOVERS) -> list[Figures]:
    """Play a sweep of thousands."""
    place = folder / "leftovers"
    place.mkdir()
    with Account(factor=SWEEP_FACTOR) as account:
        for number in range(count):
            _leave(account, "flights", f"{number:06x}aaaaaa")
        played = play(account, place, "sweep")
    played.held_to(0)
    return [figures_of(f"sweep, {count:,} jobs", account, played, note=_said(played))]


def many_prefixes(folder: Path, *, count: int = PREFIXES) -> list[Figures]:
    """Play a sweep of objects that no job is left of: S3 alone is asked, without a budget."""
    place = folder / "prefixes"
    place.mkdir()
    with Account() as account:
        for number in range(count):
            _leave_objects(account, "flights", f"{number:06x}aaaaaa")
        played = play(account, place, "sweep")
    played.held_to(0)
    name = f"sweep, {count:,} prefixes without a job"
    return [figures_of(name, account, played, note=_said(played))]


def _said(played: Played) -> str:
    lines = played.out.splitlines()
    steps = [line for line in lines if "so far" in line]
    return (
        f"{len(lines):,} lines, of which {len(steps)} say how far it is, such as:"
        f' "{steps[len(steps) // 2] if steps else ""}"; the last one: "{lines[-1]}".'
    )


def _leave(account: Account, check: str, build_id: str) -> None:
    """Leave a job with a script and a ticket."""
    tags = {
        Tag.MANAGED: "true",
        Tag.BUILD: build_id,
        Tag.CHECK: check,
        Tag.SCRIPTS: BUCKET,
        Tag.TEMP: BUCKET,
        Tag.EXPIRES_AT: "2026-01-01T00:00:00Z",
    }
    _job(account, f"glue-health-check-{check}-pr-7-{build_id[:6]}", tags)
    _leave_objects(account, check, build_id)


def _leave_objects(account: Account, check: str, build_id: str) -> None:
    for name in ("script/a.py", "ticket.json"):
        key = f"glue-health-check/{build_id}/{check}/{name}"
        account.bucket.put(key, b"print(1)", changed=OLD)


def _job(account: Account, name: str, tags: dict[str, str]) -> None:
    at = OLD.timestamp()
    account.store.add_job(
        Job(
            name=name,
            region=REGION,
            definition=_DEFINITION,
            tags=tags,
            asked={},
            created_on=at,
            modified_on=at,
        )
    )
