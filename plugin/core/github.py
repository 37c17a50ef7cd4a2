"""What we put on GitHub, and what we find there: statuses, comments, check runs.

Plain values for reporters and for the client.  Knows GitHub's words for states.  Refuses to know
how they get there, and what should be said.  Texts are sent as they are: who makes these values
has masked, escaped and cut them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

StatusState: TypeAlias = Literal["pending", "success", "failure", "error"]
CheckRunStatus: TypeAlias = Literal["queued", "in_progress", "completed"]
CheckRunConclusion: TypeAlias = Literal[
    "success", "failure", "neutral", "cancelled", "skipped", "timed_out", "action_required"
]
AnnotationLevel: TypeAlias = Literal["notice", "warning", "failure"]

MOST_ANNOTATIONS = 50
"""Of one request; a further request appends.  Source: REST API, "Update a check run"."""

MOST_STATUS_DESCRIPTION = 140
"""Characters.  Source: GitHub's answer 422 to a longer one."""

MOST_STATUS_CONTEXT = 255
"""Characters, likewise."""

MOST_COMMENT_BODY = 65_536
"""Characters.  Source: GitHub's answer 422 to a longer one."""

MOST_CHECK_RUN_TEXT = 65_535
"""Characters of ``summary`` and of ``text`` each.  Source: REST API, "Create a check run"."""


@dataclass(frozen=True, kw_only=True)
class IssueComment:
    """A comment of an issue or a pull request.

    ``author`` is the login as the REST API shows it: an app's ends in ``[bot]``; empty when the
    account is gone.  ``is_bot`` says whether GitHub calls the account an app's.
    """

    id: int
    author: str
    body: str
    is_bot: bool = False

    def is_by(self, login: str) -> bool:
        """Whether the account of that name wrote it; ``login`` is what ``viewer`` says.

        GraphQL shows an app's login with the ending ``[bot]`` as a viewer and without it elsewhere,
        so both are taken.  Capitals do not count, as everywhere in logins.
        """
        author, login = self.author.lower(), login.lower()
        if not login:
            return False
        return author == login or (self.is_bot and author == f"{login}[bot]")


@dataclass(frozen=True, kw_only=True)
class StatusPost:
    """A commit status to be made; an empty ``target_url`` is left out."""

    state: StatusState
    context: str
    description: str = ""
    target_url: str = ""


@dataclass(frozen=True, kw_only=True)
class PostedStatus:
    """A commit status as GitHub has it; absent texts are empty."""

    state: str
    target_url: str = ""
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class Annotation:
    """A remark on lines of a file.  ``path`` is relative to the repository's root."""

    path: str
    start_line: int
    end_line: int
    level: AnnotationLevel
    message: str
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class CheckRunPost:
    """A check run to be made or changed; empty texts are left out.

    ``conclusion`` belongs to ``completed`` and to nothing else.  ``annotations`` are at most
    ``MOST_ANNOTATIONS``; those of an update are added to the ones that are there.
    """

    name: str
    head_sha: str
    external_id: str = ""
    details_url: str = ""
    status: CheckRunStatus = "completed"
    conclusion: CheckRunConclusion | None = None
    title: str = ""
    summary: str = ""
    text: str = ""
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FoundCheckRun:
    """A check run as GitHub has it, and how many annotations it has by now."""

    id: int
    annotation_count: int = 0
