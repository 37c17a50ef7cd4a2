"""What Buildkite's table of recorded builds leaves open."""

import pytest

from plugin.ci.build import build_of
from plugin.core.build import Host


@pytest.mark.parametrize(
    ("retries", "attempt"),
    [("", ""), ("x", ""), ("-1", ""), ("9" * 21, ""), ("0", "1"), ("00", "1"), (" 2 ", "3")],
)
def test_buildkite__retries__count_from_one(retries, attempt):
    assert build_of(Host.BUILDKITE, {"BUILDKITE_RETRY_COUNT": retries}).attempt == attempt
