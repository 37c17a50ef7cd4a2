"""The words of every report: Markdown, the console's ending, the outputs.

Pure text from a ``Report``.  Who prints it, and where, is not known here.
"""

from plugin.core.render.cutting import cut
from plugin.core.render.page import markdown
from plugin.core.render.plain import headline, outputs, summary_lines
from plugin.core.render.words import duration, usd

__all__ = ["cut", "duration", "headline", "markdown", "outputs", "summary_lines", "usd"]
