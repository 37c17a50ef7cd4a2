"""The classes of trouble and the guide that explains them are in step."""

import re
from collections import Counter
from pathlib import Path

import pytest

from plugin.core.trouble import Trouble

END = "## Exit codes"
"""What follows explains no class of a check."""


def slug(heading: str) -> str:
    """Return the anchor that GitHub gives a heading of plain words (source: its html-pipeline)."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.fixture(scope="module")
def guide() -> str:
    path = Path(__file__).parents[3] / "docs" / "troubleshooting.md"
    text = path.read_text(encoding="utf-8")
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)  # comments in examples


def headings(text: str, level: str) -> list[str]:
    return [slug(title) for title in re.findall(rf"^{level} (.+)$", text, flags=re.MULTILINE)]


def test_guide__sections__are_the_classes_each_once(guide):
    classes = headings(guide.partition(END)[0], "###")

    assert sorted(classes) == sorted(Trouble)


def test_guide__anchors__are_used_once(guide):
    counted = Counter(headings(guide, "#{1,6}"))

    assert [anchor for anchor, times in counted.items() if times > 1] == []


def test_guide__links_inside__lead_to_a_heading(guide):
    anchors = set(headings(guide, "#{1,6}"))

    assert set(re.findall(r"\]\(#([^)]+)\)", guide)) <= anchors


def test_guide__each_section__says_what_is_seen_what_it_means_and_what_to_do(guide):
    sections = re.split(r"^### ", guide, flags=re.MULTILINE)[1:]
    marks = ("**You see**", "**It means**", "**Do**")

    bare = [
        section.splitlines()[0]
        for section in sections
        if [section.count(mark) for mark in marks] != [1, 1, 1]
    ]

    assert bare == []


@pytest.mark.parametrize("trouble", Trouble)
def test_trouble__value__is_an_anchor(trouble):
    assert slug(trouble.replace("-", " ")) == trouble
