"""A pull request as a host's API tells it: every part of its own, and nothing that is odd."""

import pytest

from plugin.core.build import Fork
from plugin.core.pull_request import (
    PullRequestHead,
    hash_of,
    head_of,
    is_dependabot,
    mapping_of,
    number_of,
    ref_of,
)

HEAD = {"sha": "0A" * 20, "ref": "feature", "repo": {"full_name": "octo-org/etl"}}
BASE = {"sha": "0b" * 20, "ref": "main", "repo": {"full_name": "octo-org/ETL"}}
TOLD = {"number": 7, "state": "open", "user": {"login": "ada"}, "head": HEAD, "base": BASE}


def fork_of(head, base=BASE):
    return head_of({"head": head, "base": base}).fork


def test_head_of__all_is_told__has_each_part_of_its_own():
    assert head_of(TOLD) == PullRequestHead(
        sha="0a" * 20,
        fork=Fork.NO,
        branch="feature",
        target_branch="main",
        number=7,
        author="ada",
        target_repository="octo-org/ETL",
        is_open=True,
    )


def test_head_of__nothing_is_told__is_empty_and_of_an_unknown_fork():
    nothing = PullRequestHead(sha="", fork=Fork.UNKNOWN, branch="")

    assert head_of({}) == nothing
    assert head_of({key: [] for key in TOLD}) == nothing


@pytest.mark.parametrize("state", ["closed", "OPEN", "", None])
def test_head_of__any_other_state__is_not_open(state):
    assert not head_of({**TOLD, "state": state}).is_open


@pytest.mark.parametrize(
    ("head", "fork"),
    [
        (HEAD, Fork.NO),
        ({**HEAD, "repo": {"full_name": "someone/etl"}}, Fork.YES),
        ({**HEAD, "repo": None}, Fork.YES),
        ({**HEAD, "ref": "refs/pull/7/head"}, Fork.YES),
        ({**HEAD, "ref": "refs"}, Fork.NO),
        ({"ref": "feature"}, Fork.UNKNOWN),
        ({**HEAD, "repo": {}}, Fork.UNKNOWN),
        ({**HEAD, "repo": {"full_name": ""}}, Fork.UNKNOWN),
        ({**HEAD, "repo": {"full_name": 7}}, Fork.UNKNOWN),
    ],
)
def test_head_of__the_heads_repository__tells_whether_it_is_a_fork(head, fork):
    assert fork_of(head) is fork


@pytest.mark.parametrize("repo", [None, {}, {"full_name": ""}, {"full_name": []}])
def test_head_of__the_bases_repository_is_missing__nobody_knows(repo):
    assert fork_of(HEAD, {**BASE, "repo": repo}) is Fork.UNKNOWN


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("dependabot[bot]", True),
        (" Dependabot-Preview[bot]\n", True),
        ("dependabot", True),
        ("dependabot2", False),
        ("", False),
    ],
)
def test_is_dependabot__its_names__are_known(author, expected):
    assert is_dependabot(author) is expected


@pytest.mark.parametrize("value", [None, [], "x", 7])
def test_mapping_of__no_map__is_an_empty_one(value):
    assert mapping_of(value) == {}
    assert mapping_of({"a": value}) == {"a": value}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (" " + "A" * 40 + "\n", "a" * 40),
        ("0" * 39 + "1", "0" * 39 + "1"),
        ("f" * 64, "f" * 64),
        ("0" * 40, ""),
        ("0" * 64, ""),
        ("a" * 39, ""),
        ("a" * 41, ""),
        ("g" * 40, ""),
        (None, ""),
        (int("1" * 40), ""),
    ],
)
def test_hash_of__a_whole_hash__is_one(value, found):
    assert hash_of(value) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (" main\n", "main"),
        ("x" * 1_000, "x" * 1_000),
        ("x" * 1_001, ""),
        ("a\nb", ""),
        ("a\u202eb", ""),
        (7, ""),
        (None, ""),
    ],
)
def test_ref_of__a_name__is_whole_or_empty(value, found):
    assert ref_of(value) == found


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (7, 7),
        (" 7 ", 7),
        (1, 1),
        (2**53 - 1, 2**53 - 1),
        (str(2**53 - 1), 2**53 - 1),
        (2**53, None),
        (str(2**53), None),
        ("1" * 17, None),
        (0, None),
        ("0", None),
        (-1, None),
        (True, None),
        (7.0, None),
        ("", None),
        ("\u0667", None),
        (None, None),
    ],
)
def test_number_of__a_positive_number__is_one(value, number):
    assert number_of(value) == number
    assert not isinstance(number_of(value), bool)
