"""Outputs that fit."""

import json

import pytest

from plugin.core.forms.shorter import shorter_bytes, shorter_results

RESULTS = json.dumps(
    [{"name": f"c{number}", "verdict": "failed", "reason": "x" * 50} for number in range(3)],
    separators=(",", ":"),
)
BRIEF = '[{"name":"c0","verdict":"failed"},{"name":"c1","verdict":"failed"},{"name":"c2","verdict":"failed"}]'


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (2, "[]"),
        (33, "[]"),
        (34, '[{"name":"c0","verdict":"failed"}]'),
        (66, '[{"name":"c0","verdict":"failed"}]'),
        (67, '[{"name":"c0","verdict":"failed"},{"name":"c1","verdict":"failed"}]'),
        (len(BRIEF), BRIEF),
        (len(RESULTS) - 1, BRIEF),
        (len(RESULTS), RESULTS),
    ],
)
def test_shorter_results__a_limit__keeps_what_fits(limit, expected):
    short = shorter_results(RESULTS, limit)

    assert short == expected
    assert len(short) <= limit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("abcd", "abcd"),
        ("abcde", "abcd"),
        ("éé", "éé"),
        ("aéé", "aé"),
        ("\ud800", "\\ud8"),
    ],
)
def test_shorter_bytes__four__cuts_between_characters(text, expected):
    assert shorter_bytes(text, 4) == expected
