"""The place of a remark: a line of a file that the repository holds, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugin.core.escape import visible
from plugin.core.result import Place
from plugin.core.verdict import Verdict

if TYPE_CHECKING:
    from plugin.core.result import CheckResult, Finding

_LONGEST_PATH = 1_000


def place_of_cause(result: CheckResult) -> Place | None:
    """Return where to remark why a check did not pass; None where nobody knows.

    A script that is at fault is remarked on its first line when nothing says where, no finding
    either.
    """
    is_elsewhere = any(one.place and not one.ok for one in result.findings)
    if result.place or is_elsewhere or result.verdict is not Verdict.FAILED:
        return result.place
    return _first_line(result)


def place_of_finding(finding: Finding, result: CheckResult) -> Place | None:
    """Return where to remark a finding: on the script's first line when it names no place.

    None where the script is no file of the checkout.
    """
    return finding.place or _first_line(result)


def is_cause(finding: Finding, result: CheckResult) -> bool:
    """Whether a finding is what the check's reason tells already."""
    return finding.place == result.place and finding.name in result.reason


def checkout_path(file: str) -> str:
    """Return the path in the repository; empty for what is none."""
    path = file.removeprefix("./")
    parts = path.split("/")
    is_one = (
        len(path) <= _LONGEST_PATH
        and not {"", ".", ".."}.intersection(parts)
        and visible(path) == path
        and "\\" not in path
        and ":" not in parts[0]
        and parts[0] != "~"
    )
    return path if is_one else ""


def _first_line(result: CheckResult) -> Place | None:
    path = checkout_path(result.script)
    return Place(file=path, line=1) if path else None
