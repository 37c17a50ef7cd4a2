"""Secrets that nobody filled in: found at any depth, named, and never used as a value."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.errors import SettingsError
from plugin.core.settings import Origin, table
from plugin.core.settings.config_file import parse
from plugin.core.settings.given import Given
from plugin.core.settings.sources import peek, resolve
from plugin.core.settings.unresolved import problem, unresolved_secret

ASKED = {"from_secret": "db_password"}
WHERE = "PLUGIN_ARGUMENTS: from_secret asks for the secret 'db_password'"
ANY_TEXT = st.text(st.characters(exclude_categories=()))
WITHOUT = st.recursive(
    st.none() | st.booleans() | st.integers() | ANY_TEXT.filter(lambda text: "from_s" not in text),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
    max_leaves=8,
)


def problems_of(*, flags=None, environ=None, file=None):
    with pytest.raises(SettingsError) as caught:
        resolve(flags=flags or {}, environ=environ or {}, file=file or {}, is_foreign=False)
    return caught.value.problems


# --- where it is found ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        ASKED,
        [ASKED],
        ("a", {"b": [{"c": ASKED}]}),
        json.dumps(ASKED),
        json.dumps(ASKED, separators=(",", ":")),
        json.dumps({"--password": ASKED}),
        json.dumps({"--password": ASKED}, indent=2),
        json.dumps(["a", ASKED]),
        json.dumps({"conf": json.dumps({"password": ASKED})}),
        json.dumps(json.dumps(json.dumps(ASKED))),
        "password=" + json.dumps(ASKED),
        json.dumps(ASKED) + ", trailing",
        '{"from\\u005fsecret": "db_password"}',
        '{"from_secret" : \n "db_password"',
        {"a": "x=1", "b": [json.dumps(ASKED)]},
        ["--password=" + json.dumps(ASKED)],
    ],
)
def test_unresolved_secret__at_any_depth__is_named(raw):
    assert unresolved_secret(raw) == "db_password"


@pytest.mark.parametrize("name", [None, 7, ["a"], {"a": 1}, ""])
def test_unresolved_secret__name_that_is_no_text__is_empty(name):
    assert unresolved_secret({"from_secret": name}) == ""
    assert unresolved_secret(json.dumps({"a": {"from_secret": name}})) == ""


@pytest.mark.parametrize(
    "raw",
    [
        *(
            "from_secret",
            "a: from_secret",
            "from_secret=a",
            '{"a": "from_secret"}',
            "{",
            "[" * 9999,
        ),
        *({"a": "from_secret"}, {"from-secret": "a"}, ["from_secret"], None, 7, True, 1.5),
    ],
)
def test_unresolved_secret__word_alone__is_none(raw):
    assert unresolved_secret(raw) is None


@given(WITHOUT)
def test_unresolved_secret__any_value_without__is_none(raw):
    assert unresolved_secret(raw) is None


@given(st.lists(WITHOUT, max_size=3), st.data())
def test_unresolved_secret__anywhere_in_any_value__is_found(values, data):
    value = {"from_secret": "db"}
    for _ in range(data.draw(st.integers(0, 4))):
        around = [{"k": value}, [*values, value], {"k": values, "l": value}, json.dumps(value)]
        value = data.draw(st.sampled_from(around))

    assert unresolved_secret(value) == "db"


def test_unresolved_secret__alias_bomb_and_a_loop__end():
    value: list[object] = ["x"] * 9
    for _ in range(200):
        value = [value] * 9
    value[0] = value

    assert unresolved_secret(value) is None
    assert unresolved_secret([value, ASKED]) == "db_password"


def test_unresolved_secret__many_texts_of_json__misses_none():
    texts = [json.dumps({"a": [number]}) for number in range(500)]

    assert unresolved_secret(['{"from\\u005fsecret": "db"}', *texts]) == "db"


@pytest.mark.parametrize(
    "filler", ["\\", '"from_secret', '"from_secret"', "{", " ", '"from_secret\\']
)
def test_unresolved_secret__long_hostile_text__takes_no_square_of_time(filler):
    unresolved_secret(filler * (260_000 // len(filler)))


# --- what is said ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [row.name for row in table().values()])
def test_resolve__unresolved_secret_in_any_setting__is_a_problem_and_no_value(name):
    variable = f"PLUGIN_{name.upper()}"
    environ = {variable: json.dumps(ASKED)}

    told = problems_of(environ=environ)

    assert told[-1] == (
        f"{variable}: from_secret asks for the secret 'db_password', and nobody has filled it in."
        " Drone resolves from_secret at the top level of a setting only, not inside lists or maps:"
        " put it at the top level. (Woodpecker resolves it nested, too.)"
    ) or (name.startswith("aws_") and told[0].startswith(f"{variable}: the AWS key is incomplete"))
    assert peek(name, flags={}, environ=environ) == table()[name].default


def test_resolve__nested_secret_as_drone_hands_it_on__names_variable_and_secret():
    environ = {"PLUGIN_ARGUMENTS": '{"--password":{"from_secret":"db_password"},"--user":"etl"}'}

    (told,) = problems_of(environ=environ)

    assert told.startswith(WHERE)


@pytest.mark.parametrize(
    "name", [row.name for row in table().values() if row.origin is not Origin.OPERATOR]
)
def test_resolve__unresolved_secret_in_the_file__is_a_problem_in_its_own_words(name):
    file = parse(f"{name}: {{from_secret: db_password}}")

    (told,) = problems_of(file=file)

    assert told == (
        f".glue-health-check.yml: {name}: from_secret asks for the secret 'db_password', but this"
        " file knows no secrets: give the setting in the CI host's file."
    )


def test_resolve__unresolved_secret_in_a_check_of_the_file__is_a_problem():
    file = parse("checks: [{name: a, arguments: {--password: {from_secret: db}}}]")

    (told,) = problems_of(file=file)

    assert told.startswith(".glue-health-check.yml: check a: arguments: from_secret asks for the")


def test_resolve__unresolved_secret_typed__is_a_problem():
    (told,) = problems_of(flags={"arguments": ["a=1", 'b={"from_secret": "db_password"}']})

    assert told.startswith("--arguments: from_secret asks for the secret 'db_password'")


@pytest.mark.parametrize("name", [row.name for row in table().values() if row.is_secret])
def test_resolve__unresolved_secret_beside_a_secret__does_not_quote_it(name):
    text = json.dumps({"hidden-key": "hidden", "x": ASKED, "y": ["hidden"]})

    told = "\n".join(problems_of(environ={f"INPUT_{name.upper()}": text}))

    assert name.upper() in told
    assert "hidden" not in told


def test_problem__hostile_name__is_short_and_printable():
    told = problem(Given(where="--tags", raw=""), "\x1b[31m\n::error::" + "x" * 500)

    assert told.isprintable()
    assert len(told) < 400


def test_problem__no_name__says_so():
    assert "from_secret asks for a secret," in problem(Given(where="--tags", raw=""), "")


def test_resolve__missing_secret_of_drone__is_unset():
    environ = {"PLUGIN_GITHUB_TOKEN": "", "GITHUB_TOKEN": "ghs_token"}

    settings = resolve(flags={}, environ=environ, file={}, is_foreign=False)

    assert settings.plan.github_token == "ghs_token"
