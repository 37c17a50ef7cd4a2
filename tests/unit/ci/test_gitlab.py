"""What GitLab's table of recorded builds leaves open."""

import pytest

from plugin.ci.build import build_of
from plugin.core.build import Fork, Host
from tests.unit.ci.recorded import case

MERGE_REQUEST = dict(case("gitlab/merge_request").environ)
IDS = ("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "CI_PROJECT_ID", "CI_MERGE_REQUEST_PROJECT_ID")


@pytest.mark.parametrize(
    ("ids", "fork"),
    [
        (("31", "31", "31"), Fork.NO),
        (("31", "31", ""), Fork.NO),
        (("77", "31", "31"), Fork.YES),
        (("77", "31", ""), Fork.YES),
        (("77", "77", "31"), Fork.YES),
        (("31", "77", "31"), Fork.YES),
    ],
)
def test_gitlab__source_running_and_target_project__must_all_be_one(ids, fork):
    build = build_of(Host.GITLAB, MERGE_REQUEST | dict(zip(IDS, ids, strict=True)))

    assert build.fork is fork


@pytest.mark.parametrize("missing", [("CI_PROJECT_ID",), IDS[:1], IDS])
def test_gitlab__ids_are_missing__the_paths_tell(missing):
    ours = {name: value for name, value in MERGE_REQUEST.items() if name not in missing}
    theirs = ours | {"CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "hubot/flights"}

    assert build_of(Host.GITLAB, ours).fork is Fork.NO
    assert build_of(Host.GITLAB, theirs).fork is Fork.YES


def test_gitlab__id_of_another_project_under_our_path__is_a_fork():
    environ = MERGE_REQUEST | {"CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "77"}

    assert build_of(Host.GITLAB, environ).fork is Fork.YES
