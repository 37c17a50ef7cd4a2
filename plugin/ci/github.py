"""GitHub Actions.

Knows which commit and pull request each event is about: the head that people see, never the test
merge that GITHUB_SHA names on pull requests.  Sources: GitHub's pages "Events that trigger
workflows", "Variables reference" and "Webhook events and payloads".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from plugin.ci.event import Event, object_at, text_at
from plugin.ci.repository_url import parse_repository_url
from plugin.ci.values import base_url_of, digits_of, event_of, repository_of
from plugin.core.build import Build, Fork, Host, Question
from plugin.core.pull_request import hash_of, head_of, mapping_of, number_of, ref_of

if TYPE_CHECKING:
    from plugin.ci.git import GitFacts

_PULL_REQUEST_REF = re.compile(r"refs/pull/([0-9]+)/(?:merge|head)")
_QUEUE_REF = re.compile(r"(?:refs/heads/)?gh-readonly-queue/.+/pr-([0-9]+)-[0-9a-f]+")


@dataclass(frozen=True, kw_only=True)
class _Subject:
    """What an event is about."""

    commit: str
    pull_request: int | None = None
    branch: str = ""
    target_branch: str = ""
    fork: Fork = Fork.NO
    is_known: bool = True
    """False: the API must be asked for the pull request's head."""


def build_of(environ: Mapping[str, str], event: Event | None, git: GitFacts) -> Build:
    """Return the build of a workflow run; ``git`` is not needed, the environment knows better.

    ``number`` is GITHUB_RUN_ID, not GITHUB_RUN_NUMBER: the latter counts the runs of one workflow
    file and starts again at 1 when that is renamed, the former is one sequence for all workflows,
    so that builds of the same pull request from two workflows have an order too.
    """
    _ = git
    name = event_of(environ.get("GITHUB_EVENT_NAME", ""))
    subject = _SUBJECTS.get(name, _of_branch)(environ, event or {})
    repository = _repository(environ)
    server_url = base_url_of(environ.get("GITHUB_SERVER_URL", "")) or "https://github.com"
    return Build(
        host=Host.GITHUB,
        repository=repository,
        commit=subject.commit,
        pull_request=subject.pull_request,
        branch=subject.branch,
        target_branch=subject.target_branch,
        event=name,
        actor=ref_of(environ.get("GITHUB_ACTOR", "")),
        link=_link(environ, server_url, repository),
        number=digits_of(environ.get("GITHUB_RUN_ID", "")),
        attempt=digits_of(environ.get("GITHUB_RUN_ATTEMPT", "")),
        fork=subject.fork,
        server_url=server_url,
        api_url=base_url_of(environ.get("GITHUB_API_URL", "")) or _api_of(server_url),
        questions=() if subject.is_known else (Question.PULL_REQUEST_HEAD,),
    )


def _repository(environ: Mapping[str, str]) -> str:
    """Return ``owner/name``; GitHub has no deeper ones."""
    repository = repository_of(environ.get("GITHUB_REPOSITORY", ""))
    return repository if repository.count("/") == 1 else ""


def _api_of(server_url: str) -> str:
    """Return the API's base where the runner does not tell it."""
    found = parse_repository_url(f"{server_url}/owner/name")
    return base_url_of(found.api_url) if found else ""


def _link(environ: Mapping[str, str], server_url: str, repository: str) -> str:
    """Return the page of this very attempt: without it, a link shows the newest one."""
    run = digits_of(environ.get("GITHUB_RUN_ID", ""))
    attempt = digits_of(environ.get("GITHUB_RUN_ATTEMPT", ""))
    if not (run and repository):
        return ""
    page = f"{server_url}/{repository}/actions/runs/{run}"
    return f"{page}/attempts/{attempt}" if attempt else page


def _of_branch(environ: Mapping[str, str], event: Event) -> _Subject:
    """Push, tag, release, schedule, dispatch: GITHUB_SHA is right.

    But a push that deletes a branch has no commit: GITHUB_SHA then is the default branch's, to
    which the push has nothing to say.
    """
    is_deleted = event.get("deleted") is True
    return _Subject(
        commit="" if is_deleted else hash_of(environ.get("GITHUB_SHA", "")),
        branch=_branch(environ),
    )


