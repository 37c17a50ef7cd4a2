"""Starting a run exactly once: StartJobRun has no client token, and an answer can be lost.

Knows which answers say that nothing was started, and how long such a start is asked for again.
Refuses to send a second start while nobody knows what became of the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plugin.aws.glue.waiting import Bounds, patiently
from plugin.clients.aws.errors import translated
from plugin.core.errors import (
    AnswerLost,
    ConcurrentRuns,
    EngineError,
    NotFound,
    OverLimit,
    Throttled,
    Unreachable,
)
from plugin.core.naming import MARKER_ARGUMENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from plugin.clients.aws.clients import Clients
    from plugin.core.ports import Clock

LOOK = Bounds(seconds=30.0, longest=8.0)
"""How long a lost run is looked for: GetJobRuns may lag behind StartJobRun."""
START = Bounds(seconds=120.0, longest=20.0)
"""How long a start is asked for again that Glue did not execute: throttled, or over a quota.

Other checks of the same plan free their slots meanwhile, and Glue needs 5 to 10 s to free one.
Source: Airflow's Glue operator waits as long after the end of a run (``sleep_before_return``).
"""
REACH = Bounds(seconds=20.0, longest=8.0)
"""How long a start is repeated that never left this machine."""


class Starter:
    """Starts runs of jobs that nobody but us starts."""

    def __init__(
        self, clients: Clients, clock: Clock, runs: Callable[[str], Iterable[Mapping[str, Any]]]
    ) -> None:
        """Take the clients, the clock, and what lists a job's runs as GetJobRuns tells them."""
        self._clients = clients
        self._clock = clock
        self._runs = runs

    def start(self, request: Mapping[str, Any]) -> str:
        """Start the run of a ``StartJobRun`` request and return its id.

        It is sent again only after an answer that says that nothing was started, within a bound.
        After a lost answer the run is looked for; ``AnswerLost`` is raised when it is not found:
        ``finish`` stops it if it appears later.
        """
        bounds: dict[type[Exception], Bounds] = {OverLimit: START, Unreachable: REACH}
        run_id: str = patiently(self._clock, bounds, lambda: self._start_once(request))
        return run_id

    def _start_once(self, request: Mapping[str, Any]) -> str:
        name, marker = request["JobName"], request["Arguments"][MARKER_ARGUMENT]
        try:
            with translated(f"start the job {name}"):
                run_id = self._clients.glue_once.start_job_run(**request)["JobRunId"]
        except ConcurrentRuns as error:
            return self._going_on(error, name, marker)
        except AnswerLost as lost:
            return self._after(lost, name, marker)
        return run_id

    def _going_on(self, error: ConcurrentRuns, name: str, marker: str) -> str:
        """Return the run that is on where our marker tells that it is ours; else raise ``error``.

        Something on the way may have sent our request twice.  A run that tells no marker is not
        taken: this request started nothing, and another's result must not become ours.
        """
        try:
            found = self._marked(name, marker)
        except EngineError:  # says nothing of the limit, which passes
            found = ""
        if not found:
            raise error from None
        return found

    def _after(self, lost: AnswerLost, name: str, marker: str) -> str:
        """Return the id of the run whose start was not answered, or raise ``lost``."""

        def look() -> str:
            found = self._marked(name, marker, may_be_blind=True)
            if not found:
                raise _NotYet("It is not there yet.")
            return found

        unsure = (_NotYet, NotFound, AnswerLost, Throttled, Unreachable)
        try:
            run_id: str = patiently(self._clock, dict.fromkeys(unsure, LOOK), look)
        except unsure:
            raise lost from None
        except EngineError as refusal:  # says nothing of the run, which may have been started
            raise AnswerLost(
                f"{lost.message} Whether it runs could not be seen: {refusal.message}",
                hint=refusal.hint,
                trouble=refusal.trouble,
            ) from None
        return run_id

    def _marked(self, name: str, marker: str, *, may_be_blind: bool = False) -> str:
        """Return the id of the run that bears our marker; empty when there is none.

        Of Python shell jobs Glue may tell no arguments (boto3#3506).  After a lost answer
        (``may_be_blind``) the only run of the job is ours, for nobody else starts it; of several,
        nobody knows which, and ``finish`` stops them all.
        """
        runs = list(self._runs(name))
        for run in runs:
            if (run.get("Arguments") or {}).get(MARKER_ARGUMENT) == marker:
                return str(run["Id"])
        is_blind = may_be_blind and len(runs) == 1 and not runs[0].get("Arguments")
        return str(runs[0]["Id"]) if is_blind else ""


class _NotYet(Exception):
    """The run that is looked for does not show."""
