"""The blocks of a page, to the letter."""

import pytest

from plugin.core.render.blocks import chart, dotted, fold, labelled, money, table, unbroken


def test_table__rows__have_their_heads_and_a_dash_for_what_is_empty():
    assert table(("A", "B"), [("1", ""), ("", "2")]) == (
        "| A | B |\n| --- | --- |\n| 1 | – |\n| – | 2 |"
    )


def test_table__a_column_without_cells__is_left_out():
    assert table(("A", "B", "C"), [("1", "", "3"), ("4", "", "6")]) == (
        "| A | C |\n| --- | --- |\n| 1 | 3 |\n| 4 | 6 |"
    )


def test_table__no_rows__is_empty():
    assert table(("A",), []) == ""


def test_fold__a_body__lies_between_empty_lines_where_markdown_is_read():
    assert fold("More", "- a") == ("<details>\n<summary>More</summary>\n\n- a\n\n</details>")
    assert fold("More", "") == ""


def test_chart__lines__stand_in_their_fence():
    assert chart(iter(["gantt", "a"])) == "```mermaid\ngantt\na\n```"


@pytest.mark.parametrize(("text", "told"), [("$1", "`$1`"), ("a $ b", "`a $ b`"), ("1", "1")])
def test_money__with_a_dollar_sign__is_code(text, told):
    assert money(text) == told


def test_dotted__what_is_empty__has_no_dot():
    assert dotted(["a", "", "b"]) == "a · b"
    assert dotted(["", ""]) == ""


def test_labelled__nothing_to_label__is_empty():
    assert (labelled("a: ", "b"), labelled("a: ", "")) == ("a: b", "")


def test_unbroken__every_space__does_not_break():
    assert unbroken("1 min 2 s") == "1\N{NO-BREAK SPACE}min\N{NO-BREAK SPACE}2\N{NO-BREAK SPACE}s"
