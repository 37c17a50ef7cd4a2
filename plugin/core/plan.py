"""From settings to a plan: 1 to N checks, or a reason to skip them all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from plugin.core import naming, trust
from plugin.core.check import Check, Circumstances, make_check
from plugin.core.errors import SettingsError, Unusable
from plugin.core.globs import is_glob, matches
from plugin.core.settings import not_yet

if TYPE_CHECKING:
    from plugin.core.build import Build
    from plugin.core.ports import Checkout
    from plugin.core.settings.sources import Settings, Wanted

MOST_CHECKS = 200
_OF_GLUE = frozenset({"role_arn", "scripts_bucket"})
"""Settings that the local engine does not need."""


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """A check that is not run, and why."""

    name: str
    script: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """1 to N checks, or a reason to skip them all."""

    checks: tuple[Check, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    reason: str = ""
    """Why nothing at all is run; then there are no checks."""


def make_plan(settings: Settings, checkout: Checkout, given: Circumstances) -> Plan:
    """Return the plan.  Raises ``SettingsError`` with every problem of every check."""
    if reason := _reason_to_skip(given.build, settings):
        if settings.problems:
            raise SettingsError(settings.problems)
        return Plan(reason=reason)
    problems = [
        *not_yet.refusals(settings.plan),
        *_without_local(settings, given.runner.lacks),
        *trust.refusals(given.build, settings, given.runner),
    ]
    expanded = _expand(settings.checks, checkout, problems)
    chosen = _only(expanded, given.only, problems)
    touched, skipped = _by_paths(chosen, given.changed)
    made = [make_check(wanted, settings.plan, checkout, given) for wanted in touched]
    checks = [check for check, _ in made]
    problems += [problem for _, found in made for problem in found]
    problems += [
        f"Two checks would share the job name {name}: rename one."
        for name in _twice([check.job_name for check in checks])
    ]
    problems = [*settings.problems, *(p for p in problems if not _follows(p, settings.unread))]
    if problems:
        raise SettingsError(tuple(dict.fromkeys(problems)))
    return Plan(checks=tuple(checks), skipped=skipped)


def _reason_to_skip(build: Build, settings: Settings) -> str:
    """Return why nothing is run at all; empty when something is."""
    if _is_deletion(build):
        return "The push deleted a branch: there is nothing to check."
    return trust.reason_to_skip(build, settings.plan)


def _without_local(settings: Settings, lacks: str) -> tuple[str, ...]:
    """Say that the local engine is asked for and not installed."""
    return (not_yet.without_local(lacks),) if lacks and settings.plan.engine == "local" else ()


def _follows(problem: str, unread: frozenset[str]) -> bool:
    """Whether a problem only misses a value that was given, and could not be read.

    With an engine that nobody can read, what the engine glue alone needs may not be needed.
    """
    names = unread | _OF_GLUE if "engine" in unread else unread
    return any(f"{name} is required" in problem for name in names) or (
        "engine" in unread and "on engine glue" in problem
    )


def _is_deletion(build: Build) -> bool:
    """A push that deletes a branch names no commit."""
    return build.host.has_runner_files and build.event == "push" and not build.commit


def _expand(
    checks: tuple[Wanted, ...], checkout: Checkout, problems: list[str]
) -> tuple[Wanted, ...]:
    """Make one check of every file that a glob matches, and give every check a name."""
    found: list[Wanted] = []
    for wanted in checks:
        script = wanted.settings.script
        prefix = f"{wanted.name}: " if wanted.name else ""
        if not script:
            problems.append(
                f"{prefix}script is required: the path of the Glue script, or checks in the file."
            )
        elif not is_glob(script) or script.startswith("s3://"):
            found.append(replace(wanted, name=wanted.name or _stem(script)))
        else:
            found += _globbed(wanted, checkout, problems, prefix)
    names = [wanted.name for wanted in found]
    if len(found) > MOST_CHECKS:
        problems.append(f"{len(found)} checks are more than the {MOST_CHECKS} of one plan.")
        return tuple(found[:MOST_CHECKS])
    problems += [f"Two checks are called {name}: names must differ." for name in _twice(names)]
    return tuple(found)


def _twice(names: list[str]) -> list[str]:
    return sorted(name for name, times in Counter(names).items() if times > 1)


def _globbed(
    wanted: Wanted, checkout: Checkout, problems: list[str], prefix: str
) -> tuple[Wanted, ...]:
    try:
        files = checkout.matches(wanted.settings.script)
    except Unusable as error:
        problems.append(f"{prefix}script: {error}")
        return ()
    if not files:
        problems.append(f"{prefix}script: no file matches {wanted.settings.script}.")
    times = Counter(map(_stem, files))
    ends = [
        _stem(file) if times[_stem(file)] == 1 else _slug(file.removesuffix(".py"))
        for file in files
    ]
    return tuple(
        replace(
            wanted,
            name=f"{wanted.name}-{end}" if wanted.name else end,
            settings=replace(wanted.settings, script=file),
        )
        for file, end in zip(files, ends, strict=True)
    )


def _stem(script: str) -> str:
    return _slug(PurePosixPath(script).stem)


def _slug(text: str) -> str:
    return naming.slug(text) or "check"


def _only(
    checks: tuple[Wanted, ...], only: tuple[str, ...], problems: list[str]
) -> tuple[Wanted, ...]:
    names = [wanted.name for wanted in checks]
    problems += [
        f"--only {name}: there is no such check. There are: {', '.join(names)}."
        for name in only
        if name not in names
    ]
    return tuple(wanted for wanted in checks if not only or wanted.name in only)


def _by_paths(
    checks: tuple[Wanted, ...], changed: frozenset[str] | None
) -> tuple[tuple[Wanted, ...], tuple[Skipped, ...]]:
    """Leave away checks whose ``paths`` the pull request does not touch; unknown runs all."""
    run, skipped = [], []
    for wanted in checks:
        if changed is None or not wanted.paths or _touches(wanted.paths, changed):
            run.append(wanted)
        else:
            reason = f"The pull request touches none of {', '.join(wanted.paths)}."
            script = wanted.settings.script
            skipped.append(Skipped(name=wanted.name, script=script, reason=reason))
    return tuple(run), tuple(skipped)


def _touches(paths: tuple[str, ...], changed: frozenset[str]) -> bool:
    return any(matches(pattern, file) for pattern in paths for file in changed)
