"""Links into the AWS console: a run's log, and its page as long as its job is there.

The job is deleted in the end, its log is not: so most links go to the log.
Sources: Glue's page on job parameters (the two custom prefixes, from Glue 5.0 on), the addresses
that the console itself shows.  Partitions without a public console have no link.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from plugin.core.ports import LogStream

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugin.core.check import Check
    from plugin.core.result import CheckResult

_DOMAINS = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
_NO_CUSTOM_PREFIX = ("0.", "1.", "2.", "3.", "4.")


@dataclass(frozen=True, kw_only=True)
class Console:
    """The console of one partition and region, e.g. ``aws`` and ``eu-west-1``."""

    partition: str
    region: str

    def log_url(self, group: str, stream: str) -> str:
        """Return the address of a log stream; empty without a stream or a known console."""
        if not stream or not self._host:
            return ""
        return (
            f"https://{self._host}/cloudwatch/home?region={_once(self.region)}"
            f"#logsV2:log-groups/log-group/{_twice(group)}/log-events/{_twice(stream)}"
        )

    def run_url(self, job_name: str, run_id: str) -> str:
        """Return the address of a run in Glue Studio; empty without a run or a known console."""
        if not job_name or not run_id or not self._host:
            return ""
        return (
            f"https://{self._host}/gluestudio/home?region={_once(self.region)}"
            f"#/job/{_once(job_name)}/run/{_once(run_id)}"
        )

    @property
    def _host(self) -> str:
        domain = _DOMAINS.get(self.partition)
        return f"{_once(self.region)}.{domain}" if domain and self.region else ""


def linked(check: Check, result: CheckResult, console: Console) -> CheckResult:
    """Return the result with the links of its run; a local run has none."""
    if check.is_local or not result.run_id:
        return result
    group, stream = _log_of(check, result.run_id)
    is_there = check.keep or any(item.kind == "job" for item in result.leftovers)
    return replace(
        result,
        console_url=console.log_url(f"{group}/{LogStream.OUTPUT}", stream),
        error_log_url=console.log_url(f"{group}/{LogStream.ERROR}", stream),
        run_url=console.run_url(result.job_name, result.run_id) if is_there else "",
    )


def _log_of(check: Check, run_id: str) -> tuple[str, str]:
    """Return the prefix of the run's log groups and the name of its driver's stream.

    As far as the settings tell: a custom prefix, or a security configuration, changes them.
    """
    group, stream = check.capacity.log_group.removesuffix(f"/{LogStream.OUTPUT}"), run_id
    is_custom = False
    if check.capacity.job_type != "pythonshell" and not check.capacity.glue_version.startswith(
        _NO_CUSTOM_PREFIX
    ):
        custom = _argument(check, "--custom-logGroup-prefix")
        group, is_custom = custom or group, bool(custom)
        prefix = _argument(check, "--custom-logStream-prefix")
        stream = f"{prefix}-{run_id}" if prefix else run_id
    if check.settings.security_configuration:
        role = check.settings.role_arn.rpartition("/")[2]
        security = check.settings.security_configuration
        group = f"{group}/{security}-role/{role}" if is_custom else f"{group}-{role}-{security}"
    return group, stream


def _argument(check: Check, name: str) -> str:
    arguments = cast("Mapping[str, str]", check.request["DefaultArguments"])
    return arguments.get(name, "")


def _once(text: str) -> str:
    """Quote for an address; lone surrogates, which no address can hold, become question marks."""
    return quote(text.encode("utf-8", "replace"), safe="")


def _twice(text: str) -> str:
    """Quote as the console's own log pages do."""
    return quote(_once(text), safe="").replace("%", "$")
