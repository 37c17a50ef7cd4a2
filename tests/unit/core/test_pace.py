"""How long to wait between two looks."""

import pytest

from plugin.core.pace import LOCAL_SECONDS, QUICK_FOR, QUICK_SECONDS, SLOW_SECONDS, Pace


@pytest.mark.parametrize(
    ("elapsed", "seconds"),
    [(0, QUICK_SECONDS), (QUICK_FOR - 1, QUICK_SECONDS), (QUICK_FOR, SLOW_SECONDS)],
)
def test_pace__on_aws__is_quick_first_and_slow_later(elapsed, seconds):
    assert Pace(is_local=False).seconds(elapsed) == seconds


@pytest.mark.parametrize("elapsed", [0, 1000])
def test_pace__on_this_machine__is_quick(elapsed):
    assert Pace(is_local=True).seconds(elapsed) == LOCAL_SECONDS
