"""What flags and environment give: each name in every spelling, the stronger over the weaker.

Knows how each CI host spells a setting and which variables are not ours.  Knows no kind's values.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugin.core.build import Host
from plugin.core.settings import table
from plugin.core.settings.given import Findings, Given, is_unknown, nearest
from plugin.core.settings.kinds import Flag

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plugin.core.settings.setting import Setting

FLAGS = "--"
OURS = "GLUE_HEALTH_CHECK_"
PREFIXES = ("INPUT_", "PLUGIN_", OURS)
PLAIN = ""

SET_BY_HOSTS = frozenset(
    {
        *("INPUT_ARGS", "INPUT_ENTRYPOINT"),  # GitHub: ``args`` and ``entryPoint`` of any action
        *("PLUGIN_ARTIFACT_FILE", "PLUGIN_METADATA_FILE"),  # Harness: for each plugin
        "INPUT_METHOD",  # a desktop: how its keyboard writes
    }
)
"""Names that hosts set by themselves: nobody asked for anything by them."""

_SPEAKS_TO_US = {
    Host.GITHUB: frozenset({"INPUT_", OURS}),
    Host.DRONE: frozenset({"PLUGIN_", OURS}),
    Host.WOODPECKER: frozenset({"PLUGIN_", OURS}),
    Host.PLAIN: frozenset(PREFIXES),  # somebody handed them to ``docker run``
}
"""Prefixes that are meant for us alone; elsewhere only the one with our name in it is.

