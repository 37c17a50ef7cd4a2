"""Event files that are missing, cut or malformed are never an error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.ci.event import object_at, parse_event, text_at


@pytest.mark.parametrize(
    "text",
    ["", "{", "null", "[]", "7", '"x"', "{'a': 1}", "[" * 200_000, '{"a": ' + "9" * 5000 + "}"],
)
def test_parse_event__no_object__is_nothing(text):
    assert parse_event(text) is None


def test_parse_event__an_object_after_a_byte_order_mark__is_read():
    assert parse_event('\ufeff{"number": 7}') == {"number": 7}


@given(st.text())
def test_parse_event__any_text__never_raises(text):
    event = parse_event(text)

    assert event is None or isinstance(event, dict)


@pytest.mark.parametrize("event", [{}, {"a": None}, {"a": []}, {"a": "b"}, {"a": {"b": 7}}])
def test_text_at__something_else_on_the_way__is_empty(event):
    assert text_at(event, "a", "b") == ""
    assert object_at(event, "a", "b") == {}


def test_text_at__a_text__is_it():
    assert text_at({"a": {"b": "c"}}, "a", "b") == "c"
