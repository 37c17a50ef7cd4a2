"""The classes of trouble that a check can be in, each with an anchor in the troubleshooting guide.

Knows only their names: which one it is, is decided where the verdict is (``judgement``) and by the
tables of ``diagnosis``.
"""

from __future__ import annotations

from enum import StrEnum


class Trouble(StrEnum):
    """Why a check did not pass.  The value is the anchor in ``docs/troubleshooting.md``."""

    SCRIPT_ERROR = "script-error"
    """An exception of the script that no other class names."""
    SYNTAX = "syntax-error"
    MODULE_NOT_FOUND = "module-not-found"
    ARGUMENTS = "missing-argument"
    SYSTEM_EXIT = "system-exit"
    DATA_NOT_FOUND = "data-not-found"
    """A path, table, database or bucket that the script reads is not there."""
    OUT_OF_MEMORY = "out-of-memory"
    DISK_FULL = "disk-full"
    WORKER_LOST = "worker-lost"
    """An executor went away, and nothing says that its memory was the reason."""
    JOB_PERMISSION = "permission-of-the-job"
    """The job's role may not do what the script does: IAM, a bucket, a key, Lake Formation."""
    CONNECTION = "connection"
    """A database or a Glue connection cannot be reached by the job."""
    LOGIN = "login-refused"
    """A database or service that the job reached refuses its user or password."""
    TIME_OUT = "time-out"
    COST_LIMIT = "cost-limit"
    FINDING = "finding-not-ok"
    LOG_PATTERN = "forbidden-log-line"
    LOG_UNREADABLE = "log-not-readable"
    """Findings that were promised and not read, or a log that may not be read."""
    PERMISSION = "permission-of-ci"
    """The credentials of the CI step may not do what the check needs."""
    CREDENTIALS = "credentials"
    MISSING_ROLE = "missing-role"
    """The job's role is not there, or Glue is not trusted to take it."""
    MISSING_SCRIPT = "missing-script"
    """Glue did not find the uploaded script, or the bucket."""
    MISSING_JOB = "missing-job"
    """Somebody removed the temporary job, or its run, while the check went on."""
    QUOTA = "quota"
    CAPACITY = "no-capacity"
    QUEUE = "queue-time-out"
    THROTTLING = "throttling"
    NETWORK = "no-way-to-aws"
    REFUSED = "refused-request"
    LOCAL_ENGINE = "local-engine"
    CI_MACHINE = "ci-machine"
    """The machine of the CI step: a folder that cannot be written, say."""
    AWS_FAULT = "fault-of-aws"
    STOPPED = "stopped"
    """A signal, or somebody else, stopped the run."""
    BUG = "bug"
