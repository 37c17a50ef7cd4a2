"""What ``cleanup`` and ``sweep`` say of what they leave alone: why, and how it goes all the same.

Words only: nothing is asked, nothing is removed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugin.core.leftovers import removal_command, remove_all
from plugin.core.naming import ROOT, Tag

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from plugin.sweep import Removal, Traces

FEW = 5
"""So many are named without ``debug``."""
MOST_STRANGE = 10
"""Jobs that only look like ours, told by name."""
NAME_A_BUCKET = (
    "give scripts_bucket, and temp_bucket where that is another one, e.g. --scripts-bucket NAME"
)


def of_build(traces: Traces, build_id: str, *, region: str) -> Iterator[str]:
    """Yield what of a build is left alone, for ``cleanup``."""
    for removal in traces.kept:
        yield f"{removal.name} {_why_kept(removal)}: {_by_hand(removal, region)}"
    for name in traces.strange:
        yield f"{name} bears the id of build {build_id}, but not all our tags and name: left alone."
    if traces.others:
        yield (
            f"the jobs of build {build_id} belong to another pull request or repository:"
            " left alone."
        )
    for uri in traces.unclaimed:
        yield (
            f"{uri} stays for sweep: no job says whose build {build_id} is. If it is yours:"
            f" {remove_all(build_id)}"
        )


def blindness(build_id: str) -> str:
    """Return the warning that a build's objects were not looked for."""
    return (
        f"no bucket is known: objects below {ROOT}/{build_id}/ were not looked for, and may be"
        f" left. To look for them, {NAME_A_BUCKET}."
    )


def nothing_bears(build_id: str, *, region: str, buckets: Sequence[str]) -> str:
    """Return what to say of a named build of which nothing is there."""
    where = f"buckets {', '.join(buckets)}" if buckets else "no bucket"
    place = f"region {region}" if region else "the region of the AWS profile"
    return f"nothing bears the id {build_id} in {place}, {where}: is it right?"


def _why_kept(removal: Removal) -> str:
    owner = removal.job.tags.get(Tag.OWNER, "") if removal.job else ""
    if owner:
        return f"is watched and removed by its owner, {owner}. To remove it all the same"
    return "is kept on purpose. To remove it"


def _by_hand(removal: Removal, region: str) -> str:
    whats = [("object", place.uri()) for place in removal.places]
    if removal.job:
        whats.append(("job", removal.name))
    return "; ".join(removal_command(kind=kind, name=name, region=region) for kind, name in whats)


@dataclass
class Alone:
    """What a sweep left alone so far, by the reason."""

    young: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    unexpired: dict[str, datetime] = field(default_factory=dict)

    def words(self, *, hours: float, in_full: bool) -> Iterator[str]:
        """Yield a line for each reason; few names, all of them ``in_full``."""
        if self.unexpired:
            last = f"{max(self.unexpired.values()):%Y-%m-%d %H:%M} UTC"
            until = f"until {last}" if len(self.unexpired) == 1 else f"the last until {last}"
            yield _left(
                list(self.unexpired),
                f"younger than its own limits (tag {ROOT}:expires-at; {until})",
                in_full=in_full,
            )
        if self.kept:
            yield _left(self.kept, "kept on purpose, or their owner's to remove", in_full=in_full)
        if self.young:
            age = f"younger than {hours:g} hours (sweep_older_than_hours)"
            reason = age if hours else "made, or gone, since this sweep began"
            yield _left(self.young, reason, in_full=in_full)
        if self.strange:
            most = len(self.strange) if in_full else MOST_STRANGE
            named = _named(self.strange, most)
            yield f"left alone, because tags and name are not those that we give: {named}."


def _left(names: Sequence[str], reason: str, *, in_full: bool) -> str:
    return f"left alone: {len(names)} {reason}: {_named(names, len(names) if in_full else FEW)}."


def _named(names: Sequence[str], most: int) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"
