"""What ``cleanup`` and a newer build do about the commit status of a check that was killed.

It would say "pending" for ever.  Whose it is, and what to put over it, ``core.forms.status`` says.
A GitHub that does not answer is a warning: what is left on AWS matters more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.app.bounded import Budget, Limit
from plugin.app.door import github
from plugin.app.questions import answered
from plugin.app.telling import offer_of
from plugin.core.audience import is_on_github
from plugin.core.errors import PluginError
from plugin.core.forms.status import beside, ended, superseded
from plugin.core.naming import BUILD_ID, Tag
from plugin.core.pull_request import hash_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from plugin.app.invocation import Invocation
    from plugin.app.prepare import Request
    from plugin.app.trail import Trail
    from plugin.core.build import Build
    from plugin.core.settings.sources import Settings


MOST_COMMITS = 5
"""Of which older builds' statuses are ended: each takes two requests, and the check waits."""
_SUPERSEDED = Limit(
    who="GitHub", hint="An older commit's status may go on saying pending.", seconds=15
)
_LIMIT = Limit(who="GitHub", hint="A commit status may go on saying pending.", seconds=60)


def end_pending(invocation: Invocation, settings: Settings, build: Build, trail: Trail) -> bool:
    """Put what they ended with, else an error, over the pending status of one of these checks.

    They are over.  Never raises; returns False when GitHub did not take it, so that another try
    may.

    Nothing is asked where no check says "pending", nor in a dry run.
    """
    if not build.commit and not invocation.clock.is_cancelled():  # then there is time for one
        build = answered(build, settings, invocation)
    may_be_pending = (
        settings.plan.commit_status
        and is_on_github(build, settings.plan, offer_of(invocation))
        and not build.host.kills_without_signal
        and build.commit
    )
    if not may_be_pending or invocation.line.dry_run:
        return True
    if not settings.plan.github_token:
        invocation.say("warning: no github_token: a commit status may go on saying pending.")
        return True
    try:
        state = Budget(invocation.clock).run(
            lambda: _end(invocation, settings, build, trail), _LIMIT
        )
    except PluginError as error:
        invocation.say(f"warning: {error}")
        return False
    if state:
        context = settings.plan.status_context
        invocation.say(f"cleanup: the commit status {context} said pending: now it is {state}.")
    return True


def end_superseded(
    request: Request, removed: Iterable[Mapping[str, str]], say: Callable[[str], None]
) -> None:
    """Put an error over what still says "pending" of older builds' checks that we removed.

    ``removed`` are the tags of their jobs.  A build that was killed cannot say it by itself.
    Nothing is asked without a token, of our own commit, or of more than a few commits.  Never
    raises.
    """
    invocation, settings, build = request.invocation, request.settings, request.build
    plan = settings.plan
    may_tell = plan.commit_status and plan.github_token and build.repository
    if not may_tell or not is_on_github(build, plan, offer_of(invocation)):
        return
    found: dict[str, set[str]] = {}
    for tags in removed:
        commit, build_id = hash_of(tags.get(Tag.COMMIT, "")), tags.get(Tag.BUILD, "")
        if commit and commit != build.commit and BUILD_ID.fullmatch(build_id):
            found.setdefault(commit, set()).add(build_id)
    few = dict(list(found.items())[:MOST_COMMITS])
    if not few:
        return
    try:
        told = Budget(invocation.clock).run(
            lambda: _end_superseded(invocation, settings, build, few), _SUPERSEDED
        )
    except PluginError as error:
        say(f"warning: supersede: {error}")
        return
    for commit in told:
        say(f"supersede: the commit status of {commit[:7]} said pending: now it is error.")


def _end_superseded(
    invocation: Invocation, settings: Settings, build: Build, found: Mapping[str, set[str]]
) -> tuple[str, ...]:
    """Return the commits whose status was ended; ``found`` has the build ids of each."""
    context = settings.plan.status_context
    told = []
    with github(invocation, settings, build) as api:
        for commit, build_ids in found.items():
            posted = api.latest_status(build.repository, commit, context)
            post = superseded(posted, context=context, build_ids=build_ids)
            if post is not None:
                api.create_status(build.repository, commit, post)
                told.append(commit)
    return tuple(told)


def _end(invocation: Invocation, settings: Settings, build: Build, trail: Trail) -> str:
    """Return the state that was put there, empty if none was."""
    context = settings.plan.status_context
    with github(invocation, settings, build) as api:
        posted = api.latest_status(build.repository, build.commit, context)
        post = ended(posted, build, context=context, build_ids=trail.build_ids, finals=trail.finals)
        if post is None:
            return ""
        if post.state == "success":
            newest = api.newest_statuses(build.repository, build.commit, context)
            post = beside(post, newest)
        api.create_status(build.repository, build.commit, post)
        return post.state
