"""Names on AWS: within its limits and alphabets, and unique to the end."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.build import Host
from plugin.core.naming import (
    LONGEST_JOB_NAME,
    LONGEST_TAG_KEY,
    LONGEST_TAG_VALUE,
    MOST_TAGS,
    Location,
    Tag,
    agrees,
    distinct_value,
    expiry,
    is_like_ours,
    job_name,
    location,
    number_tag,
    slug,
    tag_problems,
    tag_value,
    tags,
)
from tests.unit.core.checkouts import BUILD_ID, NOW, SCRIPTS, TEMP, build

ANY_TEXT = st.text(st.characters(exclude_categories=()))
HARMLESS = re.compile(r"[A-Za-z0-9._-]*")
IDS = st.text("0123456789abcdef", min_size=12, max_size=12)
OUR_KEYS = {value for name, value in vars(Tag).items() if name.isupper()}


def made(**values):
    return tags(
        **{
            "build": build(),
            "build_id": BUILD_ID,
            "check": "a",
            "context": "ci",
            "places": (SCRIPTS, TEMP),
            "expires_at": NOW,
            "keep": False,
            "users": {},
            **values,
        }
    )


@given(ANY_TEXT)
def test_slug__any_text__is_harmless_and_stays_so(text):
    assert HARMLESS.fullmatch(slug(text))
    assert slug(slug(text)) == slug(text)
    assert not slug(text).startswith((".", "-"))


@given(prefix=ANY_TEXT, check=ANY_TEXT, suffix=ANY_TEXT, build_id=IDS)
def test_job_name__any_text__is_a_name_of_glue_that_ends_with_the_build(
    prefix, check, suffix, build_id
):
    name = job_name(prefix=prefix, check=check, suffix=suffix, build_id=build_id)

    assert 1 <= len(name) <= LONGEST_JOB_NAME
    assert HARMLESS.fullmatch(name)
    assert name.endswith(f"-{build_id[:6]}")


@pytest.mark.parametrize("length", [59, 60, 61, 246, 1000])
def test_job_name__a_long_prefix__leaves_room_for_check_and_suffix(length):
    name = job_name(prefix="p" * length, check="c", suffix="s", build_id=BUILD_ID)

    assert name == "p" * min(length, 60) + "-c-s-012345"


@pytest.mark.parametrize("length", [139, 140, 141, 300])
def test_job_name__a_long_check__is_cut_and_the_suffix_loses_the_rest(length):
    name = job_name(prefix="p" * 60, check="c" * length, suffix="s" * 300, build_id=BUILD_ID)

    kept = min(length, 140)
    assert name == f"{'p' * 60}-{'c' * kept}-{'s' * (248 - 62 - kept)}-012345"
    assert len(name) == LONGEST_JOB_NAME


def test_job_name__cut_at_a_dash__has_no_two():
    name = job_name(prefix=f"{'p' * 59}-x", check=f"{'c' * 139}-x", suffix="s", build_id=BUILD_ID)

    assert "--" not in name


def test_job_name__legs_of_a_matrix__do_not_meet():
    names = {
        job_name(prefix="p", check="c" * 300, suffix="s", build_id=build_id)
        for build_id in ("aaaaaa000000", "bbbbbb000000")
    }

    assert len(names) == 2


def test_job_name__usual_parts__are_joined():
    name = job_name(prefix="ghc", check="a b", suffix="pr-1-2", build_id=BUILD_ID)

    assert name == "ghc-a-b-pr-1-2-012345"


@pytest.mark.parametrize("check", ["../../etc", "a/b", "a\n", "ä"])
def test_location__hostile_name__stays_below_our_prefix(check):
    place = location(bucket="b", build_id=BUILD_ID, check=check)

    assert re.fullmatch(rf"glue-health-check/{BUILD_ID}/[A-Za-z0-9._-]*/", place.prefix)
    assert ".." not in place.prefix.split("/")


def test_location__key__has_an_address():
    assert Location(bucket="b", prefix="p/").uri("k") == "s3://b/p/k"
    assert Location(bucket="b", prefix="p/").uri() == "s3://b/p/"


@pytest.mark.parametrize("check", ["a", "ä(1)", "x" * 300, "a/b c", ".-a"])
def test_location__from_the_checks_tag__is_where_the_check_itself_put_its_objects(check):
    by_tag = location(bucket="b", build_id=BUILD_ID, check=tag_value(check))

    assert by_tag == location(bucket="b", build_id=BUILD_ID, check=check)


# --- what is ours ---------------------------------------------------------------------------------

ALWAYS = (Tag.MANAGED, Tag.BUILD, Tag.CHECK, Tag.EXPIRES_AT, Tag.SCRIPTS, Tag.TEMP)
NAME = f"glue-health-check-a-pr-7-{BUILD_ID[:6]}"


@given(prefix=ANY_TEXT, check=ANY_TEXT, suffix=ANY_TEXT, build_id=IDS)
def test_agrees__any_job_that_we_make__is_ours(prefix, check, suffix, build_id):
    name = job_name(prefix=prefix, check=check, suffix=suffix, build_id=build_id)

    assert is_like_ours(name) or name == f"-{build_id[:6]}"
    assert agrees(name, made(check=check, build_id=build_id)) is (slug(tag_value(check)) != "")


@given(st.sets(st.sampled_from([*OUR_KEYS]), max_size=len(OUR_KEYS)))
def test_agrees__some_of_our_tags__is_ours_only_with_all_that_we_always_give(kept):
    """A job of somebody else may bear some of our tags, copied or by chance."""
    tags_of = {key: value for key, value in made().items() if key in kept}

    assert agrees(NAME, tags_of) is (set(ALWAYS) <= kept)


@pytest.mark.parametrize("tag", ALWAYS)
@pytest.mark.parametrize("value", ["", "../..", "\n", "0A1B2C3D4E5F", f"{BUILD_ID}\n", "1" * 12])
def test_agrees__a_tag_of_another_form__is_not_ours(tag, value):
    is_bucket = tag in {Tag.SCRIPTS, Tag.TEMP}

    assert agrees(NAME, {**made(), tag: value}) is (is_bucket and value != "")


@pytest.mark.parametrize(
    "name",
    [
        "nightly-load",
        BUILD_ID[:6],
        f"-{BUILD_ID[:6]}",
        f"nightly-{BUILD_ID[:6]}",
        f"glue-health-check-ab-pr-7-{BUILD_ID[:6]}",
        f"glue-health-check-a-pr-7{BUILD_ID[:6]}",
        f"{NAME}\n",
        f"{NAME}-copy",
        NAME[:-1],
    ],
)
def test_agrees__another_name__is_not_ours(name):
    assert not agrees(name, made())


@pytest.mark.parametrize(
    "told", ["", "soon", "2026-01-02", "2026-01-02T03:04:05", "2026-01-02T03:04:05Z\n", "Z" * 256]
)
def test_expiry__no_time_of_ours__is_none(told):
    assert expiry({Tag.EXPIRES_AT: told}) is None


def test_expiry__of_our_own_tag__is_the_time():
    assert expiry(made()) == NOW
    assert expiry({}) is None


@given(ANY_TEXT)
def test_tag_value__any_text__is_what_aws_takes(text):
    value = tag_value(text)

    assert len(value) <= LONGEST_TAG_VALUE
    assert all(c.isalnum() or c in " _.:/=+-@" for c in value)
    value.encode()


@given(st.text(string.ascii_letters + string.digits + " _.:/=+-@", max_size=256))
def test_tag_value__what_aws_takes__is_kept(text):
    assert tag_value(text) == text


def test_tags__users__cannot_take_our_place():
    users = {Tag.MANAGED: "false", Tag.BUILD: "another", "team": "data"}

    found = made(users=users)

    assert (found[Tag.MANAGED], found[Tag.BUILD], found["team"]) == ("true", BUILD_ID, "data")


def test_tags__of_a_pull_request__say_whose_it_is_and_where_its_objects_are():
    found = made(build=build(pull_request=7, number="45"), keep=True)

    assert found == {
        "glue-health-check:managed": "true",
        "glue-health-check:build": BUILD_ID,
        "glue-health-check:check": "a",
        "glue-health-check:repository": "o/r",
        "glue-health-check:commit": "c" * 40,
        "glue-health-check:pull-request": "7",
        "glue-health-check:expires-at": "2026-01-02T03:04:05Z",
        "glue-health-check:scripts-bucket": "scripts",
        "glue-health-check:temp-bucket": "temp",
        "glue-health-check:keep": "true",
        "glue-health-check:context": "ci",
        "glue-health-check:number": "plain-45.0",
    }


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"number": "45"}, "drone-45.0"),
        ({"number": "45", "attempt": "2"}, "drone-45.2"),
        ({"number": "45", "attempt": "second"}, "drone-45.0"),
        ({"number": ""}, ""),
        ({"number": "", "attempt": "2"}, ""),
        ({"number": "main-45"}, ""),
    ],
)
def test_number_tag__of_a_build__orders_it_or_is_empty(values, expected):
    assert number_tag(build(host=Host.DRONE, **values)) == expected


def test_tags__what_nobody_knows__is_left_away():
    found = made(build=build(repository="", commit=""))

    unknown = {Tag.REPOSITORY, Tag.COMMIT, Tag.PULL_REQUEST, Tag.KEEP, Tag.NUMBER}
    assert not unknown & set(found)
    assert all(found.values())


@pytest.mark.parametrize(
    "key", [*sorted(OUR_KEYS), "aws:x", "AWS:x", "Aws:createdBy", "glue-health-check:new"]
)
def test_tag_problems__reserved_key__is_refused(key):
    assert tag_problems({key: "x"}) == (f"tags: {key!r} is reserved.",)


@pytest.mark.parametrize(
    ("key", "value"), [("", "x"), ("k" * (LONGEST_TAG_KEY + 1), "x"), ("k", "v" * 257)]
)
def test_tag_problems__too_short_or_too_long__is_refused(key, value):
    problems = tag_problems({key: value})

    assert "keys have 1 to 128 characters, values at most 256" in problems[0]
    assert all(len(problem) < 200 for problem in problems)


@pytest.mark.parametrize(("key", "value"), [("a\n", "x"), ("a", "<x>"), ("a;", "x"), ("a", "\x1b")])
def test_tag_problems__other_characters__are_refused(key, value):
    (problem,) = tag_problems({key: value})

    assert "use letters, digits, spaces" in problem
    assert problem.isprintable()


def test_tag_problems__too_many__are_refused():
    most = MOST_TAGS - len(OUR_KEYS)

    assert tag_problems({f"k{n}": "" for n in range(most)}) == ()
    assert tag_problems({f"k{n}": "" for n in range(most + 1)}) == (
        f"tags: at most {most} are possible.",
    )


# --- to the letter --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b", "a-b"),
        ("a//b", "a-b"),
        ("a--b", "a--b"),
        ("/a/", "a"),
        (".-a-.", "a"),
        ("a_b.c-d", "a_b.c-d"),
        ("_a_", "_a_"),
        ("ä", ""),
        ("aXz09", "aXz09"),
    ],
)
def test_slug__is(text, expected):
    assert slug(text) == expected


@pytest.mark.parametrize(
    ("prefix", "check", "suffix", "name"),
    [
        ("", "a", "", "a-012345"),
        ("p", "a", "", "p-a-012345"),
        ("", "", "", "-012345"),
        ("p", "", "s", "p-s-012345"),
        ("p", "a", "s" * 300, f"p-a-{'s' * 244}-012345"),
        ("p", "a", "s" * 243 + "." + "s", f"p-a-{'s' * 243}-012345"),
        ("p", "a", "s" * 243 + "-" + "s", f"p-a-{'s' * 243}-012345"),
        ("p" * 59 + ".x", "a", "s", f"{'p' * 59}-a-s-012345"),
    ],
)
def test_job_name__parts_left_out_or_cut__is(prefix, check, suffix, name):
    assert job_name(prefix=prefix, check=check, suffix=suffix, build_id=BUILD_ID) == name


def test_location__a_usual_check__is_below_its_build():
    place = location(bucket="b", build_id=BUILD_ID, check="a b")

    assert place == Location(bucket="b", prefix=f"glue-health-check/{BUILD_ID}/a-b/")


@pytest.mark.parametrize(
    ("name", "is_like"),
    [
        ("a-012345", True),
        ("x-y.z_-abcdef", True),
        ("-012345", False),
        ("a-01234", False),
        ("a-0123456", False),
        ("a-01234g", False),
        ("a-ABCDEF", False),
        ("a-012345\n", False),
        ("a012345", False),
        ("ä-012345", False),
        ("", False),
    ],
)
def test_is_like_ours__the_end_of_a_name__decides(name, is_like):
    assert is_like_ours(name) is is_like


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a", "a"),
        ("_.:/=+-@ 9", "_.:/=+-@ 9"),
        ("a\nb", "a_b"),
        ("a~b", "a_b"),
        ("ä", "ä"),
        ("x" * 257, "x" * 256),
    ],
)
def test_tag_value__is(text, value):
    assert tag_value(text) == value


def test_distinct_value__what_a_tag_can_hold__is_kept():
    assert distinct_value("x" * 256) == "x" * 256


@pytest.mark.parametrize(("text", "kept"), [("a~b", "a_b"), ("x" * 257, "x" * 245)])
def test_distinct_value__what_no_tag_can_hold__is_marked_and_still_fits(text, kept):
    found = distinct_value(text)

    assert re.fullmatch(rf"{kept}-[0-9a-f]{{10}}", found)
    assert len(found) <= LONGEST_TAG_VALUE
    assert found == distinct_value(text)


def test_distinct_value__half_of_a_character__is_marked_too():
    assert distinct_value("a\ud800") != distinct_value("a\ud801")


def test_tags__of_a_workflow_and_server__name_them():
    found = made(build=build(workflow="etl (a)", server_url="https://github.com"))

    assert found[Tag.WORKFLOW] == distinct_value("etl (a)") != "etl (a)"
    assert found[Tag.SERVER] == "https://github.com"


def test_tags__what_no_tag_can_hold__is_cut_to_what_it_can():
    found = made(check="a~b", context="ci ✓", users={"team": "x"})

    assert (found[Tag.CHECK], found[Tag.CONTEXT], found["team"]) == ("a_b", "ci _", "x")


@pytest.mark.parametrize(
    ("key", "value", "problems"),
    [
        ("k" * 128, "v" * 256, 0),
        ("k", "", 0),
        ("k" * 129, "", 1),
        ("k", "v" * 257, 2),  # too long, and cut it is another
    ],
)
def test_tag_problems__at_the_bounds__is_refused_beyond_them(key, value, problems):
    assert len(tag_problems({key: value})) == problems


def test_tag_problems__a_long_key__is_quoted_in_part():
    (problem, *_) = tag_problems({"k" * 129: "x"})

    assert problem == (f"tags: {'k' * 60!r}: keys have 1 to 128 characters, values at most 256.")


@pytest.mark.parametrize("key", ["glue-health-check:", "aws:" + "x" * 70, "GLUE-HEALTH-CHECK:X"])
def test_tag_problems__a_reserved_beginning__is_refused_however_it_is_spelled(key):
    assert tag_problems({key: "x"}) == (f"tags: {key[:60]!r} is reserved.",)


@pytest.mark.parametrize("key", ["glue-health-checks", "aws", "my:aws:x"])
def test_tag_problems__another_beginning__is_taken(key):
    assert tag_problems({key: "x"}) == ()


def test_tag_problems__other_characters__say_in_which():
    assert tag_problems({"a~" + "b" * 70: "x"}) == (
        f"tags: {'a~' + 'b' * 58!r}: use letters, digits, spaces and _.:/=+-@ only.",
    )