def _of_pull_request(environ: Mapping[str, str], event: Event) -> _Subject:
    """Pull request and review events: the payload's head, or a question where it is incomplete."""
    pull_request = object_at(event, "pull_request")
    head = head_of(pull_request)
    number = (
        number_of(pull_request.get("number"))
        or number_of(event.get("number"))
        or _number_in(_PULL_REQUEST_REF, environ.get("GITHUB_REF", ""))
    )
    return _Subject(
        commit=head.sha,
        pull_request=number,
        branch=head.branch or ref_of(environ.get("GITHUB_HEAD_REF", "")),
        target_branch=head.target_branch or ref_of(environ.get("GITHUB_BASE_REF", "")),
        fork=_fork_for(number, head.fork),
        is_known=number is None or (head.sha != "" and head.fork is not Fork.UNKNOWN),
    )


def _fork_for(number: int | None, fork: Fork) -> Fork:
    """Without a number nobody can be asked: what is not known to be ours counts as a stranger's."""
    return Fork.YES if number is None and fork is Fork.UNKNOWN else fork


def _of_comment(environ: Mapping[str, str], event: Event) -> _Subject:
    """A comment: on a pull request a question, for the event does not name its head."""
    if not isinstance(object_at(event, "issue").get("pull_request"), Mapping):
        return _of_branch(environ, event)
    number = number_of(object_at(event, "issue").get("number"))
    return _Subject(
        commit="",
        pull_request=number,
        fork=_fork_for(number, Fork.UNKNOWN),
        is_known=number is None,
    )


def _of_merge_queue(environ: Mapping[str, str], event: Event) -> _Subject:
    """A merge group: its own head; only its branch's name says which pull request it is for."""
    group = object_at(event, "merge_group")
    ref = text_at(group, "head_ref") or environ.get("GITHUB_REF", "")
    return _Subject(
        commit=hash_of(group.get("head_sha")) or hash_of(environ.get("GITHUB_SHA", "")),
        pull_request=_number_in(_QUEUE_REF, ref),
        branch=ref_of(ref.removeprefix("refs/heads/")),
        target_branch=ref_of(text_at(group, "base_ref").removeprefix("refs/heads/")),
    )


def _of_workflow_run(environ: Mapping[str, str], event: Event) -> _Subject:
    """A run that another one started: the other one's head, not the default branch's tip."""
    run = object_at(event, "workflow_run")
    return _Subject(
        commit=hash_of(run.get("head_sha")),
        pull_request=_listed_number(run, event),
        branch=ref_of(run.get("head_branch")) or _branch(environ),
        fork=_fork_of_run(run, event),
    )


def _fork_of_run(run: Event, event: Event) -> Fork:
    """Compare the repository of the other run's head with ours; what cannot be told is foreign."""
    theirs = text_at(run, "head_repository", "full_name").lower()
    ours = text_at(event, "repository", "full_name").lower()
    return Fork.NO if theirs and theirs == ours else Fork.YES


def _of_check_suite(environ: Mapping[str, str], event: Event) -> _Subject:
    """A check run or suite: its head.  GitHub leaves ``head_branch`` null for code of forks."""
    run = object_at(event, "check_run")
    suite = object_at(run, "check_suite") or object_at(event, "check_suite")
    branch = ref_of(suite.get("head_branch"))
    return _Subject(
        commit=hash_of(suite.get("head_sha")),
        pull_request=_listed_number(run or suite, event),
        branch=branch or _branch(environ),
        fork=Fork.NO if branch else Fork.YES,
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


_SUBJECTS: Mapping[str, Callable[[Mapping[str, str], Event], _Subject]] = MappingProxyType(
    {
        "pull_request": _of_pull_request,
        "pull_request_target": _of_pull_request,
        "pull_request_review": _of_pull_request,
        "pull_request_review_comment": _of_pull_request,
        "issue_comment": _of_comment,
        "merge_group": _of_merge_queue,
        "workflow_run": _of_workflow_run,
        "check_run": _of_check_suite,
        "check_suite": _of_check_suite,
    }
)
"""The events whose commit is not GITHUB_SHA, or that are about a pull request."""
