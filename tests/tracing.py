"""What coverage looks at: our modules as they are imported, and what tests do that ask for it.

Tracing makes all Python two or three times as slow, also pytest's own and that of libraries.  So
the tracer is set only while one of our modules is imported, a fixture below `tests/` is made or
ended, or a test runs, and never for a test that is marked `untraced`.  It knows nothing of what is
measured; without coverage it does nothing.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.machinery import ModuleSpec
    from types import FrameType, ModuleType

MEASURED = frozenset({"plugin", "awsglue", "glue_child"})
"""The packages of ours; what is imported of them is traced wherever that happens."""

FREE_OF_OURS = frozenset({"", "tests"})
"""Where fixtures are from that run nothing of ours: pytest itself, and `tests/conftest.py`."""


class Tracing:
    """A plugin of pytest: takes the tracer away, and gives it back where it is needed.

    Each thread has a tracer of its own: the main thread's was set when coverage began; another
    thread makes one by the hook that coverage left with `threading`.  The tracer is always changed
    back in the frame that changed it, as coverage counts frames.
    """

    def __init__(self) -> None:
        self._tracer: Any = None
        self._hook: Any = None
        self._is_on = True
        """Whether threads that begin now are traced."""
        self._ends_ours = False
        """Whether a fixture waits for its end that may run something of ours."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection(self) -> Iterator[None]:
        self._tracer, self._hook = sys.gettrace(), threading.gettrace()
        if self._tracer is None:
            return (yield)
        sys.meta_path.insert(0, _Finder(self))
        threading.settrace(self._begun)
        sys.settrace(None)
        try:
            return (yield)
        finally:
            sys.settrace(self._tracer)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self) -> Iterator[None]:
        sys.settrace(None)
        try:
            return (yield)
        finally:
            sys.settrace(self._tracer)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._is_on = item.get_closest_marker("untraced") is None
        try:
            return (yield)
        finally:
            self._is_on = True

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Iterator[None]:
        """Trace what is made for one test if the test is, and always what is made for more."""
        before, is_on = sys.gettrace(), self._is_on
        if fixturedef.baseid in FREE_OF_OURS or not (is_on or fixturedef.scope != "function"):
            return (yield)
        self._ends_ours = self._is_on = True
        sys.settrace(self._tracer)
        try:
            return (yield)
        finally:
            sys.settrace(before)
            self._is_on = is_on

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self) -> Iterator[None]:
        before = sys.gettrace()
        sys.settrace(self._tracer if self._is_on else None)
        try:
            return (yield)
        finally:
            sys.settrace(before)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> Iterator[None]:
        """Trace the end of fixtures: those of a module too, after its last test."""
        before = sys.gettrace()
        is_last = nextitem is None or nextitem.path != item.path
        if is_last or (self._is_on and self._ends_ours):
            sys.settrace(self._tracer)
        try:
            return (yield)
        finally:
            sys.settrace(before)
            self._ends_ours = False

    def tracer_here(self) -> Any:
        """What to set so that this thread is traced; None without coverage."""
        is_main = threading.current_thread() is threading.main_thread()
        return self._tracer if is_main else self._hook

    def _begun(self, frame: FrameType, event: str, arg: object) -> Any:
        """Called with the first frame of each new thread."""
        if self._is_on:
            return self._hook(frame, event, arg)
        sys.settrace(None)
        return None


class _Finder:
    """Stands first in `sys.meta_path`, to trace a module of ours while it is executed."""

    def __init__(self, tracing: Tracing) -> None:
        self._tracing = tracing

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return what the next finder finds, with its loader traced; None for others' modules."""
        if name.partition(".")[0] not in MEASURED:
            return None
        for finder in sys.meta_path:
            found = None if finder is self else finder.find_spec(name, path, target)
            if found is not None:
                if found.loader is not None and found.origin is not None:
                    _trace(found, self._tracing)
                return found
        return None


def _trace(spec: ModuleSpec, tracing: Tracing) -> None:
    """Have a module traced while it is executed, its loader being no other than before."""
    loader: Any = spec.loader
    execute = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        before = sys.gettrace()
        if before is None:
            sys.settrace(tracing.tracer_here())
        try:
            execute(module)
        finally:
            if before is None:
                sys.settrace(None)

    loader.exec_module = exec_module
