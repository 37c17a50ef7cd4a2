"""One question for all who have it at the same time: they share the answer, or the refusal.

200 checks that begin together would ask 200 times.  Refuses to know what is asked.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

_Answer = TypeVar("_Answer")


class SharedAnswer(Generic[_Answer]):
    """The answer of ``ask``, which is kept; after a refusal the next one asks anew."""

    def __init__(self, ask: Callable[[], _Answer]) -> None:
        """Take how to ask; nothing is asked yet."""
        self._ask = ask
        self._lock = threading.Lock()
        self._pending: Future[_Answer] | None = None

    @property
    def is_known(self) -> bool:
        """Whether it was answered already."""
        with self._lock:
            return self._pending is not None and self._pending.done()

    def get(self) -> _Answer:
        """Return the answer; ask, or wait for who asks already.  Raises what ``ask`` raises."""
        from concurrent.futures import Future

        with self._lock:
            pending, is_asked = self._pending or Future(), self._pending is not None
            self._pending = pending
        if not is_asked:
            self._ask_for_all(pending)
        return pending.result()

    def _ask_for_all(self, pending: Future[_Answer]) -> None:
        try:
            pending.set_result(self._ask())
        except BaseException as error:  # noqa: BLE001 - whoever waits must hear of any end
            with self._lock:
                self._pending = None
            pending.set_exception(error)
