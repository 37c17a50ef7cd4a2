"""The readers of what is printed, as models: a CI host's log, GitHub's runner, GitHub's Markdown,
Mermaid's charts.

What GitHub does after Markdown is read (mentions, references, bare addresses, formulas) is
modelled on the text outside of inline code, because there is no library of it.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime

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
    r"@\w|#\d|\bGH-\d|\w://|\bwww\.|\b[0-9a-f]{7,40}\b|\bCVE-\d|\$"
    r"|(?-i:(?<![\w:]):[a-z][a-z0-9_]*:)",
    re.IGNORECASE,
)


def tokens_of(markdown: str) -> list[str]:
    return [token.type for token in GITHUB.parse(markdown)]


def inline_of(markdown: str) -> list[tuple[str, str]]:
    """The inline tokens of a text with one paragraph, cell or heading."""
    inline = [token for token in GITHUB.parse(markdown) if token.type == "inline"]
    return [(child.type, child.content) for token in inline for child in token.children or ()]


MERMAID_OPENS = re.compile(r"%%\{init: (\{.*\})\}%%")
MERMAID_LABEL = re.compile(r"[A-Za-z0-9.,/+() -]*[A-Za-z0-9)][A-Za-z0-9.,/+() -]*")
MERMAID_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}")


def mermaid_of(markdown: str) -> list[str]:
    """The charts of a page, as GitHub finds them: by the word after a fence."""
    fences = [token for token in GITHUB.parse(markdown) if token.type == "fence"]
    return [token.content for token in fences if token.info.strip() == "mermaid"]


def gantt_rows_of(chart: str) -> list[tuple[str, str, datetime, datetime]]:
    """Read a Gantt chart of ours: section, label, begin and end of each row.

    Raises ValueError at whatever Mermaid could take for something else: ``#`` and ``;`` end a
    text, ``:`` ends a label, ``%%`` is a comment, ``<`` and ``&`` begin HTML.
    """
    first, word, *lines = chart.splitlines()
    opening = MERMAID_OPENS.fullmatch(first)
    if opening is None or word != "gantt":
        raise ValueError(f"no Gantt chart: {first!r}, {word!r}")
    json.loads(opening[1])
    settings = dict(line.split(maxsplit=1) for line in lines[:4])
    if set(settings) != {"dateFormat", "axisFormat", "tickInterval", "todayMarker"}:
        raise ValueError(f"other settings: {settings}")
    if not re.fullmatch(r"[1-9]\d*(second|minute|hour|day)", settings["tickInterval"]):
        raise ValueError(settings["tickInterval"])
    return [_gantt_row(*pair) for pair in zip(lines[4::2], lines[5::2], strict=True)]


def _gantt_row(section: str, task: str) -> tuple[str, str, datetime, datetime]:
    word, _, name = section.strip().partition(" ")
    label, _, data = task.strip().partition(" :")
    begin, _, end = data.partition(", ")
    is_sound = (
        word == "section"
        and MERMAID_LABEL.fullmatch(name)
        and re.fullmatch(r"\d[\d. a-z]*", label)
        and all(MERMAID_TIME.fullmatch(time) for time in (begin, end))
    )
    if not is_sound:
        raise ValueError(f"not a row: {section!r}, {task!r}")
    return name, label, datetime.fromisoformat(begin), datetime.fromisoformat(end)


def bars_of(chart: str) -> tuple[list[str], list[list[float]]]:
    """Read an XY chart of ours: the names under the bars, and each series."""
    first, word, x_axis, y_axis, *bars = chart.splitlines()
    if word != "xychart-beta":
        raise ValueError(f"no XY chart: {word}")
    json.loads(_group(MERMAID_OPENS, first))
    names = _group(r' *x-axis \[("[\w ]+"(?:, "[\w ]+")*)\]', x_axis)
    top = _group(r' *y-axis "[a-z]+" 0 --> (\d+\.\d)', y_axis)
    series = [_group(r" *bar \[([\d., ]+)\]", line) for line in bars]
    values = [[float(value) for value in row.split(", ")] for row in series]
    if not max(max(row) for row in values) <= float(top) or float(top) <= 0:
        raise ValueError("a bar is higher than the axis, or the axis is empty")
    return [name.strip('"') for name in names.split(", ")], values


def _group(pattern: str | re.Pattern[str], line: str) -> str:
    match = re.fullmatch(pattern, line)
    if match is None:
        raise ValueError(f"not understood: {line!r}")
    return str(match[1])
