"""A job's beginning and end.  Bookmarks are Glue's memory between runs; a check has none."""

import sys
from collections.abc import Mapping
from typing import Any

from awsglue.notes import note_once


class Job:
    """Begin with ``init``, end with ``commit``; both keep no state here."""

    def __init__(self, glue_context: Any) -> None:
        self.glue_context = glue_context
        self.job_name = ""

    def init(self, job_name: str, args: Mapping[str, Any] | None = None) -> None:
        """Begin the job; says once that bookmarks do nothing here, if the job wants them."""
        self.job_name = job_name
        option = (args or {}).get("job_bookmark_option")
        if option == "job-bookmark-enable" or _asked_on_command_line():
            note_once(
                "job bookmarks do nothing on the local engine: every run reads all of its input"
            )

    def isInitialized(self) -> bool:
        """Whether ``init`` was called."""
        return bool(self.job_name)

    def commit(self) -> None:
        """End the job: nothing is kept."""

    def reset(self) -> None:
        """Forget bookmarks: there are none."""


def _asked_on_command_line() -> bool:
    pairs = dict(zip(sys.argv, sys.argv[1:], strict=False))
    return pairs.get("--job-bookmark-option") == "job-bookmark-enable"
