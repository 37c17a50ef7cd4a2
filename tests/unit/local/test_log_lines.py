"""Bytes to events, events to batches: nothing is lost, nothing too large."""

from hypothesis import given
from hypothesis import strategies as st

from plugin.local.log_lines import MAX_EVENT_CHARACTERS, PATIENCE_SECONDS, LineBuffer
from plugin.local.log_shipper import (
    EVENT_OVERHEAD_BYTES,
    MAX_BATCH_BYTES,
    MAX_BATCH_EVENTS,
    batches,
)


@given(st.lists(st.binary(max_size=50), max_size=20))
def test_line_buffer__any_bytes_in_any_chunks__come_out_as_they_went_in(chunks):
    buffer = LineBuffer()

    events = [event for chunk in chunks for event in buffer.feed(chunk, 0.0)] + buffer.close()

    assert "".join(events) == b"".join(chunks).decode("utf-8", "replace")
    assert all(events)


@given(st.lists(st.text(max_size=20).map(str.encode), max_size=20), st.data())
def test_line_buffer__flushed_now_and_then__still_loses_nothing(chunks, data):
    buffer, events, now = LineBuffer(), [], 0.0

    for chunk in chunks:
        events += buffer.feed(chunk, now)
        now += data.draw(st.sampled_from((0.0, PATIENCE_SECONDS)))
        events += buffer.unfinished(now)
    events += buffer.close()

    assert "".join(events) == b"".join(chunks).decode()


def test_line_buffer__whole_lines__are_one_event_each():
    assert LineBuffer().feed(b"a\n\nb\nc", 0.0) == ["a\n", "\n", "b\n"]


def test_line_buffer__a_character_cut_in_two__is_put_together():
    buffer = LineBuffer()

    assert buffer.feed("ü\n".encode()[:1], 0.0) == []
    assert buffer.feed("ü\n".encode()[1:], 0.0) == ["ü\n"]


def test_line_buffer__an_unfinished_line__is_sent_when_it_has_waited():
    buffer = LineBuffer()
    buffer.feed(b"50 %", 1.0)
    buffer.feed(b" done", 1.2)

    assert buffer.unfinished(1.0 + PATIENCE_SECONDS / 2) == []
    assert buffer.unfinished(1.0 + PATIENCE_SECONDS) == ["50 % done"]
    assert buffer.unfinished(9.0) == []


def test_line_buffer__a_rest_behind_a_line__waits_from_then_on():
    buffer = LineBuffer()
    buffer.feed(b"a", 1.0)
    buffer.feed(b"\nb", 5.0)

    assert buffer.unfinished(5.0 + PATIENCE_SECONDS / 2) == []


def test_line_buffer__a_huge_line__is_cut_into_events_that_cloudwatch_takes():
    text = "😀" * (2 * MAX_EVENT_CHARACTERS + 1)
    buffer = LineBuffer()

    events = buffer.feed(text.encode(), 0.0) + buffer.close()

    assert "".join(events) == text
    assert max(len(event.encode()) for event in events) + EVENT_OVERHEAD_BYTES <= 256 * 1024


def test_batches__no_event__no_request():
    assert batches([]) == []


def test_batches__many_events__are_at_most_10000_a_request():
    made = batches([(i, "x") for i in range(25_000)])

    assert [len(batch) for batch in made] == [MAX_BATCH_EVENTS, MAX_BATCH_EVENTS, 5_000]
    assert [event["timestamp"] for batch in made for event in batch] == list(range(25_000))


def test_batches__large_events__stay_below_a_mebibyte():
    made = batches([(1, "ü" * 60_000)] * 30)

    for batch in made:
        size = sum(len(str(event["message"]).encode()) + EVENT_OVERHEAD_BYTES for event in batch)
        assert size <= MAX_BATCH_BYTES
    assert sum(len(batch) for batch in made) == 30
