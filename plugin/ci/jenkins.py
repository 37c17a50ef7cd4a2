"""Jenkins: multibranch pipelines, the pull request builder (ghprb), and plain branch builds.

Knows that GIT_COMMIT of a pull request may be a merge that exists on the agent only, so GitHub is
asked for the head.  Sources: Jenkins' page "Global variable reference", and the plugins
branch-api, git, github-branch-source and ghprb.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plugin.ci.repository_url import RepositoryUrl, parse_repository_url
from plugin.ci.values import digits_of, repository_of, web_url_of
from plugin.core.build import Build, Fork, Host, Question
from plugin.core.pull_request import hash_of, number_of, ref_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.ci.event import Event
    from plugin.ci.git import GitFacts


def build_of(environ: Mapping[str, str], event: Event | None, git: GitFacts) -> Build:
    """Return the build of a job.  ``git`` fills in what a scripted pipeline does not export."""
    _ = event
    build = Build(
        host=Host.JENKINS,
        link=web_url_of(environ.get("RUN_DISPLAY_URL", ""))
        or web_url_of(environ.get("BUILD_URL", "")),
        number=digits_of(environ.get("BUILD_NUMBER", "")),
        commit=hash_of(environ.get("GIT_COMMIT", "")) or hash_of(git.commit),
    )
    if environ.get("ghprbPullId"):
        return _of_pull_request_builder(build, environ, git)
    if environ.get("CHANGE_ID"):
        return _of_change(build, environ, git)
    return _of_branch(build, environ, git)


def _of_branch(build: Build, environ: Mapping[str, str], git: GitFacts) -> Build:
    """A branch or a tag."""
    tag = ref_of(environ.get("TAG_NAME", ""))
    branch = tag or ref_of(environ.get("BRANCH_NAME", "")) or _git_branch(environ) or git.branch
    build = replace(build, branch=ref_of(branch), event="tag" if tag else "push")
    return _at(build, _first(environ, git, "GIT_URL", "GIT_URL_1"))


def _git_branch(environ: Mapping[str, str]) -> str:
    """Return the git plugin's branch; GIT_BRANCH begins with the remote's name."""
    local = ref_of(environ.get("GIT_LOCAL_BRANCH", ""))
    return local or ref_of(environ.get("GIT_BRANCH", "").strip().removeprefix("origin/"))


def _of_change(build: Build, environ: Mapping[str, str], git: GitFacts) -> Build:
    """A pull request of a multibranch job.  BRANCH_NAME is no branch here, but PR-<number>.

    CHANGE_FORK is there exactly when the change comes from a fork; GitHub's answer corrects it.
    """
    number = number_of(environ["CHANGE_ID"])
    build = replace(
        build,
        event="pull_request",
        pull_request=number,
        branch=ref_of(environ.get("CHANGE_BRANCH", "")),
        target_branch=ref_of(environ.get("CHANGE_TARGET", "")),
        actor=ref_of(environ.get("CHANGE_AUTHOR", "")),
        fork=Fork.YES if environ.get("CHANGE_FORK") or number is None else Fork.NO,
    )
    build = _at(build, _first(environ, git, "CHANGE_URL", "GIT_URL", "GIT_URL_1"))
    return _with_question(build)


def _of_pull_request_builder(build: Build, environ: Mapping[str, str], git: GitFacts) -> Build:
    """A pull request of the ghprb plugin, which knows the head; GIT_COMMIT often is a merge."""
    number = number_of(environ["ghprbPullId"])
    head = hash_of(environ.get("ghprbActualCommit", ""))
    build = replace(
        build,
        event="pull_request",
        pull_request=number,
        commit=head or build.commit,
        branch=ref_of(environ.get("ghprbSourceBranch", "")),
        target_branch=ref_of(environ.get("ghprbTargetBranch", "")),
        actor=ref_of(environ.get("ghprbPullAuthorLogin", "")),
    )
    build = _at(build, _first(environ, git, "ghprbPullLink", "GIT_URL", "GIT_URL_1"))
    named = repository_of(environ.get("ghprbGhRepository", ""))
    build = replace(build, repository=named or build.repository)
    build = replace(build, fork=_fork_by_url(build, environ.get("ghprbAuthorRepoGitUrl", "")))
    is_known = head != "" and build.fork is not Fork.UNKNOWN
    return build if is_known else _with_question(build)


def _fork_by_url(build: Build, author_url: str) -> Fork:
    """Compare the author's repository with ours; without a number the unknown is foreign."""
    author = parse_repository_url(author_url)
    if author is None or not build.repository:
        return Fork.UNKNOWN if build.pull_request else Fork.YES
    is_ours = author.owner_and_name.lower() == build.repository.lower()
    return Fork.NO if is_ours else Fork.YES


def _first(environ: Mapping[str, str], git: GitFacts, *names: str) -> RepositoryUrl | None:
    """Return where the repository lives, by the first usable of some variables, else by git.

    GIT_URL_1 and so on replace GIT_URL when a job has several remotes.
    """
    texts = (*(environ.get(name, "") for name in names), git.remote_url)
    found = (parse_repository_url(text) for text in texts)
    return next((one for one in found if one), None)


def _at(build: Build, forge: RepositoryUrl | None) -> Build:
    """Say where the repository lives."""
    if forge is None:
        return build
    return replace(
        build,
        repository=forge.owner_and_name,
        server_url=forge.server_url,
        api_url=forge.api_url,
    )


def _with_question(build: Build) -> Build:
    """Ask for the head, if there is a GitHub to ask."""
    if not (build.pull_request and build.repository and build.api_url):
        return build
    return replace(build, questions=(Question.PULL_REQUEST_HEAD,))
