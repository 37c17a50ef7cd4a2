"""Recorded builds: tests/events/<host>/<case>.json, made by hand from the documented shapes.

Each holds ``environ``; ``event``, the payload itself or the name of its file in tests/events;
``git``, what git would say; and ``build``, the expected ``Build`` without what is default.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plugin.ci.git import GitFacts
from plugin.core.build import Build, Fork, Host, Question

if TYPE_CHECKING:
    from collections.abc import Mapping

EVENTS = Path(__file__).parents[2] / "events"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One recorded build."""

    name: str
    environ: Mapping[str, str]
    event: Any
    git: GitFacts
    build: Build

    @property
    def host(self) -> Host:
        """The host that it was recorded on."""
        return self.build.host


def _case(path: Path) -> Case:
    recorded = json.loads(path.read_text(encoding="utf-8"))
    event = recorded.get("event")
    if isinstance(event, str):
        event = json.loads((EVENTS / event).read_text(encoding="utf-8"))
    build = recorded["build"]
    return Case(
        name=f"{path.parent.name}/{path.stem}",
        environ=recorded["environ"],
        event=event,
        git=GitFacts(**recorded.get("git", {})),
        build=Build(
            **{
                **build,
                "host": Host(build["host"]),
                "fork": Fork(build["fork"]),
                "questions": tuple(map(Question, build.get("questions", ()))),
            }
        ),
    )


CASES = tuple(map(_case, sorted(EVENTS.glob("*/*.json"))))


def case(name: str) -> Case:
    """The case of that name, ``<host>/<case>``."""
    return next(one for one in CASES if one.name == name)
