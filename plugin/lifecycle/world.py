"""What a check needs of the outside, as one value of ports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugin.core.ports import Clock, Engine, Observer


@dataclass(frozen=True, kw_only=True)
class World:
    """What a check needs of the outside.  ``new_marker`` draws the text that marks a run."""

    engine: Engine
    clock: Clock
    observer: Observer
    new_marker: Callable[[], str]
