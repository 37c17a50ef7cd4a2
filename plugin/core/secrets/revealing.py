"""Settings that would publish a secret: tags and names, which many may read.

Decides by a mask that somebody else made.  A secret in one of them is a mistake, not a wish.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from plugin.core.settings.sources import Settings

_NAMES = ("job_suffix", "job_name_prefix")


def revealing(settings: Settings, mask: Callable[[str], str]) -> tuple[str, ...]:
    """Return a problem for each tag and name in which ``mask`` finds a secret, once each."""
    return tuple(dict.fromkeys(_found(settings, mask)))


def _found(settings: Settings, mask: Callable[[str], str]) -> Iterator[str]:
    if mask(settings.plan.status_context) != settings.plan.status_context:
        yield _problem("status_context")
    for check in settings.checks:
        for name in _NAMES:
            text = getattr(check.settings, name)
            if mask(text) != text:
                yield _problem(name)
        for key, value in check.settings.tags.items():
            if mask(key) != key or mask(value) != value:
                yield _problem(f"tags: {mask(key)}")


def _problem(place: str) -> str:
    return f"{place} holds a secret, and many may read it: take it out."
