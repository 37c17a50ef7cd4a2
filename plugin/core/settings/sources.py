"""Which source a setting is taken from, and whom it may come from.

Strongest first: flag, ``INPUT_X``/``PLUGIN_X``, ``GLUE_HEALTH_CHECK_X``, the plain name, the
configuration file, the default.  All problems are found before one error tells them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from plugin.core.build import Host
from plugin.core.errors import SettingsError
from plugin.core.settings import CheckSettings, Origin, PlanSettings, Setting, table
from plugin.core.settings.check_settings import GLUE_VERSIONS
from plugin.core.settings.given import Findings, Given, is_unknown, nearest
from plugin.core.settings.unresolved import problem, unresolved_secret
from plugin.core.settings.variables import outer

if TYPE_CHECKING:
    from collections.abc import Mapping

AnySettings = TypeVar("AnySettings", CheckSettings, PlanSettings)

MOST_CHECKS = 200
"""Checks of one plan, in a list or by globs; more is a mistake."""
CHECK_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


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


def resolve(
    *,
    flags: Mapping[str, object],
    environ: Mapping[str, str],
    file: Mapping[str, object],
    file_name: str = ".glue-health-check.yml",
    is_foreign: bool,
    host: Host = Host.PLAIN,
) -> Settings:
    """Fold all sources into settings.  Raises ``SettingsError`` with every problem."""
    settings = gather(
        flags=flags,
        environ=environ,
        file=file,
        file_name=file_name,
        is_foreign=is_foreign,
        host=host,
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
    host: Host = Host.PLAIN,
) -> Settings:
    """Fold all sources into settings, with their problems: later ones can be told beside them.

    ``flags`` and ``file`` hold raw values by the setting's name; ``environ`` is the whole
    environment; ``is_foreign`` says that a stranger may have written the file; ``host`` decides
    which variables with an unknown name are a slip of the user's.
    """
    found = Findings()
    above = outer(flags, environ, found, host=host)
    top = {name: value for name, value in file.items() if name != "checks"}
    below = _from_file(top, file_name, found, is_foreign=is_foreign)
    plan = _read(PlanSettings, {**below, **above}, found)
    checks = _checks(file.get("checks"), file_name, above, below, found, is_foreign=is_foreign)
    _note_new_versions(checks, found)
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
    given = outer(flags, environ, Findings()).get(name)
    value = None if given is None else _value(setting, given, Findings())
    return setting.default if value is None else value


def _from_file(
    mapping: Mapping[str, object], where: str, found: Findings, *, is_foreign: bool
) -> dict[str, Given]:
    """Return what the file may say; null is unset."""
    values: dict[str, Given] = {}
    for name, raw in mapping.items():
        setting = table().get(name)
        place = f"{where}: {_printable(name)}"
        if setting is None:
            found.problems.append(_stranger(place, name))
        elif setting.origin is Origin.OPERATOR:
            found.problems.append(_refusal(place, setting))
        elif setting.origin is Origin.BASE and is_foreign:
            found.notes.append(f"{place} is ignored: the build may be of a fork.")
        elif raw is not None:
            values[name] = Given(where=place, raw=raw, is_of_file=True)
    return values


def _stranger(place: str, name: str) -> str:
    """Say that a name is unknown; another spelling of an operator's setting is refused as such."""
    plainly = re.sub("[-. ]", "_", unicodedata.normalize("NFKC", name).strip().lower())
    setting = table().get(plainly)
    if setting and setting.origin is Origin.OPERATOR:
        return _refusal(place, setting)
    known = [row.name for row in table().values() if row.origin is not Origin.OPERATOR]
    return is_unknown(place, nearest(plainly, [*known, "checks"]))


def _refusal(place: str, setting: Setting) -> str:
    return (
        f"{place} may not stand in the configuration file, which belongs to the pull request:"
        f" give it as {setting.flag} or GLUE_HEALTH_CHECK_{setting.name.upper()}."
    )


