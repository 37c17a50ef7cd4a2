"""The log streams of a job that is to go, of all its runs.

What CreateJob was told says where a run logs, but for what a security configuration adds: that is
looked up at the run itself.  Knows the ports only.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from plugin.core.errors import EngineError
from plugin.core.ports import LogSource
from plugin.sweep.abreast import NONE, guarded

if TYPE_CHECKING:
    from plugin.core.ports import Engine, FoundJob
    from plugin.core.result import Leftover


def delete_logs(engine: Engine, job: FoundJob) -> tuple[Leftover, ...]:
    """Delete the streams of every run of the job; return those that stayed.  Raises nothing."""
    runs, stayed = guarded("log stream", job.name, partial(engine.runs, job.name), otherwise=NONE)
    for run_id in runs:
        delete = partial(_delete, engine, job, run_id)
        found, refusals = guarded("log stream", run_id, delete, otherwise=NONE)
        stayed = (*stayed, *found, *refusals)
    return stayed


def _delete(engine: Engine, job: FoundJob, run_id: str) -> tuple[Leftover, ...]:
    return engine.delete_logs(
        LogSource(
            job_name=job.name,
            run_id=run_id,
            job_type=job.job_type,
            glue_version=job.glue_version,
            group=_group(engine, job.name, run_id),
            arguments=job.arguments,
            security_configuration=job.security_configuration,
            role=job.role,
        )
    )


def _group(engine: Engine, job_name: str, run_id: str) -> str:
    """Return what the run's log groups begin with; empty, the usual one, when nobody tells."""
    try:
        return engine.look(job_name, run_id).log_group
    except EngineError:
        return ""
