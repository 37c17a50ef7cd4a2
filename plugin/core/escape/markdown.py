"""For Markdown on GitHub.

Source: the GitHub Flavored Markdown specification.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugin.core.escape.log import CONTROL_SEQUENCE, HASH_COMMAND, clip, log_text, visible

if TYPE_CHECKING:
    from collections.abc import Iterable

# GitHub links these after Markdown is read, so that a backslash does not help; inside inline code
# it leaves them alone: URLs, www, mentions and addresses, issues, commits, advisories, formulas,
# emoji by name (not what stands between two words: there a wrong guess costs more).  It links
# after an underscore too, which is part of a word for us: "_www.", "x_deadbeef".  An ARN is one
# piece, or the account in its middle would look like a commit.
_LINKED = re.compile(
    r"(?:\barn:[\w-]{1,20}:[^\s`|\\\[]*[\w*/]"
    r"|\b\w+://[^\s`|\\\[]*|(?<![^\W_])www\.[^\s`|\\\[]*"
    r"|@[.+-]*\w[\w/-]*|#\w+|\$(?:[\w.,]*\w)?"
    r"|\b(?:\w*_)?(?:(?:GH|GHSA|CVE)-\w[\w-]*|[0-9a-f]{7,}(?:_\w*)?\b)"
    r"|(?-i:(?<![\w:]):[a-z+-][a-z0-9_+-]*:|:[a-z+-][a-z0-9_+-]*:(?![\w:])))+",
    re.IGNORECASE,
)
_SPECIAL = re.compile(r"[\\`*_\[\]<>#|~&]")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "|": "&#124;"}
_LINE_START = re.compile(r"[-+=:]|\d{1,9}(?=[.)](?: |$))")


def _one_line(text: str, limit: int) -> str:
    short = CONTROL_SEQUENCE.sub("", text[: 4 * limit])
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
    line = HASH_COMMAND.sub("## ", _one_line(text, limit))
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

    They are as harmless as in a log, because people print a report there.  No line is an HTML
    comment: whoever looks for a hidden marker line by line does not know what a fence is.
    """
    body = [log_text(line, limit=limit).replace("<!--", "<!- -") for line in lines]
    fence = "`" * max(3, *(_longest_run(line) + 1 for line in body), 3)
    return "\n".join((f"{fence}text", *body, fence))


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
