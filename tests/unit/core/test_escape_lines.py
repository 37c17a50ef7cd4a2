"""Lines of files that hosts read, and of mails' heads: to the letter, and at their bounds."""

from base64 import b64decode

import pytest

from plugin.core.escape.harness import HARNESS_LINE, harness_output, harness_room
from plugin.core.escape.log import clip, log_text
from plugin.core.escape.markdown import markdown_text
from plugin.core.escape.slack import slack_text
from plugin.core.escape.subject import SUBJECT_LIMIT, subject_text
from plugin.core.escape.teams import teams_run
from plugin.core.escape.xml import xml_text

# --- harness --------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["", "passed", "s3://b/a_b-c.d+1", "12"])
def test_harness_output__plain__is_as_it_is(value):
    assert harness_output("verdict", value) == f"verdict={value}\n"


@pytest.mark.parametrize(
    ("value", "held"),
    [
        ("a b", b"a b"),
        ("a\nb=c", b"a\nb=c"),
        ("$HOME", b"$HOME"),
        ("ö", "ö".encode()),
        ("\ud800", b"\\ud800"),
        ("__B64__YQ", b"__B64__YQ"),
    ],
)
def test_harness_output__anything_else__is_coded(value, held):
    line = harness_output("verdict", value)

    assert line.startswith("verdict=__B64__")
    assert b64decode(line.removeprefix("verdict=__B64__")) == held


@pytest.mark.parametrize("name", ["", "a-b", "9a", "a b", "export", "a\n"])
def test_harness_output__no_name_of_a_variable__is_refused(name):
    with pytest.raises(ValueError, match="cannot be the name"):
        harness_output(name, "x")


def test_harness_output__as_long_as_may_be__is_a_line_and_one_more_is_none():
    most = HARNESS_LINE - len("a=\n")

    assert len(harness_output("a", "x" * most)) == HARNESS_LINE
    with pytest.raises(ValueError, match=f"too long: {most + 1} characters"):
        harness_output("a", "x" * (most + 1))


def test_harness_room__a_value_of_that_size__is_taken_and_three_more_bytes_are_not():
    room = harness_room("verdict")

    assert harness_output("verdict", " " * room)
    with pytest.raises(ValueError, match="too long"):
        harness_output("verdict", " " * (room + 3))


# --- logs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("--- a", "- - a"),
        ("+++ a", "+ + a"),
        ("~~~ a", "~ ~ a"),
        ("  ---", "  - -"),
        ("^^^ +++", "^ ^ +++"),
        ("--- --- a", "- - --- a"),
        ("----", "----"),
        ("-- a", "-- a"),
        ("a --- b", "a --- b"),
    ],
)
def test_log_text__a_group_of_a_host__is_parted_once_and_nothing_else_is(line, told):
    assert log_text(line) == told


NOTE = " … (cut, 100 characters)"


@pytest.mark.parametrize("limit", [-1, 0, 1, len(NOTE) - 1, len(NOTE)])
def test_clip__no_room_for_more_than_the_note__is_only_cut(limit):
    assert clip("a" * 100, limit) == "a" * max(limit, 0)


def test_clip__room_for_the_note__says_how_long_it_was():
    assert clip("a" * 100, len(NOTE) + 1) == f"a{NOTE}"
    assert clip("a" * 100, 100) == "a" * 100


def test_clip__shortened_before__speaks_of_the_whole():
    assert clip("abc", 50, length=900) == "abc … (cut, 900 characters)"
    assert clip("abc", 3, length=3) == "abc"


COLOUR = "\x1b[31m"


@pytest.mark.parametrize("escape", [log_text, markdown_text, slack_text, teams_run, xml_text])
def test_escape__colours_alone__are_nothing_and_what_is_not_read_behind_them_is_told(escape):
    assert escape(COLOUR * 40, limit=50) == ""
    assert escape(COLOUR * 39 + "whole", limit=50) == "whole"
    assert escape(COLOUR * 40 + "e", limit=50) == " … (cut, 201 characters)"
    assert escape(COLOUR * 49 + "end", limit=50) == " … (cut, 248 characters)"


@pytest.mark.parametrize("escape", [log_text, markdown_text, slack_text, teams_run, xml_text])
def test_escape__far_too_long__tells_the_length_that_it_had(escape):
    assert escape("x" * 9_000, limit=50) == "x" * 25 + " … (cut, 9000 characters)"


# --- subjects -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("a" * SUBJECT_LIMIT, "a" * 99),
        ("a" * (SUBJECT_LIMIT + 1), "a" * 96 + "..."),
        ("a" * 95 + " bbbbbb", "a" * 95 + "..."),
        ("Zürich – …", "Zurich - ..."),
        ("a\n\tb  c", "a b c"),
        ("漢", "?"),
        ("", "?"),
        ("\x1b[31mred", "red"),
        (f"{COLOUR * 79}xyz", "x"),
        ("~a ! b~", "~a ! b~"),
    ],
)
def test_subject_text__is(text, subject):
    assert subject_text(text) == subject
