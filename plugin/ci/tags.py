"""Whether a build is of a tag: it has a name as a branch has, but is none.

Knows the variables of each host that tell it.  Sources: the hosts' references of variables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.core.build import Host

if TYPE_CHECKING:
    from collections.abc import Mapping

_TAG = {
    Host.DRONE: ("DRONE_TAG",),
    Host.WOODPECKER: ("CI_COMMIT_TAG",),
    Host.HARNESS: ("DRONE_TAG",),
    Host.JENKINS: ("TAG_NAME",),
    Host.GITLAB: ("CI_COMMIT_TAG",),
    Host.BITBUCKET: ("BITBUCKET_TAG",),
    Host.BUILDKITE: ("BUILDKITE_TAG",),
}
"""Variables that hold the tag's name, and are empty or missing for all else."""
_REF = {
    Host.GITHUB: ("GITHUB_REF",),
    Host.GITEA: ("GITHUB_REF",),
    Host.DRONE: ("DRONE_COMMIT_REF",),
    Host.WOODPECKER: ("CI_COMMIT_REF",),
    Host.HARNESS: ("DRONE_COMMIT_REF",),
    Host.CODEBUILD: (
        "CODEBUILD_WEBHOOK_HEAD_REF",
        "CODEBUILD_WEBHOOK_TRIGGER",
        "CODEBUILD_SOURCE_VERSION",
    ),
}
"""Variables that hold the whole name of what is built; CodeBuild's trigger is ``tag/name``."""


def is_of_tag(host: Host, environ: Mapping[str, str]) -> bool:
    """Return whether the host says that it builds a tag."""
    names = (environ.get(name, "").strip() for name in _TAG.get(host, ()))
    refs = (environ.get(name, "").strip() for name in _REF.get(host, ()))
    return any(names) or any(ref.startswith(("refs/tags/", "tag/")) for ref in refs)