def _checks(
    raw: object,
    file_name: str,
    above: Mapping[str, Given],
    below: Mapping[str, Given],
    found: Findings,
    *,
    is_foreign: bool,
) -> tuple[Wanted, ...]:
    if raw is None or "script" in above:
        if raw is not None:
            found.notes.append(
                f"{file_name}: checks is set aside, because {above['script'].where} names a script."
            )
        return (Wanted(settings=_read(CheckSettings, {**below, **above}, found)),)
    if not isinstance(raw, list) or not 0 < len(raw) <= MOST_CHECKS:
        found.problems.append(
            f"{file_name}: checks is not a list of 1 to {MOST_CHECKS} maps, each with a name."
        )
        return ()
    wanted = []
    for number, item in enumerate(raw, start=1):
        if not isinstance(item, dict):
            found.problems.append(f"{file_name}: check {number} is not a map with a name.")
            continue
        name = _name(item.get("name"))
        where = f"{file_name}: check {name or number}"
        own = {str(key): value for key, value in item.items() if key not in {"name", "paths"}}
        _only_per_check(own, where, found)
        values = {**below, **_from_file(own, where, found, is_foreign=is_foreign), **above}
        if not name:
            _tell_nameless(where, found, has_script="script" in values)
        paths = _paths(item.get("paths"), where, found)
        settings = _read(CheckSettings, values, found)
        wanted.append(Wanted(name=name, paths=paths, settings=settings))
    _no_name_twice([check.name for check in wanted if check.name], file_name, found)
    return tuple(wanted)


def _note_new_versions(checks: tuple[Wanted, ...], found: Findings) -> None:
    """A version that nobody knows here may be new, or a slip: only Glue can tell."""
    given = {check.settings.glue_version for check in checks} - {""}
    for version in sorted(given - GLUE_VERSIONS):
        found.notes.append(
            f"glue_version {version} is none that this program knows: Glue may refuse it."
        )


def _only_per_check(own: dict[str, object], where: str, found: Findings) -> None:
    for name in [name for name in own if name in table() and not table()[name].is_per_check]:
        if table()[name].origin is not Origin.OPERATOR:
            found.problems.append(f"{where}: {name} holds for the whole plan: move it to the top.")
            del own[name]


def _name(raw: object) -> str:
    """Return the name of a check; empty when it is missing or none."""
    return raw if isinstance(raw, str) and CHECK_NAME.fullmatch(raw) else ""


def _tell_nameless(where: str, found: Findings, *, has_script: bool) -> None:
    more = "" if has_script else " It needs a script, too."
    found.problems.append(
        f"{where}: name is missing or not up to 100 letters, digits, '.', '_' and '-'.{more}"
    )
    found.unread.add("name")


def _paths(raw: object, where: str, found: Findings) -> tuple[str, ...]:
    parts = [raw] if isinstance(raw, str) else raw
    if parts is None:
        return ()
    if isinstance(parts, list) and parts and all(isinstance(part, str) for part in parts):
        return tuple(parts)
    found.problems.append(f"{where}: paths is not a list of globs.")
    return ()


def _no_name_twice(names: list[str], file_name: str, found: Findings) -> None:
    for name in sorted({name for name in names if names.count(name) > 1}):
        found.problems.append(f"{file_name}: two checks are called {name}: names must differ.")


def _read(cls: type[AnySettings], values: Mapping[str, Given], found: Findings) -> AnySettings:
    """Read the values that belong to ``cls``; the rest are its defaults."""
    known: dict[str, Any] = {}
    for setting in table().values():
        is_theirs = setting.is_per_check is (cls is CheckSettings)
        if not is_theirs or setting.name not in values:
            continue
        value = _value(setting, values[setting.name], found)
        if value is not None:
            known[setting.name] = value
    return cls(**known)


def _value(setting: Setting, given: Given, found: Findings) -> object:
    """Return the value; None when it cannot be read, which is told."""
    secret = unresolved_secret(given.raw)
    try:
        if secret is None:
            return setting.kind.read(given.raw)
        found.problems.append(problem(given, secret))
    except ValueError as error:
        found.problems.append(f"{given.where}: {error}.")
    found.unread.add(setting.name)
    return None


def _printable(name: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in name)[:60]
