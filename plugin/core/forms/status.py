"""The commit status: which state, which words, and what is to be said of a check that died.

Pure.  Knows GitHub's limits for a status; does not know how it gets there.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from plugin.core.escape import log_text
from plugin.core.github import MOST_STATUS_DESCRIPTION, StatusPost, StatusState
from plugin.core.render import title
from plugin.core.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plugin.core.build import Build
    from plugin.core.github import PostedStatus
    from plugin.core.result import Report

UNFINISHED = "The check did not finish."
OTHER_LEG = "Another leg of this build did not pass"

_NOT_PASSED: dict[str, StatusState] = {"failure": "failure", "error": "error"}
_LINK = re.compile(r"https?://[!-~]+")
_LONGEST_LINK = 2_000
_BEYOND_THREE_BYTES = re.compile("[\U00010000-\U0010ffff]")
_LAST_WORD = re.compile(r"[\s,;:.(]+\S{0,30}\Z")
_MOST_READ = 2_000


def state_of(verdict: Verdict) -> StatusState:
    """Return GitHub's state.  Who could not find out says ``error``; only a bad script fails.

    Checks that were all skipped for their ``paths`` are a success: a required status must not keep
    a pull request waiting that touches nothing of theirs.
    """
    match verdict:
        case Verdict.PASSED | Verdict.SKIPPED:
            return "success"
        case Verdict.FAILED:
            return "failure"
        case Verdict.ERRORED | Verdict.CANCELLED:
            return "error"
        case _:
            assert_never(verdict)


def status_of(report: Report) -> StatusPost | None:
    """Return the final status; None for a plan that was skipped whole: it says nothing."""
    if not report.results:
        return None
    return StatusPost(
        state=state_of(report.verdict),
        context=report.context,
        description=description(_words(report)),
        target_url=target_url(report.build),
    )


def pending_of(build: Build, *, context: str, build_id: str) -> StatusPost:
    """Return the status of a check that has begun.

    The build id in it tells ours from that of another job of the same CI build.
    """
    return StatusPost(
        state="pending",
        context=context,
        description=f"Running (check {build_id}).",
        target_url=target_url(build),
    )


def ended(
    posted: PostedStatus | None, build: Build, *, context: str, build_ids: Iterable[str]
) -> StatusPost | None:
    """Return what to put over the status of a killed check; None where it is not one of ours.

    ``posted`` is the newest of the context.  ``build_ids`` are of checks that are over for certain.
    """
    ours = {pending_of(build, context=context, build_id=one) for one in build_ids}
    told = posted and StatusPost(
        state="pending",
        context=context,
        description=posted.description,
        target_url=posted.target_url,
    )
    if posted is None or posted.state != "pending" or told not in ours:
        return None
    return StatusPost(
        state="error", context=context, description=UNFINISHED, target_url=target_url(build)
    )


def is_shared(post: StatusPost, build: Build) -> bool:
    """Whether a success may cover what another leg of the same build said.

    Legs of a matrix share context and link.  Only a link to one attempt tells what was said in it
    from what was said before somebody ran the build again; the link of a GitHub build does.
    """
    pinned = f"/attempts/{build.attempt}"
    return post.state == "success" and build.attempt != "" and post.target_url.endswith(pinned)


def beside(post: StatusPost, posted: Iterable[PostedStatus]) -> StatusPost:
    """Return what to post instead of the success of one leg: it must not hide that another failed.

    ``posted`` are the statuses of the context, the newest first.  In one attempt a leg says one
    final state only, so one that is there already is another leg's.
    """
    for one in posted:
        state = _NOT_PASSED.get(one.state)
        if state and one.target_url == post.target_url:
            return replace(post, state=state, description=_of_other_leg(one.description))
    return post


def _of_other_leg(told: str) -> str:
    """Return the description; one that was said of another leg already is not said twice."""
    if told.startswith(OTHER_LEG):
        return description(told)
    return description(f"{OTHER_LEG}: {told}" if told else f"{OTHER_LEG}.")


def target_url(build: Build) -> str:
    """Return the page of the build; empty unless it is a plain web address."""
    is_usable = len(build.link) <= _LONGEST_LINK and _LINK.fullmatch(build.link)
    return build.link if is_usable else ""


def description(text: str) -> str:
    """Return text as a status takes it: one harmless line of at most 140 characters.

    Cut before a word where one begins near the end.  GitHub refuses characters beyond U+FFFF here:
    its answer is 422, "description doesn't accept 4-byte Unicode".
    """
    line = log_text(_BEYOND_THREE_BYTES.sub("\ufffd", text[:_MOST_READ]))
    if len(line) <= MOST_STATUS_DESCRIPTION:
        return line
    short = line[: MOST_STATUS_DESCRIPTION - 1]
    return _LAST_WORD.sub("", short) + "…"


def _words(report: Report) -> str:
    if report.verdict is not Verdict.SKIPPED:
        return title(report)
    return f"Nothing to check: {report.results[0].reason}"
