"""What only GitHub's API knows: the head of a pull request, and the files it touches.

A GitHub that does not answer never ends a check: the question stays open, with a note.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.ci.build import answer
from plugin.core.errors import GitHubError

if TYPE_CHECKING:
    from plugin.app.invocation import Invocation
    from plugin.clients.github import GitHub
    from plugin.core.build import Build
    from plugin.core.sources import Settings


def answered(build: Build, settings: Settings, invocation: Invocation) -> Build:
    """Return the build with GitHub's answer to its questions; unchanged when there is none."""
    if build.pull_request is None or not build.repository:
        return build
    if not settings.plan.github_token:
        invocation.say("warning: no github_token: GitHub was not asked about the pull request.")
        return build
    try:
        with _github(build, settings, invocation) as github:
            return answer(build, github.pull_request_head(build.repository, build.pull_request))
    except GitHubError as error:
        invocation.say(f"warning: {error}")
        return build


def changed_files(
    build: Build, settings: Settings, invocation: Invocation
) -> frozenset[str] | None:
    """Return the files that the pull request touches; None when nobody knows, then all run.

    GitHub is asked only when a check has ``paths`` and there is a pull request.
    """
    if build.pull_request is None or not any(check.paths for check in settings.checks):
        return None
    if not settings.plan.github_token:
        invocation.say("warning: paths needs github_token to learn what is touched: all run.")
        return None
    try:
        with _github(build, settings, invocation) as github:
            return github.changed_files(build.repository, build.pull_request)
    except GitHubError as error:
        invocation.say(f"warning: {error} All checks run.")
        return None


def _github(build: Build, settings: Settings, invocation: Invocation) -> GitHub:
    from plugin.clients.github import GitHub

    plan = settings.plan
    url = plan.github_api_url or build.api_url or "https://api.github.com"
    return GitHub(plan.github_token, url, clock=invocation.clock)
