"""Removes from the Glue that stands for AWS what a failed test left, so that only one test fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.container.conftest import BUCKET

if TYPE_CHECKING:
    from tests.container.conftest import Aws


def tidy(aws: Aws) -> None:
    """Stop the runs, and delete the jobs and objects that are left."""
    for name in aws.jobs():
        runs = [run["Id"] for run in aws.glue.get_job_runs(JobName=name)["JobRuns"]]
        if runs:
            aws.glue.batch_stop_job_run(JobName=name, JobRunIds=runs)
        aws.glue.delete_job(JobName=name)
    keys = aws.keys()
    for key in keys:
        aws.s3.delete_object(Bucket=BUCKET, Key=key)
