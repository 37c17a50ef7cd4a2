"""A finding in one line."""

import pytest

from plugin.core.forms.finding_text import finding_text
from plugin.core.result import Finding


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({}, ""),
        ({"value": "0"}, "got 0"),
        ({"expected": "> 0"}, "expected > 0"),
        ({"message": "empty"}, "empty"),
        ({"message": "empty", "expected": "> 0", "value": "0"}, "empty; expected > 0, got 0"),
    ],
)
def test_finding_text__what_is_known__is_told(texts, expected):
    assert finding_text(Finding(name="rows", ok=False, **texts)) == expected
