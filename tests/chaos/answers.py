"""What a service answered, as a value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer: HTTP's status, headers in their order, and the body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
