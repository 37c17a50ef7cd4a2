r"""For a terminal, and the log of any CI host.

Sources: GitHub's runner (``ActionCommand.cs``), ECMA-48 for terminals, Drone's runner for the card
frame ``ESC ] 1338 ;``, GitLab's page on collapsible sections, Buildkite's on managing log output,
TeamCity's on service messages, Azure's on logging commands, Jenkins' ``ConsoleNote``, Travis's log
viewer for folds.
"""

from __future__ import annotations

import re

LOG_LIMIT = 4_000
"""Characters of one log line that are printed."""

# What a reader does not see or what moves its cursor: controls but the tab (C0, DEL, C1), format
# characters (bidi, zero width, tags), line separators, lone surrogates, blank fillers.
UNSEEN = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2"
    "\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff"
    "\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
CONTROL_SEQUENCE = re.compile("\x1b\\[[0-9;:?]{0,32}[A-Za-z]")  # colours and cursor moves
HASH_COMMAND = re.compile(r"##(?=[\w.-]*\[)")  # ##[error], ##vso[…], ##teamcity[…]

_FOLD = re.compile(r"(travis_(?:fold|time)|section_(?:start|end))(?=:)", re.IGNORECASE)
"""Travis and GitLab fold a log by these; GitLab's need a control character as well."""
_GROUP = re.compile(r"\s*(?:--(?=-(?:\s|$))|\+\+(?=\+(?:\s|$))|~~(?=~(?:\s|$))|\^\^(?=\^\s+\+))")
"""Buildkite's groups at the beginning of a line: ``--- ``, ``+++ ``, ``~~~ ``, ``^^^ +++``."""

_LAST_C1 = 0xFF
_LAST_BMP = 0xFFFF


def visible(text: str) -> str:
    r"""Write what cannot be seen as ``\n``, ``\x1b`` or ``\u202e``; colours are removed."""
    return UNSEEN.sub(_spelled, CONTROL_SEQUENCE.sub("", text))


def _spelled(match: re.Match[str]) -> str:
    code = ord(match[0])
    if match[0] in "\n\r":
        return "\\n" if match[0] == "\n" else "\\r"
    if code <= _LAST_C1:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= _LAST_BMP else f"\\U{code:08x}"


def clip(text: str, limit: int, *, length: int | None = None) -> str:
    """Return at most ``limit`` characters; what is cut is said at the end.

    ``length`` is the length to speak of, when ``text`` was shortened before.
    """
    length = len(text) if length is None else length
    if length <= limit and len(text) <= limit:
        return text
    note = f" … (cut, {length} characters)"
    return text[: limit - len(note)] + note if limit > len(note) else text[: max(limit, 0)]


def log_text(text: str, *, limit: int = LOG_LIMIT) -> str:
    """Make one line harmless for a terminal and the log of any CI host.

    No command of a host is left in it, wherever it is printed; no control character but the tab.
    At most ``limit`` characters come out.
    """
    raw = text.rstrip("\r\n")
    is_long = len(raw) > 4 * limit
    line = HASH_COMMAND.sub("## ", visible(raw[: 4 * limit]))
    line = _FOLD.sub(r"\1 ", line) if ":" in line else line
    if line.lstrip().startswith("::"):
        line = line.replace("::", ": :", 1)
    line = clip(line, limit, length=len(raw) if is_long else None)
    return _GROUP.sub(_apart, line, count=1) if _GROUP.match(line) else line


def _apart(match: re.Match[str]) -> str:
    """Part the first two marks of a group, as long as before: it is cut already."""
    return f"{match[0][:-1]} "
