"""The driver's log of a run in CloudWatch Logs, read forward by token.

Sources: "Monitoring AWS Glue jobs with CloudWatch Logs"; the run's ``LogGroupName`` is a prefix to
which ``/output`` and ``/error`` are added; the driver's stream is called as the run.
"Monitoring with AWS Glue job run insights" and "Migrating AWS Glue jobs to 5.0": the analysis is a
stream of its own, until Glue 4.0 below ``/logs-v2``, since then below ``/error``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plugin.clients.aws_errors import translated
from plugin.core.errors import EngineError, NotFound
from plugin.core.ports import LogChunk, LogStream
from plugin.core.result import Leftover

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.clients.aws import Clients

MOST_PAGES = 50
"""Pages of one stream in one read: a job that logs faster than we read must not block a cancel."""
DEFAULT_GROUP = "/aws-glue/jobs"
ANALYSIS = "-job-insights-rca-driver"
"""What is added to a run's id for the stream of Glue's own analysis."""
ANALYSIS_PAGES, ANALYSIS_EVENTS = 2, 100
"""Requests for it, at most, and events of one: the first page of a new stream may be empty."""
_BEFORE_5 = ("0.", "1.", "2.", "3.", "4.")


class DriverLog:
    """Reads both streams of a run.  A stream that is not there yet is empty."""

    def __init__(self, clients: Clients, *, job_name: str, run_id: str) -> None:
        """Take the run; nothing is asked yet."""
        self._clients = clients
        self._job_name = job_name
        self._run_id = run_id
        self._group = ""
        self._analysis_group = ""
        self._tokens: dict[LogStream, str] = {}
        self._keeps_ends: set[LogStream] = set()

    def read(self) -> tuple[LogChunk, ...]:
        """Return what is new since the last call; nothing twice."""
        self._find_groups()
        return tuple(
            LogChunk(stream=stream, text=text)
            for stream in LogStream
            for text in self._new_texts(stream)
        )

    def analysis(self) -> tuple[str, ...]:
        """Return the messages of Glue's own analysis; empty when there is no such stream."""
        self._find_groups()
        following: dict[str, Any] = {}
        for _ in range(ANALYSIS_PAGES):
            try:
                with translated(f"read the analysis in {self._analysis_group}"):
                    page = self._clients.logs.get_log_events(
                        logGroupName=self._analysis_group,
                        logStreamName=f"{self._run_id}{ANALYSIS}",
                        startFromHead=True,
                        limit=ANALYSIS_EVENTS,
                        **following,
                    )
                    messages = tuple(event.get("message", "") for event in page["events"])
            except NotFound:
                return ()
            token = page.get("nextForwardToken", "")
            if messages or not token:
                return messages
            following = {"nextToken": token}
        return ()

    def _find_groups(self) -> None:
        if not self._group:
            run = _run_of(self._clients, self._job_name, self._run_id)
            self._group = _group(run)
            self._analysis_group = f"{self._group}/{'logs-v2' if _is_before_5(run) else 'error'}"

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


def _run_of(clients: Clients, job_name: str, run_id: str) -> Mapping[str, Any]:
    with translated(f"look at the run {run_id}"):
        run: Mapping[str, Any] = clients.glue.get_job_run(JobName=job_name, RunId=run_id)["JobRun"]
    return run


def _group(run: Mapping[str, Any]) -> str:
    """Return the prefix of the run's log groups; a security configuration changes it."""
    return run.get("LogGroupName") or DEFAULT_GROUP


def _is_before_5(run: Mapping[str, Any]) -> bool:
    """Whether the run's Glue has a third group, for its continuous log and its analysis."""
    return str(run.get("GlueVersion", "")).startswith(_BEFORE_5)


def delete_streams(clients: Clients, job_name: str, run_id: str) -> tuple[Leftover, ...]:
    """Delete every stream whose name begins with the run's id; return those that stayed."""
    stayed: list[Leftover] = []
    run = _run_of(clients, job_name, run_id)
    ends = (*LogStream, *(("logs-v2",) if _is_before_5(run) else ()))
    for group in (f"{_group(run)}/{end}" for end in ends):
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
