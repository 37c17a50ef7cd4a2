"""Several acts side by side, each guarded: a refusal or a bug of one never ends the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from plugin.core.errors import PluginError
from plugin.core.result import Leftover

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")

NONE: tuple[Any, ...] = ()
"""Nothing, of whatever kind an act returns some of."""
SIDE_BY_SIDE = 8
"""Acts at once."""
_TURN_SECONDS = 0.2


def abreast(acts: Sequence[Callable[[], T]]) -> list[T]:
    """Return what the acts return, in their order.  They must not raise.

    We wait in short turns, because a handler runs in the main thread alone, and a signal handed to
    another thread does not wake us.
    """
    from concurrent.futures import ThreadPoolExecutor, wait

    if not acts:
        return []
    with ThreadPoolExecutor(max_workers=min(SIDE_BY_SIDE, len(acts))) as pool:
        futures = [pool.submit(act) for act in acts]
        pending = set(futures)
        while pending:
            pending = wait(pending, timeout=_TURN_SECONDS).not_done
    return [future.result() for future in futures]


def guarded(
    kind: str, name: str, act: Callable[[], T], *, otherwise: T
) -> tuple[T, tuple[Leftover, ...]]:
    """Return what the act returns; or ``otherwise``, and what stays for its refusal.

    Of a run of which nobody told the id, ``name`` is the job's.
    """
    try:
        return act(), ()
    except PluginError as error:
        reason = str(error)
    except Exception as bug:  # noqa: BLE001 - a bug must not keep us from the other removals
        reason = f"{type(bug).__name__}: {bug}"
    job_name = name if kind == "run" else ""
    return otherwise, (Leftover(kind=kind, name=name, reason=reason, job_name=job_name),)
