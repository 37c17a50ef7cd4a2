"""Kinds: each reads its own values back, and refuses everything else with a ValueError."""

from datetime import date
from decimal import Decimal

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.settings.kinds import (
    FALSE,
    LARGEST_AMOUNT,
    TRUE,
    Amount,
    Choice,
    Flag,
    Text,
    Version,
    Whole,
)
from plugin.core.settings.many import Patterns, Several, Table
from plugin.core.settings.setting import ARN, BUCKET, ROLE, SLUG, TOPIC, WEBHOOK

HALF_A_PAIR = "\ud800"
KINDS = (
    *(Text(), Text(secret=True), ARN, BUCKET, ROLE, SLUG, TOPIC, WEBHOOK, Version(), Flag()),
    *(Whole(minimum=1, maximum=10), Amount(), Choice(of=("always", "never"))),
    *(Several(), Several(of=("a", "b")), Patterns(), Table()),
)
PRINTABLE = st.text(st.characters(exclude_categories=["C"]))
ANY_TEXT = st.text(st.characters(exclude_categories=()))
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT | st.dates() | st.binary()
)
ANY_VALUE = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.none() | st.booleans() | st.integers() | ANY_TEXT, inner, max_size=3)
    ),
    max_leaves=8,
)


def bomb():
    """What a few lines of YAML aliases make: 9^9 texts in a handful of lists."""
    value: list[object] = ["x"] * 9
    for _ in range(8):
        value = [value] * 9
    return value


def refusal(kind, raw):
    """The reason why a value cannot be used; empty when it can."""
    try:
        kind.read(raw)
    except ValueError as error:
        return str(error)
    return ""


# --- whatever comes -------------------------------------------------------------------------------


@given(raw=ANY_VALUE | ANY_TEXT.map("[{}".format) | ANY_TEXT.map('{{"a": {}'.format))
@pytest.mark.parametrize("kind", KINDS, ids=repr)
def test_kind__any_value__is_read_or_refused_with_a_value_error(kind, raw):
    assert len(refusal(kind, raw)) < 1000


@pytest.mark.parametrize("kind", KINDS, ids=repr)
@pytest.mark.parametrize("raw", [bomb(), {"a": bomb()}], ids=["list", "map"])
def test_kind__alias_bomb__is_refused_in_one_short_line(kind, raw):
    assert 0 < len(refusal(kind, raw)) < 300


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != Flag()], ids=repr)
def test_kind__number_of_ten_thousand_digits__is_refused(kind):
    assert refusal(kind, 10**10000)


@pytest.mark.parametrize("kind", [Text(), Text(secret=True), Several(), Table()], ids=repr)
@pytest.mark.parametrize("raw", [f"a={HALF_A_PAIR}", {"a": HALF_A_PAIR}, {HALF_A_PAIR: "a"}])
def test_kind__half_a_surrogate_pair__is_refused(kind, raw):
    with pytest.raises(ValueError, match=r"UTF-8|not text"):
        kind.read(raw)


@pytest.mark.parametrize("kind", KINDS, ids=repr)
def test_schema__of_each_kind__is_a_valid_schema(kind):
    jsonschema.Draft202012Validator.check_schema(kind.schema())


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (Text(), ["a", 7]),
        (SLUG, ["pr-7", 7]),
        (Version(), ["5.1", 5, 5.1]),
        (Flag(), [True, "yes"]),
        (Whole(minimum=1, maximum=10), [1, 10, 2.0, "3", "4.0"]),
        (Amount(), [1, 0.5, "0.5"]),
        (Choice(of=("glue", "local")), ["glue"]),
        (Several(), ["a,b", ["a", 1, True]]),
        (Patterns(), ["[a]\nb", ["a,b", "[c]"]]),
        (Table(), ["a=b", {"a": 1, "b": True, "c": "d", "e": 1.5}]),
    ],
)
def test_schema__what_the_kind_reads__is_valid(kind, values):
    for value in values:
        kind.read(value)
        jsonschema.validate(value, kind.schema())


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (SLUG, "not a slug"),
        (SLUG, "pr-7\nand more"),
        (Text(pattern="a|b"), "ab"),
        (Text(), True),
        (Whole(minimum=1, maximum=10), 0),
        (Whole(minimum=1, maximum=10), 11),
        (Choice(of=("glue", "local")), "other"),
    ],
)
def test_schema__what_the_kind_refuses__is_not_valid(kind, value):
    assert refusal(kind, value)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(value, kind.schema())


