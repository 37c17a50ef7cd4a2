"""Woodpecker, by its own names: the DRONE_ ones are there for plugin steps only, and incomplete.

Whether a pull request comes from a fork Woodpecker does not say.  GitHub is asked, and Gitea or
Forgejo where CI_FORGE_TYPE names them: their pull requests have GitHub's shape.  On another forge
nobody can be asked, and the pull request counts as a fork's.  Sources: Woodpecker's page
"Environment variables", and its pipeline/frontend/metadata/environment.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.ci.questions import GITEA_API, with_questions
from plugin.ci.repository_url import RepositoryUrl, forge_of
from plugin.ci.values import (
    CHANGE_REF,
    base_url_of,
    digits_of,
    event_of,
    is_from_dependabot,
    repository_of,
    web_url_of,
)
from plugin.core.build import Build, Fork, Host
from plugin.core.pull_request import hash_of, number_of, ref_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.ci.event import Event
    from plugin.ci.git import GitFacts


_GITHUBS_KIND = frozenset({"", "github", "gitea", "forgejo"})


def build_of(environ: Mapping[str, str], event: Event | None, git: GitFacts) -> Build:
    """Return the build of a pipeline.  CI_COMMIT_SHA is the pull request's head, whatever the ref.

    No ``event`` here.  CI_COMMIT_BRANCH is the target branch on pull requests.
    """
    _ = event, git
    forge = forge_of(*(environ.get(name, "") for name in ("CI_REPO_URL", "CI_REPO_CLONE_URL")))
    is_pull_request, number = _pull_request(environ)
    author = ref_of(environ.get("CI_COMMIT_AUTHOR", ""))
    branch = _branch(environ, is_pull_request=is_pull_request)
    build = Build(
        host=Host.WOODPECKER,
        repository=repository_of(environ.get("CI_REPO", "")) or forge.owner_and_name,
        commit=hash_of(environ.get("CI_COMMIT_SHA", "")),
        pull_request=number,
        branch=branch,
        target_branch=_target_branch(environ) if is_pull_request else "",
        event=event_of(environ.get("CI_PIPELINE_EVENT", "")),
        actor=ref_of(environ.get("CI_PIPELINE_AUTHOR", "")) or author,
        link=web_url_of(environ.get("CI_PIPELINE_URL", "")),
        job=ref_of(environ.get("CI_WORKFLOW_NAME", "")),
        number=digits_of(environ.get("CI_PIPELINE_NUMBER", "")),
        fork=Fork.UNKNOWN if is_pull_request or not _is_told(environ) else Fork.NO,
        is_dependabot=is_from_dependabot(author, branch, is_pull_request=is_pull_request),
        server_url=forge.server_url,
        api_url=_api_url(environ, forge),
        may_be_github=environ.get("CI_FORGE_TYPE", "").strip().lower() in _GITHUBS_KIND,
    )
    return with_questions(build)


def _is_told(environ: Mapping[str, str]) -> bool:
    """Whether Woodpecker told its event, as it always does."""
    return environ.get("CI_PIPELINE_EVENT", "").strip() != ""


def _api_url(environ: Mapping[str, str], forge: RepositoryUrl) -> str:
    """Return where to ask, by the kind of the forge; by the repository's URL when it is not told.

    An addon's forge has a name of its own.
    """
    match environ.get("CI_FORGE_TYPE", "").strip().lower():
        case "gitea" | "forgejo":
            server_url = base_url_of(environ.get("CI_FORGE_URL", "")) or base_url_of(
                forge.server_url
            )
            return f"{server_url}{GITEA_API}" if server_url else ""
        case "github" | "":
            return forge.api_url
        case _:
            return ""


def _pull_request(environ: Mapping[str, str]) -> tuple[bool, int | None]:
    """Return whether the code is a pull request's, and its number.

    There are several events of pull requests, and a deployment of one has another name.
    """
    match = CHANGE_REF.fullmatch(environ.get("CI_COMMIT_REF", ""))
    named = environ.get("CI_COMMIT_PULL_REQUEST", "").strip()
    is_event = environ.get("CI_PIPELINE_EVENT", "").strip().startswith("pull_request")
    number = number_of(named) or number_of(match[1] if match else "")
    return bool(match or named) or is_event, number


def _branch(environ: Mapping[str, str], *, is_pull_request: bool) -> str:
    """Return the source branch, or the tag; older servers only tell it in ``source:target``."""
    if is_pull_request:
        source = environ.get("CI_COMMIT_REFSPEC", "").partition(":")[0]
        return ref_of(environ.get("CI_COMMIT_SOURCE_BRANCH") or source)
    return ref_of(environ.get("CI_COMMIT_TAG") or environ.get("CI_COMMIT_BRANCH", ""))


def _target_branch(environ: Mapping[str, str]) -> str:
    return ref_of(environ.get("CI_COMMIT_TARGET_BRANCH") or environ.get("CI_COMMIT_BRANCH", ""))
