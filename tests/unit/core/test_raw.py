"""Raw values: how they are quoted in a message, and what of them is text."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.settings.raw import as_text, called, json_of, shown

ANY_TEXT = st.text(st.characters(exclude_categories=()))
ANY_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT | st.dates() | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.none() | st.booleans() | st.integers() | ANY_TEXT, inner, max_size=3)
    ),
    max_leaves=8,
)


@given(ANY_VALUE)
def test_shown__any_value__is_one_short_printable_line(raw):
    assert len(shown(raw)) < 600
    assert shown(raw).isprintable()


@pytest.mark.parametrize(
    ("raw", "text"), [(True, "true"), (False, "false"), (1, "1"), (1.5, "1.5")]
)
def test_as_text__scalar__is_as_yaml_writes_it(raw, text):
    assert as_text(raw) == text


@pytest.mark.parametrize("raw", [None, ["a"], ("a",), {"a": 1}, date(2026, 1, 1), b"a"])
def test_as_text__no_scalar__is_refused(raw):
    with pytest.raises(ValueError, match="is not text: quote it"):
        as_text(raw)


@given(ANY_VALUE)
def test_called__any_value__is_one_short_printable_line(raw):
    assert len(called(raw)) < 600
    assert called(raw).isprintable()


@pytest.mark.parametrize("raw", [["hidden"], ("hidden",), {"hidden": "hidden"}])
def test_called__list_or_map__does_not_tell_what_is_in_it(raw):
    assert "hidden" not in called(raw)


def refusal(text):
    """The reason why a text is no JSON of ours; empty when it is some."""
    try:
        json_of(text)
    except ValueError as error:
        return str(error)
    return ""


@given(ANY_TEXT | ANY_TEXT.map('{{"a": [{}'.format))
def test_json_of__any_text__is_a_value_or_a_value_error(text):
    assert len(refusal(text)) < 300


def test_json_of__very_many_keys__takes_no_square_of_time():
    keys = ", ".join(f'"{number}": 1' for number in range(200_000))

    with pytest.raises(ValueError, match="the key '7' stands there twice"):
        json_of(f'{{{keys}, "7": 2}}')
