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


@pytest.mark.parametrize("length", [246, 247, 248, 249, 1000])
def test_job_name__around_the_limit__loses_its_middle_and_keeps_its_end(length):
    name = job_name(prefix="p" * length, check="c", suffix="s", build_id=BUILD_ID)

    assert len(name) <= LONGEST_JOB_NAME
    assert name.endswith("-012345")
    assert "--" not in name
    assert name.startswith("p" * min(length, 248))


def test_job_name__exactly_at_the_limit__is_whole():
    name = job_name(prefix="p" * 244, check="c", suffix="s", build_id=BUILD_ID)

    assert name == "p" * 244 + "-c-s-012345"
    assert len(name) == LONGEST_JOB_NAME


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
