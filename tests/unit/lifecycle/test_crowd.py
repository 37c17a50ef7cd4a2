"""The count of runs that are watched now."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from plugin.lifecycle.crowd import Crowd


def test_crowd__a_watch_that_breaks__is_not_counted_any_more():
    crowd = Crowd()

    def break_off() -> None:
        with crowd.joined():
            assert crowd.size == 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()

    assert crowd.size == 0


def test_crowd__many_threads__loses_nobody():
    crowd = Crowd()

    def come_and_go(_: int) -> None:
        for _ in range(200):
            with crowd.joined():
                assert crowd.size >= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(come_and_go, range(8)))

    assert crowd.size == 0
