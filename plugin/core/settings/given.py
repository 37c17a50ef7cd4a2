"""What was given for a setting and where, and what is wrong with it: common to all sources."""

from __future__ import annotations

from dataclasses import dataclass, field

from plugin.core.settings import table


@dataclass(frozen=True, kw_only=True)
class Given:
    """A raw value and where it stands, in words that a message can use."""

    where: str
    raw: object
    is_of_file: bool = False
    """Whether it stands in the configuration file, which knows no secrets."""


@dataclass(kw_only=True)
class Findings:
    """What goes wrong on the way, collected."""

    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    """Names whose value was given and cannot be used."""


def nearest(name: str, known: list[str]) -> str:
    """Return the name that was meant, perhaps; a plain variable stands for its setting."""
    for row in table().values():
        if row.name in known and name.upper() in row.plain:
            return row.name
    from difflib import get_close_matches  # for mistakes only

    return "".join(get_close_matches(name, known, n=1, cutoff=0.6))


def is_unknown(where: str, meant: str) -> str:
    """Return the sentences that say so."""
    advice = f"Did you mean {meant}?" if meant else "See the table of settings in the README."
    return f"{where} is unknown. {advice}"
