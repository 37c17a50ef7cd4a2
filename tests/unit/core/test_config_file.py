"""The configuration file: a mapping, or a ValueError with line and reason, whatever the text."""

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.settings.config_file import LARGEST_FILE, parse

PIECES = (
    *("a", "b: ", "- ", "\n", "  ", "[", "]", "{", "}", ", ", ": ", "? ", "&x ", "*x", "<<: "),
    *("!!set ", "!!omap ", "!!binary ", "!!timestamp ", "!!bool ", "!!int ", "!!float ", "!!map "),
    *("!!python/object:os.system ", "!x ", "null", "0x1f", "1:30", ".nan", "2026-01-01", "'", '"'),
    *("|\n", ">\n", "#", "---\n", "...\n", "%YAML 1.1\n", "=", "\\ud800", "\t", "\x00", "\x1b"),
)


def outcome(text):
    """What is in the file, and why it cannot be used."""
    try:
        return parse(text), ""
    except ValueError as error:
        return {}, str(error)


@given(st.text(st.characters(exclude_categories=())))
def test_parse__any_text__is_a_mapping_or_a_value_error(text):
    found, reason = outcome(text)

    assert all(isinstance(key, str) for key in found)
    assert len(reason) < 400


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_parse__pieces_of_yaml__are_a_mapping_or_a_value_error(text):
    found, reason = outcome(text)

    assert all(isinstance(key, str) for key in found)
    assert len(reason) < 400


@pytest.mark.parametrize(
    "text",
    [
        "a: !!bool [x]",
        "a: !!int {x: 1}",
        "a: !!str [x]",
        "a: !!null [x]",
        "a: {<<: }",
        "a: {<<: <<}",
        "a: !!map [b]",
        "a: !!map b",
        "a: !!set {b}",
        "? !!set {b}\n: 1",
        "a: !!omap [b: 1]",
        "a: !!binary x",
        "a: !!python/object/apply:os.system [id]",
        "a: !own x",
        "a: *unknown",
        "a: &a [*a]",
        "a: &a {b: *a}",
        "a: &a {<<: *a}",
        "a: {<<: b}",
        "? [a]\n: 1",
        "? {a: 1}\n: 1",
        "a: [",
        "a: 'b",
        "a: b: c",
        "\ta: 1",
        "--- {}\n--- {}",
        'a: "\\U00110000"',
        "a: \x00",
    ],
)
def test_parse__no_yaml_of_ours__is_a_value_error(text):
    with pytest.raises(ValueError, match=r"^is not valid YAML: .+"):
        parse(text)


@pytest.mark.parametrize("text", ["[]", "a", "- a: 1", "7", "2026-01-01", "true"])
def test_parse__something_else_at_the_top__is_refused(text):
    with pytest.raises(ValueError, match="is not a YAML mapping of settings at its top"):
        parse(text)


@pytest.mark.parametrize(
    "text", ["a: 1\nb: 2\na: 3", "a: {}\nb: {}\n? a\n: 1", "x: 1\ny: 2\nz: {a: 1, a: 2}"]
)
def test_parse__key_twice__is_refused_with_its_line(text):
    with pytest.raises(ValueError, match=r"the key 'a' stands there twice .* \(line 3\)"):
        parse(text)


def test_parse__too_large__is_refused_unread():
    with pytest.raises(ValueError, match=f"is larger than {LARGEST_FILE} bytes"):
        parse("ä" * (LARGEST_FILE // 2 + 1))


@pytest.mark.untraced
@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_parse__nested_without_end__is_refused(opening):
    with pytest.raises(ValueError, match="is not valid YAML"):
        parse(f"a: {opening * 20_000}" if opening in "[{a: " else opening * 20_000)


@pytest.mark.parametrize("number", ["9" * 5000, "0x" + "f" * 5000, "1" + ":30" * 5000])
def test_parse__endless_number__is_its_text(number):
    assert parse(f"a: {number}\n? {number}\n: b") == {"a": number, number: "b"}


@pytest.mark.parametrize(
    "written",
    [
        *("5.10", "4.0", "1e3", "1.", "-.inf", ".nan", "1_000", "012345670123", "0o17", "0x1F"),
        *("0b11", "1:30", "190:20:30.15", "yes", "No", "on", "OFF", "true", "FALSE", "y"),
        *("2026-01-01", "2026-99-99", "2001-12-14t21:59:43.10-05:00", "=", "<<", "+1", "-0"),
    ],
)
@pytest.mark.parametrize("form", ["{}", "'{}'", '"{}"', "!!str {}", "|-\n    {}", ">-\n    {}"])
def test_parse__scalar__stays_as_it_was_written(form, written):
    text = form.format(written)

    assert parse(f"a:\n  b: {text}") == {"a": {"b": written}}


@pytest.mark.parametrize("written", ["yes", "012", "5.10", "null", "~", "2026-01-01", "="])
def test_parse__key__stays_as_it_was_written(written):
    assert parse(f"a: {{{written}: x}}") == {"a": {written: "x"}}


def test_parse__keys_that_yaml_reads_alike__are_two():
    assert parse("a: {on: 1, yes: 2, 1: 3, 01: 4}")["a"] == {
        "on": "1",
        "yes": "2",
        "1": "3",
        "01": "4",
    }


@pytest.mark.parametrize("written", ["null", "Null", "~", "", "!!null x"])
def test_parse__null__is_none(written):
    assert parse(f"a: {written}") == {"a": None}


def test_parse__bomb_of_aliases__shares_its_parts():
    lines = [
        "a0: &a0 [x, x]",
        *(f"a{n}: &a{n} [{'*a' + str(n - 1)}, *a{n - 1}]" for n in range(1, 60)),
    ]

    first, second = cast("list[object]", parse("\n".join(lines))["a59"])

    assert first is second


def test_parse__bomb_of_merged_maps__stays_small():
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 40)]

    assert parse("\n".join(lines))["a39"] == {"x": "1"}


def test_parse__merged_map__gives_way_to_what_stands_there():
    text = "base: &b {x: 1, y: 1}\nother: &o {y: 2, z: 2}\nall: {<<: [*b, *o], x: 3}"

    assert parse(text)["all"] == {"x": "3", "y": "1", "z": "2"}


def test_parse__merged_map_alone__is_taken():
    assert parse("base: &b {x: 1}\nall:\n  <<: *b\n  z: 2")["all"] == {"x": "1", "z": "2"}


@pytest.mark.parametrize("text", ["", "\n", "# nothing", "---", "null", "{}"])
def test_parse__nothing__is_the_empty_mapping(text):
    assert parse(text) == {}


def test_parse__usual_file__has_texts_lists_and_maps():
    text = "script: jobs/*.py\ntimeout_minutes: 5\nis_health_check: no\nchecks:\n- {name: a, tags: {b: 1.5}}"

    assert parse(text) == {
        "script": "jobs/*.py",
        "timeout_minutes": "5",
        "is_health_check": "no",
        "checks": [{"name": "a", "tags": {"b": "1.5"}}],
    }
