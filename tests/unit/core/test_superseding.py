"""Which jobs are an older build's: never a newer one's, never a leg's, never a stranger's."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.build import Host
from plugin.core.naming import Tag, distinct_value, number_tag
from plugin.core.ports import FoundJob
from plugin.core.superseding import Newcomer
from tests.unit.core.checkouts import build

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
BEFORE, AFTER = NOW - timedelta(minutes=5), NOW + timedelta(seconds=1)
BUILD = build(host=Host.GITHUB, pull_request=7, number="100", attempt="2")


def newcomer(who=BUILD, **values):
    given = {"build_id": "b" * 12, "context": "ci", "checks": frozenset({"a"}), "began": NOW}
    return Newcomer(**{"build": who, **given, **values})


def job(*, created_at=BEFORE, without=(), **tags):
    named = {
        Tag.MANAGED: "true",
        Tag.REPOSITORY: "o/r",
        Tag.PULL_REQUEST: "7",
        Tag.BUILD: "a" * 12,
        Tag.CHECK: "a",
        Tag.CONTEXT: "ci",
        Tag.NUMBER: "github-99.1",
        **{getattr(Tag, key): value for key, value in tags.items()},
    }
    kept = {key: value for key, value in named.items() if key not in without}
    return FoundJob(name="x", tags=kept, created_at=created_at)


# --- never ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tags",
    [
        {"REPOSITORY": "o/other"},
        {"REPOSITORY": ""},
        {"PULL_REQUEST": "8"},
        {"PULL_REQUEST": "07"},
        {"CHECK": "b"},
        {"CHECK": ""},
        {"CONTEXT": "other"},
        {"CONTEXT": ""},
        {"MANAGED": "false"},
        {"BUILD": "b" * 12},
    ],
)
def test_supersedes__another_ones_job__is_not(tags):
    assert not newcomer().supersedes(job(**tags))


HERE = {"workflow": ".github/workflows/etl.yml", "server_url": "https://github.com"}
SAME = {"WORKFLOW": HERE["workflow"], "SERVER": HERE["server_url"]}


@pytest.mark.parametrize("created_at", [BEFORE, AFTER])
@pytest.mark.parametrize("number", ["github-99.1", ""])
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (HERE, {**SAME, "WORKFLOW": ".github/workflows/nightly.yml"}),
        (HERE, {**SAME, "SERVER": "https://github.acme.example"}),
        (HERE, {**SAME, "WORKFLOW": ""}),
        (HERE, {**SAME, "SERVER": ""}),
        ({}, SAME),
        ({"workflow": HERE["workflow"]}, SAME),
    ],
)
def test_supersedes__of_another_workflow_or_server_or_nobody_knows__is_not(
    ours, theirs, number, created_at
):
    who = build(host=Host.GITHUB, pull_request=7, number="100", **ours)

    assert not newcomer(who).supersedes(job(created_at=created_at, NUMBER=number, **theirs))


def test_supersedes__of_the_same_workflow_and_server__is_and_they_are_listed_by_both():
    who = build(host=Host.GITHUB, pull_request=7, number="100", **HERE)

    assert newcomer(who).supersedes(job(**SAME))
    assert newcomer(who).tags() == {
        Tag.MANAGED: "true",
        Tag.REPOSITORY: "o/r",
        Tag.PULL_REQUEST: "7",
        Tag.WORKFLOW: ".github/workflows/etl.yml",
        Tag.SERVER: "https://github.com",
    }


def test_supersedes__a_workflow_that_a_tag_cannot_hold__is_compared_as_the_tag_has_it():
    who = build(host=Host.GITHUB, pull_request=7, number="100", workflow="etl ✓")

    assert newcomer(who).supersedes(job(WORKFLOW=distinct_value("etl ✓")))


@pytest.mark.parametrize("values", [{"pull_request": None}, {"repository": ""}])
def test_supersedes__nobody_knows_the_pull_request__is_nothing(values):
    who = build(**{"pull_request": 7, "number": "100", **values})

    assert newcomer(who).tags() == {}
    assert not newcomer(who).supersedes(job(without=(Tag.REPOSITORY, Tag.PULL_REQUEST)))


@pytest.mark.parametrize("created_at", [BEFORE, AFTER])
@pytest.mark.parametrize("number", ["", "codebuild-1.0", "codebuild-30.0", "codebuild-32.0"])
def test_supersedes__a_leg_that_is_numbered_by_itself__is_nothing(number, created_at):
    leg = build(host=Host.CODEBUILD, pull_request=7, number="31", is_leg=True)

    assert newcomer(leg).tags() == {}
    assert not newcomer(leg).supersedes(job(NUMBER=number, created_at=created_at))


@pytest.mark.parametrize("created_at", [BEFORE, AFTER])
@pytest.mark.parametrize(
    "number", ["github-100.2", "github-100.3", "github-101.1", "github-0101.0"]
)
def test_supersedes__a_leg_or_a_newer_build__is_not_whenever_it_was_created(number, created_at):
    assert not newcomer().supersedes(job(NUMBER=number, created_at=created_at))


@pytest.mark.parametrize("created_at", [BEFORE, AFTER])
@pytest.mark.parametrize("host", [Host.GITHUB, Host.GITEA])
@pytest.mark.parametrize(
    ("number", "is_older"),
    [
        *(("{}-99.1", False), ("", False), ("drone-1.0", False)),
        *(("{}-100.1", True), ("{}-100.2", False)),
    ],
)
def test_supersedes__two_events_of_one_commit__is_only_as_an_earlier_attempt(
    number, is_older, host, created_at
):
    who = replace(BUILD, host=host)
    beside = job(NUMBER=number.format(host.value), created_at=created_at, COMMIT=BUILD.commit)

    assert newcomer(who).supersedes(beside) is is_older


@pytest.mark.parametrize("created_at", [BEFORE, AFTER])
@pytest.mark.parametrize("host", [host for host in Host if not host.has_runner_files])
@pytest.mark.parametrize(
    ("number", "is_older"),
    [("{}-99.0", True), ("{}-100.1", True), ("{}-100.2", False), ("{}-101.0", False)],
)
def test_supersedes__begun_anew_for_our_commit_with_a_new_number__the_number_decides(
    number, is_older, host, created_at
):
    who = replace(BUILD, host=host)
    killed = job(NUMBER=number.format(host.value), created_at=created_at, COMMIT=BUILD.commit)

    assert newcomer(who).supersedes(killed) is is_older


@pytest.mark.parametrize(("created_at", "is_older"), [(BEFORE, True), (AFTER, False)])
def test_supersedes__begun_anew_where_nobody_numbers__the_time_decides(created_at, is_older):
    who = replace(BUILD, host=Host.PLAIN, number="")
    killed = job(NUMBER="", created_at=created_at, COMMIT=BUILD.commit)

    assert newcomer(who).supersedes(killed) is is_older


@pytest.mark.parametrize("commit", ["", "f" * 40])
def test_supersedes__another_commit_or_nobody_knows_ours__the_number_decides(commit):
    who = replace(BUILD, commit=commit)

    assert newcomer(who).supersedes(job(COMMIT=BUILD.commit if not commit else "e" * 40))
    assert newcomer(who).supersedes(job(COMMIT=""))


def test_supersedes__workflows_that_a_tag_cannot_tell_apart__are_two():
    old, new = (
        build(host=Host.GITHUB, pull_request=7, number=number, workflow=workflow)
        for number, workflow in (("99", "build [a]"), ("100", "build (a)"))
    )

    assert newcomer(old).tags()[Tag.WORKFLOW] != newcomer(new).tags()[Tag.WORKFLOW]
    assert not newcomer(new).supersedes(job(WORKFLOW=newcomer(old).tags()[Tag.WORKFLOW]))


# --- older ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("created_at", [BEFORE, AFTER])
@pytest.mark.parametrize("number", ["github-100.1", "github-99.9", "github-9.2", "github-0.0"])
def test_supersedes__a_smaller_number__is_whenever_it_was_created(number, created_at):
    assert newcomer().supersedes(job(NUMBER=number, created_at=created_at))


@pytest.mark.parametrize(("created_at", "is_older"), [(BEFORE, True), (NOW, False), (AFTER, False)])
@pytest.mark.parametrize(
    "number",
    ["", "drone-1.0", "drone-500.0", "github-", "github-9", "github-x.1", "99", "github-9.1\n"],
)
def test_supersedes__numbers_that_cannot_be_compared__the_time_decides(
    number, created_at, is_older
):
    assert newcomer().supersedes(job(NUMBER=number, created_at=created_at)) is is_older


@pytest.mark.parametrize(("created_at", "is_older"), [(BEFORE, True), (AFTER, False)])
def test_supersedes__our_host_numbers_nothing__the_time_decides(created_at, is_older):
    who = build(host=Host.GITHUB, pull_request=7)

    assert newcomer(who).supersedes(job(created_at=created_at)) is is_older


@pytest.mark.parametrize(("created_at", "is_older"), [(BEFORE, True), (AFTER, False)])
def test_supersedes__a_job_of_a_version_without_these_tags__the_time_decides(created_at, is_older):
    old = job(created_at=created_at, without=(Tag.CONTEXT, Tag.NUMBER))

    assert newcomer().supersedes(old) is is_older


def test_supersedes__a_check_that_a_tag_cannot_hold__is_compared_as_the_tag_has_it():
    assert newcomer(checks=frozenset({"a" * 300})).supersedes(job(CHECK="a" * 256))


def test_supersedes__a_context_that_a_tag_cannot_hold__is_compared_as_the_tag_has_it():
    assert newcomer(context="ci ✓ glue").supersedes(job(CONTEXT="ci _ glue"))


NUMBERS = st.integers(0, 3).map(str) | st.just("")


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS, st.booleans())
def test_supersedes__two_builds_of_one_host__never_each_other(one, two, three, four, is_first):
    first = build(host=Host.DRONE, pull_request=7, number=one, attempt=two)
    second = build(host=Host.DRONE, pull_request=7, number=three, attempt=four)
    times = (BEFORE, NOW) if is_first else (NOW, BEFORE)

    found = [
        newcomer(mine, began=began).supersedes(
            job(NUMBER=number_tag(theirs), created_at=theirs_began + timedelta(seconds=1))
        )
        for mine, began, theirs, theirs_began in (
            (first, times[0], second, times[1]),
            (second, times[1], first, times[0]),
        )
    ]

    assert not all(found)
