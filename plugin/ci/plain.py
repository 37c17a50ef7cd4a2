"""A person on a laptop, or a CI host that is not told apart.

Knows what git says, and one thing about other hosts: whether they build somebody's pull request.
Without it a stranger's code would count as ours there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugin.ci.repository_url import parse_repository_url
from plugin.core.build import Build, Fork, Host, Question
from plugin.core.pull_request import hash_of, number_of, ref_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.ci.event import Event
    from plugin.ci.git import GitFacts

_NUMBERS = (
    "CI_COMMIT_PULL_REQUEST",  # Woodpecker
    "DRONE_PULL_REQUEST",  # Harness
    "CI_MERGE_REQUEST_IID",  # GitLab
    "CI_EXTERNAL_PULL_REQUEST_IID",  # GitLab, for a repository on GitHub
    "BITBUCKET_PR_ID",
    "BUILDKITE_PULL_REQUEST",  # the text "false" if there is none
)
_REFS = (
    "GITHUB_REF",  # Gitea
    "DRONE_COMMIT_REF",  # Harness
    "CI_COMMIT_REF",  # Woodpecker
    "CODEBUILD_WEBHOOK_TRIGGER",
    "CODEBUILD_SOURCE_VERSION",
)
_REF = re.compile(r"(?:refs/(?:pull|pull-requests|merge-requests)|pr)/([0-9]+)(?:/.*)?")


def build_of(environ: Mapping[str, str], event: Event | None, git: GitFacts) -> Build:
    """Return the build of a checkout: what git says, and no number, link or event."""
    _ = event
    remote = parse_repository_url(git.remote_url)
    number = _pull_request(environ)
    api_url = remote.api_url if remote else ""
    return Build(
        host=Host.PLAIN,
        repository=remote.owner_and_name if remote else "",
        commit=hash_of(git.commit),
        pull_request=number,
        branch=ref_of(git.branch) if git.branch != "HEAD" else "",
        fork=Fork.UNKNOWN if number else Fork.NO,
        server_url=remote.server_url if remote else "",
        api_url=api_url,
        questions=(Question.PULL_REQUEST_HEAD,) if number and api_url else (),
    )


def _pull_request(environ: Mapping[str, str]) -> int | None:
    """Return the number of the pull request that some host says it builds."""
    matches = (_REF.fullmatch(environ.get(name, "")) for name in _REFS)
    texts = [environ.get(name, "") for name in _NUMBERS]
    texts += [match[1] for match in matches if match]
    return next((number for text in texts if (number := number_of(text))), None)