# --- text -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", [True, 1.1, None, date(2026, 1, 1), ["a"], {"a": 1}, b"a"])
def test_text__what_has_lost_its_form__is_refused(raw):
    with pytest.raises(ValueError, match="is not text: quote it"):
        Text().read(raw)


@pytest.mark.parametrize("secret", [True, False])
@pytest.mark.parametrize("character", ["\n", "\r", "\0", "\x1b", "\x7f"])
def test_text__control_character__is_refused(character, secret):
    with pytest.raises(ValueError, match="line break or a control character"):
        Text(secret=secret).read(f"a{character}b")


@pytest.mark.parametrize("raw", ["hidden\nhidden", True, ["hidden"], "hidden"])
def test_text__secret__is_not_in_the_message(raw):
    with pytest.raises(ValueError, match=r"the value \(hidden\)") as caught:
        Text(secret=True, pattern="x", form="x").read(raw)

    assert "hidden" not in str(caught.value).replace("(hidden)", "")


def test_text__pattern__is_for_the_whole_text():
    kind = Text(pattern="a|b", form="a or b")

    with pytest.raises(ValueError, match="'ab' is not a or b"):
        kind.read("ab")
    assert kind.read(" b ") == "b"


def test_text__pattern_and_no_text__is_unset():
    assert ROLE.read("  ") == ""


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (ROLE, "arn:aws:iam::123456789012:user/x"),
        (ROLE, "arn:aws:iam::" + "\u0661" * 12 + ":role/x"),
        (ROLE, "glue-role"),
        (ARN, "arn:other:sns"),
        (BUCKET, "s3://bucket"),
        (BUCKET, "bucket/prefix"),
        (BUCKET, "Bucket"),
        (BUCKET, "b"),
        (WEBHOOK, "ftp://host"),
        (WEBHOOK, "https://host/a b"),
        (TOPIC, "arn:aws:sqs:eu-west-1:123456789012:checks"),
        (TOPIC, "arn:aws:sns:eu-west-1:123456789012:"),
        (SLUG, "a/b"),
        (SLUG, "-a"),
        (SLUG, "a" * 101),
    ],
)
def test_text__another_form__is_refused(kind, raw):
    with pytest.raises(ValueError, match="is not"):
        kind.read(raw)


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (ROLE, "arn:aws:iam::12345678901:role/glue"),  # 012345678901 without its zero
        (ROLE, "arn:aws:iam::1402433619:role/glue"),  # 012345670123 read as octal
        (ROLE, "arn:aws:iam::1.2345678901e+10:role/glue"),
        (ROLE, "arn:aws:iam::1.2345678901E+10:role/glue"),
        (ROLE, "arn:aws:iam::1.2345678901e10:role/glue"),
        (ARN, "arn:aws:sns:eu-west-1:7:topic"),
        (Text(), "arn:aws-cn:kms:cn-north-1:12345678901:key/a:b"),
        (Text(secret=True), "arn:aws:iam::12345678901:role/glue"),
    ],
)
def test_text__arn_whose_account_yaml_has_damaged__is_refused_with_the_reason(kind, raw):
    with pytest.raises(ValueError, match=r"no account id of 12 digits: YAML took .* quote the id"):
        kind.read(raw)


@pytest.mark.parametrize(
    "raw",
    [
        "arn:aws:s3:::bucket/key",
        "arn:aws:iam::aws:policy/ReadOnly",
        "arn:aws:iam::123456789012:role/1:2",
        "arn:aws:iam::1",
        "xarn:aws:iam::1:role/x",
        "a:b:c:d:1:e",
    ],
)
def test_text__other_arn_or_none__is_kept(raw):
    assert Text().read(raw) == raw


@pytest.mark.parametrize("raw", ["1.2345678901e+10", "1.23456789012346E+19", "1e+21"])
def test_text__number_of_a_hosts_yaml__is_refused_with_the_reason(raw):
    with pytest.raises(ValueError, match="is how YAML writes a long number: quote it where"):
        Text().read(raw)


@pytest.mark.parametrize("raw", ["1e5", "1e10", "12e+3", "e+3", "1.e+3", "1e+3x", "1e+3000"])
def test_text__what_may_be_a_hash_or_a_name__is_kept(raw):
    assert Text().read(raw) == raw


@given(PRINTABLE)
def test_text__printable_text__is_kept_but_for_blanks_around(text):
    assert Text().read(text) == text.strip()


@given(st.integers(min_value=-(10**50), max_value=10**50))
def test_text__whole_number__is_its_digits(number):
    assert Text().read(number) == str(number)


