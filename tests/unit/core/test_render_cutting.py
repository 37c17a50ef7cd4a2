"""Cutting Markdown: within the limit, and nothing left open."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.render import cut, markdown
from tests.unit.reporters.readers import GITHUB
from tests.unit.reporters.samples import SAMPLES

BLOCKS = st.sampled_from(
    [
        "plain words, é 漢 👍",
        "| a | b |\n| --- | --- |\n| 1 | 2 |",
        "```text\nlog\n\n<details>\n~~~\n`` `\n```",
        "````text\n```\nlog\n````",
        "~~~\n```\n\n~~~",
        "```not a fence```",
        "<details>\n<summary>log</summary>",
        "</details>",
        "- `<details>` in code",
        "> quote\n> - item",
        "long " * 30,
    ]
)
PAGES = st.lists(BLOCKS, max_size=12).map("\n\n".join)


def assert_nothing_is_open(page: str) -> None:
    """Fail when what follows the page would stand in a fence or a folded part of it."""
    tokens = GITHUB.parse(f"{page}\n\n# END\n")
    html = "".join(token.content for token in tokens if token.type == "html_block")
    depth = 0
    for tag in re.findall("</?details>", html):
        depth = max(0, depth + (1 if tag == "<details>" else -1))
    assert [token.type for token in tokens[-3:]] == ["heading_open", "inline", "heading_close"]
    assert tokens[-2].content == "END"
    assert depth == 0


@given(PAGES, st.integers(min_value=-10, max_value=800))
def test_cut__any_page_and_limit__is_kept_and_nothing_is_open(page, limit):
    short = cut(page, limit)

    assert len(short.encode()) <= max(0, limit)
    if short != page:
        assert_nothing_is_open(short)


@pytest.mark.parametrize("name", SAMPLES)
def test_cut__a_report_at_every_limit__is_a_beginning_with_all_closed(name):
    page = markdown(SAMPLES[name])

    for limit in range(0, len(page.encode()), 97):
        short = cut(page, limit)
        assert len(short.encode()) <= limit
        assert_nothing_is_open(short)


def test_cut__a_page_that_fits__is_not_touched():
    assert cut("# é\n", 5) == "# é\n"


def test_cut__no_room_for_the_note__is_empty():
    assert cut("word\n" * 10, 20) == ""


def test_cut__in_the_middle_of_a_folded_log__closes_both_and_tells():
    page = "<details>\n<summary>x</summary>\n\n````text\n" + "line\n" * 100 + "````\n\n</details>\n"

    short = cut(page, 200)

    assert short.endswith(
        "line\n````\n\n</details>\n\n"
        "*Cut here: 90 of 107 lines did not fit. The whole report is in report.md.*\n"
    )


def test_cut__one_long_line__leaves_the_note_alone():
    assert cut("x" * 1_000, 200).startswith("\n*Cut here: 1 of 1 lines")


def test_cut__no_room_at_all__is_empty():
    assert cut("", -1) == ""
    assert cut("word\n", -1) == ""
