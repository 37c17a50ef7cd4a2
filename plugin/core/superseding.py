"""Which jobs an older build of the same pull request left, and a newer one stops and removes.

Decides by the tags of a job and its time of creation; refuses to know how jobs are found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugin.core.naming import Tag, distinct_value, number_tag, tag_value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from plugin.core.build import Build
    from plugin.core.ports import FoundJob

_SAME = (Tag.MANAGED, Tag.REPOSITORY, Tag.PULL_REQUEST, Tag.WORKFLOW, Tag.SERVER)
"""What two builds of one pull request have in common, be it that neither knows it."""
_NUMBER = re.compile(r"([a-z]+)-([0-9]{1,40})\.([0-9]{1,40})")


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """The build that comes, and its checks by name.  ``began`` is UTC, before it made anything."""

    build: Build
    build_id: str
    context: str
    checks: frozenset[str]
    began: datetime

    def tags(self) -> Mapping[str, str]:
        """Return the tags that all jobs of the pull request bear, of this workflow and server.

        Empty when nobody knows the repository or there is no pull request: then there is nothing
        to supersede.  So it is with a leg that its host numbers by itself: neither number nor time
        tells an older build's job from that of a leg beside it.
        """
        if self.build.is_leg or not self.build.pull_request or not self.build.repository:
            return {}
        named = {
            Tag.REPOSITORY: self.build.repository,
            Tag.PULL_REQUEST: str(self.build.pull_request),
            Tag.WORKFLOW: distinct_value(self.build.workflow),
            Tag.SERVER: self.build.server_url,
        }
        ours = {key: tag_value(value) for key, value in named.items() if value}
        return {Tag.MANAGED: "true", **ours}

    def supersedes(self, job: FoundJob) -> bool:
        """Whether a job is an older build's: same workflow, pull request, check and context.

        What one side knows of workflow and server, and the other does not, makes them differ: a
        host tells it of all its builds, or of none.  With the number, the pull request's branch and
        fork are the same: no host lets them be changed.
        The host's numbers decide where both builds have one of the same host: equal ones are legs
        of one build.  GitHub and Gitea number two events of one commit apart, and a build that is
        begun anew keeps its number: there, a job of our own commit runs beside us, unless it is an
        earlier attempt of our number.  Elsewhere a build begun anew has a new number.
        Without numbers, the job must have been created before we began.  A job without a context
        comes from a version that wrote none: it counts as ours.
        """
        tags, ours = job.tags, self.tags()
        context = tag_value(self.context)
        if not ours or any(tags.get(key, "") != ours.get(key, "") for key in _SAME):
            return False
        checks = {tag_value(check) for check in self.checks}
        if tags.get(Tag.BUILD) == self.build_id or tags.get(Tag.CHECK) not in checks:
            return False
        if tags.get(Tag.CONTEXT, context) != context:
            return False
        mine, theirs = _order(number_tag(self.build)), _order(tags.get(Tag.NUMBER, ""))
        if self._is_beside(job):
            return bool(mine and theirs and mine[:2] == theirs[:2] and theirs < mine)
        if mine and theirs and mine[0] == theirs[0]:
            return theirs < mine
        return job.created_at < self.began

    def _is_beside(self, job: FoundJob) -> bool:
        """Whether a job is of our commit, on a host that runs one commit for several events."""
        commit = tag_value(self.build.commit)
        return bool(
            self.build.host.has_runner_files and commit and job.tags.get(Tag.COMMIT) == commit
        )


def _order(tag: str) -> tuple[str, int, int] | None:
    """Return host, number and attempt; None for what is no such tag."""
    match = _NUMBER.fullmatch(tag)
    return (match[1], int(match[2]), int(match[3])) if match else None
