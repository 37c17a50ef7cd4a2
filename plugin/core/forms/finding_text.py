"""A finding in one line: its message, what was expected, what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugin.core.result import Finding


def finding_text(finding: Finding) -> str:
    """Return e.g. ``a column is missing; expected iata_code, got name``, as hostile as it was.

    Empty when the finding says nothing but its name.
    """
    pairs = (("expected", finding.expected), ("got", finding.value))
    values = ", ".join(f"{word} {text}" for word, text in pairs if text)
    return "; ".join(text for text in (finding.message, values) if text)
