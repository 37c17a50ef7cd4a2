"""The web address of a place in the code: of a commit that its host knows, or none."""

from dataclasses import replace

import pytest

from plugin.core.build import Build, Host
from plugin.core.render.places import place_address, place_link
from plugin.core.result import Place

COMMIT = "0a" * 20
BUILD = Build(
    host=Host.GITHUB, repository="octo-org/etl", commit=COMMIT, server_url="https://git.test"
)
FILE = f"https://git.test/octo-org/etl/blob/{COMMIT}/jobs/a.py"


@pytest.mark.parametrize(
    ("line", "address"), [(0, FILE), (1, f"{FILE}#L1"), (12, f"{FILE}#L12"), (-1, FILE)]
)
def test_place_address__a_line__is_marked_when_there_is_one(line, address):
    assert place_address(Place(file="jobs/a.py", line=line), BUILD) == address


def test_place_address__the_server_ends_with_slashes__has_no_empty_folder():
    build = replace(BUILD, server_url="https://git.test//")

    assert place_address(Place(file="jobs/a.py", line=0), build) == FILE


def test_place_address__odd_characters__are_escaped():
    address = place_address(Place(file="jobs/a b?\ud800.py", line=0), BUILD)

    assert address == f"https://git.test/octo-org/etl/blob/{COMMIT}/jobs/a%20b%3F%3F.py"


@pytest.mark.parametrize(
    "unknown",
    [
        {"host": Host.PLAIN},
        {"repository": ""},
        {"repository": "etl"},
        {"repository": "octo-org/etl/more"},
        {"repository": "octo-org/öl"},
        {"commit": ""},
        {"commit": "0a0a0a"},
        {"commit": f"{'0a' * 32}0"},
        {"commit": "main"},
        {"server_url": ""},
    ],
)
def test_place_address__a_part_is_not_known__is_empty(unknown):
    assert place_address(Place(file="jobs/a.py", line=1), replace(BUILD, **unknown)) == ""


@pytest.mark.parametrize("commit", ["0a0a0a0", "0A" * 32])
def test_place_address__a_commit_of_any_length__is_known(commit):
    assert commit in place_address(Place(file="a.py", line=1), replace(BUILD, commit=commit))


@pytest.mark.parametrize("file", ["", "/a.py", "a//b.py", "./a.py", "../a.py", "a/../b.py", "a/"])
def test_place_address__no_path_of_a_repository__is_empty(file):
    assert place_address(Place(file=file, line=1), BUILD) == ""


def test_place_link__no_place__is_empty():
    assert place_link(None, BUILD) == ""
    assert place_address(None, BUILD) == ""


def test_place_link__a_place__is_linked_where_its_address_is_known():
    place = Place(file="jobs/a.py", line=12)

    assert place_link(place, BUILD) == f"[`jobs/a.py:12`]({FILE}#L12)"
    assert place_link(place, replace(BUILD, commit="")) == "`jobs/a.py:12`"
