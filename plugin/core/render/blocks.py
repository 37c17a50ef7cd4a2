"""The blocks of a page: tables, folded parts, charts in their fence, money.

Knows how Markdown is laid out; what goes in is escaped already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a table; empty when it has no rows.  A column whose cells are all empty is left out.

    An empty cell beside full ones shows a dash.
    """
    body = list(rows)
    if not body:
        return ""
    kept = [at for at in range(len(heads)) if any(row[at] for row in body)]
    lines = (
        f"| {' | '.join(heads[at] for at in kept)} |",
        f"|{' --- |' * len(kept)}",
        *(f"| {' | '.join(row[at] or '–' for at in kept)} |" for row in body),
    )
    return "\n".join(lines)


def fold(summary: str, body: str) -> str:
    """Fold ``body`` under a line.  ``summary`` is read as HTML, so it holds our own words only."""
    return f"<details>\n<summary>{summary}</summary>\n\n{body}\n\n</details>" if body else ""


def chart(lines: Iterable[str]) -> str:
    """Set the lines of a Mermaid chart in their fence."""
    return "\n".join(("```mermaid", *lines, "```"))


def money(text: str) -> str:
    """Set money in code: GitHub reads two dollar signs in one paragraph as a formula."""
    return f"`{text}`" if "$" in text else text


def dotted(parts: Iterable[str]) -> str:
    """Join what is not empty to one line, with dots between."""
    return " · ".join(part for part in parts if part)


def labelled(label: str, text: str) -> str:
    """Put a label before a text; empty when the escape left nothing of it."""
    return f"{label}{text}" if text else ""


def unbroken(text: str) -> str:
    """Keep words of a cell on one line, so that a narrow table does not grow in height."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")
