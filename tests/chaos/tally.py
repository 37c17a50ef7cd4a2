"""The sum of many plays, as a table.  Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.chaos import truth

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tests.chaos.played import Played

_HEADS = ("signals in", "plays", "requests", "struck", "killed", "broken", "cpu s/play")
_VERDICTS = ("passed", "failed", "errored", "cancelled", "no report")


@dataclass(frozen=True, kw_only=True)
class Row:
    """What is kept of one play.  ``killed`` counts processes that SIGKILL ended."""

    seed: int
    kind: str
    requests: int
    fates: tuple[str, ...]
    killed: int
    verdicts: tuple[str, ...]
    broken: tuple[tuple[str, str], ...]
    cpu_seconds: float


def row_of(played: Played, broken: tuple[tuple[str, str], ...]) -> Row:
    """Return what is kept of a play."""
    report = played.steps[0].report
    told = [one["verdict"] for one in report["results"]] if report is not None else ["no report"]
    return Row(
        seed=played.schedule.seed,
        kind=kind_of(played),
        requests=len(played.requests),
        fates=tuple(str(one.fate) for one in played.requests if one.fate),
        killed=sum(step.code < 0 for step in played.steps),
        verdicts=tuple(told),
        broken=broken,
        cpu_seconds=played.cpu_seconds,
    )


def kind_of(played: Played) -> str:
    """Return which signals really met the processes of a play."""
    met = {name for step in played.steps for name in truth.signals(step)}
    if "SIGKILL" in met:
        return "SIGKILL"
    return "SIGTERM, SIGINT" if met else "none"


def so_far(rows: Sequence[Row], *, of: int, seconds: float) -> str:
    """Return a line that says how far we are, after so many seconds."""
    requests = sum(row.requests for row in rows)
    struck = sum(len(row.fates) for row in rows)
    killed = sum(row.killed for row in rows)
    bad = sorted(row.seed for row in rows if row.broken)
    return (
        f"{len(rows)} of {of} after {seconds:.0f} s: {requests} requests, {struck} struck,"
        f" {killed} killed, {len(bad)} broken"
    ) + (f": {' '.join(map(str, bad))}" if bad else "")


def table(rows: Iterable[Row]) -> Iterator[str]:
    """Yield the lines of the table."""
    some = tuple(rows)
    kinds = ("none", "SIGTERM, SIGINT", "SIGKILL")
    lines = [_HEADS, *(_line(kind, [r for r in some if r.kind == kind]) for kind in kinds)]
    lines.append(_line("all", some))
    for line in lines:
        yield f"{line[0]:<16}" + "".join(f"{cell:>11}" for cell in line[1:])
    fates = Counter(fate for row in some for fate in row.fates)
    yield "struck: " + ", ".join(f"{name} {number}" for name, number in fates.most_common())
    verdicts = Counter(verdict for row in some for verdict in row.verdicts)
    yield "verdicts: " + ", ".join(f"{name} {verdicts[name]}" for name in _VERDICTS)


def _line(kind: str, rows: Iterable[Row]) -> tuple[str, ...]:
    some = tuple(rows)
    cpu = sum(row.cpu_seconds for row in some) / max(len(some), 1)
    sums = (
        len(some),
        sum(row.requests for row in some),
        sum(len(row.fates) for row in some),
        sum(row.killed for row in some),
        sum(bool(row.broken) for row in some),
    )
    return (kind, *map(str, sums), f"{cpu:.2f}")
