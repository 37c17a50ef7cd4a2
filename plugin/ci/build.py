"""The build, whichever host it is on, and what GitHub's answer makes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from plugin.ci import drone, github, jenkins, plain
from plugin.ci.git import GitFacts
from plugin.core.build import Build, Fork, Host

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.ci.event import Event
    from plugin.core.pull_request import PullRequestHead


def build_of(
    host: Host,
    environ: Mapping[str, str],
    *,
    event: Event | None = None,
    git: GitFacts | None = None,
) -> Build:
    """Return the build of a host; never raises, whatever the environment and the event hold."""
    git = git or GitFacts()
    match host:
        case Host.GITHUB:
            return github.build_of(environ, event, git)
        case Host.DRONE:
            return drone.build_of(environ, event, git)
        case Host.JENKINS:
            return jenkins.build_of(environ, event, git)
        case Host.PLAIN:
            return plain.build_of(environ, event, git)
        case _:
            assert_never(host)


def answer(build: Build, head: PullRequestHead) -> Build:
    """Return the build with what GitHub says of its pull request; no question is left.

    A commit that the host knows stays: it was built, while GitHub tells the head of this moment.
    Only Jenkins' commit gives way, because it may be a merge that GitHub has never seen.  A fork
    that the host knows of stays a fork.
    """
    is_doubtful = build.host is Host.JENKINS or not build.commit
    is_known_fork = build.fork is Fork.YES or head.fork is Fork.UNKNOWN
    return replace(
        build,
        commit=(head.sha or build.commit) if is_doubtful else build.commit,
        fork=build.fork if is_known_fork else head.fork,
        branch=build.branch or head.branch,
        target_branch=build.target_branch or head.target_branch,
        questions=(),
    )
