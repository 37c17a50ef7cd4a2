"""The build, whichever host it is on, and what GitHub's answers make of it."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from plugin.ci.git import GitFacts
from plugin.ci.tags import is_of_tag
from plugin.core.build import Build, Fork, Host
from plugin.core.pull_request import is_dependabot, ref_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from plugin.ci.event import Event
    from plugin.core.build import Question
    from plugin.core.pull_request import PullRequestHead


class _HostModule(Protocol):
    """What each module of this package that is called like a host has."""

    def build_of(self, environ: Mapping[str, str], event: Event | None, git: GitFacts, /) -> Build:
        """Return the build."""


def build_of(
    host: Host,
    environ: Mapping[str, str],
    *,
    event: Event | None = None,
    git: GitFacts | None = None,
) -> Build:
    """Return the build of a host; never raises, whatever the environment and the event hold."""
    module = cast("_HostModule", import_module(f"plugin.ci.{host}"))  # the others stay unloaded
    build = module.build_of(environ, event, git or GitFacts())
    is_tag = not build.pull_request and is_of_tag(host, environ)
    return replace(build, is_tag=is_tag) if is_tag else build


def answer(build: Build, head: PullRequestHead) -> Build:
    """Return the build with what GitHub says of its pull request.

    The question is left only where GitHub did not say whether it is a fork.  A commit that the host
    knows stays: it was built, while GitHub tells the head of this moment.  A fork that the host
    knows of stays a fork.
    """
    is_known_fork = build.fork is Fork.YES or head.fork is Fork.UNKNOWN
    fork = build.fork if is_known_fork else head.fork
    return replace(
        build,
        commit=build.commit or head.sha,
        fork=fork,
        branch=build.branch or head.branch,
        target_branch=build.target_branch or head.target_branch,
        is_dependabot=build.is_dependabot or is_dependabot(head.author),
        questions=_left(build, fork),
    )


def answer_of_commit(build: Build, pull_requests: Iterable[PullRequestHead]) -> Build:
    """Return the build with the pull request that its commit is the head of.

    GitHub lists other ones too: those that merely hold the commit, or go to another repository.
    Of several an open one is taken, and before all others a fork's: it is the stranger who must not
    be overlooked.  Without any the fork stays what it was, and the question if it is unknown.
    """
    ours = build.repository.lower()
    heads = [
        head
        for head in pull_requests
        if head.number and head.sha == build.commit and head.target_repository.lower() == ours
    ]
    if not heads:
        return replace(build, questions=_left(build, build.fork))
    head = min(heads, key=lambda head: (head.fork is Fork.NO, not head.is_open))
    return answer(replace(build, pull_request=head.number), head)


def answer_of_branches(build: Build, branches: Iterable[str]) -> Build:
    """Return the build with the branches of our repository whose newest commit is the build's.

    Such a commit is ours: somebody pushed it who may.  Unless all these branches are Dependabot's.
    Without any the fork stays what it was, and the question if it is unknown.  A known fork stays.
    """
    heads = [branch for branch in map(ref_of, branches) if branch]
    if not heads or build.fork is not Fork.UNKNOWN:
        return replace(build, questions=_left(build, build.fork))
    ours = [branch for branch in heads if not branch.startswith("dependabot/")]
    is_only = len(heads) == 1
    return replace(
        build,
        fork=Fork.NO,
        branch=build.branch or (heads[0] if is_only else ""),
        is_dependabot=build.is_dependabot or not ours,
        questions=(),
    )


def _left(build: Build, fork: Fork) -> tuple[Question, ...]:
    """Return the questions that GitHub's answer left open."""
    return build.questions if fork is Fork.UNKNOWN else ()
