"""What a check needs of the outside, as one value of ports."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugin.lifecycle.crowd import Crowd
from plugin.lifecycle.under_way import UnderWay

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugin.core.check import Check
    from plugin.core.ports import Clock, Engine, Observer


def _unknown(_check: Check) -> None:
    return None


def _middle() -> float:
    return 0.5


@dataclass(frozen=True, kw_only=True)
class World:
    """What a check needs of the outside, shared by all checks.

    ``new_marker`` draws the text that marks a run, ``draw`` a random number from 0 to 1.
    ``expected`` says how many seconds a check's run probably takes, None when nobody knows (yet).
    ``region`` is where the checks run; empty when nobody knows.
    """

    engine: Engine
    clock: Clock
    observer: Observer
    new_marker: Callable[[], str]
    draw: Callable[[], float] = _middle
    expected: Callable[[Check], float | None] = _unknown
    region: str = ""
    crowd: Crowd = field(default_factory=Crowd)
    under_way: UnderWay = field(default_factory=UnderWay)