# --- version --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw", [True, None, "", "5.", ".1", "5.1.1", "v5", "100", "\u0665", [5], 1e22, -1]
)
def test_version__no_version__is_refused(raw):
    with pytest.raises(ValueError, match="is not"):
        Version().read(raw)


@pytest.mark.parametrize(
    ("raw", "version"),
    [("5.1", "5.1"), (5, "5.0"), ("4", "4.0"), (5.1, "5.1"), (4.0, "4.0"), (" 3.0 ", "3.0")],
)
def test_version__with_or_without_its_zero__is_major_minor(raw, version):
    assert Version().read(raw) == version


# --- flag -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", ["", "maybe", 2, 1.0, "y", "t", "true true"])
def test_flag__in_between__is_refused(raw):
    with pytest.raises(ValueError, match="is neither true nor false"):
        Flag().read(raw)


@pytest.mark.parametrize("word", sorted(TRUE | FALSE))
def test_flag__each_word_in_any_case__is_read(word):
    assert {Flag().read(spelled) for spelled in (word, word.upper(), f" {word.title()} ")} == {
        word in TRUE
    }


@pytest.mark.parametrize(("raw", "value"), [(True, True), (False, False), (1, True), (0, False)])
def test_flag__yaml_types__are_read(raw, value):
    assert Flag().read(raw) is value


# --- numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        *(True, "1.5", 1.5, "1e1", "", ".0", "1.", "1.0.0", "\u0661", "1_0", "0x1", "1:30", None),
        *("1 1", float("inf"), float("nan"), [1], {"a": 1}),
    ],
)
def test_whole__no_whole_number__is_refused(raw):
    with pytest.raises(ValueError, match=r"is not a whole number|is not text"):
        Whole(minimum=0, maximum=10).read(raw)


@pytest.mark.parametrize("raw", [0, 11, -3, "11", 12.0, 1e300, "9" * 18])
def test_whole__out_of_bounds__is_refused(raw):
    with pytest.raises(ValueError, match=r"is not between 1 and 10|is not a whole number"):
        Whole(minimum=1, maximum=10).read(raw)


@given(number=st.integers(min_value=-(10**17), max_value=10**17))
def test_whole__number_and_its_text__are_read_alike(number):
    kind = Whole(minimum=-(10**17), maximum=10**17)

    assert kind.read(number) == kind.read(str(number)) == kind.read(f" {number} ") == number


@pytest.mark.parametrize("raw", [1, 10, "+1", 2.0, "2.0", "010", " 3.000 "])
def test_whole__bounds_and_a_fraction_of_zero__are_taken(raw):
    assert Whole(minimum=1, maximum=10).read(raw) == float(raw)


@pytest.mark.parametrize(
    "raw", ["", "a", "nan", "inf", "-inf", "sNaN", 0, "-1", True, None, float("nan"), "1,5"]
)
def test_amount__no_number_above_zero__is_refused(raw):
    with pytest.raises(ValueError, match=r"is not a number|is not text|is not a number above 0"):
        Amount().read(raw)


@pytest.mark.parametrize("raw", ["1e9999999", "1e999999999999999999999", LARGEST_AMOUNT + 1])
def test_amount__endless__is_refused(raw):
    with pytest.raises(ValueError, match=r"is larger than|is not a number"):
        Amount().read(raw)


@given(st.decimals(min_value="0.000001", max_value=LARGEST_AMOUNT, places=6))
def test_amount__decimal_text__comes_back_as_it_is(number):
    assert Amount().read(f" {number} ") == number


def test_amount__yaml_fraction__keeps_what_was_written():
    assert Amount().read(0.0625) == Decimal("0.0625")


# --- words ----------------------------------------------------------------------------------------


def test_choice__unknown_word__names_those_there_are():
    with pytest.raises(ValueError, match=r"'flx' is not one of STANDARD, FLEX"):
        Choice(of=("STANDARD", "FLEX")).read("flx")


@pytest.mark.parametrize("raw", ["flex", " FLEX ", "Flex"])
def test_choice__other_case__is_spelled_as_in_the_table(raw):
    assert Choice(of=("STANDARD", "FLEX")).read(raw) == "FLEX"


@pytest.mark.parametrize("raw", ["first\nsecond", "first\x7fsecond", "first\x00"])
def test_text__a_control_character__is_refused_with_the_value_unless_it_is_secret(raw):
    assert "first" in refusal(Text(), raw)
    assert "first" not in refusal(Text(secret=True), raw)
    assert refusal(Text(), raw).isprintable()
