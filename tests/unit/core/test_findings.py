"""A line of the job's output is a finding, a count, unreadable, or nothing at all."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.judging.findings import (
    HIGHEST_COUNT,
    LONGEST_TEXT,
    MARK,
    Count,
    Unreadable,
    parse,
)
from plugin.core.result import Finding

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
SAID = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("name", "ok", "value", "message", "findings"), JSON)
)


@pytest.mark.parametrize(
    "line",
    ["", "GLUE_HEALTH_CHECK", "GLUE_HEALTH_CHECK{}", f"x {MARK}{{}}", f"x\rprint('{MARK}{{}}')"],
)
def test_parse__another_line__says_nothing(line):
    assert parse(line) is None


@pytest.mark.parametrize(
    "before",
    ["\ufeff", "\x1b[31m", "\x1b[1;32m\x1b[K", " \t", "50 %\r", "[==>  ]\r\x1b[0m ", "\r\ufeff"],
)
@pytest.mark.parametrize("after", ["", "\x1b[0m", "\rdone", " "])
def test_parse__behind_what_a_terminal_does_not_show__is_read_all_the_same(before, after):
    finding = parse(f'{before}{MARK}{{"name": "rows", "ok": false}}{after}')

    assert finding == Finding(name="rows", ok=False)


def test_parse__two_on_one_line__passes_neither_by():
    line = f'{MARK}{{"name": "a", "ok": false}}\r{MARK}{{"name": "b", "ok": true}}'

    assert parse(line) == Unreadable(reason="shares its line with another")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("", "is not JSON"),
        ('{"name": "rows", "ok": tr', "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("9" * 5000, "is not JSON"),
        ("[]", "is not a JSON object"),
        ("null", "is not a JSON object"),
        ("{}", 'lacks "name" (text) or "ok" (true or false)'),
        ('{"name": "rows"}', 'lacks "name" (text) or "ok" (true or false)'),
        ('{"name": "rows", "ok": "true"}', 'lacks "name" (text) or "ok" (true or false)'),
        ('{"name": "rows", "ok": 1}', 'lacks "name" (text) or "ok" (true or false)'),
        ('{"name": "  ", "ok": true}', 'lacks "name" (text) or "ok" (true or false)'),
        ('{"name": 3, "ok": true}', 'lacks "name" (text) or "ok" (true or false)'),
        ('{"findings": true}', 'lacks "name" (text) or "ok" (true or false)'),
        ('{"findings": "2"}', 'lacks "name" (text) or "ok" (true or false)'),
        ('{"findings": -1}', "counts below zero"),
        (f'{{"findings": {HIGHEST_COUNT + 1}}}', "counts more than 1,000,000"),
    ],
)
def test_parse__no_finding__says_why(said, reason):
    assert parse(MARK + said) == Unreadable(reason=reason)


def test_parse__a_value_that_is_nested_deeply__never_raises():
    for depth in range(900, 1000):
        said = parse(f'{MARK}{{"name": "a", "ok": true, "value": {"[" * depth}{"]" * depth}}}')

        assert isinstance(said, Finding | Unreadable)


def test_parse__count__is_read():
    assert parse(MARK + '{"findings": 3}') == Count(findings=3)
    assert parse(MARK + '{"findings": 0}') == Count(findings=0)
    assert parse(f'{MARK}{{"findings": {HIGHEST_COUNT}}}') == Count(findings=HIGHEST_COUNT)


def test_parse__finding__is_read_whole():
    said = {"name": "rows", "ok": False, "value": 0, "expected": "> 0", "message": "empty"}

    assert parse(MARK + json.dumps(said)) == Finding(
        name="rows", ok=False, value="0", expected="> 0", message="empty"
    )


def test_parse__finding_with_a_count_beside__is_a_finding():
    assert parse(MARK + '{"name": "rows", "ok": true, "findings": 2}') == Finding(
        name="rows", ok=True
    )


def test_parse__values_of_any_type__become_text():
    said = parse(MARK + '{"name": "a", "ok": true, "value": {"b": [1.5, null]}, "message": null}')

    assert said == Finding(name="a", ok=True, value='{"b": [1.5, null]}', message="")


def test_parse__long_texts__are_cut():
    said = parse(MARK + json.dumps({"name": "n" * 5000, "ok": True, "value": "v" * 5000}))

    assert isinstance(said, Finding)
    assert (len(said.name), len(said.value)) == (LONGEST_TEXT, LONGEST_TEXT)


@given(st.text() | JSON.map(json.dumps) | SAID.map(json.dumps))
def test_parse__anything__never_raises(text):
    said = parse(MARK + text)

    assert isinstance(said, Finding | Count | Unreadable)
