"""Drone.

Knows Drone's own variables only: the older CI_ ones mean other things on other hosts.  Whether a
pull request comes from a fork Drone does not say, so GitHub is asked.  Source: Drone's page
"Environment reference".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugin.ci.repository_url import RepositoryUrl, parse_repository_url
from plugin.ci.values import digits_of, event_of, repository_of, web_url_of
from plugin.core.build import Build, Fork, Host, Question
from plugin.core.pull_request import hash_of, number_of, ref_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.ci.event import Event
    from plugin.ci.git import GitFacts

_REF = re.compile(r"refs/(?:pull|merge-requests|pull-requests)/([0-9]+)/.*")


def build_of(environ: Mapping[str, str], event: Event | None, git: GitFacts) -> Build:
    """Return the build of a pipeline.  The commit is the pull request's head; no ``event`` here."""
    _ = event, git
    forge = _forge(environ)
    is_pull_request, number = _pull_request(environ)
    api_url = forge.api_url if forge else ""
    return Build(
        host=Host.DRONE,
        repository=repository_of(environ.get("DRONE_REPO", "")),
        commit=hash_of(environ.get("DRONE_COMMIT_SHA") or environ.get("DRONE_COMMIT", "")),
        pull_request=number,
        branch=_branch(environ, is_pull_request=is_pull_request),
        target_branch=ref_of(environ.get("DRONE_TARGET_BRANCH", "")) if is_pull_request else "",
        event=event_of(environ.get("DRONE_BUILD_EVENT", "")),
        actor=ref_of(environ.get("DRONE_COMMIT_AUTHOR", "")),
        link=web_url_of(environ.get("DRONE_BUILD_LINK", "")),
        number=digits_of(environ.get("DRONE_BUILD_NUMBER", "")),
        fork=_fork(is_pull_request=is_pull_request, number=number),
        server_url=forge.server_url if forge else "",
        api_url=api_url,
        questions=(Question.PULL_REQUEST_HEAD,) if number and api_url else (),
    )


def _forge(environ: Mapping[str, str]) -> RepositoryUrl | None:
    """Return where the repository lives; DRONE_SYSTEM_HOST would be the Drone server."""
    names = ("DRONE_REPO_LINK", "DRONE_GIT_HTTP_URL", "DRONE_REMOTE_URL", "DRONE_GIT_SSH_URL")
    found = (parse_repository_url(environ.get(name, "")) for name in names)
    return next((one for one in found if one), None)


def _pull_request(environ: Mapping[str, str]) -> tuple[bool, int | None]:
    """Return whether the code is a pull request's, and its number.

    The ref is looked at as well: a promoted pull request has another event and no number.
    """
    match = _REF.fullmatch(environ.get("DRONE_COMMIT_REF", ""))
    named = environ.get("DRONE_PULL_REQUEST", "")
    is_pull_request = bool(match or named) or environ.get("DRONE_BUILD_EVENT") == "pull_request"
    return is_pull_request, number_of(named) or number_of(match[1] if match else "")


def _fork(*, is_pull_request: bool, number: int | None) -> Fork:
    """Without a number nobody can be asked: the code then counts as a stranger's."""
    if not is_pull_request:
        return Fork.NO
    return Fork.UNKNOWN if number else Fork.YES


def _branch(environ: Mapping[str, str], *, is_pull_request: bool) -> str:
    """Return the source branch; DRONE_BRANCH is the target, and may be empty on tags."""
    if is_pull_request:
        return ref_of(environ.get("DRONE_SOURCE_BRANCH", ""))
    return ref_of(environ.get("DRONE_TAG") or environ.get("DRONE_BRANCH", ""))
