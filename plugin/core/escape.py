r"""Escapes, one for each place where text of strangers is printed.

Everything a job, a script or a branch name says may be hostile.  Each function here makes such
text harmless for one reader: a CI host's log, a workflow command, an output file, Markdown on
GitHub.  All are pure; all but ``output_entry`` take any text whatever and never raise.
What the text means, and where it is printed, is not known here.

Sources: GitHub's runner (``ActionCommand.cs``, ``EnvFileKeyValuePairs``), the GitHub Flavored
Markdown specification, ECMA-48 for terminals, Drone's runner for the card frame ``ESC ] 1338 ;``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable

LOG_LIMIT = 4_000
"""Characters of one log line that are printed."""

# What a reader does not see or what moves its cursor: controls but the tab (C0, DEL, C1), format
# characters (bidi, zero width, tags), line separators, lone surrogates, blank fillers.
_UNSEEN = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2"
    "\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff"
    "\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_CONTROL_SEQUENCE = re.compile("\x1b\\[[0-9;:?]{0,32}[A-Za-z]")  # colours and cursor moves
_HASH_COMMAND = re.compile(r"##(?=[\w.-]*\[)")  # ##[error], ##vso[…], ##teamcity[…]

_LAST_C1 = 0xFF
_LAST_BMP = 0xFFFF


def visible(text: str) -> str:
    r"""Write what cannot be seen as ``\n``, ``\x1b`` or ``\u202e``; colours are removed."""
    return _UNSEEN.sub(_spelled, _CONTROL_SEQUENCE.sub("", text))


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
    line = _HASH_COMMAND.sub("## ", visible(raw[: 4 * limit]))
    if line.lstrip().startswith("::"):
        line = line.replace("::", ": :", 1)
    return clip(line, limit, length=len(raw) if is_long else None)


def workflow_data(text: str) -> str:
    """Escape the message of a GitHub workflow command; GitHub reads back the same text."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def workflow_property(text: str) -> str:
    """Escape the value of a workflow command's property, e.g. ``file=``."""
    return workflow_data(text).replace(":", "%3A").replace(",", "%2C")


def output_entry(name: str, value: str, delimiter: str) -> str:
    """Return one entry of GitHub's output file, ending with a line feed.

    NUL becomes U+FFFD and a lone surrogate its escape, so that a value can neither break the file
    nor keep the others out of it.  Raises ``ValueError`` when the name or the delimiter cannot be
    used, or the value contains the delimiter: draw another one.
    """
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", name):
        raise ValueError(f"{name!r} cannot be the name of an output.")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", delimiter):
        raise ValueError("The delimiter must be letters, digits, hyphens and underscores.")
    if delimiter in value:
        raise ValueError(f"The value of {name} contains the delimiter.")
    text = value.replace("\x00", "\ufffd").encode("utf-8", "backslashreplace").decode("utf-8")
    return f"{name}<<{delimiter}\n{text}\n{delimiter}\n"


# GitHub links these after Markdown is read, so that a backslash does not help; inside inline code
# it leaves them alone: URLs, www, mentions and addresses, issues, commits, advisories, formulas.
_LINKED = re.compile(
    r"(?:\b\w+://[^\s`|\\\[]*|\bwww\.[^\s`|\\\[]*|@\w[\w/-]*|#\w+|\$(?:[\w.,]*\w)?"
    r"|\b(?:GH|GHSA|CVE)-\w[\w-]*|\b[0-9a-f]{7,}\b)+",
    re.IGNORECASE,
)
_SPECIAL = re.compile(r"[\\`*_\[\]<>#|~&]")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "|": "&#124;"}
_LINE_START = re.compile(r"[-+=:]|\d{1,9}(?=[.)](?: |$))")


def _one_line(text: str, limit: int) -> str:
    short = _CONTROL_SEQUENCE.sub("", text[: 4 * limit])
    line = visible(" ".join(short.split()))
    return clip(line, limit, length=len(text) if len(text) > 4 * limit else None)


def markdown_text(text: str, *, limit: int = 1_000) -> str:
    """Escape text that stands in a paragraph, a list item, a heading or a table's cell.

    It stays one line of plain words: no link, mention, image, HTML, emphasis, block or new cell.
    What GitHub would link is set in inline code, where it can still be copied.
    """
    line = _one_line(text, limit)
    parts: list[str] = []
    end = 0
    for match in _LINKED.finditer(line):
        parts += (_escaped(line[end : match.start()], is_start=end == 0), f"`{match[0]}`")
        end = match.end()
    return "".join((*parts, _escaped(line[end:], is_start=end == 0)))


def _escaped(text: str, *, is_start: bool) -> str:
    plain = _SPECIAL.sub(lambda match: _ENTITIES.get(match[0], f"\\{match[0]}"), text)
    block = _LINE_START.match(plain) if is_start else None
    if block is None:
        return plain
    return f"\\{plain}" if not block[0].isdigit() else f"{block[0]}\\{plain[block.end() :]}"


def markdown_code(text: str, *, limit: int = 300) -> str:
    """Set text in inline code; one with a bar, which would split a table's row, is escaped."""
    line = _HASH_COMMAND.sub("## ", _one_line(text, limit))
    if not line or "|" in line:
        return markdown_text(text, limit=limit)
    ticks = "`" * (_longest_run(line) + 1)
    pad = " " if line[0] == "`" or line[-1] == "`" else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"


def markdown_cell(text: str, *, limit: int = 300) -> str:
    """Escape the text of one cell of a table; never empty, so that no row looks like another."""
    return markdown_text(text, limit=limit) or "–"


def markdown_fence(lines: Iterable[str], *, limit: int = 1_000) -> str:
    """Set lines in a fenced block that none of them can end; each at most ``limit`` characters.

    They are as harmless as in a log, because people print a report there.
    """
    body = [log_text(line, limit=limit) for line in lines]
    fence = "`" * max(3, *(_longest_run(line) + 1 for line in body), 3)
    return "\n".join((f"{fence}text", *body, fence))


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


_URL = re.compile(r"(?P<site>https?://[A-Za-z0-9.-]+(?::\d{1,5})?)(?P<rest>[/?#].*)?", re.DOTALL)
_URL_LIMIT = 2_000


def link_url(url: str) -> str:
    """Return a web address that can stand between the parentheses of a Markdown link, or "".

    http and https only, without a user's name before the host; the rest is percent-encoded.
    """
    match = _URL.fullmatch(url)
    if match is None or len(url) > _URL_LIMIT:
        return ""
    rest = quote(match["rest"] or "", safe="/?#%:@!$'*+,;=&~", errors="replace")
    return f"{match['site']}{rest}".replace("&", "&amp;")
