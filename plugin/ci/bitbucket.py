"""Bitbucket Pipelines.

Knows that pipelines of pull requests run for those from within the repository only, so that nobody
must be asked: one that runs is no fork's.  It must be complete to be believed, though: where the
repository or the source branch are missing, nobody knows.  Sources: Atlassian's pages "Variables
and secrets", "Pipeline start conditions" and "Configure bitbucket-pipelines.yml".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.ci.values import digits_of, repository_of
from plugin.core.build import Build, Fork, Host
from plugin.core.pull_request import hash_of, number_of, ref_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.ci.event import Event
    from plugin.ci.git import GitFacts

_SERVER = "https://bitbucket.org"


def build_of(environ: Mapping[str, str], event: Event | None, git: GitFacts) -> Build:
    """Return the build of a pipeline.  BITBUCKET_COMMIT is the source's, also where it is merged.

    Bitbucket merges the target branch in before it runs, and tells no commit of that.
    """
    _ = event, git
    repository = _repository(environ)
    number = digits_of(environ.get("BITBUCKET_BUILD_NUMBER", ""))
    pull_request = number_of(environ.get("BITBUCKET_PR_ID", ""))
    branch = ref_of(environ.get("BITBUCKET_BRANCH", ""))
    tag = ref_of(environ.get("BITBUCKET_TAG", ""))
    is_pull_request = _is_pull_request(environ)
    is_complete = pull_request is not None and repository != "" and branch != ""
    return Build(
        host=Host.BITBUCKET,
        repository=repository,
        commit=hash_of(environ.get("BITBUCKET_COMMIT", "")),
        pull_request=pull_request,
        branch=branch or tag,
        target_branch=ref_of(environ.get("BITBUCKET_PR_DESTINATION_BRANCH", "")),
        event="pull_request" if is_pull_request else "tag" if tag else "push",
        link=f"{_SERVER}/{repository}/pipelines/results/{number}" if repository and number else "",
        number=number,
        fork=Fork.UNKNOWN if is_pull_request and not is_complete else Fork.NO,
        server_url=_SERVER,
        may_be_github=False,
    )


def _repository(environ: Mapping[str, str]) -> str:
    parts = (environ.get("BITBUCKET_WORKSPACE", ""), environ.get("BITBUCKET_REPO_SLUG", ""))
    named = repository_of(environ.get("BITBUCKET_REPO_FULL_NAME", ""))
    return named or repository_of("/".join(parts))


def _is_pull_request(environ: Mapping[str, str]) -> bool:
    names = ("BITBUCKET_PR_ID", "BITBUCKET_PR_DESTINATION_BRANCH")
    return any(environ.get(name) for name in names)
