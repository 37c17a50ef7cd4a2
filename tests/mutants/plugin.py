"""Runs mutants inside one pytest: it collects once, and every mutant is a fork of it.

A fork runs the tests chosen for its mutant until the first one fails, under a limit of CPU seconds,
of time and of memory; what breaks a limit was noticed.  Everything is kept in files of the folder
that the command has made: what was asked (`asked.json`), what was seen of each test
(`seen.json`), how each mutant fared (`fates.json`).
"""

from __future__ import annotations

import json
import math
import os
import resource
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from mutmut.mutation import trampoline

from tests.mutants.choosing import Choice, Seen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

MEMORY = 6 * 1024**3
"""Bytes of address space that a mutant may take."""

SURVIVED, KILLED = 0, 1
LONGEST_NAME = 4096
"""Bytes of a test's name, which a pipe takes at once."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--mutants", required=True, help="the folder with asked.json")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """Look at each test once on sound code, then let each mutant run its own."""
    folder = Path(session.config.getoption("--mutants"))
    asked = json.loads((folder / "asked.json").read_text("utf-8"))
    items = {item.nodeid: item for item in session.items}
    seen = _seen(folder, session, items)
    _run_all(session, folder, asked, items, seen)
    return True


# --- what tests call on sound code ---------------------------------------------------------------


def _seen(folder: Path, session: pytest.Session, items: dict[str, pytest.Item]) -> dict[str, Seen]:
    """What each test calls; only tests that are new are run."""
    file = folder / "seen.json"
    kept = json.loads(file.read_text("utf-8")) if file.exists() else {}
    new = [item for name, item in items.items() if name not in kept]
    if new:
        pid = os.fork()
        if not pid:
            _as_child(lambda: _look(session, new, kept, file))
        if os.waitpid(pid, 0)[1]:
            raise pytest.UsageError("a test fails on sound code, see seen.log")
        kept = json.loads(file.read_text("utf-8"))
    return {
        name: Seen(functions=frozenset(what["functions"]), seconds=what["seconds"])
        for name, what in kept.items()
        if name in items
    }


def _look(
    session: pytest.Session, items: Sequence[pytest.Item], kept: dict[str, Any], file: Path
) -> int:
    calls: set[str] = set()
    trampoline.record_trampoline_hit = lambda name, caller=None: calls.add(name)
    trampoline.set_mutant_under_test("stats")
    failed = []
    for item, following in _pairs(items):
        calls.clear()
        begun, failures = time.process_time(), session.testsfailed
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed > failures:
            failed.append(item.nodeid)  # it asks for what the tree has not; no witness
        else:
            seconds = time.process_time() - begun
            kept[item.nodeid] = {"functions": sorted(calls), "seconds": seconds}
    file.with_name("failed.json").write_text(json.dumps(failed, indent=1), "utf-8")
    file.write_text(json.dumps(kept), "utf-8")
    return SURVIVED


# --- mutants -------------------------------------------------------------------------------------


def _run_all(
    session: pytest.Session,
    folder: Path,
    asked: dict[str, Any],
    items: dict[str, pytest.Item],
    seen: dict[str, Seen],
) -> None:
    choice, caches = Choice(seen=seen), _caches()
    file = folder / "fates.json"
    fates: dict[str, str] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    running: dict[int, Fork] = {}
    for nth, (name, function) in enumerate(asked["mutants"]):
        chosen = choice.tests(function, seconds=asked["seconds"])
        if not chosen:
            fates[name] = "not reached"
            continue
        while len(running) >= asked["jobs"]:
            _await(running, fates, choice)
        fork = _start(session, name, [items[test] for test in chosen], seen, caches)
        running[fork.pid] = fork
        if nth % 50 == 0:
            _write(file, fates)
            print(f"{nth} of {len(asked['mutants'])} mutants", file=sys.__stderr__, flush=True)
    while running:
        _await(running, fates, choice)
    _write(file, fates)


def _write(file: Path, fates: dict[str, str]) -> None:
    """Write them so that an interrupted run leaves a whole file."""
    new = file.with_suffix(".new")
    new.write_text(json.dumps(fates, indent=0), "utf-8")
    new.replace(file)


@dataclass(frozen=True, kw_only=True)
class Fork:
    """A process that tries a mutant; through the pipe it tells which test has noticed it."""

    pid: int
    name: str
    told: int


def _caches() -> tuple[Any, ...]:
    """Return what remembers answers of our functions: those are sound code's, and hide a mutant."""
    ours = [module for name, module in sys.modules.items() if name.partition(".")[0] == "plugin"]
    values = (value for module in ours for value in vars(module).values())
    return tuple(value for value in values if hasattr(value, "cache_clear"))


def _start(
    session: pytest.Session,
    name: str,
    items: Sequence[pytest.Item],
    seen: dict[str, Seen],
    caches: tuple[Any, ...],
) -> Fork:
    """Start the fork of a mutant."""
    expected = sum(seen[item.nodeid].seconds for item in items)
    told, telling = os.pipe()
    pid = os.fork()
    if pid:
        os.close(telling)
        return Fork(pid=pid, name=name, told=told)
    seconds = math.ceil(3 * expected) + 5
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(20 * seconds)
    for cache in caches:
        cache.cache_clear()
    return _as_child(lambda: _try(session, name, items, telling))


def _try(session: pytest.Session, name: str, items: Sequence[pytest.Item], telling: int) -> int:
    trampoline.set_mutant_under_test(name)
    for item, following in _pairs(items):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            os.write(telling, item.nodeid.encode()[:LONGEST_NAME])
            return KILLED
    return SURVIVED


def _await(running: dict[int, Fork], fates: dict[str, str], choice: Choice) -> None:
    pid, status = os.wait()
    fork = running.pop(pid)
    test = os.read(fork.told, LONGEST_NAME).decode(errors="replace")
    os.close(fork.told)
    if test:
        choice.learn(fork.name.rpartition("__mutmut_")[0], test)
    if os.WIFSIGNALED(status):
        fates[fork.name] = "out of bounds"
    else:
        fates[fork.name] = "killed" if os.WEXITSTATUS(status) else "survived"


# --- forks ---------------------------------------------------------------------------------------


def _as_child(work: Callable[[], int]) -> NoReturn:
    """Do `work` silently and end this process with what it returns."""
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    code = KILLED
    try:
        code = work()
    except BaseException:  # noqa: BLE001 - whatever the mutant made of pytest, it was noticed
        code = KILLED
    finally:
        os._exit(code)


def _pairs(items: Sequence[pytest.Item]) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
    """Each test with the one after it, as pytest wants them."""
    return zip(items, [*items[1:], None], strict=True)
