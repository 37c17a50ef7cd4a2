"""How the time of a run is divided: queue, start-up, run; and again, when Glue sends it back.

Knows what each state says of that.  Refuses to know what the time costs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from plugin.core.states import RunState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.core.ports import Sighting

QUEUE, START_UP, RUN = "queue", "start-up", "run"

_STINT_OF = {
    RunState.WAITING: QUEUE,
    RunState.STARTING: START_UP,
    RunState.RUNNING: RUN,
    RunState.SUCCEEDED: RUN,
}
"""The other states leave a run where it is.  TIMEOUT and FAILED too: they exist in the queue."""


class Stint(NamedTuple):
    """A stretch of time of one kind, from ``since`` (monotonic seconds) to the next one."""

    name: str
    since: float


@dataclass
class Stints:
    """What a run's time was spent on so far, in order."""

    parts: list[Stint] = field(default_factory=list)

    @property
    def is_running(self) -> bool:
        """Whether the run is on its feet now: not in the queue, nor starting."""
        return bool(self.parts) and self.parts[-1].name == RUN

    @property
    def running_since(self) -> float | None:
        """When it first ran; None when it never did."""
        return next((part.since for part in self.parts if part.name == RUN), None)

    def ran(self, now: float) -> float:
        """Return the seconds that it ran, without those in a queue between."""
        ends = [*(part.since for part in self.parts[1:]), now]
        pairs = zip(self.parts, ends, strict=True) if self.parts else ()
        return sum(end - part.since for part, end in pairs if part.name == RUN)

    def saw(self, seen: Sighting, now: float) -> None:
        """Take a look's answer.  Glue's count of seconds tells when the run began."""
        has_run = self.running_since is not None
        name = _STINT_OF.get(seen.state, RUN if seen.execution_seconds and not has_run else "")
        if not name or (self.parts and self.parts[-1].name == name):
            return
        if name == RUN and not has_run:
            self._begin_run(now - seen.execution_seconds)
        elif name == QUEUE and self.parts and self.parts[-1].name == START_UP:
            self._call_queue()
        else:
            self.parts.append(Stint(name, now))

    def _begin_run(self, since: float) -> None:
        while self.parts and self.parts[-1].since > since:
            self.parts.pop()
        self.parts.append(Stint(RUN, since))

    def _call_queue(self) -> None:
        """A start-up that led back into the queue was a part of the wait."""
        started = self.parts.pop().since
        if not self.parts or self.parts[-1].name != QUEUE:
            self.parts.append(Stint(QUEUE, started))

    def between(self, since: float, until: float) -> Iterator[tuple[str, float, float]]:
        """Yield each stint's name, begin and end within the bounds; nothing is left out."""
        parts = list(self.parts)
        if not parts or parts[0].name == RUN:
            parts.insert(0, Stint(START_UP, since))
        starts = [since, *(min(max(part.since, since), until) for part in parts[1:])]
        for part, start, end in zip(parts, starts, [*starts[1:], until], strict=True):
            yield part.name, start, end
