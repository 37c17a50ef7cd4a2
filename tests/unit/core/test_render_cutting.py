"""Cutting Markdown: within the limit, and nothing left open."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from plugin.core.render import cut, cut_characters, markdown
from tests.unit.reporters.readers import GITHUB, gantt_rows_of, mermaid_of
from tests.unit.reporters.samples import PAGES

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
        "```mermaid\ngantt\n  section a\n  1 s :0, 1\n```",
        "### heading",
        "",
        "long " * 30,
    ]
)
TEXTS = st.lists(BLOCKS, max_size=12).map("\n\n".join)


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


@given(TEXTS, st.integers(min_value=-10, max_value=800))
def test_cut__any_page_and_limit__is_kept_and_nothing_is_open(page, limit):
    short = cut(page, limit)

    assert len(short.encode()) <= max(0, limit)
    if short != page:
        assert_nothing_is_open(short)


@given(TEXTS, st.integers(min_value=-10, max_value=800))
def test_cut__any_page_and_limit__never_ends_in_a_chart_or_at_a_head(page, limit):
    assume(not re.search(r"(?:heading|\|)\s*</details>", page))  # an end that opens nothing
    short = cut_characters(page, limit)

    assert len(short) <= max(0, limit)
    if short != page:
        kept = short.rpartition("\n*Cut here")[0].replace("</details>", "").rstrip()
        assert kept.splitlines()[-1:] not in (["| a | b |"], ["| --- | --- |"], ["### heading"])
        assert all(chart.endswith("1 s :0, 1\n") for chart in mermaid_of(short))


@pytest.mark.parametrize("name", PAGES)
def test_cut__a_report_at_many_limits__is_a_beginning_with_all_closed(name):
    page = markdown(PAGES[name])

    for limit in range(0, len(page.encode()), 1 + len(page) // 5):
        short = cut(page, limit)
        assert len(short.encode()) <= limit
        assert_nothing_is_open(short)
        assert all(gantt_rows_of(chart) for chart in mermaid_of(short) if "gantt" in chart)


@pytest.mark.parametrize(
    "line", ["word é\n", "<details>\n", "```\n", "| a |\n", "# a\n", "\n", "x"], ids=repr
)
def test_cut_characters__two_megabytes__keep_the_limit_of_a_comment(line):
    page = line * (2_000_000 // len(line))

    assert len(cut_characters(page, 65_536)) <= 65_536


@pytest.mark.parametrize("line", ["word é\n", "| a |\n", "x"])
def test_cut__two_megabytes__keep_the_limit_of_a_step_summary(line):
    page = line * (2_000_000 // len(line))

    assert len(cut(page, 1_048_576).encode()) <= 1_048_576


def test_cut_characters__counts_letters_and_cut_counts_bytes():
    page = "é\n" * 200

    assert len(cut_characters(page, 300)) > 250
    assert len(cut(page, 300).encode()) <= 300
    assert cut_characters(page, 400) == page


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


@pytest.mark.parametrize("lines", ["    section a\n" * 50, f"    section {'a' * 500}\n" * 50])
def test_cut__in_a_chart__leaves_out_the_whole_chart(lines):
    page = f"word\n\n```mermaid\ngantt\n{lines}```\n"

    assert cut(page, 300).startswith("word\n\n*Cut here: 54 of 55 lines")


@pytest.mark.parametrize("opening", ["```text\n", "### a\n", "<details>\n<summary>a</summary>\n\n"])
def test_cut__after_a_line_that_only_opens__leaves_it_out(opening):
    page = f"word\n\n{opening}{'x' * 300}\n"

    assert cut(page, 200).startswith("word\n\n*Cut here")


@pytest.mark.parametrize(("head", "limit"), [("word", 200), ("é" * 600, 1_300)])
def test_cut__many_lines_that_do_not_fit__leaves_out_the_heading_before_them(head, limit):
    page = f"{head}\n\n### a\n{'x' * 150}\n" + "y\n" * 300

    assert cut(page, limit).startswith(f"{head}\n\n*Cut here")


def test_cut__behind_a_chart__keeps_the_chart():
    page = "word\n\n```mermaid\ngantt\n```\n\n" + "line\n" * 100

    assert cut(page, 300).startswith("word\n\n```mermaid\ngantt\n```\n\nline\n")


def test_cut__behind_a_fold_in_a_fold__closes_the_outer_one_alone():
    opening = "<details>\n<summary>a</summary>\n\n"
    page = f"{opening}{opening}word\n\n</details>\n\n" + "line\n" * 100 + "\n</details>\n"

    assert cut(page, 300).count("</details>") == 2


def test_cut__behind_what_only_looks_like_a_fence_or_a_fold__closes_nothing():
    page = "```not a fence```\n\nword\n\n" + "line\n" * 100

    short = cut(page, 300)

    assert "</details>" not in short
    assert short.count("```") == 2


@pytest.mark.parametrize("lines", [90, 900])
def test_cut__a_chart_alone_in_its_fold__leaves_out_the_fold(lines):
    fold = "<details>\n<summary>Time</summary>\n\n```mermaid\n" + "gantt\n" * lines + "```\n"

    assert "details" not in cut(f"word\n\n{fold}", 4 * lines)


def test_cut__headings_without_end__gives_up_looking_for_a_better_place():
    assert cut("word\n" + "# a\n" * 1_000, 2_000).count("# a") > 300


def test_cut__between_the_head_of_a_table_and_its_rows__leaves_out_the_head():
    page = "word\n\n| a |\n| --- |\n" + f"| {'x' * 200} |\n"

    assert cut(page, 150).startswith("word\n\n*Cut here: 4 of 5 lines")


def test_cut__in_a_table__keeps_the_rows_before():
    page = "| a |\n| --- |\n" + "| 1 |\n" * 100

    assert "| 1 |\n| 1 |\n\n*Cut here" in cut(page, 300)


def test_cut__one_long_line__leaves_the_note_alone():
    assert cut("x" * 1_000, 200).startswith("\n*Cut here: 1 of 1 lines")


def test_cut__no_room_at_all__is_empty():
    assert cut("", -1) == ""
    assert cut("word\n", -1) == ""
