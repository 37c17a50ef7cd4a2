"""The readers of what is printed, as models: a CI host's log, GitHub's runner, GitHub's Markdown.

What GitHub does after Markdown is read (mentions, references, bare addresses, formulas) is
modelled on the text outside of inline code, because there is no library of it.
"""

import re
from collections.abc import Iterator

from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.unit.reporters.samples import HOSTILE_TOKENS

ANY_CHARACTER = st.characters(exclude_categories=())  # lone surrogates as well
HOSTILE_TEXT = st.lists(st.sampled_from(HOSTILE_TOKENS) | ANY_CHARACTER).map("".join)


def is_a_command(line: str) -> bool:
    """Whether GitHub, Azure Pipelines or TeamCity would obey a line of the log."""
    lowered = line.lower()
    return (
        line.strip().startswith("::")
        or "##[" in line
        or "##vso[" in lowered
        or "##teamcity[" in lowered
    )


def data_as_github_reads(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def property_as_github_reads(text: str) -> str:
    for escape, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ",")):
        text = text.replace(escape, char)
    return text.replace("%25", "%")


def outputs_as_github_reads(content: str) -> dict[str, str]:
    """Read an outputs file as the runner does; raises where the runner fails the step."""
    pairs: dict[str, str] = {}
    lines = iter(content.split("\n"))
    for line in lines:
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            name, _, value = line.partition("=")
        elif heredoc >= 0:
            name, _, delimiter = line.partition("<<")
            if not name or not delimiter:
                raise ValueError("Invalid format")
            value = _until(lines, delimiter)
        else:
            raise ValueError("Invalid format")
        pairs[name] = value
    return pairs


def _until(lines: Iterator[str], delimiter: str) -> str:
    value: list[str] = []
    for line in lines:
        if line == delimiter:
            return "\n".join(value)
        value.append(line)
    raise ValueError("Matching delimiter not found")


GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])
LINKED_BY_GITHUB = re.compile(
    r"@\w|#\d|\bGH-\d|\w://|\bwww\.|\b[0-9a-f]{7,40}\b|\bCVE-\d|\$", re.IGNORECASE
)


def tokens_of(markdown: str) -> list[str]:
    return [token.type for token in GITHUB.parse(markdown)]


def inline_of(markdown: str) -> list[tuple[str, str]]:
    """The inline tokens of a text with one paragraph, cell or heading."""
    inline = [token for token in GITHUB.parse(markdown) if token.type == "inline"]
    return [(child.type, child.content) for token in inline for child in token.children or ()]
