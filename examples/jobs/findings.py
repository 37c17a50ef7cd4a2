"""Say from inside a Glue job how healthy it is.

Copy this one file beside your job and ship it with ``--extra-py-files``; it needs only Python.
Every check prints one line on stdout, which glue-health-check reads from the job's log::

    GLUE_HEALTH_CHECK {"name": "rows", "ok": true, "value": 4010, "expected": "at least 1000"}

The last line tells how many there were, so that a log that lost a line is not taken for a pass::

    GLUE_HEALTH_CHECK {"findings": 5}

Use it like this::

    with Findings() as findings:
        findings.check("rows", rows >= 1000, value=rows, expected="at least 1000")
"""

from __future__ import annotations  # it must load on the Python 3.7 of Glue 3.0, too

import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

MARK = "GLUE_HEALTH_CHECK"
LONGEST_TEXT = 1000
"""Characters kept of a text: a line of CloudWatch Logs must stay one event."""


class Findings:
    """What a job finds out about itself.  Prints each finding at once, and their count at exit."""

    def __init__(self) -> None:
        self.count = 0
        self.failed = 0

    def check(
        self,
        name: str,
        ok: bool,  # noqa: FBT001 - the question every finding answers
        *,
        value: object = None,
        expected: object = None,
        message: str = "",
    ) -> bool:
        """Print one finding and return ``ok``; a finding that is not ok fails the health check.

        ``value``, ``expected``: what was measured and wanted; anything that JSON can hold, else
        its text.  ``message``: one sentence for whoever reads the report.
        """
        finding = {"name": name, "ok": bool(ok), "value": value, "expected": expected}
        if message:
            finding["message"] = message
        _print({key: item for key, item in finding.items() if item is not None})
        self.count += 1
        self.failed += not ok
        return bool(ok)

    def close(self) -> None:
        """Print the count.  Leaving the ``with`` block does it for you."""
        _print({"findings": self.count})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _print(content: dict[str, object]) -> None:
    """Write one line in one go: other threads and Spark print too."""
    plain = {key: _plain(item) for key, item in content.items()}
    sys.stdout.write(f"{MARK} {json.dumps(plain)}\n")
    sys.stdout.flush()


def _plain(item: object) -> object:
    """Return ``item`` if JSON can hold it, else its text, cut to a length that a log line bears."""
    try:
        text = json.dumps(item, allow_nan=False)
    except (TypeError, ValueError):
        item = text = str(item)
    return item if len(text) <= LONGEST_TEXT else f"{str(item)[:LONGEST_TEXT]}…"
