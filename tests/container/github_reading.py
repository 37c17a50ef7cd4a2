"""How a GitHub runner reads what a step wrote: its files of outputs and state, and its log.

Source: actions/runner, FileCommandManager.cs, ActionCommand.cs and ActionCommandManager.cs.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMANDS = {
    *("error", "warning", "notice", "debug", "group", "endgroup", "add-mask", "add-matcher"),
    *("set-output", "save-state", "set-env", "add-path", "echo", "stop-commands", "remove-matcher"),
}
_COMMAND = re.compile(r"\s*::([^\s:]+)(?: ([^\n]*?))?::(.*)", re.DOTALL)
_OLD_COMMAND = re.compile(r"##\[(\w[\w-]*)(?: ([^\]]*))?\](.*)", re.DOTALL)


class Malformed(Exception):
    """The runner cannot read a file of a step: it fails the step, whatever its exit code."""


def pairs_of(text: str) -> dict[str, str]:
    """Read a file of outputs or state by the runner's rules.  Raises `Malformed`."""
    found: dict[str, str] = {}
    lines = deque(text.split("\n"))
    while lines:
        line = lines.popleft()
        equals, heredoc = line.find("="), line.find("<<")
        if not line:
            continue
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            name, value = line.split("=", 1)
        elif heredoc >= 0:
            name, delimiter = line.split("<<", 1)
            value = _until(lines, delimiter)
        else:
            raise Malformed(f"Invalid format {line!r}")
        if not name:
            raise Malformed(f"Invalid format {line!r}: a name is missing")
        found[name] = value
    return found


def _until(lines: deque[str], delimiter: str) -> str:
    """Take the lines before the delimiter, and the delimiter."""
    if not delimiter or delimiter not in lines:
        raise Malformed(f"Matching delimiter not found {delimiter!r}")
    value = []
    while (line := lines.popleft()) != delimiter:
        value.append(line)
    return "\n".join(value)


@dataclass(frozen=True, kw_only=True)
class Command:
    """A line of the log that the runner obeys."""

    name: str
    properties: Mapping[str, str]
    message: str


def commands_of(log: str) -> tuple[Command, ...]:
    """The workflow commands of a log that the runner obeys; what is stopped, it does not."""
    found: list[Command] = []
    token = ""
    for line in log.split("\n"):
        match = _COMMAND.fullmatch(line) or _OLD_COMMAND.search(line)
        if match is None or (match[1] not in COMMANDS and match[1] != token):
            continue
        if token:
            token = "" if match[1] == token else token
        elif match[1] == "stop-commands":
            token = match[3]
        else:
            properties = dict(
                part.split("=", 1) for part in (match[2] or "").split(",") if "=" in part
            )
            found.append(Command(name=match[1], properties=properties, message=match[3]))
    return tuple(found)
