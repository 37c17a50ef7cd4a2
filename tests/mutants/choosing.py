"""Chooses which tests a mutant must live through, and in which order.

Pure.  It knows which functions each test calls on sound code, the CPU seconds it takes, and which
tests have noticed mutants before.  What goes beyond the seconds allowed is left out: a mutant may
then be said to live that a farther test would have noticed, never the other way round.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

NEAR = 6
"""So many tests of a file named like the module are taken for one of each other file."""
TRIED_FIRST = 40
"""So many of the tests that have noticed mutants of the same module are tried first."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What was seen of a test on sound code."""

    functions: frozenset[str]
    seconds: float


@dataclass(kw_only=True)
class Choice:
    """The tests of each mutant; learns from those that notice one."""

    seen: Mapping[str, Seen]
    callers: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    noticed: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def __post_init__(self) -> None:
        for test, what in self.seen.items():
            for function in what.functions:
                self.callers[function].append(test)
        for function, tests in self.callers.items():
            self.callers[function] = _ordered(tests, self.seen, _words(_module(function)))

    def learn(self, function: str, test: str) -> None:
        """Note that `test` has noticed a mutant of `function`."""
        self.noticed[function][test] += 1
        self.noticed[_module(function)][test] += 1

    def tests(self, function: str, *, seconds: float) -> list[str]:
        """The tests of a mutant of `function`, which take at most so many seconds together.

        A test that alone takes more is passed over; the very first is taken in any case.
        """
        tests = self.callers.get(function, [])
        known = (self.noticed[function], self.noticed[_module(function)])
        first = [test for counts in known for test, _ in counts.most_common(TRIED_FIRST)]
        return _within([*_known(first, tests), *tests], self.seen, seconds)


def _known(first: Iterable[str], tests: Sequence[str]) -> list[str]:
    callers = set(tests)
    return [test for test in first if test in callers]


def _within(tests: Iterable[str], seen: Mapping[str, Seen], seconds: float) -> list[str]:
    chosen: list[str] = []
    spent = 0.0
    for test in dict.fromkeys(tests):
        if not chosen or spent + seen[test].seconds <= seconds:
            chosen.append(test)
            spent += seen[test].seconds
    return chosen


def _ordered(tests: Iterable[str], seen: Mapping[str, Seen], words: set[str]) -> list[str]:
    """From every file in turn; of files named like the module several at a time."""
    files: dict[str, list[str]] = defaultdict(list)
    for test in tests:
        files[test.partition("::")[0]].append(test)
    rank: dict[str, float] = {}
    for file, group in files.items():
        step = 1 / NEAR if words & _words(file) else 1
        rank |= {test: nth * step for nth, test in enumerate(_cases_in_turn(group, seen))}
    return sorted(rank, key=lambda test: (rank[test], len(seen[test].functions), test))


def _cases_in_turn(tests: Iterable[str], seen: Mapping[str, Seen]) -> list[str]:
    """One case of each test at a time, since they tend to notice the same; the nearest first."""
    cases: dict[str, list[str]] = defaultdict(list)
    for test in sorted(tests):
        cases[test.partition("[")[0]].append(test)
    rank = {case: nth for group in cases.values() for nth, case in enumerate(group)}
    return sorted(rank, key=lambda test: (rank[test], len(seen[test].functions), test))


def _module(function: str) -> str:
    return function.rpartition(".")[0]


def _words(name: str) -> set[str]:
    """The words of a module's or a file's name, without their endings."""
    found = re.findall(r"[a-z]+", name.removeprefix("tests/unit/core/").removesuffix(".py"))
    return {word[:4] for word in found} - {"plug", "core", "test", "unit", "tests"}
