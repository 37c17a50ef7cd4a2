"""Escapes for logs, commands and output files, each held against a model of its reader."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.escape import (
    clip,
    log_text,
    output_entry,
    visible,
    workflow_data,
    workflow_property,
)
from tests.unit.reporters.readers import (
    ANY_CHARACTER,
    HOSTILE_TEXT,
    data_as_github_reads,
    is_a_command,
    outputs_as_github_reads,
    property_as_github_reads,
)

UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
MARKS = (
    *("--- ", "---", "+++ ", "~~~ ", "^^^ +++", "^^^", "+++", "- --", " ", "\t", "x"),
    *("travis_fold:start:a", "travis_time:end:", "Travis_Fold:", "travis_fold", ":", "_"),
    *("\x1b[0K", "section_start:1560896352:a[collapsed=true]\r\x1b[0K", "section_end:1:a\r"),
    *(
        "\x1b[8mha:////4Aaa=",
        "\x1b[0m",
        "\x1b]0;title\x07",
        "\x9d0;t\x9c",
        "\x1bP",
        "\x1bc",
        "\x90",
    ),
    *("\x1b]1338;url=x\x07", "\x1b]1339;", "\x1b]8;;http://h\x1b\\", "\x85", "\u2028", "\v", "\f"),
    *("##", "##[group]", "##vso[", "##teamcity[x]", "::", ":", "#", "[", "…", "%0A"),
)
"""What some host obeys, and what might put it together again."""
MARKED_TEXT = st.lists(st.sampled_from(MARKS) | ANY_CHARACTER, max_size=12).map("".join)


def groups_of_buildkite(log):
    """The lines that fold Buildkite's log, as its agent finds them."""
    return re.findall(r"(?m)^(?:(?:---|\+\+\+|~~~)(?:\s.*)?|\^\^\^\s+\+\+\+\s*)$", log)


def folds_of_travis(log):
    return re.findall(r"(?i)travis_(?:fold|time):\w*", log)


def sections_of_gitlab(log):
    return re.findall(r"section_(?:start|end):\d+:[^\r\n]*\r", log)


def notes_of_jenkins(log):
    return re.findall(r"\x1b\[8mha:", log)


def sequences_of_a_terminal(log):
    """What a terminal obeys: after ESC, or as one of C1."""
    return re.findall(r"[\x1b\x80-\x9f]", log)


def cards_of_drone(log):
    return log.count("\x1b]1338;")


READERS = (
    *(groups_of_buildkite, folds_of_travis, sections_of_gitlab, notes_of_jenkins),
    *(sequences_of_a_terminal, cards_of_drone, is_a_command),
)


@pytest.mark.parametrize(
    ("reader", "log"),
    [
        (groups_of_buildkite, "--- a"),
        (groups_of_buildkite, "a\n^^^ +++"),
        (folds_of_travis, "travis_fold:start:a"),
        (sections_of_gitlab, "\x1b[0Ksection_start:1:a\r\x1b[0Kb"),
        (notes_of_jenkins, "\x1b[8mha:////4A"),
        (sequences_of_a_terminal, "\x1b]0;title\x07"),
        (sequences_of_a_terminal, "\x9b2J"),
        (cards_of_drone, "\x1b]1338;aGk="),
        (is_a_command, "##vso[task.complete]"),
    ],
)
def test_readers__what_a_host_obeys__is_seen_by_its_reader(reader, log):
    assert reader(log)


@given(MARKED_TEXT)
def test_log_text__marks_of_any_host__none_is_obeyed(text):
    line = log_text(text)

    assert [reader.__name__ for reader in READERS if reader(line)] == []
    assert len(line.splitlines()) <= 1
    assert log_text(line) == line


@given(MARKED_TEXT, st.integers(min_value=0, max_value=50))
def test_log_text__cut_anywhere__the_cut_makes_no_mark(text, limit):
    line = log_text(text, limit=limit)

    assert [reader.__name__ for reader in READERS if reader(line)] == []
    assert len(line) <= limit


@given(HOSTILE_TEXT)
def test_log_text__any_text__is_one_line_that_no_host_obeys(text):
    line = log_text(text)

    assert len(line.splitlines()) <= 1
    assert not is_a_command(line)
    assert not is_a_command(f"  | {line}")


@given(HOSTILE_TEXT)
def test_log_text__any_text__holds_nothing_that_moves_or_hides(text):
    line = log_text(text)

    assert {unicodedata.category(char) for char in line if char != "\t"}.isdisjoint(UNSEEN)
    line.encode()


@given(HOSTILE_TEXT)
def test_log_text__twice__changes_nothing_more(text):
    once = log_text(text)

    assert log_text(once) == once


@given(HOSTILE_TEXT, st.integers(min_value=0, max_value=60))
def test_log_text__any_limit__is_kept(text, limit):
    assert len(log_text(text, limit=limit)) <= limit


