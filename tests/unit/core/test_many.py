"""Lists and maps: each spelling of a CI host is the same value, and nothing is guessed."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.settings.many import Patterns, Several, Table

PRINTABLE = st.text(st.characters(exclude_categories=["C"]))

# --- lists ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", ["[1", '["a", ["b"]]', '[{"a": 1}]', [["a"]], [None], {"a": 1}])
def test_several__no_list_of_texts__is_refused(raw):
    with pytest.raises(ValueError, match=r"is not valid JSON|is not text"):
        Several().read(raw)


def test_several__nested_deeper_than_json_goes__is_refused():
    with pytest.raises(ValueError, match="is not valid JSON"):
        Several().read("[" * 100_000)


def test_several__unknown_word__is_refused():
    with pytest.raises(ValueError, match="'c' is not one of a, b"):
        Several(of=("a", "b")).read("a,c")


@pytest.mark.parametrize(
    "raw", ["a,b", "a\nb", " a , ,b\n", ["a", " b ", ""], '["a", "b"]', ("a", "b")]
)
def test_several__each_spelling__is_the_same_list(raw):
    assert Several().read(raw) == ("a", "b")


@given(st.lists(PRINTABLE))
def test_several__json_of_a_list__comes_back(texts):
    expected = tuple(text.strip() for text in texts if text.strip())

    assert Several().read(json.dumps(texts)) == expected


def test_several__numbers_of_json__stay_as_they_were_written():
    assert Several().read("[4.0, 1.10, 12345678901234567890123, 1e3, true, -0]") == (
        *("4.0", "1.10", "12345678901234567890123", "1e3", "true", "-0"),
    )


@pytest.mark.parametrize("raw", ["[]", " [] ", '["", " "]', "", ",\n,", []])
def test_several__nothing__is_the_empty_list(raw):
    assert Several().read(raw) == ()


def test_several__comma_inside_an_element__is_kept_in_json():
    assert Several().read('["a,b", "c"]') == ("a,b", "c")


# --- regular expressions --------------------------------------------------------------------------


@pytest.mark.parametrize("raw", [r'["a\d"]', r'[ "a", "\w" ]', '["a" "b"]', '["a",\n"b",]'])
def test_patterns__array_that_is_no_json__is_refused_with_the_reason(raw):
    with pytest.raises(ValueError, match="is not valid JSON: a backslash is written twice there"):
        Patterns().read(raw)


@pytest.mark.parametrize("raw", ['["a", ["b"]]', '["a", null]', ["a", {"b": "c"}]])
def test_patterns__no_list_of_texts__is_refused(raw):
    with pytest.raises(ValueError, match="is not text"):
        Patterns().read(raw)


@pytest.mark.parametrize(
    ("raw", "patterns"),
    [
        ("a{1,2},b", ("a{1,2},b",)),
        ("a{1,2}\nb\r\n\n", ("a{1,2}", "b")),
        ('["a{1,2}", "b"]', ("a{1,2}", "b")),
        ('[\n  "a{1,2}",\n  "b"\n]', ("a{1,2}", "b")),
        (r'["\\d+, \\w"]', (r"\d+, \w",)),
        (["a{1,2}", "b"], ("a{1,2}", "b")),
        ("[Ee]rror, .*\n[0-9]+", ("[Ee]rror, .*", "[0-9]+")),
        ("[10]", ("[10]",)),
        ("[]x]y", ("[]x]y",)),
        ("[\"']x", ("[\"']x",)),
        ("[]", ()),
        ("", ()),
    ],
)
def test_patterns__each_spelling__leaves_commas_and_brackets_alone(raw, patterns):
    assert Patterns().read(raw) == patterns


@given(st.lists(PRINTABLE))
def test_patterns__json_of_a_list__comes_back(texts):
    expected = tuple(text.strip() for text in texts if text.strip())

    assert Patterns().read(json.dumps(texts)) == expected
    assert Patterns().read(json.dumps(texts, indent=2)) == expected


# --- maps -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    ["a", "=a", " = a", "a=1,b", ["a=1", "b"], ['{"a": "x=1"}', "b=2"], ['["a=1"]'], "a: 1\nb: 2"],
)
def test_table__part_without_key_or_equals__is_refused(raw):
    with pytest.raises(ValueError, match="is neither key=value nor JSON"):
        Table().read(raw)


def test_table__comma_in_one_line__is_refused_with_the_way_out():
    with pytest.raises(
        ValueError, match=r"'b' is neither .* JSON; a value with a comma needs JSON"
    ):
        Table().read("sql=select a, b")


@pytest.mark.parametrize("raw", ["a=1,a=2", "a=1\n a =2", ["a=1", "a=2"]])
def test_table__key_twice__is_refused(raw):
    with pytest.raises(ValueError, match="'a' stands there twice"):
        Table().read(raw)


@pytest.mark.parametrize("raw", ['{"a": 1, "a": 2}', '{"b": {"a": 1, "a": 2}}'])
def test_table__key_twice_in_json__is_refused(raw):
    with pytest.raises(ValueError, match="the key 'a' stands there twice"):
        Table().read(raw)


@pytest.mark.parametrize("raw", ["{", '{"a": }', '{"a": 1} x', '{"a":' * 100_000])
def test_table__no_json__is_refused(raw):
    with pytest.raises(ValueError, match="is not valid JSON"):
        Table().read(raw)


@pytest.mark.parametrize(
    ("raw", "named"),
    [
        ({"a": None}, "null"),
        ({"a": ["hidden"]}, "a list"),
        ({"a": ("hidden",)}, "a list"),
        ({"a": {"hidden": "hidden"}}, "a map"),
        ('{"a": null}', "null"),
        ('{"a": {"hidden": {}}}', "a map"),
        ('{"a": [1, "hidden"]}', "a list"),
        ({"a": date(2026, 1, 1)}, "datetime.date(2026, 1, 1)"),
    ],
)
def test_table__value_that_is_no_text__is_refused_by_key_and_without_what_is_in_it(raw, named):
    with pytest.raises(ValueError, match=r"^the value of 'a': .* is not text: quote it$") as caught:
        Table().read(raw)

    assert str(caught.value) == f"the value of 'a': {named} is not text: quote it"


@pytest.mark.parametrize("raw", [None, [None], ["a=1", {"hidden": 1}], '[{"hidden": "hidden"}]'])
def test_table__no_text_at_all__is_refused(raw):
    with pytest.raises(ValueError, match="is not text: quote it") as caught:
        Table().read(raw)

    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("raw", ["NaN", "Infinity", "-Infinity"])
def test_table__no_number_of_json__is_refused(raw):
    with pytest.raises(ValueError, match="is not valid JSON"):
        Table().read(f'{{"a": {raw}}}')


@pytest.mark.parametrize("key", [True, None, 1.5, date(2026, 1, 1)])
def test_table__key_that_yaml_did_not_read_as_text__is_refused(key):
    with pytest.raises(ValueError, match=r"the key .* is not text: quote it"):
        Table().read({key: "a"})


@pytest.mark.parametrize(
    "raw",
    [
        *("a=1,b=x=y", "a=1\n\nb=x=y", " a = 1\r\n b = x=y\r\n"),
        *(["a=1", "b=x=y"], '["a=1", "b=x=y"]', {"a": 1, "b": "x=y"}, ['{"a": 1, "b": "x=y"}']),
        *('{"a": 1, "b": "x=y"}', '{\n  "a" : 1,\n  "b" : "x=y"\n}'),
    ],
)
def test_table__each_spelling__is_the_same_map(raw):
    assert Table().read(raw) == {"a": "1", "b": "x=y"}


def test_table__one_flag__keeps_its_commas():
    assert Table().read(["sql=select a, b"]) == {"sql": "select a, b"}


def test_table__several_lines__keep_their_commas():
    assert Table().read("sql=select a, b\nx=1,2") == {"sql": "select a, b", "x": "1,2"}


@pytest.mark.parametrize("raw", ["", [""], "{}", {}, [], "[]", ",\n"])
def test_table__nothing__is_the_empty_map(raw):
    assert Table().read(raw) == {}


def test_table__numbers_and_booleans__become_text():
    assert Table().read({"a": True, 7: 1.5}) == {"a": "true", "7": "1.5"}


@pytest.mark.parametrize(
    "written", ["4.0", "1.10", "1e3", "-0", "9" * 5000, "0.1000000000000000055511151231", "true"]
)
def test_table__number_of_json__stays_as_it_was_written(written):
    assert Table().read(f'{{"a": {written}}}') == {"a": written}


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.dictionaries(TEXTS, TEXTS))
def test_table__json_of_a_map__comes_back(values):
    assert Table().read(json.dumps(values)) == values
    assert Table().read(json.dumps(values, indent=2, ensure_ascii=False)) == values


@given(
    st.dictionaries(
        st.from_regex("[a-z]{1,5}", fullmatch=True), st.from_regex("[a-z=:/]{0,9}", fullmatch=True)
    )
)
def test_table__key_value_lines__come_back(values):
    assert Table().read("\n".join(f"{k}={v}" for k, v in values.items())) == values
