"""Buildkite.

Knows that BUILDKITE_PULL_REQUEST is the text ``false`` without one (where it is missing, it was not
passed on, and nobody knows), that ``mallory:main``, as no branch can be called, may be a fork's
without a pull request, and that BUILDKITE_COMMIT may be ``HEAD``, or of a build that checked a test
merge out.  A fork is told: BUILDKITE_PULL_REQUEST_REPO is the repository of the pull request's
head.  Source: Buildkite's page "Environment variables".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.ci.questions import with_questions
from plugin.ci.repository_url import forge_of
from plugin.ci.values import digits_of, event_of, is_from_dependabot, web_url_of
from plugin.core.build import Build, Fork, Host
from plugin.core.pull_request import hash_of, number_of, ref_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.ci.event import Event
    from plugin.ci.git import GitFacts


def build_of(environ: Mapping[str, str], event: Event | None, git: GitFacts) -> Build:
    """Return the build of a job.  ``git`` resolves HEAD, except on a pull request: see below.

    There the checkout may be a merge; GitHub knows the head.
    """
    _ = event
    forge = forge_of(environ.get("BUILDKITE_REPO", ""))
    is_pull_request = environ.get("BUILDKITE_PULL_REQUEST", "").strip().lower() != "false"
    author = ref_of(environ.get("BUILDKITE_BUILD_AUTHOR", ""))
    branch = ref_of(environ.get("BUILDKITE_BRANCH", ""))
    source = event_of(environ.get("BUILDKITE_SOURCE", ""))
    build = Build(
        host=Host.BUILDKITE,
        repository=forge.owner_and_name,
        commit=_commit(environ, git, is_pull_request=is_pull_request),
        pull_request=number_of(environ.get("BUILDKITE_PULL_REQUEST", "")),
        branch=ref_of(environ.get("BUILDKITE_TAG", "")) or branch,
        target_branch=ref_of(environ.get("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "")),
        event="pull_request" if is_pull_request else source,
        actor=ref_of(environ.get("BUILDKITE_BUILD_CREATOR", "")) or author,
        link=web_url_of(environ.get("BUILDKITE_BUILD_URL", "")),
        workflow=ref_of(environ.get("BUILDKITE_PIPELINE_SLUG", "")),
        job=ref_of(environ.get("BUILDKITE_STEP_KEY") or environ.get("BUILDKITE_LABEL", "")),
        number=digits_of(environ.get("BUILDKITE_BUILD_NUMBER", "")),
        attempt=_attempt(environ),
        fork=_fork(environ, forge.owner_and_name) if is_pull_request else _fork_of_branch(environ),
        is_dependabot=is_from_dependabot(author, branch, is_pull_request=is_pull_request),
        server_url=forge.server_url,
        api_url=forge.api_url,
    )
    return with_questions(build)


def _commit(environ: Mapping[str, str], git: GitFacts, *, is_pull_request: bool) -> str:
    is_merge = environ.get("BUILDKITE_PULL_REQUEST_USING_MERGE_REFSPEC", "").strip() == "true"
    if is_pull_request and is_merge:
        return ""
    found = hash_of(environ.get("BUILDKITE_COMMIT", ""))
    return found if found or is_pull_request else hash_of(git.commit)


def _attempt(environ: Mapping[str, str]) -> str:
    """Return which attempt of the job it is, from 1 on; BUILDKITE_RETRY_COUNT counts from 0."""
    retries = environ.get("BUILDKITE_RETRY_COUNT", "").strip()
    if retries.strip("0") and not digits_of(retries):
        return ""
    return str(int(digits_of(retries) or "0") + 1) if retries else ""


def _fork(environ: Mapping[str, str], ours: str) -> Fork:
    """Compare the repository of the pull request's head with ours."""
    theirs = forge_of(environ.get("BUILDKITE_PULL_REQUEST_REPO", "")).owner_and_name
    if not (theirs and ours):
        return Fork.UNKNOWN
    return Fork.NO if theirs.lower() == ours.lower() else Fork.YES


def _fork_of_branch(environ: Mapping[str, str]) -> Fork:
    """Git takes no colon in a branch's name; forges write ``owner:branch`` for a fork's."""
    return Fork.UNKNOWN if ":" in environ.get("BUILDKITE_BRANCH", "") else Fork.NO
