"""The driver's log of a run in CloudWatch Logs, read forward by token.

Sources: "Monitoring AWS Glue jobs with CloudWatch Logs"; the run's ``LogGroupName`` is a prefix to
which ``/output`` and ``/error`` are added; the driver's stream is called as the run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plugin.clients.aws_errors import translated
from plugin.core.errors import EngineError, NotFound
from plugin.core.ports import LogChunk, LogStream
from plugin.core.result import Leftover

if TYPE_CHECKING:
    from plugin.clients.aws import Clients

MOST_PAGES = 50
"""Pages of one stream in one read: a job that logs faster than we read must not block a cancel."""
DEFAULT_GROUP = "/aws-glue/jobs"


class DriverLog:
    """Reads both streams of a run.  A stream that is not there yet is empty."""

    def __init__(self, clients: Clients, *, job_name: str, run_id: str) -> None:
        """Take the run; nothing is asked yet."""
        self._clients = clients
        self._job_name = job_name
        self._run_id = run_id
        self._group = ""
        self._tokens: dict[LogStream, str] = {}
        self._keeps_ends: set[LogStream] = set()

    def read(self) -> tuple[LogChunk, ...]:
        """Return what is new since the last call; nothing twice."""
        if not self._group:
            self._group = group_of(self._clients, self._job_name, self._run_id)
        return tuple(
            LogChunk(stream=stream, text=text)
            for stream in LogStream
            for text in self._new_texts(stream)
        )

    def _new_texts(self, stream: LogStream) -> list[str]:
        texts: list[str] = []
        for _ in range(MOST_PAGES):
            token = self._tokens.get(stream, "")
            following: dict[str, Any] = {"nextToken": token} if token else {}
            try:
                with translated(f"read the log {self._group}/{stream}"):
                    page = self._clients.logs.get_log_events(
                        logGroupName=f"{self._group}/{stream}",
                        logStreamName=self._run_id,
                        startFromHead=True,
                        **following,
                    )
                    events = page["events"]
            except NotFound:
                return texts
            texts += [self._text(stream, event.get("message", "")) for event in events]
            self._tokens[stream] = page.get("nextForwardToken", "")
            if self._tokens[stream] == token or not events:
                break
        return texts

    def _text(self, stream: LogStream, message: str) -> str:
        """Return an event's text with its line break.

        Some writers keep the line break in the event, some leave it out.  Once a stream was seen to
        keep it, an event without one is a piece of a line that goes on.
        """
        if message.endswith("\n"):
            self._keeps_ends.add(stream)
            return message
        return message if stream in self._keeps_ends else message + "\n"


def group_of(clients: Clients, job_name: str, run_id: str) -> str:
    """Return the prefix of the run's log groups; a security configuration changes it."""
    with translated(f"look at the run {run_id}"):
        run = clients.glue.get_job_run(JobName=job_name, RunId=run_id)["JobRun"]
    return run.get("LogGroupName") or DEFAULT_GROUP


def delete_streams(clients: Clients, job_name: str, run_id: str) -> tuple[Leftover, ...]:
    """Delete every stream whose name begins with the run's id; return those that stayed."""
    stayed: list[Leftover] = []
    prefix = group_of(clients, job_name, run_id)
    for group in (f"{prefix}/{stream}" for stream in LogStream):
        try:
            stayed += _delete_in(clients, group, run_id)
        except NotFound:
            continue
    return tuple(stayed)


def _delete_in(clients: Clients, group: str, run_id: str) -> list[Leftover]:
    stayed = []
    with translated(f"list the streams of {group}"):
        pages = clients.logs.get_paginator("describe_log_streams").paginate(
            logGroupName=group, logStreamNamePrefix=run_id
        )
        names = [stream["logStreamName"] for page in pages for stream in page["logStreams"]]
    for name in names:
        try:
            with translated(f"delete the stream {name}"):
                clients.logs.delete_log_stream(logGroupName=group, logStreamName=name)
        except EngineError as error:
            stayed.append(Leftover(kind="log stream", name=f"{group}:{name}", reason=str(error)))
    return stayed
