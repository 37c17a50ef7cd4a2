"""What GitHub is told when the settings are wrong: a summary, and the commit status.

Pure.  The problems are masked already, and hostile: a configuration file's words stand in them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.core.escape import markdown_text
from plugin.core.forms.status import description, target_url
from plugin.core.github import MOST_STATUS_DESCRIPTION, StatusPost

if TYPE_CHECKING:
    from plugin.core.build import Build

MOST_PROBLEMS = 50
"""In a summary: more are a mistake of one kind."""


def summary_of(problems: tuple[str, ...]) -> str:
    """Return the step's summary, as Markdown: each problem one item of a list."""
    left = len(problems) - MOST_PROBLEMS
    return "\n".join(
        (
            "## Glue health check: the settings are wrong",
            "",
            "Nothing was run, and nothing was created.",
            "",
            *(f"- {markdown_text(problem)}" for problem in problems[:MOST_PROBLEMS]),
            *([f"- and {left} more: see the log"] if left > 0 else []),
            "",
        )
    )


def refused(problems: tuple[str, ...], build: Build, *, context: str) -> StatusPost:
    """Return the final status of a check that was refused for at least one problem."""
    return StatusPost(
        state="error", context=context, description=_words(problems), target_url=target_url(build)
    )


def _words(problems: tuple[str, ...]) -> str:
    """Return the first problem, cut, and how many more there are, not cut."""
    line = description(f"The settings are wrong: {problems[0]}")
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    room = MOST_STATUS_DESCRIPTION - len(more)
    if len(line) > room:
        line = f"{line[: room - 1].rstrip('… ')}…"
    return line + more
