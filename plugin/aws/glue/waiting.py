"""Asking again: how long, how often, and never after a cancel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tenacity import RetryCallState

    from plugin.core.ports import Clock


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Seconds from the first call within which it is made again, and the longest wait between."""

    seconds: float
    longest: float


def patiently(
    clock: Clock, bounds: Mapping[type[Exception], Bounds], act: Callable[[], Any]
) -> Any:  # noqa: ANN401 - what ``act`` returns
    """Call ``act`` until it raises none of the errors in ``bounds``; return what it returns.

    Waits of 1, 2, 4, … seconds, with jitter, each up to the longest of its error's bounds.  The
    last error is raised when the bounds are reached, or a cancel is heard.
    """
    from tenacity import Retrying, retry_if_exception_type, wait_exponential_jitter

    since = clock.monotonic()

    def of(state: RetryCallState) -> Bounds:
        error = state.outcome.exception() if state.outcome else None
        return next(bound for kind, bound in bounds.items() if isinstance(error, kind))

    def is_over(state: RetryCallState) -> bool:
        until = since + of(state).seconds
        return clock.monotonic() + state.upcoming_sleep > until or clock.is_cancelled()

    def wait(state: RetryCallState) -> None:
        # Here and not in ``sleep``: tenacity would make one more call after a cancelled wait.
        if clock.wait(state.upcoming_sleep) and state.outcome:
            state.outcome.result()

    patient = Retrying(
        retry=retry_if_exception_type(tuple(bounds)),
        stop=is_over,
        wait=lambda state: wait_exponential_jitter(max=of(state).longest)(state),
        before_sleep=wait,
        sleep=lambda _: None,
        reraise=True,
    )
    return patient(act)
