"""The commit status: which state, which words, and what is to be said of a check that died.

Pure.  Knows GitHub's limits for a status; does not know how it gets there.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, assert_never

from plugin.core.escape import log_text
from plugin.core.forms.legs import LONGEST_LINK, failure_beside, place_of, with_leg
from plugin.core.github import MOST_STATUS_DESCRIPTION, StatusPost, StatusState
from plugin.core.render import title
from plugin.core.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from plugin.core.build import Build
    from plugin.core.github import PostedStatus
    from plugin.core.result import Report

UNFINISHED = "The check did not finish."
SUPERSEDED = "Superseded by a newer build."
FINISHED = "The check finished; how, is in its report."

STATES: Mapping[str, StatusState] = MappingProxyType(
    {"success": "success", "failure": "failure", "error": "error"}
)
"""The final ones."""
_LINK = re.compile(r"https?://[!-~]+")
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
        target_url=target_url(report.build, report.leg),
    )


def pending_of(build: Build, *, context: str, build_id: str, leg: str = "") -> StatusPost:
    """Return the status of a check that has begun.

    The build id in it tells ours from that of another job of the same CI build.
    """
    return StatusPost(
        state="pending",
        context=context,
        description=_running(build_id),
        target_url=target_url(build, leg),
    )


def _running(build_id: str) -> str:
    return f"Running (check {build_id})."


def is_begun(posted: PostedStatus, build: Build, build_id: str) -> bool:
    """Whether it is the status that says that this check has begun; whatever its leg."""
    there, here = place_of(posted.target_url), place_of(target_url(build))
    is_here = (there.build, there.attempt) == (here.build, here.attempt)
    return posted.state == "pending" and is_here and posted.description == _running(build_id)


def ended(
    posted: PostedStatus | None,
    build: Build,
    *,
    context: str,
    build_ids: Iterable[str],
    finals: Mapping[str, str] = MappingProxyType({}),
) -> StatusPost | None:
    """Return what to put over the status of a killed check; None where it is not one of ours.

    ``posted`` is the newest of the context.  ``build_ids`` are of checks that are over for certain;
    ``finals`` the states that some of them wrote down when they were about to say so.
    """
    if posted is None:
        return None
    build_id = next((one for one in build_ids if is_begun(posted, build, one)), None)
    if build_id is None:
        return None
    final = STATES.get(finals.get(build_id, ""))
    return StatusPost(
        state=final or "error",
        context=context,
        description=FINISHED if final else UNFINISHED,
        target_url=posted.target_url,
    )


def superseded(
    posted: PostedStatus | None, *, context: str, build_ids: Iterable[str]
) -> StatusPost | None:
    """Return what to put over the status of a check that a newer build has stopped and removed.

    None where it does not say "pending" of one of these: it may have got a last word in.
    """
    words = {_running(build_id) for build_id in build_ids}
    if posted is None or posted.state != "pending" or posted.description not in words:
        return None
    return StatusPost(
        state="error", context=context, description=SUPERSEDED, target_url=posted.target_url
    )


def beside(post: StatusPost, posted: Iterable[PostedStatus]) -> StatusPost:
    """Return what is to stand: a success must not hide that another leg of the build failed.

    Then it is that leg's status, word for word: so that leg can take it back.  ``posted`` are the
    statuses of the context, the newest first.
    """
    found = failure_beside(post.target_url, tuple(posted)) if post.state == "success" else None
    if found is None:
        return post
    return StatusPost(
        state=STATES[found.state],
        context=post.context,
        description=description(found.description),
        target_url=found.target_url,
    )


def target_url(build: Build, leg: str = "") -> str:
    """Return the page of the build, with the leg; empty unless it is a plain web address."""
    is_usable = len(build.link) <= LONGEST_LINK and _LINK.fullmatch(build.link)
    return with_leg(build.link, leg) if is_usable else ""


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
