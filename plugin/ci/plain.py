"""A person on a laptop, or a CI host that is not told apart.

Knows what git says, and one thing about other hosts: whether they build somebody's pull request.
Without it a stranger's code would count as ours there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugin.ci.questions import with_questions
from plugin.ci.repository_url import forge_of
from plugin.ci.values import CHANGE_REF
from plugin.core.build import Build, Fork, Host
from plugin.core.pull_request import hash_of, number_of, ref_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.ci.event import Event
    from plugin.ci.git import GitFacts

_NUMBERS = (
    "CI_COMMIT_PULL_REQUEST",  # Woodpecker
    "DRONE_PULL_REQUEST",  # Drone, Harness
    "CHANGE_ID",  # Jenkins
    "ghprbPullId",
    "gitlabMergeRequestIid",
    "CI_EXTERNAL_PULL_REQUEST_IID",  # GitLab, for a repository on GitHub
    "CI_MERGE_REQUEST_IID",  # GitLab
    "BITBUCKET_PR_ID",
    "BUILDKITE_PULL_REQUEST",
    "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER",  # Azure Pipelines, for a repository on GitHub
    "SYSTEM_PULLREQUEST_PULLREQUESTID",
    "APPVEYOR_PULL_REQUEST_NUMBER",
    "CIRCLE_PR_NUMBER",  # CircleCI, forks only
    "CIRRUS_PR",
    "PULL_NUMBER",  # Prow
    "SEMAPHORE_GIT_PR_NUMBER",
    "TRAVIS_PULL_REQUEST",
    "VELA_BUILD_PULL_REQUEST",
)
_REFS = (
    "GITHUB_REF",  # GitHub, Gitea
    "DRONE_COMMIT_REF",  # Drone, Harness
    "CI_COMMIT_REF",  # Woodpecker
    "CI_COMMIT_REF_NAME",  # GitLab
    "CODEBUILD_WEBHOOK_TRIGGER",
    "CODEBUILD_SOURCE_VERSION",
    "BUILD_SOURCEBRANCH",  # Azure Pipelines
)
_OTHERS = ("GITHUB_HEAD_REF", "CIRCLE_PULL_REQUEST", "CHANGE_FORK")
"""Set on pull requests, but they tell no number."""
_REF = re.compile(r"pr/([0-9]+)")
_NONE = frozenset({"", "false", "0"})


def build_of(environ: Mapping[str, str], event: Event | None, git: GitFacts) -> Build:
    """Return the build of a checkout: what git says, and no build number, link or event.

    Of a pull request the checkout may be a merge, so that its commit is none.
    """
    _ = event
    remote = forge_of(git.remote_url)
    found = _traces(environ)
    build = Build(
        host=Host.PLAIN,
        repository=remote.owner_and_name,
        commit="" if found else hash_of(git.commit),
        pull_request=next((one for text in found if (one := number_of(text))), None),
        branch=ref_of(git.branch) if git.branch != "HEAD" else "",
        fork=Fork.UNKNOWN if found else Fork.NO,
        server_url=remote.server_url,
        api_url=remote.api_url,
    )
    return with_questions(build)


def _traces(environ: Mapping[str, str]) -> list[str]:
    """Return what hosts say about the pull request that they build: numbers first, else words."""
    refs = [environ.get(name, "").strip() for name in _REFS]
    matches = [_REF.fullmatch(ref) or CHANGE_REF.fullmatch(ref) for ref in refs]
    texts = [environ.get(name, "").strip() for name in _NUMBERS]
    texts += [match[1] for match in matches if match]
    texts += [environ.get(name, "").strip() for name in _OTHERS]
    return [text for text in texts if text.lower() not in _NONE]
