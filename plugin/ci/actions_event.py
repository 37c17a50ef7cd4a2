"""What an event of GitHub Actions is about: which commit, which pull request, whose code.

Gitea's and Forgejo's Actions share names and shapes.  Knows the head that people see, never the
test merge that GITHUB_SHA names on pull requests.  Does not know the forge.  Sources: GitHub's
pages "Events that trigger workflows", "Variables reference" and "Webhook events and payloads".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from plugin.ci.event import Event, object_at, text_at
from plugin.ci.values import event_of
from plugin.core.build import Fork
from plugin.core.pull_request import (
    hash_of,
    head_of,
    is_dependabot,
    mapping_of,
    number_of,
    ref_of,
)

_PULL_REQUEST_REF = re.compile(r"refs/pull/([0-9]+)/(?:merge|head)")
_QUEUE_REF = re.compile(r"(?:refs/heads/)?gh-readonly-queue/.+/pr-([0-9]+)-[0-9a-f]+")


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What an event is about.  ``authors`` are the logins of who may have written the code."""

    commit: str
    pull_request: int | None = None
    branch: str = ""
    target_branch: str = ""
    fork: Fork = Fork.NO
    authors: tuple[str, ...] = ()


def subject_of(environ: Mapping[str, str], event: Event) -> Subject:
    """Return what the event is about; never raises.

    An event of another name is a pull request's all the same when it brings one, or was started
    for its ref: so Gitea names the event within a reusable workflow ``workflow_call``.
    """
    name = event_of(environ.get("GITHUB_EVENT_NAME", ""))
    if name in _SUBJECTS:
        return _SUBJECTS[name](environ, event)
    is_for_its_ref = _PULL_REQUEST_REF.fullmatch(environ.get("GITHUB_REF", "")) is not None
    if object_at(event, "pull_request") or is_for_its_ref or environ.get("GITHUB_HEAD_REF"):
        return _of_pull_request(environ, event)
    if name in {"deployment", "deployment_status"}:
        return _of_deployment(environ)
    if not name:  # a step that passed some variables on only: GITHUB_SHA may be a merge
        return Subject(commit="", branch=_branch(environ), fork=Fork.UNKNOWN)
    return _of_branch(environ, event)


def is_of_dependabot(environ: Mapping[str, str], subject: Subject) -> bool:
    """Whether Dependabot started the run or wrote the pull request.

    GITHUB_ACTOR stays Dependabot when a person runs the workflow again, and GitHub then too gives
    the run no secrets.  Source: GitHub's page "Troubleshooting Dependabot on GitHub Actions".
    """
    return any(map(is_dependabot, (environ.get("GITHUB_ACTOR", ""), *subject.authors)))


def _of_branch(environ: Mapping[str, str], event: Event) -> Subject:
    """Push, tag, release, schedule, dispatch: GITHUB_SHA is right.

    But a push that deletes a branch has no commit: GITHUB_SHA then is the default branch's, to
    which the push has nothing to say.
    """
    after = text_at(event, "after")
    is_deleted = event.get("deleted") is True or (after != "" and not after.strip("0"))
    return Subject(
        commit="" if is_deleted else hash_of(environ.get("GITHUB_SHA", "")),
        branch=_branch(environ),
    )


def _of_deployment(environ: Mapping[str, str]) -> Subject:
    """A deployment, or its state: of a branch or a tag of ours, or of any commit at all.

    Bots deploy previews of pull requests by their head's commit, forks' too: GITHUB_REF is empty
    then.  They deploy Dependabot's branches as well.
    """
    ref = environ.get("GITHUB_REF", "").strip()
    is_ours = ref.startswith(("refs/heads/", "refs/tags/"))
    return Subject(
        commit=hash_of(environ.get("GITHUB_SHA", "")),
        branch=_branch(environ) if is_ours else "",
        fork=Fork.NO if is_ours else Fork.UNKNOWN,
        authors=("dependabot[bot]",) if ref.startswith("refs/heads/dependabot/") else (),
    )


def _of_pull_request(environ: Mapping[str, str], event: Event) -> Subject:
    """Pull request and review events: the payload's head, and nothing where it is incomplete."""
    pull_request = object_at(event, "pull_request")
    head = head_of(pull_request)
    return Subject(
        commit=head.sha,
        pull_request=(
            head.number
            or number_of(event.get("number"))
            or _number_in(_PULL_REQUEST_REF, environ.get("GITHUB_REF", ""))
        ),
        branch=head.branch or ref_of(environ.get("GITHUB_HEAD_REF", "")),
        target_branch=head.target_branch or ref_of(environ.get("GITHUB_BASE_REF", "")),
        fork=head.fork,
        authors=(head.author,),
    )


