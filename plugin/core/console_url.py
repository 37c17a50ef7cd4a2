"""Links into the AWS console.

The job is deleted in the end, its log is not: so the link goes to the log of the run.
"""

from __future__ import annotations

from urllib.parse import quote

_DOMAINS = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}


def console_url(
    partition: str, region: str, run_id: str, group: str = "/aws-glue/jobs/output"
) -> str:
    """Return the address of a run's log; empty without a run or outside the known partitions."""
    domain = _DOMAINS.get(partition)
    if not run_id or not region or domain is None:
        return ""
    twice = quote(quote(group, safe=""), safe="").replace("%", "$")
    stream = quote(quote(run_id, safe=""), safe="").replace("%", "$")
    return (
        f"https://{region}.{domain}/cloudwatch/home?region={region}"
        f"#logsV2:log-groups/log-group/{twice}/log-events/{stream}"
    )
