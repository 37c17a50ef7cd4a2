"""Secrets that a CI host should have filled in and did not.

Drone resolves ``from_secret`` at the top of a setting alone; deeper down it hands the words on as
they are (Source: Drone's runner-go, ``manifest/param.go``).  Woodpecker resolves it everywhere.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugin.core.settings.raw import json_of, shown

if TYPE_CHECKING:
    from plugin.core.settings.given import Given

KEY = "from_secret"
_IN_TEXT = re.compile(r'"from_secret\\*"\s*:(?:\s*\\*"([^"\\]*))?')
"""Also in JSON within JSON, and in a text that is JSON in part only."""
_LONGEST_NAME = 60


def unresolved_secret(raw: object) -> str | None:
    """Return the name of the first secret that ``raw`` asks for, at any depth; else None.

    The name is empty where it is no text.
    """
    seen: dict[int, object] = {}  # YAML's aliases can make a short text an endless value
    waiting = [raw]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            value, name = _of_text(value)
            if name is not None:
                return name
        if id(value) in seen:
            continue
        seen[id(value)] = value  # held, so that nothing else gets its id
        if isinstance(value, dict):
            if KEY in value:
                return value[KEY] if isinstance(value[KEY], str) else ""
            waiting.extend(value.values())
        elif isinstance(value, list | tuple):
            waiting.extend(value)
    return None


def _of_text(text: str) -> tuple[object, str | None]:
    """Return the JSON of a text, if it is some, and the name of a secret that is plain to see."""
    found = _IN_TEXT.search(text)
    if found:
        return None, found[1] or ""
    if not text.lstrip().startswith(("{", "[")):
        return None, None
    try:
        return json_of(text), None
    except ValueError:
        return None, None


def problem(given: Given, name: str) -> str:
    """Return what to say of it: where, which secret, what to do.  The rest may be secret."""
    secret = f"the secret {shown(name[:_LONGEST_NAME])}" if name else "a secret"
    asked = f"{given.where}: from_secret asks for {secret}"
    if given.is_of_file:
        return f"{asked}, but this file knows no secrets: give the setting in the CI host's file."
    return (
        f"{asked}, and nobody has filled it in. Drone resolves from_secret at the top level of a"
        " setting only, not inside lists or maps: put it at the top level. (Woodpecker resolves it"
        " nested, too.)"
    )
