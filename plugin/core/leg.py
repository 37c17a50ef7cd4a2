"""The leg of a matrix: what tells plans of one build apart that report under the same context.

A short hash of what was asked for, not of what came of it: files that a glob matches, or paths
that a pull request touches, change from commit to commit.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from plugin.core.secrets.names import secret_arguments

if TYPE_CHECKING:
    from plugin.core.build import Build
    from plugin.core.settings import CheckSettings
    from plugin.core.settings.sources import Settings

DIGITS = 12

_OF_ONE_BUILD = frozenset({"job_suffix", "tags"})
"""What users fill with the number or the commit of a build."""
_OF_PLAN = ("engine", "region", "assume_role_arn")
_SHORTEST_COMMIT = 7


def leg_of(settings: Settings, build: Build, *, only: tuple[str, ...] = ()) -> str:
    """Return the leg's key, 12 hexadecimal digits; the same for the same plan of a later build.

    ``only`` are the names of ``--only``.  No secret goes into it, since the hash is published; of
    other values the build's own commit and number are left out.
    """
    asked = {
        "job": build.job,
        "only": sorted(only),
        "plan": {name: getattr(settings.plan, name) for name in _OF_PLAN},
        "checks": [[wanted.name, _of_check(wanted.settings)] for wanted in settings.checks],
    }
    text = json.dumps(_steady(asked, _passing(build)), sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:DIGITS]


def _of_check(settings: CheckSettings) -> dict[str, object]:
    values = {
        field.name: getattr(settings, field.name)
        for field in fields(settings)
        if field.name not in _OF_ONE_BUILD
    }
    return {**values, "arguments": _without_secrets(settings.arguments)}


def _without_secrets(arguments: Mapping[str, str]) -> dict[str, str]:
    secrets = secret_arguments(arguments)
    return {
        name: "" if any(secret in value for secret in secrets) else value
        for name, value in arguments.items()
    }


def _steady(value: Any, passing: re.Pattern[str]) -> Any:  # noqa: ANN401 - a tree of settings
    """Return the tree with what passes taken out of its texts."""
    if isinstance(value, str):
        return passing.sub("", value)
    if isinstance(value, Mapping):
        return {_steady(key, passing): _steady(item, passing) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_steady(item, passing) for item in value]
    return value


def _passing(build: Build) -> re.Pattern[str]:
    """Return the pattern of what is never the same in two builds: commit and number."""
    commit, number = re.escape(build.commit[:_SHORTEST_COMMIT]), re.escape(build.number)
    forms = [rf"{commit}[0-9a-f]*" if commit else "", number]
    found = "|".join(form for form in forms if form) or "(?!)"
    return re.compile(rf"(?<![0-9A-Za-z])(?:{found})(?![0-9A-Za-z])")
