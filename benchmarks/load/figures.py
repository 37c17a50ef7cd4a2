"""What a case came to, and the tables in which it is told.

Knows what the product is held to.  Refuses to know how a case is laid out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.measure import print_table
from plugin.clients.aws.budget import PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.load.account import Account, Asked
    from benchmarks.load.player import Played

MOST_A_SECOND = 10
SERVICES = ("glue", "s3", "logs", "sts")


@dataclass(frozen=True, kw_only=True)
class Figures:
    """One row: ``held_to`` says in words what the product is held to besides requests to Glue.

    ``seconds``, and the longest of them in which the command was ``silent``, are its own: where
    its clock is quicker by a ``factor``, they are more than the machine's.
    """

    name: str
    played: Played
    asked: Asked
    seconds: float
    silent: float
    factor: float
    held_to: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class File:
    """Something that was written for others: how much of what, and the most that they take."""

    name: str
    size: int
    unit: str
    most: int | None = None


def figures_of(
    name: str, account: Account, played: Played, *, held_to: str = "", note: str = ""
) -> Figures:
    """Return the row of a command that was played on an account."""
    times = account.asked.glue_times
    quick = max(times) - min(times) if times else 0.0
    seconds = played.seconds if account.factor == 1 else quick
    return Figures(
        name=name,
        played=played,
        asked=account.asked,
        seconds=seconds,
        silent=played.gaps * account.factor,
        factor=account.factor,
        held_to=held_to,
        note=note,
    )


def tell(rows: Sequence[Figures], files: Sequence[File]) -> None:
    """Print what was measured."""
    head = (
        *("", "peak MB", "Glue in 1 s", "at most", "seconds", "silent s"),
        *("CPU s", "clock", "held to"),
    )
    print_table("Load: the real commands, on an AWS of this machine", head, [*map(_row, rows)])
    print_table(
        "Requests",
        ("", *SERVICES, f"Glue at {PER_SECOND:g} a second", "by operation"),
        [_requests(one) for one in rows],
    )
    if files:
        print_table("What is written of 200 checks", ("", "size", "at most"), [*map(_file, files)])
    for one in rows:
        if one.note:
            print(f"\n  {one.name}: {one.note}")


def _row(one: Figures) -> tuple[str, ...]:
    return (
        one.name,
        f"{one.played.megabytes:.0f}",
        f"{one.asked.peak()}" if one.factor == 1 else f"({one.asked.peak()})",
        str(MOST_A_SECOND),
        f"{one.seconds:.1f}",
        f"{one.silent:.1f}",
        f"{one.played.cpu:.1f}",
        f"x {one.factor:g}",
        one.held_to or "-",
    )


def _requests(one: Figures) -> tuple[str, ...]:
    kinds = sorted(one.asked.by_kind.items(), key=lambda item: -item[1])
    words = ", ".join(f"{count:,} {name}" for (_, name), count in kinds)
    totals = (f"{one.asked.total(service):,}" for service in SERVICES)
    return (one.name, *totals, f"{one.asked.total('glue') / PER_SECOND:.0f} s", words)


def _file(one: File) -> tuple[str, ...]:
    return (one.name, f"{one.size:,} {one.unit}", f"{one.most:,}" if one.most else "-")