@pytest.mark.untraced
def test_log_text__every_code_point__is_seen():
    for start in range(0, 0x110000, 4096):
        line = "".join(log_text(chr(code)) for code in range(start, start + 4096))
        assert {unicodedata.category(c) for c in line if c != "\t"}.isdisjoint(UNSEEN), hex(start)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain, é 漢 👍\tend", "plain, é 漢 👍\tend"),
        ("windows\r\n", "windows"),
        ("a\rb\nc", "a\\rb\\nc"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("#\x1b[0m#[error]x", "## [error]x"),
        ("####[[error]", "#### [[error]"),
        ("##vso[task.complete]", "## vso[task.complete]"),
        ("## heading [1]", "## heading [1]"),
        ("  ::error::x", "  : :error::x"),
        (":::error::x", ": ::error::x"),
        ("\x1b]1338;aGk=\x1b]0m", "\\x1b]1338;aGk=\\x1b]0m"),
        ("--- a group", "- - a group"),
        ("+++", "+ +"),
        ("~~~ a", "~ ~ a"),
        ("^^^ +++", "^ ^ +++"),
        ("    ^^^", "    ^^^"),
        ("----- a line", "----- a line"),
        ("travis_fold:start:a", "travis_fold :start:a"),
        ("\x1b[0Ksection_start:1:a\r\x1b[0Kb", "section_start :1:a\\rb"),
        ("\x1b[8mha:////4A\x1b[0m", "ha:////4A"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b31m\x00\x7f", "\\x9b31m\\x00\\x7f"),
        ("\u202eabc\ud800\U000e0041", "\\u202eabc\\ud800\\U000e0041"),
    ],
)
def test_log_text__known_attacks__are_written_out(text, expected):
    assert log_text(text) == expected


def test_log_text__a_very_long_line__says_how_long_it_was():
    line = log_text("x" * 100_000)

    assert len(line) == 4_000
    assert line.endswith("x … (cut, 100000 characters)")


def test_log_text__a_very_long_line_of_colours__still_says_that_it_was_cut():
    line = log_text("\x1b[31m" * 10_000 + "end")

    assert line == " … (cut, 50003 characters)"


@given(HOSTILE_TEXT, st.integers(min_value=-5, max_value=60))
def test_clip__any_limit__is_kept_and_short_text_untouched(text, limit):
    cut = clip(text, limit)

    assert len(cut) <= max(0, limit)
    assert cut == text or len(text) > limit


def test_visible__a_second_reading__finds_nothing_to_do():
    assert visible(visible("\x1b[31m\x1b\n")) == "\\x1b\\n"


# --- workflow commands ---------------------------------------------------------------------------


@given(HOSTILE_TEXT)
def test_workflow_data__any_text__is_one_line_and_read_back(text):
    data = workflow_data(text)

    assert "\n" not in data
    assert "\r" not in data
    assert data_as_github_reads(data) == text


@given(HOSTILE_TEXT)
def test_workflow_property__any_text__stays_in_its_property_and_is_read_back(text):
    value = workflow_property(text)

    assert not set(value) & set("\r\n:,")
    assert property_as_github_reads(value) == text


# --- the outputs file ----------------------------------------------------------------------------


@given(st.lists(HOSTILE_TEXT, max_size=4))
def test_output_entry__any_values__are_read_back_and_nothing_else(values):
    content = "".join(output_entry(f"n{i}", v, "ghc_0f1e") for i, v in enumerate(values))

    read = outputs_as_github_reads(content.encode().decode())

    assert read == {
        f"n{i}": v.replace("\x00", "\ufffd").encode("utf-8", "backslashreplace").decode()
        for i, v in enumerate(values)
    }


@pytest.mark.parametrize(
    ("name", "value", "delimiter"),
    [
        ("verdict", "a\nEND\nb", "END"),
        ("verdict", "passed", ""),
        ("verdict", "passed", "a\nb"),
        ("verdict", "passed", "a b"),
        ("", "passed", "END"),
        ("a=b", "passed", "END"),
        ("a<<b", "passed", "END"),
        ("a\nb", "passed", "END"),
    ],
)
def test_output_entry__what_would_break_the_file__is_refused(name, value, delimiter):
    with pytest.raises(ValueError, match=re.escape("elimiter") + "|name of an output"):
        output_entry(name, value, delimiter)


@pytest.mark.parametrize("word", ["aZ", "Z9", "_a", "a-b", "A_B-C"])
def test_output_entry__every_name_and_delimiter_that_may_be__is_one(word):
    assert output_entry(word, "x", word) == f"{word}<<{word}\nx\n{word}\n"


@pytest.mark.parametrize("name", ["-a", "9a", "ä"])
def test_output_entry__a_name_that_may_begin_no_variable__is_refused(name):
    with pytest.raises(ValueError, match="name of an output"):
        output_entry(name, "x", "END")


def test_output_entry__what_a_file_cannot_hold__is_replaced():
    assert output_entry("a", "x\x00y\ud800", "END") == "a<<END\nx\ufffdy\\ud800\nEND\n"
