"""How long to wait between two looks."""

import pytest

from plugin.core.watching.pace import (
    FULL_RATE,
    JITTER,
    LONGEST_SECONDS,
    QUICK_FOR,
    QUICK_SECONDS,
    SLOW_SECONDS,
    crowd_seconds,
    seconds_after_failure,
    seconds_to_next_look,
)


@pytest.mark.parametrize(
    ("waited", "ran", "expected", "seconds"),
    [
        (0.0, 0.0, None, QUICK_SECONDS),
        (QUICK_FOR - 0.1, 0.0, None, QUICK_SECONDS),
        (QUICK_FOR, 0.0, None, SLOW_SECONDS),
        (900.0, 0.1, None, QUICK_SECONDS),  # it left a long queue: broken scripts fail now
        (900.0, QUICK_FOR, None, SLOW_SECONDS),
        (900.0, 300.0, 400.0, SLOW_SECONDS),
        (900.0, 340.0, 400.0, QUICK_SECONDS),
        (900.0, 460.0, 400.0, QUICK_SECONDS),
        (900.0, 461.0, 400.0, SLOW_SECONDS),
        (900.0, 70.0, 61.0, QUICK_SECONDS),
    ],
)
def test_seconds_to_next_look__alone__is_quick_first_and_around_the_end(
    waited, ran, expected, seconds
):
    assert (
        seconds_to_next_look(waited=waited, ran=ran, expected=expected, watchers=1, draw=0.5)
        == seconds
    )


@pytest.mark.parametrize(("draw", "factor"), [(0.0, 1 - JITTER), (1.0, 1 + JITTER)])
def test_seconds_to_next_look__the_random_number__moves_it_a_little(draw, factor):
    seconds = seconds_to_next_look(waited=0.0, ran=0.0, watchers=1, draw=draw)

    assert seconds == pytest.approx(QUICK_SECONDS * factor)


@pytest.mark.parametrize(
    ("watchers", "seconds"),
    [(0, 0.0), (10, 2.0), (50, 10.0), (125, LONGEST_SECONDS), (150, 24.0), (300, 40.0)],
)
def test_crowd_seconds__many_runs__share_the_budget(watchers, seconds):
    assert crowd_seconds(watchers) == seconds
    assert watchers <= FULL_RATE * max(seconds, 0.001)


@pytest.mark.parametrize(
    ("failures", "is_throttled", "seconds"),
    [(1, False, 2.0), (2, False, 4.0), (4, False, 8.0), (1, True, 4.0), (3, True, 16.0)],
)
def test_seconds_after_failure__grows(failures, is_throttled, seconds):
    assert seconds_after_failure(failures=failures, is_throttled=is_throttled, draw=0.5) == seconds


def test_seconds_after_failure__throttled_for_long__stays_bounded():
    assert seconds_after_failure(failures=10_000, is_throttled=True, draw=0.5) == 30.0


@pytest.mark.parametrize(("draw", "factor"), [(0.0, 1 - JITTER), (1.0, 1 + JITTER)])
@pytest.mark.parametrize(("failures", "seconds"), [(1, 2.0), (3, 8.0), (100, 8.0)])
def test_seconds_after_failure__the_random_number__moves_it_a_little(
    failures, seconds, draw, factor
):
    found = seconds_after_failure(failures=failures, is_throttled=False, draw=draw)

    assert found == pytest.approx(seconds * factor)


@pytest.mark.parametrize(
    ("ran", "expected", "seconds"),
    [
        (990.0, 1000.0, QUICK_SECONDS),
        (850.0, 1000.0, QUICK_SECONDS),
        (849.0, 1000.0, SLOW_SECONDS),
        (1151.0, 1000.0, SLOW_SECONDS),
        (60.0, 70.0, QUICK_SECONDS),
        (81.0, 70.0, SLOW_SECONDS),
        (60.0, 60.0, QUICK_SECONDS),
        (60.0, 49.0, SLOW_SECONDS),
    ],
)
def test_seconds_to_next_look__around_the_expected_end__is_a_part_of_it_or_ten_seconds(
    ran, expected, seconds
):
    found = seconds_to_next_look(waited=900.0, ran=ran, expected=expected, watchers=1, draw=0.5)

    assert found == seconds
