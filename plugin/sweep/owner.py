"""Whose a build's jobs are: ours, or another pull request's or repository's.

Decides by tags; refuses to know where a build id comes from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugin.core.naming import Tag, tag_value

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Owner:
    """Who asks for what a build left.

    ``is_sure`` says that the build id cannot come from a pull request's author: then the
    repository alone must agree, because a check may have learned its pull request from GitHub.
    ``is_anybody`` says that the operator named the build, from wherever: then nothing must.
    """

    repository: str = ""
    pull_request: int | None = None
    is_sure: bool = False
    is_anybody: bool = False

    def owns(self, tags: Mapping[str, str]) -> bool:
        """Whether a job with these tags is ours; the pull request counts where both know one."""
        if self.is_anybody:
            return True
        if tags.get(Tag.REPOSITORY, "") != tag_value(self.repository):
            return False
        theirs = tags.get(Tag.PULL_REQUEST, "")
        is_open = self.is_sure or not theirs or not self.pull_request
        return is_open or theirs == str(self.pull_request)
