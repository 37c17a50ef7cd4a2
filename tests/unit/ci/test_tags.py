"""A tag has a name as a branch has: each host says which it is."""

import pytest

from plugin.ci.build import build_of
from plugin.ci.tags import is_of_tag
from plugin.core.build import Host

TAGS = [
    (Host.GITHUB, "GITHUB_REF", "refs/tags/main"),
    (Host.GITEA, "GITHUB_REF", "refs/tags/main"),
    (Host.DRONE, "DRONE_TAG", "main"),
    (Host.DRONE, "DRONE_COMMIT_REF", "refs/tags/main"),
    (Host.WOODPECKER, "CI_COMMIT_TAG", "main"),
    (Host.WOODPECKER, "CI_COMMIT_REF", "refs/tags/main"),
    (Host.HARNESS, "DRONE_TAG", "main"),
    (Host.HARNESS, "DRONE_COMMIT_REF", "refs/tags/main"),
    (Host.JENKINS, "TAG_NAME", "main"),
    (Host.GITLAB, "CI_COMMIT_TAG", "main"),
    (Host.BITBUCKET, "BITBUCKET_TAG", "main"),
    (Host.BUILDKITE, "BUILDKITE_TAG", "main"),
    (Host.CODEBUILD, "CODEBUILD_WEBHOOK_HEAD_REF", "refs/tags/main"),
    (Host.CODEBUILD, "CODEBUILD_WEBHOOK_TRIGGER", "tag/main"),
    (Host.CODEBUILD, "CODEBUILD_SOURCE_VERSION", "refs/tags/main^{" + "a" * 40 + "}"),
]


@pytest.mark.parametrize(("host", "name", "value"), TAGS)
def test_build_of__a_tag_called_like_a_branch__is_a_tag(host, name, value):
    assert build_of(host, {name: value}).is_tag


@pytest.mark.parametrize(("host", "name", "value"), TAGS)
def test_is_of_tag__a_branch__is_none(host, name, value):
    branch = "refs/heads/refs/tags/x" if "/" in value else " "

    assert not is_of_tag(host, {name: branch})


@pytest.mark.parametrize("host", Host)
def test_is_of_tag__nothing_is_known__is_none(host):
    assert not is_of_tag(host, {})
    assert not build_of(host, {}).is_tag
