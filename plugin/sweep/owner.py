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
    Who is not sure and knows its pull request is told ids by a file that the pull request may have
    committed: then the job must say that very pull request, and that very server.
    ``is_anybody`` says that the operator named the build, from wherever: then nothing must.
    """

    repository: str = ""
    pull_request: int | None = None
    server_url: str = ""
    is_sure: bool = False
    is_anybody: bool = False

    def owns(self, tags: Mapping[str, str]) -> bool:
        """Whether a job with these tags is ours."""
        if self.is_anybody:
            return True
        if tags.get(Tag.REPOSITORY, "") != tag_value(self.repository):
            return False
        if self.is_sure or not self.pull_request:
            return True
        server = tags.get(Tag.SERVER, "")
        number = tags.get(Tag.PULL_REQUEST, "")
        return number == str(self.pull_request) and server == tag_value(self.server_url)
