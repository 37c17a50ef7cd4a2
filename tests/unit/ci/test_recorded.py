"""Recorded environments and payloads of every host, and the build that each must become."""

import pytest

from plugin.ci.build import build_of
from plugin.ci.detect import detect
from plugin.core.build import Host
from tests.unit.ci.recorded import CASES, EVENTS


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_build_of__recorded__is_the_expected_build(case):
    build = build_of(case.host, case.environ, event=case.event, git=case.git)

    assert build == case.build


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_detect__recorded__finds_the_host(case):
    assert detect(case.environ) is case.host


@pytest.mark.parametrize("host", Host)
def test_recorded__every_host__has_a_pull_request_and_a_build_of_its_own_code(host):
    builds = [case.build for case in CASES if case.host is host]

    assert any(build.is_foreign for build in builds)
    assert any(not build.is_foreign for build in builds)


def test_recorded__files__stand_in_the_folder_of_their_host_and_none_is_unused():
    folders = {path.name for path in EVENTS.iterdir() if path.is_dir()}

    assert folders == set(Host)
    assert all(case.name.startswith(f"{case.host}/") for case in CASES)
