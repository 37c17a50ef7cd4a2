"""What Buildkite's table of recorded builds leaves open."""

import pytest

from plugin.ci.build import build_of
from plugin.core.build import Fork, Host


@pytest.mark.parametrize(
    ("retries", "attempt"),
    [("", ""), ("x", ""), ("-1", ""), ("9" * 21, ""), ("0", "1"), ("00", "1"), (" 2 ", "3")],
)
def test_buildkite__retries__count_from_one(retries, attempt):
    assert build_of(Host.BUILDKITE, {"BUILDKITE_RETRY_COUNT": retries}).attempt == attempt


@pytest.mark.parametrize("branch", ["mallory:main", " mallory:fix-7", "mallory/etl:main", ":"])
def test_buildkite__branch_that_git_could_not_have__may_be_of_a_fork(branch):
    build = build_of(
        Host.BUILDKITE, {"BUILDKITE_PULL_REQUEST": "false", "BUILDKITE_BRANCH": branch}
    )

    assert build.fork is Fork.UNKNOWN
