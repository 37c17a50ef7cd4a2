"""The data of a Drone card: what its template, ``docs/card.json``, is filled with.

Everything in it is text, so that no expression of the template has to decide anything but whether
a text is empty.  Small enough for one chunk of a container's log.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from plugin.core.escape import card_text, card_url
from plugin.core.render.words import cost_of, counts, duration, how_to_remove, place_text, usd
from plugin.core.verdict import Verdict

if TYPE_CHECKING:
    from plugin.core.result import CheckResult, Report

CARD_SCHEMA = "https://glue-health-check.github.io/glue-health-check/card.json"
"""Where the template is served; the page that shows the card fetches it."""

MOST_CHECKS = 30
MOST_BYTES = 12_000
"""Of the payload.  In base64 and its frame it stays below 16,384 bytes, where Docker's log driver
cuts a line into chunks: the runner loses a card whose closing sequence is cut in two."""

_COLOURS = {
    Verdict.PASSED: "good",
    Verdict.FAILED: "attention",
    Verdict.ERRORED: "warning",
    Verdict.CANCELLED: "warning",
    Verdict.SKIPPED: "default",
}
"""Of Adaptive Cards, for an element's text."""


def card_payload(report: Report, *, schema: str = CARD_SCHEMA) -> bytes:
    """Return the JSON of a card: the template's address, and as many checks as there is room for.

    Those that are not well come first.
    """
    shown = min(MOST_CHECKS, len(report.results))
    while True:
        data = card_data(report, shown=shown)
        text = json.dumps({"schema": schema, "data": data}, ensure_ascii=False)
        payload = text.encode()
        if len(payload) <= MOST_BYTES or shown == 0:
            return payload
        shown -= 1


def card_data(report: Report, *, shown: int) -> dict[str, object]:
    """Return the data of a card that shows ``shown`` checks."""
    worst_first = sorted(report.results, key=_rank)
    more = len(report.results) - shown
    return {
        "verdict": str(report.verdict),
        "colour": _COLOURS[report.verdict],
        "summary": card_text(_summary(report)),
        "time": duration(report.seconds),
        "cost": usd(report.cost_usd),
        "commit": card_text(report.build.commit[:12]),
        "engine": card_text(report.engine, limit=20),
        "build_url": card_url(report.build.link),
        "run_url": card_url(report.spotlight.console_url) if report.spotlight else "",
        "leftovers": _leftovers(report),
        "more": f"… and {more} more, see the log of the step." if more else "",
        "checks": [_check(result) for result in worst_first[:shown]],
    }


def _rank(result: CheckResult) -> int:
    return -list(Verdict).index(result.verdict)


def _summary(report: Report) -> str:
    if not report.results:
        return report.reason or "There was nothing to do."
    checks = "1 check" if len(report.results) == 1 else f"{len(report.results)} checks"
    return f"{checks}: {counts(report)}"


def _leftovers(report: Report) -> str:
    count = len(report.leftovers)
    remedy = how_to_remove(report).replace("`", "")  # a card's text is no Markdown
    return f"{count} left behind. {remedy}" if count else ""


def _check(result: CheckResult) -> dict[str, str]:
    return {
        "name": card_text(result.name, limit=80),
        "verdict": str(result.verdict),
        "colour": _COLOURS[result.verdict],
        "facts": f"{duration(result.seconds)}, {cost_of(result)}",
        "reason": card_text(result.reason, limit=300),
        "place": card_text(place_text(result.place), limit=120),
    }