``PLUGIN_NAME`` in a GitHub workflow is likely the name of somebody's plugin, ``INPUT_FILE`` on
Jenkins somebody's parameter.  Gitea's and Forgejo's runners leave the inputs of a composite action
to the actions in it.  Harness gives the stage's variables ``PLUGIN_*``, meant for other steps, to
each of its plugins.
"""
_OF_A_SERVICE = re.compile(OURS + r"(?:SERVICE_HOST|(?:SERVICE_)?PORT(?:_.*)?)")
"""What Kubernetes gives every container beside a service of our name."""

_JOINT = re.compile(r"(?<!\\),(?![^{\[]*[}\]])")
"""A comma that is not escaped, and neither in braces nor in brackets."""
_KEY = ("aws_access_key_id", "aws_secret_access_key")
_KEY_AND_TOKEN = (*_KEY, "aws_session_token")


@dataclass(frozen=True, kw_only=True)
class Source:
    """One rung of the ladder: the values that were given in one way."""

    prefix: str
    values: Mapping[str, Given]

    def spelled(self, setting: Setting) -> str:
        """Return how the setting is spelled here."""
        match self.prefix:
            case "--":
                return setting.flag
            case "":
                return setting.plain[0]
            case _:
                return self.prefix + setting.name.upper()


def outer(
    flags: Mapping[str, object],
    environ: Mapping[str, str],
    found: Findings,
    *,
    host: Host = Host.PLAIN,
) -> dict[str, Given]:
    """Return what flags and environment give, the stronger over the weaker."""
    sources = _sources(flags, environ, found, host)
    values: dict[str, Given] = {}
    for source in reversed(sources):
        values |= source.values
    _regions_differ(values, environ, found)
    _one_pattern(values, found)
    _one_key(sources, values, found)
    _use_lambda(environ.get("USE_LAMBDA", "").strip(), values, found)
    return values


def secrets_in(flags: Mapping[str, object], environ: Mapping[str, str]) -> frozenset[str]:
    """Return every secret that was given, those too that a stronger source beats."""
    return frozenset(
        str(given.raw).strip()
        for source in _sources(flags, environ, Findings(), Host.PLAIN)
        for name, given in source.values.items()
        if table()[name].is_secret
    )


def _sources(
    flags: Mapping[str, object], environ: Mapping[str, str], found: Findings, host: Host
) -> tuple[Source, ...]:
    """Return all rungs, the strongest first."""
    typed = {name: Given(where=table()[name].flag, raw=raw) for name, raw in flags.items()}
    meant = _SPEAKS_TO_US.get(host, frozenset({OURS}))
    return (
        Source(prefix=FLAGS, values=typed),
        *(
            Source(prefix=prefix, values=_prefixed(prefix, environ, found, meant=prefix in meant))
            for prefix in PREFIXES
        ),
        Source(prefix=PLAIN, values=dict(_plain(environ))),
    )


def _plain(environ: Mapping[str, str]) -> Iterator[tuple[str, Given]]:
    for setting in table().values():
        for variable in reversed(setting.plain):
            text = environ.get(variable, "").strip()
            if text and _is_meant(variable, text):
                yield setting.name, Given(where=variable, raw=text)


def _is_meant(variable: str, text: str) -> bool:
    """A ``DEBUG`` that is no boolean belongs to somebody else."""
    return (
        variable != "DEBUG" or re.fullmatch(r"(?i)true|false|yes|no|on|off|0|1", text) is not None
    )


def _prefixed(
    prefix: str, environ: Mapping[str, str], found: Findings, *, meant: bool
) -> dict[str, Given]:
    """Return the variables of a prefix.  Underscores beat hyphens, and these dots."""
    values: dict[str, Given] = {}
    for variable in sorted(environ, key=_spelling):
        text = environ[variable].strip()
        if not variable.startswith(prefix) or not text or variable in SET_BY_HOSTS:
            continue
        name = re.sub("[-. ]", "_", variable[len(prefix) :]).lower()
        if name not in table():
            if _OF_A_SERVICE.fullmatch(variable):
                continue
            _unknown(prefix, variable, name, found, meant=meant)
            continue
        if name in values and values[name].raw != text:
            found.notes.append(f"{values[name].where} is set aside, because {variable} is set too.")
        values[name] = Given(where=variable, raw=text)
    return values


def _spelling(variable: str) -> tuple[bool, bool, str]:
    """The last one wins: capitals and underscores, as we spell it ourselves."""
    is_ours = re.fullmatch("[A-Z0-9_]*", variable) is not None
    return is_ours, "." not in variable, variable


def _unknown(prefix: str, variable: str, name: str, found: Findings, *, meant: bool) -> None:
    near = nearest(name, [*table()])
    told = prefix + near.upper() if near else ""
    if meant:
        found.problems.append(is_unknown(variable, told))
    else:
        slip = f" Did you mean {told}?" if told else ""
        found.notes.append(f"{variable} is no setting of ours and is left alone.{slip}")


def _regions_differ(
    values: Mapping[str, Given], environ: Mapping[str, str], found: Findings
) -> None:
    first, second = table()["region"].plain
    other = environ.get(second, "").strip()
    region = values.get("region")
    if region and region.where == first and other not in {"", region.raw}:
        found.notes.append(f"{second} is set aside, because {first} is set too.")


def _one_key(sources: tuple[Source, ...], values: dict[str, Given], found: Findings) -> None:
    """Take all of an AWS key from the strongest source that has a part of it.

    Parts of two keys would make a third that nobody has; AWS only says that it is invalid.
    """
    source = next((rung for rung in sources if rung.values.keys() & {*_KEY_AND_TOKEN}), None)
    if source is None:
        return
    here = [name for name in _KEY_AND_TOKEN if name in source.values]
    missing = [name for name in _KEY if name not in source.values]
    elsewhere = [values.pop(name) for name in _KEY_AND_TOKEN if name in values.keys() - {*here}]
    if missing:
        given = " and ".join(source.values[name].where for name in here)
        lacking = " and ".join(source.spelled(table()[name]) for name in missing)
        beside = f" Given in another way, and so no part of it: {_words(elsewhere)}."
        found.problems.append(
            f"{given}: the AWS key is incomplete. Give {lacking} in the same way."
            + (beside if elsewhere else "")
        )
        found.unread |= {*here, *missing}
    elif elsewhere:
        found.notes.append(
            f"Set aside, because {source.values[_KEY[0]].where} is given in another way:"
            f" {_words(elsewhere)}."
        )


def _words(given: list[Given]) -> str:
    return " and ".join(item.where for item in given)


def _one_pattern(values: Mapping[str, Given], found: Findings) -> None:
    """Say so when several patterns may have become one: such hosts join a list with commas."""
    given = values.get("fail_on_log_pattern")
    if given is None or not given.where.startswith("PLUGIN_"):
        return
    text = str(given.raw)
    if "\n" not in text and not text.startswith("[") and _JOINT.search(text):
        found.notes.append(
            f"{given.where} is read as one pattern, with its commas: this host joins a list so."
            " Write several patterns one per line (|)."
        )


def _use_lambda(text: str, values: dict[str, Given], found: Findings) -> None:
    """``USE_LAMBDA=false`` switches ``trigger_function`` off; true without a name looks for it."""
    if not text:
        return
    try:
        is_wanted = Flag().read(text)
    except ValueError as error:
        found.problems.append(f"USE_LAMBDA: {error}.")
        return
    if not is_wanted:
        values.pop("trigger_function", None)
    elif "trigger_function" not in values:
        found.problems.append("USE_LAMBDA: this version cannot do it yet. Leave it out.")
