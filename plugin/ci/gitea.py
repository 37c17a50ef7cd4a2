"""Gitea's and Forgejo's Actions, which give their jobs GitHub's variables and events.

Knows what differs: the API's address, the page of a run, and that no server is assumed.  A server
that speaks plain http gets no questions: our token would travel with them.  Source: Gitea,
services/actions/context.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.ci.actions_event import is_of_dependabot, subject_of
from plugin.ci.github import repository_on_runner, workflow_on_runner
from plugin.ci.questions import GITEA_API, with_questions
from plugin.ci.values import base_url_of, digits_of, event_of, web_url_of
from plugin.core.build import Build, Host
from plugin.core.pull_request import ref_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.ci.event import Event
    from plugin.ci.git import GitFacts


def build_of(environ: Mapping[str, str], event: Event | None, git: GitFacts) -> Build:
    """Return the build of a workflow run; ``git`` is not needed, the environment knows better."""
    _ = git
    subject = subject_of(environ, event or {})
    build = Build(
        host=Host.GITEA,
        repository=repository_on_runner(environ),
        commit=subject.commit,
        pull_request=subject.pull_request,
        branch=subject.branch,
        target_branch=subject.target_branch,
        event=event_of(environ.get("GITHUB_EVENT_NAME", "")),
        actor=ref_of(environ.get("GITHUB_ACTOR", "")),
        link=_link(environ),
        workflow=workflow_on_runner(environ),
        job=ref_of(environ.get("GITHUB_JOB", "")),
        number=digits_of(environ.get("GITHUB_RUN_ID", "")),
        attempt=digits_of(environ.get("GITHUB_RUN_ATTEMPT", "")),
        fork=subject.fork,
        is_dependabot=is_of_dependabot(environ, subject),
        server_url=web_url_of(environ.get("GITHUB_SERVER_URL", "")).rstrip("/"),
        api_url=_api_url(environ),
    )
    return with_questions(build)


def _api_url(environ: Mapping[str, str]) -> str:
    """Return the API's base; the runner names it, older ones name the server only."""
    named = base_url_of(environ.get("GITHUB_API_URL", ""))
    server_url = base_url_of(environ.get("GITHUB_SERVER_URL", ""))
    derived = f"{server_url}{GITEA_API}" if server_url else ""
    return named if named.endswith(GITEA_API) else derived


def _link(environ: Mapping[str, str]) -> str:
    """Return the page of the run, which Gitea knows by its number within the repository."""
    server_url = web_url_of(environ.get("GITHUB_SERVER_URL", "")).rstrip("/")
    repository = repository_on_runner(environ)
    run = digits_of(environ.get("GITHUB_RUN_NUMBER", ""))
    if not (server_url and repository and run):
        return ""
    return f"{server_url}/{repository}/actions/runs/{run}"