def _of_comment(environ: Mapping[str, str], event: Event) -> Subject:
    """A comment on an issue: nothing else than the default branch."""
    issue = object_at(event, "issue")
    is_on_pull_request = isinstance(issue.get("pull_request"), Mapping)
    if issue and not is_on_pull_request and event.get("is_pull") is not True:  # the latter: Gitea
        return _of_branch(environ, event)
    return _of_pull_request_comment(environ, event)


def _of_pull_request_comment(environ: Mapping[str, str], event: Event) -> Subject:
    """A comment on a pull request: the event does not name the head, nor whose it is."""
    _ = environ
    issue = object_at(event, "issue")
    return Subject(
        commit="",
        pull_request=number_of(issue.get("number")),
        fork=Fork.UNKNOWN,
        authors=(text_at(issue, "user", "login"),),
    )


def _of_merge_queue(environ: Mapping[str, str], event: Event) -> Subject:
    """A merge group: its own head; only its branch's name says which pull request it is for.

    It is no fork: the group lies on a branch of ours, where somebody put it who may merge.
    """
    group = object_at(event, "merge_group")
    ref = text_at(group, "head_ref") or environ.get("GITHUB_REF", "")
    return Subject(
        commit=hash_of(group.get("head_sha")) or hash_of(environ.get("GITHUB_SHA", "")),
        pull_request=_number_in(_QUEUE_REF, ref),
        branch=ref_of(ref.removeprefix("refs/heads/")),
        target_branch=ref_of(text_at(group, "base_ref").removeprefix("refs/heads/")),
    )


def _of_workflow_run(environ: Mapping[str, str], event: Event) -> Subject:
    """A run that another one started: the other one's head, not the default branch's tip.

    GitHub lists no pull requests of forks there.
    """
    run = object_at(event, "workflow_run")
    return Subject(
        commit=hash_of(run.get("head_sha")),
        pull_request=_listed_number(run, event),
        branch=ref_of(run.get("head_branch")) or _branch(environ),
        fork=_fork_of_run(run, event),
        authors=(text_at(run, "actor", "login"),),
    )


def _fork_of_run(run: Event, event: Event) -> Fork:
    """Compare the repository of the other run's head with ours."""
    theirs = text_at(run, "head_repository", "full_name").lower()
    ours = text_at(event, "repository", "full_name").lower()
    if not (theirs and ours):
        return Fork.UNKNOWN
    return Fork.NO if theirs == ours else Fork.YES


def _of_check_suite(environ: Mapping[str, str], event: Event) -> Subject:
    """A check run or suite: its head.  GitHub leaves ``head_branch`` null for code of forks."""
    run = object_at(event, "check_run")
    suite = object_at(run, "check_suite") or object_at(event, "check_suite")
    branch = ref_of(suite.get("head_branch"))
    is_null = "head_branch" in suite and suite["head_branch"] is None
    unknown_branch = Fork.YES if is_null else Fork.UNKNOWN
    return Subject(
        commit=hash_of(suite.get("head_sha")),
        pull_request=_listed_number(run or suite, event),
        branch=branch or _branch(environ),
        fork=Fork.NO if branch else unknown_branch,
        authors=(text_at(suite, "head_commit", "author", "name"),),
    )


def _listed_number(run: Event, event: Event) -> int | None:
    """Return the first listed pull request into this repository.

    The list also holds those that take the same branch to another repository of the network.
    """
    ours = object_at(event, "repository").get("id")
    listed = run.get("pull_requests")
    for one in listed if isinstance(listed, list) else []:
        number = number_of(mapping_of(one).get("number"))
        if number and object_at(mapping_of(one), "base", "repo").get("id") == ours:
            return number
    return None


def _branch(environ: Mapping[str, str]) -> str:
    """Return the name of the branch or tag that started the run."""
    return ref_of(environ.get("GITHUB_REF_NAME", ""))


def _number_in(pattern: re.Pattern[str], ref: str) -> int | None:
    """Return the pull request's number in a ref."""
    match = pattern.fullmatch(ref)
    return number_of(match[1]) if match else None


_SUBJECTS: Mapping[str, Callable[[Mapping[str, str], Event], Subject]] = MappingProxyType(
    {
        "pull_request": _of_pull_request,
        "pull_request_target": _of_pull_request,
        "pull_request_review": _of_pull_request,
        "pull_request_review_comment": _of_pull_request,
        "pull_request_comment": _of_pull_request_comment,
        "issue_comment": _of_comment,
        "merge_group": _of_merge_queue,
        "workflow_run": _of_workflow_run,
        "check_run": _of_check_suite,
        "check_suite": _of_check_suite,
    }
)
"""The events whose commit is not GITHUB_SHA, or that are about a pull request."""
