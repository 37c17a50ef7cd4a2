"""GitLab CI/CD: merge requests, from forks and with merged results too; GitHub's pull requests.

Knows that CI_COMMIT_SHA of a merged results pipeline is a merge that GitLab forgets.  GitLab tells
both projects of a merge request, so that nobody must be asked; a project that is missing counts as
a fork.  Sources: GitLab's pages "Predefined CI/CD variables reference", "Merged results pipelines"
and "Merge request pipelines", section "Use with forked projects".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plugin.ci.questions import with_questions
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

_EXTERNAL = "CI_EXTERNAL_PULL_REQUEST_"
_MERGE_REQUEST = "CI_MERGE_REQUEST_"


def build_of(environ: Mapping[str, str], event: Event | None, git: GitFacts) -> Build:
    """Return the build of a job; ``number`` is the pipeline's, which all projects share."""
    _ = event, git
    build = Build(
        host=Host.GITLAB,
        repository=repository_of(environ.get("CI_PROJECT_PATH", "")),
        event=event_of(environ.get("CI_PIPELINE_SOURCE", "")),
        actor=ref_of(environ.get("GITLAB_USER_LOGIN", "")),
        link=web_url_of(environ.get("CI_JOB_URL", ""))
        or web_url_of(environ.get("CI_PIPELINE_URL", "")),
        job=ref_of(environ.get("CI_JOB_NAME", "")),
        number=digits_of(environ.get("CI_PIPELINE_ID", "")),
        server_url=base_url_of(environ.get("CI_SERVER_URL", "")),
        # Children of one parent run side by side, each a pipeline with a number of its own.
        is_leg=environ.get("CI_PIPELINE_SOURCE", "").strip() == "parent_pipeline",
        may_be_github=False,
    )
    if _is_of(environ, _EXTERNAL, "external_pull_request_event"):
        build = _of_pull_request(build, environ)
    elif _is_merge_request(environ):
        build = _of_merge_request(build, environ)
    else:
        build = _of_branch(build, environ)
    author = environ.get("CI_COMMIT_AUTHOR", "").partition("<")[0]
    is_dependabot = is_from_dependabot(
        author, build.branch, is_pull_request=build.pull_request is not None
    )
    return with_questions(replace(build, is_dependabot=is_dependabot))


def _is_of(environ: Mapping[str, str], prefix: str, source: str) -> bool:
    """Whether the pipeline is of that kind, by its source or by any variable of that kind."""
    is_source = environ.get("CI_PIPELINE_SOURCE", "").strip() == source
    return is_source or any(name.startswith(prefix) and environ[name] for name in environ)


def _is_merge_request(environ: Mapping[str, str]) -> bool:
    """Whether it is a merge request's; a child pipeline has the source ``parent_pipeline``."""
    is_for_its_ref = CHANGE_REF.fullmatch(environ.get("CI_COMMIT_REF_NAME", "")) is not None
    return is_for_its_ref or _is_of(environ, _MERGE_REQUEST, "merge_request_event")


def _of_branch(build: Build, environ: Mapping[str, str]) -> Build:
    """A branch or a tag; CI_COMMIT_REF_NAME is either.

    Every pipeline has a source: without it, not all was passed on, and nobody knows.
    """
    return replace(
        build,
        commit=hash_of(environ.get("CI_COMMIT_SHA", "")),
        branch=ref_of(environ.get("CI_COMMIT_REF_NAME", "")),
        fork=Fork.NO if environ.get("CI_PIPELINE_SOURCE", "").strip() else Fork.UNKNOWN,
    )


def _of_merge_request(build: Build, environ: Mapping[str, str]) -> Build:
    """A merge request: in a pipeline of merged results the head has a variable of its own.

    Elsewhere that is empty, and CI_COMMIT_SHA the head, if the pipeline says that it is detached.
    """
    named = {name: environ.get(_MERGE_REQUEST + name, "") for name in ("IID", "EVENT_TYPE")}
    ref = CHANGE_REF.fullmatch(environ.get("CI_COMMIT_REF_NAME", ""))
    head = hash_of(environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", ""))
    is_detached = named["EVENT_TYPE"].strip() == "detached"
    built = hash_of(environ.get("CI_COMMIT_SHA", "")) if is_detached else ""
    target = repository_of(environ.get("CI_MERGE_REQUEST_PROJECT_PATH", ""))
    return replace(
        build,
        repository=target or build.repository,
        commit=head or built,
        pull_request=number_of(named["IID"]) or number_of(ref[1] if ref else ""),
        branch=ref_of(environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "")),
        target_branch=ref_of(environ.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "")),
        fork=_fork_of_merge_request(environ),
    )


def _fork_of_merge_request(environ: Mapping[str, str]) -> Fork:
    """Compare the source project with the one that runs, and with the one to merge into.

    A fork's merge request runs in the fork, or, when a member of ours starts it, here.  By id; by
    path only where ids are missing, since a path can be renamed and given to another project.
    """
    for key in ("ID", "PATH"):
        source = environ.get(f"CI_MERGE_REQUEST_SOURCE_PROJECT_{key}", "").strip().lower()
        running = environ.get(f"CI_PROJECT_{key}", "").strip().lower()
        target = environ.get(f"CI_MERGE_REQUEST_PROJECT_{key}", "").strip().lower()
        if source and running:
            return Fork.NO if source == running == (target or running) else Fork.YES
    return Fork.UNKNOWN


def _of_pull_request(build: Build, environ: Mapping[str, str]) -> Build:
    """A pull request on GitHub, of which GitLab builds a mirror.  Names and commit are GitHub's.

    The server is not told; a GitHub Enterprise Server is named by the setting ``github_api_url``.
    """
    source = repository_of(environ.get("CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY", ""))
    target = repository_of(environ.get("CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY", ""))
    fork = Fork.NO if source.lower() == target.lower() else Fork.YES
    return replace(
        build,
        repository=target,
        commit=hash_of(environ.get("CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_SHA", "")),
        pull_request=number_of(environ.get("CI_EXTERNAL_PULL_REQUEST_IID", "")),
        branch=ref_of(environ.get("CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME", "")),
        target_branch=ref_of(environ.get("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME", "")),
        fork=fork if source and target else Fork.UNKNOWN,
        server_url="https://github.com",
        api_url="https://api.github.com",
        may_be_github=True,
    )
