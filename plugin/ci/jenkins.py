"""Jenkins: multibranch pipelines, the pull request builder (ghprb), the GitLab plugin, branches.

Knows that GIT_COMMIT of a pull request may be a merge that exists on the agent only, so it is not
taken: GitHub is asked for the head.  Sources: Jenkins' page "Global variable reference", and the
plugins branch-api, git, github-branch-source, ghprb, gitlab and gerrit-trigger.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from plugin.ci.questions import with_questions
from plugin.ci.repository_url import forge_of
from plugin.ci.values import CHANGE_REF, digits_of, is_from_dependabot, repository_of, web_url_of
from plugin.core.build import Build, Fork, Host
from plugin.core.pull_request import hash_of, number_of, ref_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.ci.event import Event
    from plugin.ci.git import GitFacts

_BUILDER = ("ghprbPullId", "ghprbActualCommit", "ghprbPullLink", "ghprbSourceBranch")
_CHANGE = ("CHANGE_ID", "CHANGE_FORK", "CHANGE_URL", "CHANGE_TARGET", "CHANGE_BRANCH")
_MERGE_REQUEST = ("gitlabMergeRequestIid", "gitlabMergeRequestId", "gitlabMergeRequestTitle")
_CHANGE_PAGE = re.compile(
    r"https?://.*/(?:pull|pulls|pull-requests|merge_requests)/([0-9]+)(?:[/?#].*)?"
)
_CHANGE_JOB = re.compile(r"(?:.*/)?(?:PR|MR)-([0-9]+)(?:-head|-merge)?")
_CHANGE_CELL = re.compile(r"(?:PR|MR)-[0-9]+(?:-(head|merge))?")
_GERRIT = ("GERRIT_CHANGE_NUMBER", "GERRIT_PATCHSET_REVISION")
_NO_BRANCH = re.compile(r"detached|(?:.*/)?(?:pr|pull|pulls|merge-requests|changes)/[0-9]+(?:/.*)?")
_BUILT_REF = re.compile(r"(?:[^/]+/)?(?:pr|pull|merge-requests)/([0-9]+)(?:/(?:head|merge|from))?")


def build_of(environ: Mapping[str, str], event: Event | None, git: GitFacts) -> Build:
    """Return the build of a job.  ``git`` fills in what a scripted pipeline does not export."""
    _ = event
    workflow, job = _workflow_and_job(environ)
    build = Build(
        host=Host.JENKINS,
        link=web_url_of(environ.get("RUN_DISPLAY_URL", ""))
        or web_url_of(environ.get("BUILD_URL", "")),
        workflow=workflow,
        job=job,
        number=digits_of(environ.get("BUILD_NUMBER", "")),
    )
    if any(environ.get(name) for name in _BUILDER):
        build = _of_pull_request_builder(build, environ, git)
    elif _is_gitlab_merge_request(environ):
        build = _of_gitlab(build, environ, git)
    elif _is_change(environ):
        build = _of_change(build, environ, git)
    else:
        build = _of_branch(build, environ, git)
    is_dependabot = is_from_dependabot(
        build.actor, build.branch, is_pull_request=build.event == "pull_request"
    )
    return with_questions(replace(build, is_dependabot=is_dependabot))


def _workflow_and_job(environ: Mapping[str, str]) -> tuple[str, str]:
    """Return the job's name without a multibranch job's branch; and the cell of a matrix job.

    ``team/etl/PR-7`` is ``team/etl``, ``team/etl/GLUE=5.0,os=linux`` is its cell ``GLUE=5.0,…``.
    Branches are numbered one by one: where Jenkins builds head and merge of a pull request in two
    jobs, those are two workflows.
    """
    name = ref_of(environ.get("JOB_NAME", ""))
    parent, _, last = name.rpartition("/")
    change = _CHANGE_CELL.fullmatch(last)
    if parent and (change or unquote(last) == environ.get("BRANCH_NAME", "").strip()):
        return (f"{parent} ({change[1]})" if change and change[1] else parent), ""
    return (parent, last) if parent and "=" in last else (name, "")


def _of_branch(build: Build, environ: Mapping[str, str], git: GitFacts) -> Build:
    """A branch or a tag, or a commit of which nobody knows whose it is."""
    tag = ref_of(environ.get("TAG_NAME", ""))
    branch = tag or ref_of(environ.get("BRANCH_NAME", "")) or _git_branch(environ) or git.branch
    build = replace(
        build,
        commit=hash_of(environ.get("GIT_COMMIT", "")) or hash_of(git.commit),
        branch=ref_of(branch),
        event="tag" if tag else "push",
        fork=Fork.NO if _is_branch_of_ours(environ) else Fork.UNKNOWN,
    )
    return _at(build, environ, git)


def _is_branch_of_ours(environ: Mapping[str, str]) -> bool:
    """Whether a branch is named, and no change of Gerrit's.

    Without BRANCH_NAME, as in every job but a multibranch one, a checkout by commit is ``detached``
    to the git plugin.  So it is with pull requests: the plugins that build them take the commit.
    A job's name says nothing: a fork's pull request runs in the job ``etl-pr`` too.
    """
    if any(environ.get(name, "").strip() for name in _GERRIT):
        return False
    if environ.get("BRANCH_NAME", "").strip():
        return True
    is_detached = _NO_BRANCH.fullmatch(environ.get("GIT_BRANCH", "").strip()) is not None
    return not is_detached and _is_told(environ, "GIT_BRANCH")


def _git_branch(environ: Mapping[str, str]) -> str:
    """Return the git plugin's branch; GIT_BRANCH begins with the remote's name."""
    local = ref_of(environ.get("GIT_LOCAL_BRANCH", ""))
    return local or ref_of(environ.get("GIT_BRANCH", "").strip().removeprefix("origin/"))


def _is_change(environ: Mapping[str, str]) -> bool:
    """Whether a pull request is built, by any trace of it.

    A ``docker run`` passes the variables that somebody listed, so that CHANGE_ID may be missing.
    """
    return any(environ.get(name) for name in _CHANGE) or any(_traces(environ))


def _traces(environ: Mapping[str, str]) -> tuple[re.Match[str] | None, ...]:
    """Return the matches of what is named after a pull request: page, branch, job, refs."""
    branch = environ.get("GIT_BRANCH", "").strip()
    return (
        _CHANGE_PAGE.fullmatch(environ.get("CHANGE_URL", "").strip()),
        _CHANGE_JOB.fullmatch(environ.get("BRANCH_NAME", "").strip()),
        _CHANGE_JOB.fullmatch(environ.get("JOB_NAME", "").strip()),
        _BUILT_REF.fullmatch(branch),
        CHANGE_REF.fullmatch(branch),
    )


def _of_change(build: Build, environ: Mapping[str, str], git: GitFacts) -> Build:
    """A pull request of a multibranch job.  BRANCH_NAME is no branch here, but PR-<number>.

    With both strategies at once the name says which it is: that of the head builds the head.
    """
    named = environ.get("CHANGE_ID", "")
    texts = [named] if named else [match[1] for match in _traces(environ) if match]
    is_head = environ.get("BRANCH_NAME", "").strip().endswith("-head")
    build = replace(
        build,
        event="pull_request",
        pull_request=next((one for text in texts if (one := number_of(text))), None),
        commit=hash_of(environ.get("GIT_COMMIT", "")) if is_head else "",
        branch=ref_of(environ.get("CHANGE_BRANCH", "")),
        target_branch=ref_of(environ.get("CHANGE_TARGET", "")),
        actor=ref_of(environ.get("CHANGE_AUTHOR", "")),
        fork=_fork_of_change(environ),
    )
    return _at(build, environ, git, "CHANGE_URL")


def _fork_of_change(environ: Mapping[str, str]) -> Fork:
    """Return whether the change comes from a fork: then, and only then, CHANGE_FORK is set.

    That it is missing says something only where the whole environment was passed, or where it was
    passed although it is empty.
    """
    if environ.get("CHANGE_FORK", "").strip():
        return Fork.YES
    is_change = number_of(environ.get("CHANGE_ID", "")) is not None
    is_told = "CHANGE_FORK" in environ or _is_told(environ)
    return Fork.NO if is_told and is_change else Fork.UNKNOWN


def _is_told(environ: Mapping[str, str], *names: str) -> bool:
    """Whether the whole environment was passed, or one of some variables that would tell.

    Every build has EXECUTOR_NUMBER; nobody who passes single variables would list that.
    """
    return any(environ.get(name, "").strip() for name in ("EXECUTOR_NUMBER", *names))


def _of_pull_request_builder(build: Build, environ: Mapping[str, str], git: GitFacts) -> Build:
    """A pull request of the ghprb plugin, which knows the head."""
    build = replace(
        build,
        event="pull_request",
        pull_request=number_of(environ.get("ghprbPullId", "")),
        commit=hash_of(environ.get("ghprbActualCommit", "")),
        branch=ref_of(environ.get("ghprbSourceBranch", "")),
        target_branch=ref_of(environ.get("ghprbTargetBranch", "")),
        actor=ref_of(environ.get("ghprbPullAuthorLogin", "")),
    )
    build = _at(build, environ, git, "ghprbPullLink")
    named = repository_of(environ.get("ghprbGhRepository", ""))
    build = replace(build, repository=named or build.repository)
    author = forge_of(environ.get("ghprbAuthorRepoGitUrl", "")).owner_and_name
    return replace(build, fork=_fork_by_name(author, build.repository))


def _is_gitlab_merge_request(environ: Mapping[str, str]) -> bool:
    """Whether the GitLab plugin builds a merge request.

    Its variables are set on pushes too: then those of the request are empty, the branches alike.
    """
    is_action = environ.get("gitlabActionType", "").strip().upper() in {"MERGE", "NOTE"}
    branches = (environ.get("gitlabSourceBranch", ""), environ.get("gitlabTargetBranch", ""))
    is_named = any(environ.get(name) for name in _MERGE_REQUEST)
    return is_action or is_named or branches[0] != branches[1]


def _of_gitlab(build: Build, environ: Mapping[str, str], git: GitFacts) -> Build:
    """A merge request of the GitLab plugin, which knows both repositories and the head."""
    names = ("RepoHttpUrl", "RepoSshUrl")
    source = forge_of(*(environ.get(f"gitlabSource{name}", "") for name in names))
    target = forge_of(*(environ.get(f"gitlabTarget{name}", "") for name in names))
    build = replace(
        build,
        event="pull_request",
        pull_request=number_of(environ.get("gitlabMergeRequestIid", "")),
        commit=hash_of(environ.get("gitlabMergeRequestLastCommit", "")),
        branch=ref_of(environ.get("gitlabSourceBranch", "")),
        target_branch=ref_of(environ.get("gitlabTargetBranch", "")),
        actor=ref_of(environ.get("gitlabUserUsername", "")),
        fork=_fork_by_name(source.owner_and_name, target.owner_and_name),
    )
    build = _at(build, environ, git, "gitlabTargetRepoHttpUrl", "gitlabTargetRepoSshUrl")
    return replace(build, api_url="", may_be_github=False)


def _fork_by_name(theirs: str, ours: str) -> Fork:
    """Compare two repositories of one forge."""
    if not (theirs and ours):
        return Fork.UNKNOWN
    return Fork.NO if theirs.lower() == ours.lower() else Fork.YES


def _at(build: Build, environ: Mapping[str, str], git: GitFacts, *names: str) -> Build:
    """Say where the repository lives, by the first usable of some variables, else by git.

    GIT_URL_1 and so on replace GIT_URL when a job has several remotes.
    """
    texts = (environ.get(name, "") for name in (*names, "GIT_URL", "GIT_URL_1"))
    forge = forge_of(*texts, git.remote_url)
    return replace(
        build,
        repository=forge.owner_and_name,
        server_url=forge.server_url,
        api_url=forge.api_url,
    )
