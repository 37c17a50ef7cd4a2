"""The one implementation of the ``Engine`` port: what the lifecycle asks, by service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.aws.glue.found_jobs import FoundJobs
from plugin.aws.glue.jobs import GlueJobs
from plugin.aws.logs.budget import LogBudget
from plugin.aws.logs.driver_log import DriverLog
from plugin.aws.logs.removal import delete_streams
from plugin.aws.s3.objects import Objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from plugin.clients.aws.clients import Clients
    from plugin.core.ports import Clock, FoundJob, LogReader, LogSource, Sighting, Upload
    from plugin.core.result import Leftover


class AwsEngine:
    """Glue, S3 and CloudWatch Logs of one account and region.  Safe in threads."""

    def __init__(self, clients: Clients, clock: Clock) -> None:
        """Take the clients; nothing is asked of AWS yet."""
        self._clients = clients
        self._jobs = GlueJobs(clients, clock)
        self._found = FoundJobs(clients)
        self._objects = Objects(clients, is_cancelled=clock.is_cancelled)
        self._clock = clock
        self._log_budget = LogBudget.unbounded(clock) if clients.is_local else LogBudget(clock)

    @property
    def region(self) -> str:
        """Return the region of the jobs."""
        return self._clients.region

    def upload(self, uploads: tuple[Upload, ...]) -> None:
        """Write all objects."""
        for upload in uploads:
            self._objects.write(upload)

    def create_job(self, request: Mapping[str, object]) -> None:
        """Create the job, or adopt it when it is ours already."""
        self._jobs.create(request)

    def start_run(self, request: Mapping[str, object]) -> str:
        """Start the run exactly once."""
        return self._jobs.start(request)

    def look(self, job_name: str, run_id: str) -> Sighting:
        """Return the run as it is now."""
        return self._jobs.look(job_name, run_id)

    def driver_log(self, source: LogSource) -> LogReader:
        """Return a reader at the beginning of the run's log."""
        return DriverLog(self._clients, source, budget=self._log_budget, clock=self._clock)

    def runs(self, job_name: str) -> tuple[str, ...]:
        """Return the ids of all the job's runs."""
        return self._jobs.runs(job_name)

    def active_runs(self, job_name: str) -> tuple[str, ...]:
        """Return the ids of the job's runs that are not final."""
        return self._jobs.active_runs(job_name)

    def stop_runs(self, job_name: str, run_ids: tuple[str, ...]) -> None:
        """Ask Glue to stop the runs."""
        self._jobs.stop(job_name, run_ids)

    def has_objects(self, bucket: str, prefix: str) -> bool:
        """Whether there is anything below a prefix."""
        return self._objects.holds(bucket, prefix)

    def delete_objects(self, bucket: str, prefix: str) -> tuple[Leftover, ...]:
        """Delete all objects below a prefix of ours."""
        return self._objects.delete_below(bucket, prefix)

    def delete_logs(self, source: LogSource) -> tuple[Leftover, ...]:
        """Delete the run's log streams, within a bound."""
        return delete_streams(self._clients, source, self._clock)

    def delete_job(self, job_name: str) -> None:
        """Delete the job."""
        self._jobs.delete(job_name)

    def find_jobs(self, tags: Mapping[str, str]) -> Iterator[FoundJob]:
        """Yield the jobs that carry all of ``tags``."""
        for job in self._found.find(tags):
            self._jobs.trust((job.name,))
            yield job

    def job_names(self, tags: Mapping[str, str]) -> Iterator[str]:
        """Yield the names alone of the jobs that carry all of ``tags``."""
        return self._found.names(tags)

    def described(self, names: tuple[str, ...], *, until: datetime) -> tuple[FoundJob, ...]:
        """Return those of the jobs that are there and were created at ``until`` or earlier."""
        found = self._found.described(names, until=until)
        self._jobs.trust(job.name for job in found)
        return found

    def build_prefixes(self, bucket: str) -> Iterator[tuple[str, datetime]]:
        """Yield the build ids that have objects in a bucket."""
        return self._objects.build_prefixes(bucket)

    def tickets(self, bucket: str, build_id: str) -> tuple[str, ...]:
        """Return the texts of a build's tickets."""
        return self._objects.tickets(bucket, build_id)
