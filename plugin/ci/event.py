"""GitHub's and Gitea's event: the JSON text of the file that GITHUB_EVENT_PATH names.

Knows how to read what may be missing, cut or malformed without ever raising.  Does not read the
file and does not know what a field means.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from plugin.core.pull_request import mapping_of

Event = Mapping[str, object]


def parse_event(text: str) -> Event | None:
    """Return the event's object; nothing when the text is empty, no JSON or no object.

    GitHub warns that payloads can be empty, so that nothing is not an error.
    """
    try:
        event: object = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):  # the latter: a hostile depth of brackets
        return None
    return event if isinstance(event, Mapping) else None


def object_at(event: Event, *path: str) -> Event:
    """Return the object at a path of keys; an empty one when something else or nothing is there."""
    for key in path:
        event = mapping_of(event.get(key))
    return event


def text_at(event: Event, *path: str) -> str:
    """Return the text at a path of keys; empty when something else or nothing is there."""
    *parents, last = path
    value = object_at(event, *parents).get(last)
    return value if isinstance(value, str) else ""
