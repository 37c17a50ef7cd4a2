"""The words of every report: Markdown, the console's ending, the outputs.

Pure text from a ``Report``.  Who prints it, and where, is not known here.
"""

from plugin.core.render.cutting import cut, cut_characters
from plugin.core.render.page import heading, markdown, section, short
from plugin.core.render.plain import headline, outputs, summary_lines, title
from plugin.core.render.words import duration, troubleshooting, usd

__all__ = [
    "cut",
    "cut_characters",
    "duration",
    "heading",
    "headline",
    "markdown",
    "outputs",
    "section",
    "short",
    "summary_lines",
    "title",
    "troubleshooting",
    "usd",
]
