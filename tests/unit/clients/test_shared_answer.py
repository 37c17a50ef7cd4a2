"""Who asks while another one asks already shares its answer, or its refusal."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from plugin.clients.aws.shared_answer import SharedAnswer
from plugin.core.errors import EngineError


class Slow:
    """Answers when it is let; counts how often it was asked."""

    def __init__(self, error=None):
        self.asked, self.may_answer, self.count = threading.Event(), threading.Event(), 0
        self._error = error

    def __call__(self):
        self.count += 1
        self.asked.set()
        assert self.may_answer.wait(60)
        if self._error:
            raise self._error
        return "an answer"


def crowd(shared, slow):
    """Ask from many threads; the answer comes when all of them wait for it."""
    waiting = threading.Semaphore(0)

    def ask():
        waiting.release()
        return shared.get()

    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(ask) for _ in range(8)]
        for _ in range(8):
            assert waiting.acquire(timeout=60)
        assert slow.asked.wait(60)
        slow.may_answer.set()
    return futures


def test_get__an_answer__is_asked_for_once_and_kept():
    slow = Slow()
    shared = SharedAnswer(slow)

    told = [future.result() for future in crowd(shared, slow)]

    assert told == ["an answer"] * 8
    assert shared.get() == "an answer"
    assert slow.count == 1


@pytest.mark.parametrize("error", [EngineError("no"), SystemExit(2)])
def test_get__a_refusal__is_heard_by_who_waits_and_not_kept(error):
    asked = []

    def ask():
        asked.append(1)
        if len(asked) == 1:
            raise error
        return "an answer"

    shared = SharedAnswer(ask)

    with pytest.raises(type(error)):
        shared.get()

    assert shared.get() == "an answer"
    assert shared.get() == "an answer"
    assert len(asked) == 2


def test_get__a_refusal_while_many_wait__is_told_to_all_of_them():
    slow = Slow(EngineError("no"))
    shared = SharedAnswer(slow)

    futures = crowd(shared, slow)

    assert [str(future.exception()) for future in futures] == ["no"] * 8
