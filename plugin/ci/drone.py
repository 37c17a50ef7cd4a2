"""Drone.

Knows Drone's own variables only: the older CI_ ones mean other things on other hosts.  Whether a
pull request comes from a fork Drone does not say, so GitHub is asked; on another forge nobody can
be, and the pull request counts as a fork's.  Source: Drone's page "Environment reference".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.ci.questions import with_questions
from plugin.ci.repository_url import RepositoryUrl, forge_of
from plugin.ci.values import (
    CHANGE_REF,
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


def build_of(environ: Mapping[str, str], event: Event | None, git: GitFacts) -> Build:
    """Return the build of a pipeline.  The commit is the pull request's head; no ``event`` here."""
    _ = event, git
    return with_questions(pipeline_of(environ, Host.DRONE))


def pipeline_of(environ: Mapping[str, str], host: Host) -> Build:
    """Return the build of a pipeline without questions, for Drone and for what followed it."""
    forge = _forge(environ)
    is_pull_request, number = _pull_request(environ)
    author = ref_of(environ.get("DRONE_COMMIT_AUTHOR", ""))
    branch = _branch(environ, is_pull_request=is_pull_request)
    return Build(
        host=host,
        repository=repository_of(environ.get("DRONE_REPO", "")) or forge.owner_and_name,
        commit=_commit(environ),
        pull_request=number,
        branch=branch,
        target_branch=ref_of(environ.get("DRONE_TARGET_BRANCH", "")) if is_pull_request else "",
        event=event_of(environ.get("DRONE_BUILD_EVENT", "")),
        actor=author,
        link=web_url_of(environ.get("DRONE_BUILD_LINK", "")),
        job=ref_of(environ.get("DRONE_STAGE_NAME", "")),
        number=digits_of(environ.get("DRONE_BUILD_NUMBER", "")),
        fork=Fork.UNKNOWN if is_pull_request or not _is_told(environ, host) else Fork.NO,
        is_dependabot=is_from_dependabot(author, branch, is_pull_request=is_pull_request),
        server_url=forge.server_url,
        api_url=forge.api_url,
    )


def _is_told(environ: Mapping[str, str], host: Host) -> bool:
    """Whether Drone told its event, as it always does; Harness has none in a build by hand."""
    return host is not Host.DRONE or environ.get("DRONE_BUILD_EVENT", "").strip() != ""


def _forge(environ: Mapping[str, str]) -> RepositoryUrl:
    """Return where the repository lives; DRONE_SYSTEM_HOST would be the Drone server."""
    names = ("DRONE_REPO_LINK", "DRONE_GIT_HTTP_URL", "DRONE_REMOTE_URL", "DRONE_GIT_SSH_URL")
    return forge_of(*(environ.get(name, "") for name in names))


def _commit(environ: Mapping[str, str]) -> str:
    """Return the commit that was built, by any of the names that Drone gives it."""
    names = ("DRONE_COMMIT_SHA", "DRONE_COMMIT", "DRONE_COMMIT_AFTER")
    return next((found for name in names if (found := hash_of(environ.get(name, "")))), "")


def _pull_request(environ: Mapping[str, str]) -> tuple[bool, int | None]:
    """Return whether the code is a pull request's, and its number.

    The ref is looked at as well: a promoted pull request has another event and no number.
    """
    match = CHANGE_REF.fullmatch(environ.get("DRONE_COMMIT_REF", ""))
    named = environ.get("DRONE_PULL_REQUEST", "").strip()
    is_event = environ.get("DRONE_BUILD_EVENT", "").strip() == "pull_request"
    number = number_of(named) or number_of(match[1] if match else "")
    return bool(match or named) or is_event, number


def _branch(environ: Mapping[str, str], *, is_pull_request: bool) -> str:
    """Return the source branch; DRONE_BRANCH is the target, and may be empty on tags."""
    if is_pull_request:
        return ref_of(environ.get("DRONE_SOURCE_BRANCH", ""))
    return ref_of(environ.get("DRONE_TAG") or environ.get("DRONE_BRANCH", ""))
