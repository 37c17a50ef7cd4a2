"""The build, whichever host it is on, and what GitHub's answers make of it."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from plugin.ci import (
    bitbucket,
    buildkite,
    codebuild,
    drone,
    gitea,
    github,
    gitlab,
    harness,
    jenkins,
    plain,
    woodpecker,
)
from plugin.ci.git import GitFacts
from plugin.core.build import Build, Fork, Host
from plugin.core.pull_request import is_dependabot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from plugin.ci.event import Event
    from plugin.core.pull_request import PullRequestHead

_HOSTS: Mapping[Host, Callable[[Mapping[str, str], Event | None, GitFacts], Build]]
_HOSTS = MappingProxyType(
    {
        Host.GITHUB: github.build_of,
        Host.GITEA: gitea.build_of,
        Host.DRONE: drone.build_of,
        Host.WOODPECKER: woodpecker.build_of,
        Host.HARNESS: harness.build_of,
        Host.JENKINS: jenkins.build_of,
        Host.GITLAB: gitlab.build_of,
        Host.BITBUCKET: bitbucket.build_of,
        Host.CODEBUILD: codebuild.build_of,
        Host.BUILDKITE: buildkite.build_of,
        Host.PLAIN: plain.build_of,
    }
)


def build_of(
    host: Host,
    environ: Mapping[str, str],
    *,
    event: Event | None = None,
    git: GitFacts | None = None,
) -> Build:
    """Return the build of a host; never raises, whatever the environment and the event hold."""
    return _HOSTS[host](environ, event, git or GitFacts())


def answer(build: Build, head: PullRequestHead) -> Build:
    """Return the build with what GitHub says of its pull request; no question is left.

    A commit that the host knows stays: it was built, while GitHub tells the head of this moment.  A
    fork that the host knows of stays a fork.
    """
    is_known_fork = build.fork is Fork.YES or head.fork is Fork.UNKNOWN
    return replace(
        build,
        commit=build.commit or head.sha,
        fork=build.fork if is_known_fork else head.fork,
        branch=build.branch or head.branch,
        target_branch=build.target_branch or head.target_branch,
        is_dependabot=build.is_dependabot or is_dependabot(head.author),
        questions=(),
    )


def answer_of_commit(build: Build, pull_requests: Iterable[PullRequestHead]) -> Build:
    """Return the build with the pull request that its commit is the head of; no question is left.

    GitHub lists other ones too: those that merely hold the commit, or go to another repository.
    Of several an open one is taken, and before all others a fork's: it is the stranger who must not
    be overlooked.  Without any the fork stays what it was.
    """
    ours = build.repository.lower()
    heads = [
        head
        for head in pull_requests
        if head.number and head.sha == build.commit and head.target_repository.lower() == ours
    ]
    if not heads:
        return replace(build, questions=())
    head = min(heads, key=lambda head: (head.fork is Fork.NO, not head.is_open))
    return answer(replace(build, pull_request=head.number), head)
