"""What git says about the checkout.  Knows no git: ``app`` asks it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class GitFacts:
    """The checkout; a text is empty where git did not know.  ``branch`` is a plain name."""

    commit: str = ""
    branch: str = ""
    remote_url: str = ""
