"""GitHub Actions, on github.com, on data residency (``*.ghe.com``) and on GitHub Enterprise Server.

Knows the runner's variables.  What an event is about stands in ``actions_event``.  Source: GitHub's
page "Variables reference".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.ci.actions_event import is_of_dependabot, subject_of
from plugin.ci.questions import with_questions
from plugin.ci.repository_url import forge_of
from plugin.ci.values import base_url_of, digits_of, event_of, repository_of
from plugin.core.build import Build, Host
from plugin.core.pull_request import ref_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.ci.event import Event
    from plugin.ci.git import GitFacts


def build_of(environ: Mapping[str, str], event: Event | None, git: GitFacts) -> Build:
    """Return the build of a workflow run; ``git`` is not needed, the environment knows better.

    ``number`` is GITHUB_RUN_ID, not GITHUB_RUN_NUMBER: the latter counts the runs of one workflow
    file and starts again at 1 when that is renamed, the former is one sequence for all workflows,
    so that builds of the same pull request from two workflows have an order too.
    """
    _ = git
    subject = subject_of(environ, event or {})
    repository = repository_on_runner(environ)
    server_url = base_url_of(environ.get("GITHUB_SERVER_URL", "")) or "https://github.com"
    build = Build(
        host=Host.GITHUB,
        repository=repository,
        commit=subject.commit,
        pull_request=subject.pull_request,
        branch=subject.branch,
        target_branch=subject.target_branch,
        event=event_of(environ.get("GITHUB_EVENT_NAME", "")),
        actor=ref_of(environ.get("GITHUB_ACTOR", "")),
        link=_link(environ, server_url, repository),
        workflow=workflow_on_runner(environ),
        job=ref_of(environ.get("GITHUB_JOB", "")),
        number=digits_of(environ.get("GITHUB_RUN_ID", "")),
        attempt=digits_of(environ.get("GITHUB_RUN_ATTEMPT", "")),
        fork=subject.fork,
        is_dependabot=is_of_dependabot(environ, subject),
        server_url=server_url,
        api_url=base_url_of(environ.get("GITHUB_API_URL", "")) or _api_of(server_url),
    )
    return with_questions(build)


def repository_on_runner(environ: Mapping[str, str]) -> str:
    """Return ``owner/name``; neither GitHub nor Gitea has deeper ones."""
    repository = repository_of(environ.get("GITHUB_REPOSITORY", ""))
    return repository if repository.count("/") == 1 else ""


def workflow_on_runner(environ: Mapping[str, str]) -> str:
    """Return the path of the workflow's file, without repository and ref; else its name.

    GITHUB_WORKFLOW_REF is ``owner/name/.github/workflows/file.yml@refs/heads/branch``, of the
    workflow that was started, also where it calls another one.
    """
    path = environ.get("GITHUB_WORKFLOW_REF", "").strip().partition("@")[0]
    file = path.split("/", maxsplit=2)[-1] if path.count("/") > 1 else ""
    return ref_of(file) or ref_of(environ.get("GITHUB_WORKFLOW", ""))


def _api_of(server_url: str) -> str:
    """Return the API's base where the runner does not tell it."""
    return base_url_of(forge_of(f"{server_url}/owner/name").api_url)


def _link(environ: Mapping[str, str], server_url: str, repository: str) -> str:
    """Return the page of this very attempt: without it, a link shows the newest one."""
    run = digits_of(environ.get("GITHUB_RUN_ID", ""))
    attempt = digits_of(environ.get("GITHUB_RUN_ATTEMPT", ""))
    if not (run and repository):
        return ""
    page = f"{server_url}/{repository}/actions/runs/{run}"
    return f"{page}/attempts/{attempt}" if attempt else page
