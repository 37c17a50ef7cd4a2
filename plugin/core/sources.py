"""Which source a setting is taken from, and whom it may come from.

Strongest first: flag, ``INPUT_X``/``PLUGIN_X``, ``GLUE_HEALTH_CHECK_X``, the plain name, the
configuration file, the default.  All problems are found before one error tells them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar

from plugin.core.errors import SettingsError
from plugin.core.kinds import Flag
from plugin.core.settings import CheckSettings, Origin, PlanSettings, table

if TYPE_CHECKING:
    from collections.abc import Mapping

AnySettings = TypeVar("AnySettings", CheckSettings, PlanSettings)

PREFIXES = ("INPUT_", "PLUGIN_", "GLUE_HEALTH_CHECK_")
SET_BY_HOSTS = frozenset({"INPUT_ARGS", "INPUT_ENTRYPOINT", "PLUGIN_ARTIFACT_FILE"})
"""Names that hosts set by themselves: nobody asked for anything by them."""
MOST_CHECKS = 100
"""Checks in one configuration file; a larger list is a mistake."""
CHECK_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


@dataclass(frozen=True, kw_only=True)
class Given:
    """A raw value and where it stands, in words that a message can use."""

    where: str
    raw: object


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One check that was asked for.  ``name`` is empty when it comes from ``script`` alone."""

    settings: CheckSettings
    name: str = ""
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that was asked for, value by value in order."""

    plan: PlanSettings
    checks: tuple[Wanted, ...]
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    unread: frozenset[str] = frozenset()
    """Names whose value was given and cannot be read: here they have their defaults."""


@dataclass
class _Findings:
    """What goes wrong on the way, collected."""

    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)

    def unknown(self, where: str, name: str, known: list[str], *, prefix: str = "") -> None:
        near = get_close_matches(name, known, n=1, cutoff=0.6)
        told = prefix + near[0].upper() if prefix and near else "".join(near)
        meant = f"Did you mean {told}?" if told else "See the table of settings in the README."
        self.problems.append(f"{where} is unknown. {meant}")


def resolve(
    *,
    flags: Mapping[str, object],
    environ: Mapping[str, str],
    file: Mapping[str, object],
    file_name: str = ".glue-health-check.yml",
    is_foreign: bool,
) -> Settings:
    """Fold all sources into settings.  Raises ``SettingsError`` with every problem."""
    settings = gather(
        flags=flags, environ=environ, file=file, file_name=file_name, is_foreign=is_foreign
    )
    if settings.problems:
        raise SettingsError(settings.problems)
    return settings


def gather(
    *,
    flags: Mapping[str, object],
    environ: Mapping[str, str],
    file: Mapping[str, object],
    file_name: str,
    is_foreign: bool,
) -> Settings:
    """Fold all sources into settings, with their problems: later ones can be told beside them.

    ``flags`` and ``file`` hold raw values by the setting's name; ``environ`` is the whole
    environment; ``is_foreign`` says that a stranger may have written the file.
    """
    found = _Findings()
    outer = _outer(flags, environ, found)
    _use_lambda(environ.get("USE_LAMBDA", "").strip(), outer, found)
    top = {name: value for name, value in file.items() if name != "checks"}
    below = _from_file(top, file_name, found, is_foreign=is_foreign)
    plan = _read(PlanSettings, {**below, **outer}, found)
    checks = _checks(file.get("checks"), file_name, outer, below, found, is_foreign=is_foreign)
    return Settings(
        plan=plan,
        checks=checks,
        notes=tuple(dict.fromkeys(found.notes)),
        problems=tuple(dict.fromkeys(found.problems)),
        unread=frozenset(found.unread),
    )


def peek(name: str, *, flags: Mapping[str, object], environ: Mapping[str, str]) -> Any:  # noqa: ANN401 - the type is the setting's
    """Return one setting before the configuration file is known, its default when unreadable.

    For the operator's settings that decide what else is read: ``config``, ``ci``.
    An unreadable value is told by ``resolve``, with all others.
    """
    setting = table()[name]
    given = _outer(flags, environ, _Findings()).get(name)
    if given is None:
        return setting.default
    try:
        return setting.kind.read(given.raw)
    except ValueError:
        return setting.default


def _outer(
    flags: Mapping[str, object], environ: Mapping[str, str], found: _Findings
) -> dict[str, Given]:
    """Return what flags and environment give, the stronger over the weaker."""
    values: dict[str, Given] = {}
    for setting in table().values():
        for variable in reversed(setting.plain):
            text = environ.get(variable, "").strip()
            if text and _is_meant(variable, text):
                values[setting.name] = Given(where=variable, raw=text)
    for prefix in reversed(PREFIXES):
        values |= _prefixed(prefix, environ, found)
    for name, raw in flags.items():
        values[name] = Given(where=table()[name].flag, raw=raw)
    return values


def _use_lambda(text: str, outer: dict[str, Given], found: _Findings) -> None:
    """``USE_LAMBDA=false`` switches ``trigger_function`` off; true without a name looks for it."""
    if not text:
        return
    try:
        is_wanted = Flag().read(text)
    except ValueError as error:
        found.problems.append(f"USE_LAMBDA: {error}.")
        return
    if not is_wanted:
        outer.pop("trigger_function", None)
    elif "trigger_function" not in outer:
        found.problems.append("USE_LAMBDA: this version cannot do it yet. Leave it out.")


def _is_meant(variable: str, text: str) -> bool:
    """A ``DEBUG`` that is no boolean belongs to somebody else."""
    return (
        variable != "DEBUG" or re.fullmatch(r"(?i)true|false|yes|no|on|off|0|1", text) is not None
    )


def _prefixed(prefix: str, environ: Mapping[str, str], found: _Findings) -> dict[str, Given]:
    values: dict[str, Given] = {}
    for variable in sorted(environ, key=lambda name: "-" not in name):
        name = variable[len(prefix) :].replace("-", "_").replace(".", "_").lower()
        text = environ[variable].strip()
        if not variable.startswith(prefix) or not text or variable in SET_BY_HOSTS:
            continue
        if name in table():
            values[name] = Given(where=variable, raw=text)
        else:
            found.unknown(variable, name, [*table()], prefix=prefix)
    return values


def _from_file(
    mapping: Mapping[str, object], where: str, found: _Findings, *, is_foreign: bool
) -> dict[str, Given]:
    """Return what the file may say; null is unset."""
    values: dict[str, Given] = {}
    for name, raw in mapping.items():
        setting = table().get(name)
        place = f"{where}: {_printable(name)}"
        if setting is None:
            found.unknown(place, name, [*table(), "checks"])
        elif setting.origin is Origin.OPERATOR:
            found.problems.append(
                f"{place} may not stand in the configuration file, which belongs to the pull"
                f" request: give it as {setting.flag} or GLUE_HEALTH_CHECK_{name.upper()}."
            )
        elif setting.origin is Origin.BASE and is_foreign:
            found.notes.append(f"{place} is ignored: the build may be of a fork.")
        elif raw is not None:
            values[name] = Given(where=place, raw=raw)
    return values


def _checks(
    raw: object,
    file_name: str,
    outer: Mapping[str, Given],
    below: Mapping[str, Given],
    found: _Findings,
    *,
    is_foreign: bool,
) -> tuple[Wanted, ...]:
    if raw is None or "script" in outer:
        if raw is not None:
            found.notes.append(
                f"{file_name}: checks is set aside, because {outer['script'].where} names a script."
            )
        return (Wanted(settings=_read(CheckSettings, {**below, **outer}, found)),)
    if not isinstance(raw, list) or not 0 < len(raw) <= MOST_CHECKS:
        found.problems.append(
            f"{file_name}: checks is not a list of 1 to {MOST_CHECKS} maps, each with a name."
        )
        return ()
    wanted = []
    for number, item in enumerate(raw, start=1):
        where = f"{file_name}: checks[{number}]"
        if not isinstance(item, dict):
            found.problems.append(f"{where} is not a map with a name.")
            continue
        own = {str(key): value for key, value in item.items() if key not in {"name", "paths"}}
        _only_per_check(own, where, found)
        values = {**below, **_from_file(own, where, found, is_foreign=is_foreign), **outer}
        wanted.append(
            Wanted(
                name=_name(item.get("name"), where, found),
                paths=_paths(item.get("paths"), where, found),
                settings=_read(CheckSettings, values, found),
            )
        )
    _no_name_twice([check.name for check in wanted if check.name], file_name, found)
    return tuple(wanted)


def _only_per_check(own: dict[str, object], where: str, found: _Findings) -> None:
    for name in [name for name in own if name in table() and not table()[name].is_per_check]:
        if table()[name].origin is not Origin.OPERATOR:
            found.problems.append(f"{where}: {name} holds for the whole plan: move it to the top.")
            del own[name]


def _name(raw: object, where: str, found: _Findings) -> str:
    if isinstance(raw, str) and CHECK_NAME.fullmatch(raw):
        return raw
    found.problems.append(
        f"{where}: name is missing or not up to 100 letters, digits, '.', '_' and '-'."
    )
    return ""


def _paths(raw: object, where: str, found: _Findings) -> tuple[str, ...]:
    parts = [raw] if isinstance(raw, str) else raw
    if parts is None:
        return ()
    if isinstance(parts, list) and parts and all(isinstance(part, str) for part in parts):
        return tuple(parts)
    found.problems.append(f"{where}: paths is not a list of globs.")
    return ()


def _no_name_twice(names: list[str], file_name: str, found: _Findings) -> None:
    for name in sorted({name for name in names if names.count(name) > 1}):
        found.problems.append(f"{file_name}: two checks are called {name}: names must differ.")


def _read(cls: type[AnySettings], values: Mapping[str, Given], found: _Findings) -> AnySettings:
    """Read the values that belong to ``cls``; the rest are its defaults."""
    known: dict[str, Any] = {}
    for setting in table().values():
        is_theirs = setting.is_per_check is (cls is CheckSettings)
        if not is_theirs or setting.name not in values:
            continue
        given = values[setting.name]
        try:
            known[setting.name] = setting.kind.read(given.raw)
        except ValueError as error:
            found.problems.append(f"{given.where}: {error}.")
            found.unread.add(setting.name)
    return cls(**known)


def _printable(name: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in name)[:60]
