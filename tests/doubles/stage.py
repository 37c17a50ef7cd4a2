"""Several actors in threads of which one moves at a time: the one whose clock is furthest behind.

So their steps meet as they would in real time, the same in every run, and nobody really waits.
"""

import threading


class Stage:
    """Runs actors.  Each gets an ``Actor``, which is its clock."""

    def __init__(self):
        self._condition = threading.Condition()
        self._actors = []

    def perform(self, *plays):
        """Call each play with its actor until all are over; return what they raised, or None."""
        self._actors = [Actor(self._condition, self._actors_of) for _ in plays]
        outcomes: list[Exception | None] = [None] * len(plays)

        def run(place, play):
            try:
                self._actors[place].pass_time(0.0)
                play(self._actors[place])
            except Exception as error:  # noqa: BLE001 - told to who asked
                outcomes[place] = error
            finally:
                self._actors[place].leave()

        threads = [threading.Thread(target=run, args=item) for item in enumerate(plays)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return outcomes

    def _actors_of(self):
        return self._actors


class Actor:
    """The Clock port as far as a reporter needs it, for one actor."""

    def __init__(self, condition, actors):
        self._condition = condition
        self._actors = actors
        self._is_over = False
        self.seconds = 0.0

    def pass_time(self, seconds):
        """Go on only when nobody else is at an earlier time."""
        with self._condition:
            self.seconds += seconds
            self._condition.notify_all()
            self._condition.wait_for(self._is_next)

    def wait(self, seconds):
        self.pass_time(seconds)
        return False

    def leave(self):
        with self._condition:
            self._is_over = True
            self._condition.notify_all()

    def _is_next(self):
        there = [actor for actor in self._actors() if not actor._is_over]
        return min(there, key=lambda actor: actor.seconds) is self
