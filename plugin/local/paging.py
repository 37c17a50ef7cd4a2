"""Answers in pages.

Knows tokens and page sizes.  Refuses to know what an item means.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, TypeVar

from plugin.local.errors import invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from plugin.local.records import Job, JobRun

    Request = Mapping[str, Any]

T = TypeVar("T")
MOST_JOBS = 1000
MOST_RUNS = 200
"""The greatest MaxResults of the model, and what a page has without one."""


def _page(
    found: tuple[T, ...],
    request: Request,
    *,
    most: int,
    start_after: Callable[[str], int],
    key: Callable[[T], str],
) -> tuple[tuple[T, ...], str]:
    """Return one page and the token of the next, empty at the end; raises for a wrong token.

    A token names the last item of its page; `start_after` says where the items after it begin.
    """
    start = start_after(_decoded(request["NextToken"])) if "NextToken" in request else 0
    end = start + min(request.get("MaxResults", most), most)
    return found[start:end], _encoded(key(found[end - 1])) if end < len(found) else ""


def job_page(found: tuple[Job, ...], request: Request) -> tuple[tuple[Job, ...], str]:
    """Page jobs, which are sorted by name: one that was deleted meanwhile hides no other."""

    def start_after(name: str) -> int:
        return sum(job.name <= name for job in found)

    return _page(found, request, most=MOST_JOBS, start_after=start_after, key=lambda job: job.name)


def run_page(found: tuple[JobRun, ...], request: Request) -> tuple[tuple[JobRun, ...], str]:
    """Page runs, the newest first: one that was started meanwhile repeats no other."""

    def start_after(run_id: str) -> int:
        ids = [run.id for run in found]
        if run_id not in ids:
            raise invalid(f"NextToken {request['NextToken']} is not valid.")
        return ids.index(run_id) + 1

    return _page(found, request, most=MOST_RUNS, start_after=start_after, key=lambda run: run.id)


def _encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


def _decoded(token: str) -> str:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as problem:
        raise invalid(f"NextToken {token} is not valid.") from problem
