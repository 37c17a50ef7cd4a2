"""Glue's jobs that carry our tags: their names by the page, what is known of each, several at once.

A listing filters by tags and tells names; BatchGetJobs tells definitions, but no tags; GetTags is
asked for one job at a time, so it is asked last, and only of those that are wanted.  The Resource
Groups Tagging API would tell a hundred jobs' tags at once, but it needs a right of its own, and it
tells of tags and jobs that are gone: nothing is deleted on its word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plugin.clients.aws.errors import translated
from plugin.core.errors import AnswerLost, EngineError, NotFound
from plugin.core.ports import FoundJob

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from plugin.clients.aws.clients import Clients

PAGE = 1000
"""Most names of one ListJobs.  Source: botocore's Glue model, ``PageSize``."""
BATCH = 25
"""Job names of one BatchGetJobs."""
SIDE_BY_SIDE = 8
"""Jobs whose tags are asked for at once."""


class FoundJobs:
    """The jobs of one account and region, found by their tags."""

    def __init__(self, clients: Clients) -> None:
        """Take the clients."""
        self._clients = clients

    def names(self, tags: Mapping[str, str]) -> Iterator[str]:
        """Yield the names of the jobs that carry all of ``tags``, asked of Glue page by page."""
        token = ""
        while True:
            with translated("list the jobs with our tags"):
                page = self._clients.glue.list_jobs(
                    Tags=dict(tags), MaxResults=PAGE, **({"NextToken": token} if token else {})
                )
                names = page["JobNames"]  # an answer without is a lost one, not an empty list
            yield from names
            token = page.get("NextToken", "")
            if not token:
                return

    def find(self, tags: Mapping[str, str]) -> Iterator[FoundJob]:
        """Yield the jobs that carry all of ``tags``."""
        yield from self.described(tuple(self.names(tags)))

    def described(
        self, names: tuple[str, ...], *, until: datetime | None = None
    ) -> tuple[FoundJob, ...]:
        """Return those that are there and no younger than ``until``, with their tags."""
        from concurrent.futures import ThreadPoolExecutor

        jobs = [
            job
            for first in range(0, len(names), BATCH)
            for job in self._definitions(names[first : first + BATCH])
            if until is None or job["CreatedOn"] <= until
        ]
        if jobs:
            self._clients.account_id()  # known now: else each job would be unread by itself
        with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as pool:
            found = tuple(pool.map(self._found, jobs))
        return tuple(job for job in found if job is not None)

    def _definitions(self, names: tuple[str, ...]) -> list[Any]:
        doing = "read the jobs with our tags"
        with translated(doing):
            answer = self._clients.glue.batch_get_jobs(JobNames=list(names))
            jobs = list(answer["Jobs"])
            told = {*(job["Name"] for job in jobs), *answer.get("JobsNotFound", ())}
        if untold := [name for name in names if name not in told]:
            raise AnswerLost(f"Could not {doing}: the answer says nothing of {untold[0]}.")
        return jobs

    def _found(self, job: Any) -> FoundJob | None:  # noqa: ANN401 - botocore's typed dict
        """Return the job with its tags; None when somebody else has removed it meanwhile.

        One whose tags nobody tells us says so: it must not keep us from the others.
        """
        tags, unread = {}, ""
        try:
            tags = self._tags(job["Name"])
        except NotFound:
            return None
        except EngineError as error:
            unread = str(error)
        return FoundJob(
            name=job["Name"],
            tags=tags,
            created_at=job["CreatedOn"],
            job_type=job.get("Command", {}).get("Name", ""),
            glue_version=job.get("GlueVersion", ""),
            arguments=job.get("DefaultArguments", {}),
            security_configuration=job.get("SecurityConfiguration", ""),
            role=job.get("Role", ""),
            unread=unread,
        )

    def _tags(self, name: str) -> dict[str, str]:
        arn = self._clients.job_arn(name)
        with translated(f"read the tags of the job {name}"):
            return dict(self._clients.glue.get_tags(ResourceArn=arn)["Tags"])
