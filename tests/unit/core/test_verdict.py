"""The worst verdict decides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.verdict import Verdict, worst

ORDER = (*(Verdict.ERRORED, Verdict.FAILED, Verdict.CANCELLED, Verdict.PASSED, Verdict.SKIPPED),)


def test_worst__nothing__is_skipped():
    assert worst([]) is Verdict.SKIPPED


@pytest.mark.parametrize("number", range(5))
def test_worst__errored_beats_failed_beats_cancelled_beats_passed_beats_skipped(number):
    assert worst(ORDER[number:]) is ORDER[number]


@given(st.permutations(ORDER), st.integers(1, 5))
def test_worst__any_order__is_the_same(verdicts, length):
    chosen = verdicts[:length]

    assert worst(chosen) is min(chosen, key=ORDER.index)
