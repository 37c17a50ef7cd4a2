"""The escape for labels of a Mermaid chart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.escape import mermaid_text
from tests.unit.reporters.readers import HOSTILE_TEXT, MERMAID_LABEL


@given(HOSTILE_TEXT, st.integers(min_value=5, max_value=60))
def test_mermaid_text__any_text__is_words_that_mermaid_and_html_leave_alone(text, limit):
    label = mermaid_text(text, limit=limit)

    assert MERMAID_LABEL.fullmatch(label)
    assert label == " ".join(label.split())
    assert len(label) <= limit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("clean-up", "clean-up"),
        ("start-up", "start-up"),
        ("read_s3 (2.5 GB)", "read s3 (2.5 GB)"),
        ("a:b;c#d", "a b c d"),
        ("%%{init: {}}%%", "init"),
        ("x --> y", "x - y"),
        ("---", "other"),
        ("./jobs/a.py", "jobs/a.py"),
        ("+ a, b. -", "a, b"),
        ("<b onload=x>", "b onload x"),
        ("#35;", "35"),
        ("`````", "other"),
        ("\u202eتحميل", "other"),
        ("", "other"),
        ("a" * 100, "a" * 40),
    ],
)
def test_mermaid_text__known_texts__as_expected(text, expected):
    assert mermaid_text(text) == expected
