"""Who asked: the build of a CI host, or a person on a laptop."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Host(StrEnum):
    """The CI hosts that are told apart."""

    GITHUB = "github"
    DRONE = "drone"
    JENKINS = "jenkins"
    PLAIN = "plain"


class Fork(StrEnum):
    """Whether the code comes from a fork.  ``unknown`` on a pull request counts as ``yes``."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Question(StrEnum):
    """What only GitHub's API knows.  ``ci`` returns it, ``app`` asks it."""

    PULL_REQUEST_HEAD = "pull_request_head"
    """The head commit of the pull request, and whether it comes from a fork."""


@dataclass(frozen=True, kw_only=True)
class Build:
    """One build: where to report and what to call things.

    ``commit`` is the full hash to report on (the pull request's head, not the merge commit);
    empty when nobody knows.  ``repository`` is ``owner/name``; empty on a laptop without remote.
    ``number`` and ``attempt`` order the builds of one workflow; both are texts of digits or empty.
    """

    host: Host
    repository: str = ""
    commit: str = ""
    pull_request: int | None = None
    branch: str = ""
    target_branch: str = ""
    event: str = ""
    actor: str = ""
    link: str = ""
    number: str = ""
    attempt: str = ""
    fork: Fork = Fork.NO
    server_url: str = ""
    api_url: str = ""
    questions: tuple[Question, ...] = ()

    @property
    def is_foreign(self) -> bool:
        """Whether a stranger may have written the code: a fork, or a pull request of unknown."""
        if self.fork is Fork.UNKNOWN:
            return self.pull_request is not None
        return self.fork is Fork.YES

    def job_suffix(self) -> str:
        """Return the default ``job_suffix``, e.g. ``pr-123-456`` or ``main-456``."""
        subject = f"pr-{self.pull_request}" if self.pull_request else self.branch or "local"
        return "-".join(part for part in (subject, self.number) if part)
