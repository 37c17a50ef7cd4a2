"""From settings to a plan: 1 to N checks, or a reason to skip them all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from plugin.core import naming, trust
from plugin.core.errors import PluginError, SettingsError, Unusable
from plugin.core.globs import is_glob, matches
from plugin.core.making import Circumstances, make_check
from plugin.core.settings import not_yet
from plugin.core.settings.sources import MOST_CHECKS
from plugin.core.shipping.shelf import shelf_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.core.build import Build
    from plugin.core.check import Check
    from plugin.core.ports import Checkout, JobDefinition
    from plugin.core.settings.sources import Settings, Wanted

_OF_GLUE = frozenset({"role_arn", "scripts_bucket"})
"""Settings that the local engine does not need."""
_OF_JOB = frozenset({"role_arn"})
"""Settings that an existing job would give."""
_OF_NAMES = ("script is required", "Two checks ", "The checks ", "--only ")
"""How problems begin that follow from a check's name that cannot be read."""
NO_CREDENTIALS_OF_A_STRANGER = (
    "A build of a fork without AWS credentials: CI hosts keep them from a stranger's code. To check"
    " it, push the code to a branch of the repository."
)


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """A check that is not run, and why."""

    name: str
    script: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Unread:
    """A check that cannot be begun: the job that it clones could not be read."""

    name: str
    script: str
    error: PluginError


@dataclass(frozen=True, kw_only=True)
class Plan:
    """1 to N checks, or a reason to skip them all."""

    checks: tuple[Check, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    unread: tuple[Unread, ...] = ()
    reason: str = ""
    """Why nothing at all is run; then there are no checks."""


def make_plan(settings: Settings, checkout: Checkout, given: Circumstances) -> Plan:
    """Return the plan.  Raises ``SettingsError`` with every problem of every check.

    Jobs that are cloned are asked for once, all together, and only those of checks that are run.
    """
    if reason := _reason_to_skip(given.build, settings):
        if settings.problems:
            raise SettingsError(settings.problems)
        return Plan(reason=reason)
    problems = [
        *not_yet.refusals(settings.plan),
        *_without_local(settings, given.runner.lacks),
        *trust.refusals(given.build, settings, given.runner),
    ]
    may_ask = not settings.problems and not problems
    expanded = _expand(settings.checks, checkout, problems)
    chosen = _only(expanded, given.only, problems)
    touched, skipped = _by_paths(chosen, given.changed)
    read = _read(touched, given) if may_ask else {}
    made: list[str] = []
    checks, unread, keyless = _made(touched, settings, checkout, given, read=read, found=made)
    problems += _without_name(made, settings.checks, expanded)
    problems += [
        f"Two checks would share the job name {name}: rename one."
        for name in _shared_job_names(checks)
    ]
    problems += [
        f"The checks {names} would share one folder of the bucket: rename one."
        for names in _shared_places(checks)
    ]
    problems = [p for p in problems if not _is_told(p, settings.problems)]
    problems = [*settings.problems, *(p for p in problems if not _follows(p, settings.unread))]
    if problems:
        raise SettingsError(tuple(dict.fromkeys(problems)))
    if keyless and not checks:
        return Plan(reason=NO_CREDENTIALS_OF_A_STRANGER)
    return Plan(checks=checks, skipped=(*skipped, *keyless), unread=unread)


def _read(
    touched: tuple[Wanted, ...], given: Circumstances
) -> Mapping[str, JobDefinition | PluginError]:
    """Return what is known of the jobs that the checks clone."""
    names = tuple(dict.fromkeys(w.settings.job for w in touched if w.settings.job))
    return given.jobs.definitions(names) if names and given.jobs else {}


def _made(
    touched: tuple[Wanted, ...],
    settings: Settings,
    checkout: Checkout,
    given: Circumstances,
    *,
    read: Mapping[str, JobDefinition | PluginError],
    found: list[str],
) -> tuple[tuple[Check, ...], tuple[Unread, ...], tuple[Skipped, ...]]:
    """Return the checks, those whose job could not be read, and those that nobody may read.

    Their problems are added to ``found``.
    """
    shelf = shelf_of(checkout)  # what many checks ship is read once
    checks, unread, keyless = [], [], []
    for wanted in touched:
        told = read.get(wanted.settings.job) if wanted.settings.job else None
        definition = None if isinstance(told, PluginError) else told
        check, problems = make_check(wanted, settings.plan, shelf, given, definition)
        script = wanted.settings.script
        if definition or not wanted.settings.job:
            checks.append(check)
            found += problems
            continue
        found += [problem for problem in problems if not _follows(problem, _OF_JOB)]
        if isinstance(told, SettingsError):
            found += [f"{wanted.name}: {problem}" for problem in told.problems]
        elif isinstance(told, PluginError):
            unread.append(Unread(name=wanted.name, script=script, error=told))
        else:
            reason = NO_CREDENTIALS_OF_A_STRANGER
            keyless.append(Skipped(name=wanted.name, script=script, reason=reason))
    return tuple(checks), tuple(unread), tuple(keyless)


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
    if "name" in unread and problem.startswith(_OF_NAMES):
        return True
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
            more = "" if prefix else ", or checks in the file"
            problems.append(f"{prefix}script is required: the path of the Glue script{more}.")
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


def _without_name(
    problems: list[str], asked: tuple[Wanted, ...], expanded: tuple[Wanted, ...]
) -> list[str]:
    """Return the problems of the checks; of a single one that nobody named, without its name."""
    if len(expanded) > 1 or any(wanted.name for wanted in asked):
        return problems
    return [text.removeprefix(f"{wanted.name}: ") for wanted in expanded for text in problems]


def _shared_job_names(checks: tuple[Check, ...]) -> list[str]:
    """Return job names of checks of different names: those of one name are told as such."""
    pairs = dict.fromkeys((check.name, check.job_name) for check in checks)
    return _twice([job_name for _, job_name in pairs])


def _shared_places(checks: tuple[Check, ...]) -> list[str]:
    """Return the names of checks whose objects would lie together: a name loses its dots there."""
    found: dict[str, list[str]] = {}
    for check in {check.name: check for check in checks}.values():
        found.setdefault(check.scripts.uri(), []).append(check.name)
    names_of = {check.name: check.job_name for check in checks}
    return [
        " and ".join(names)
        for names in found.values()
        if len({names_of[name] for name in names}) > 1  # of one job name they are told already
    ]


def _is_told(problem: str, told: tuple[str, ...]) -> bool:
    """Whether the settings told the same already, with their file's name before it."""
    return any(text.lower().endswith(f": {problem.lower()}") for text in told)


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
