"""What only GitHub's API knows: a pull request, its head, and the files it touches.

A GitHub that does not answer never ends a check: the question stays open, with a note.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from plugin.app.bounded import Budget, Limit
from plugin.app.door import github
from plugin.ci.build import answer, answer_of_branches, answer_of_commit
from plugin.ci.questions import asked_at
from plugin.core.build import Fork, Question
from plugin.core.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugin.app.invocation import Invocation
    from plugin.clients.github import GitHub
    from plugin.core.build import Build
    from plugin.core.settings.sources import Settings

_T = TypeVar("_T")
_LIMIT = Limit(who="GitHub", hint="Check github_api_url and the network.")


def answered(build: Build, settings: Settings, invocation: Invocation) -> Build:
    """Return the build with GitHub's answer to its question; the question stays without one.

    What is to be asked is decided here once more, when the operator says where.  What is known to
    be a stranger's, and is not to be run, needs no answer.
    """
    build = asked_at(build, settings.plan.github_api_url)
    is_settled = build.fork is Fork.YES or build.is_dependabot
    if not build.questions or (is_settled and not settings.plan.allow_forks):
        return build
    if not settings.plan.github_token:
        invocation.say("warning: no github_token: GitHub was not asked about the pull request.")
        return build
    try:
        return _in_time(invocation, settings, build, lambda api: _asked(build, api))
    except PluginError as error:
        invocation.say(f"warning: {error}")
        return build


def _asked(build: Build, api: GitHub) -> Build:
    """Ask each question once.  Raises ``GitHubError`` when GitHub does not tell.

    A commit that is no pull request's head may be a branch's: that is a second request.
    """
    if Question.PULL_REQUEST_HEAD in build.questions and build.pull_request:
        return answer(build, api.pull_request_head(build.repository, build.pull_request))
    pull_requests = api.pull_requests_of_commit(build.repository, build.commit)
    found = answer_of_commit(build, pull_requests)
    if found.pull_request is not None or found.fork is not Fork.UNKNOWN:
        return found
    return answer_of_branches(found, api.branches_of_head(build.repository, build.commit))


def changed_files(
    build: Build, settings: Settings, invocation: Invocation
) -> frozenset[str] | None:
    """Return the files that the pull request touches; None when nobody knows, then all run.

    GitHub is asked only when a check has ``paths``, there is a pull request, and the forge may be
    a GitHub: another one's pull requests have other numbers.
    """
    if build.pull_request is None or not any(check.paths for check in settings.checks):
        return None
    if not build.api_url:
        invocation.say("warning: paths is for repositories on GitHub: all run.")
        return None
    if not settings.plan.github_token:
        invocation.say("warning: paths needs github_token to learn what is touched: all run.")
        return None
    number = build.pull_request
    try:
        return _in_time(
            invocation, settings, build, lambda api: api.changed_files(build.repository, number)
        )
    except PluginError as error:
        invocation.say(f"warning: {error} All checks run.")
        return None


def _in_time(
    invocation: Invocation, settings: Settings, build: Build, ask: Callable[[GitHub], _T]
) -> _T:
    """Return the answer.  Raises ``PluginError`` when GitHub does not tell, or takes too long."""

    def work() -> _T:
        with github(invocation, settings, build) as api:
            return ask(api)

    return Budget(invocation.clock).run(work, _LIMIT)
