"""Many checks at once in virtual time: the real pace and the real turns of the budget, no threads.

Refuses to know botocore and the lifecycle: a check here is the Glue requests that it makes.
"""

import heapq
import random
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

from plugin.clients.aws.budget import PATIENCE_SECONDS, PER_SECOND, URGENT, Turns
from plugin.core.watching.pace import seconds_to_next_look

ANSWER_SECONDS = 0.2
LOG_SECONDS = 0.3
"""What a request to Glue takes, and reading the log after a look."""

Steps = Generator[float, None, None]
"""Yields the seconds to wait."""


@dataclass
class Crowd:
    """``seconds_of`` draws how long a run goes on; ``are_begun``: all were begun before."""

    size: int
    run_seconds: tuple[float, float]
    are_begun: bool = False
    seed: int = 1
    now: float = 0.0
    sent: list[tuple[float, str]] = field(default_factory=list)
    """When each request went, and its operation."""
    heard_after: list[float] = field(default_factory=list)
    """Seconds from each run's end to our hearing of it."""
    started_at: list[float] = field(default_factory=list)
    watchers: int = 0

    def play(self) -> "Crowd":
        """Let all checks go to their end."""
        self._turns, self._random = Turns(), random.Random(self.seed)
        ready = [(0.0, number, self._check()) for number in range(self.size)]
        heapq.heapify(ready)
        while ready:
            self.now, number, steps = heapq.heappop(ready)
            for seconds in steps:
                heapq.heappush(ready, (self.now + seconds, number, steps))
                break
        return self

    @property
    def peak(self) -> int:
        """The most requests in any second."""
        times = [at for at, _ in self.sent]
        first, most = 0, 0
        for last, at in enumerate(times):
            while times[first] < at - 1.0:
                first += 1
            most = max(most, last - first + 1)
        return most

    def _check(self) -> Steps:
        if not self.are_begun:
            yield from self._request("CreateJob")
            yield from self._request("StartJobRun")
        else:  # nobody can begin to watch so many at once
            yield self._random.uniform(0.0, self.size / PER_SECOND)
        started = self.now
        self.started_at.append(started)
        ends = started + self._random.uniform(*self.run_seconds)
        yield from self._watch(started, ends)
        yield from self._request("DeleteJob")

    def _watch(self, started: float, ends: float) -> Steps:
        self.watchers += 1
        while True:
            looked = self.now
            yield from self._request("GetJobRun")
            answered = self.now - ANSWER_SECONDS / 2  # Glue looked in the middle of the request
            if answered >= ends:
                break
            yield LOG_SECONDS
            pause = seconds_to_next_look(
                waited=self.now - started,
                ran=max(self.now - started - 30.0, 0.0),
                watchers=self.watchers,
                draw=self._random.random(),
            )
            yield max(pause - (self.now - looked), 0.1)
        self.watchers -= 1
        self.heard_after.append(self.now - ends)

    def _request(self, operation: str) -> Iterator[float]:
        patience = 0.0 if operation in URGENT else PATIENCE_SECONDS
        turn = self._turns.ask(self.now, patience=patience)
        while seconds := self._turns.seconds_until(turn, self.now):
            yield seconds
        self.sent.append((self.now, operation))
        yield ANSWER_SECONDS
