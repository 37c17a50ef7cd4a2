"""The report as a message: for a mail or a phone, for Slack, for Microsoft Teams.

Knows what a reader of a channel wants first: what came of it, which checks did not pass and why,
where to look.  Refuses to know how a message is sent.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from plugin.core.escape.slack import slack_link, slack_text
from plugin.core.escape.subject import subject_text
from plugin.core.escape.teams import teams_run
from plugin.core.escape.url import link_url
from plugin.core.escape.xml import xml_text
from plugin.core.render.plain import headline, summary_lines
from plugin.core.render.words import cost_of, duration, icon, place_text
from plugin.core.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugin.core.result import CheckResult, Report

TEXT_LIMIT = 30_000
"""Characters of a message to be read as it is."""
LINE_LIMIT = 2_000
"""Characters of a line of it."""
SLACK_LIMIT = 3_000
"""Characters of a text in Slack.  Source: Slack's page "Text object"."""
SLACK_CHECKS = 40
"""Slack takes 50 blocks in a message.  Source: Slack's page "Blocks"."""
TEAMS_BYTES = 24_000
"""Teams takes 28 KB.  Source: Microsoft's page "Create incoming webhooks"."""

_NAME, _REASON, _PLACE = 80, 250, 120
_ADAPTIVE_CARD = "application/vnd.microsoft.card.adaptive"


def subject(report: Report) -> str:
    """Return the subject of a mail: 1 to 99 characters of printable ASCII."""
    about = f"{_short(report.build.repository, 50)}{_pull_request(report)}"
    words = ("glue-health-check", str(report.verdict), about, headline(report))
    return subject_text(": ".join(word for word in words if word))


def plain_message(report: Report) -> str:
    """Return the text of a mail: what was looked at, and what the console says in the end.

    At most 30,000 characters; harmless wherever it is printed, and nothing in it that XML forbids,
    as a queue that subscribes takes no such thing.
    """
    lines = [xml_text(headline(report)), xml_text(" · ".join(_facts(report)))]
    if address := _address(report.build.link):
        lines.append(_xml_line(f"Build: {address}"))
    room = TEXT_LIMIT - sum(len(line) + 1 for line in lines) - 100
    for line in map(_xml_line, ("", *summary_lines(report))):
        room -= len(line) + 1
        if room < 0:
            lines.append("… (cut here: see the build)")
            break
        lines.append(line)
    return "\n".join(lines) + "\n"


def _xml_line(line: str) -> str:
    return xml_text(line, limit=LINE_LIMIT)


# --- Slack ---------------------------------------------------------------------------------------


def slack_message(report: Report) -> str:
    """Return the body for an incoming webhook of Slack, as JSON.

    Nobody is mentioned, and nothing is unfurled: no address of a stranger is fetched.
    """
    title = f"{icon(report.verdict)} {slack_text(headline(report))}"
    shown = _checks(report)[:SLACK_CHECKS]
    texts = [title, slack_text(" · ".join(_facts(report))), *map(_slack_check, shown)]
    if left := _left_out(report, len(shown)):
        texts.append(left)
    texts.append(slack_link(report.build.link, "Build"))
    message = {
        "text": title,
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": [_section(text) for text in texts if text],
    }
    return json.dumps(message, indent=1) + "\n"


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _slack_check(result: CheckResult) -> str:
    name = slack_text(result.name, limit=_NAME)
    lines = (
        f"{icon(result.verdict)} {name}  {_course(result)}",
        slack_text(result.reason, limit=_REASON),
        slack_text(place_text(result.place), limit=_PLACE),
        slack_link(result.console_url, "Log"),
    )
    text = ""
    for line in lines:
        if line and len(text) + 1 + len(line) <= SLACK_LIMIT:
            text += f"\n{line}"
    return text[1:]


# --- Microsoft Teams -----------------------------------------------------------------------------


def teams_message(report: Report) -> str:
    """Return the body for a webhook of Teams' Workflows, as JSON: one Adaptive Card.

    All text of others stands in text runs, in which Teams reads no Markdown.
    """
    title = _paragraph(_run(f"{icon(report.verdict)} {headline(report)}", weight="Bolder"))
    body = [title, _paragraph(_run(" · ".join(_facts(report)), isSubtle=True))]
    body = [one for one in body if one["inlines"][0]["text"]]
    shown = 0
    for result in _checks(report):
        blocks = _teams_check(result)
        if len(_teams_json(report, [*body, *blocks])) > TEAMS_BYTES:
            break
        body += blocks
        shown += 1
    if left := _left_out(report, shown):
        body.append(_paragraph(_run(left)))
    return _teams_json(report, body).decode()


def _teams_json(report: Report, body: list[dict[str, Any]]) -> bytes:
    address = _address(report.build.link)
    actions = [{"type": "Action.OpenUrl", "title": "Build", "url": address}] if address else []
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": body,
        "actions": actions,
    }
    attachment = {"contentType": _ADAPTIVE_CARD, "contentUrl": None, "content": card}
    message = {"type": "message", "attachments": [attachment]}
    return (json.dumps(message, indent=1, ensure_ascii=False) + "\n").encode()


def _teams_check(result: CheckResult) -> list[dict[str, Any]]:
    name = teams_run(result.name, limit=_NAME)
    course: dict[str, Any] = {"type": "TextRun", "text": f"  {_course(result)}"}
    texts = (
        teams_run(result.reason, limit=_REASON),
        teams_run(place_text(result.place), limit=_PLACE),
    )
    details = [{**_paragraph(_run(text)), "spacing": "None"} for text in texts if text]
    return [_paragraph(_run(f"{icon(result.verdict)} {name}", weight="Bolder"), course), *details]


def _run(text: str, **style: object) -> dict[str, Any]:
    return {"type": "TextRun", "text": teams_run(text), **style}


def _paragraph(*runs: dict[str, Any]) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": list(runs)}


# --- common --------------------------------------------------------------------------------------


def _checks(report: Report) -> list[CheckResult]:
    """Return the checks, the worst first, otherwise in order."""
    order = tuple(Verdict)
    return sorted(report.results, key=lambda result: -order.index(result.verdict))


def _left_out(report: Report, shown: int) -> str:
    left = len(report.results) - shown
    return f"… and {left} more: see the build." if left > 0 else ""


def _course(result: CheckResult) -> str:
    if result.verdict is Verdict.SKIPPED:
        return str(result.verdict)
    return f"{result.verdict} · {duration(result.seconds)} · {cost_of(result)}"


def _facts(report: Report) -> Iterator[str]:
    """Yield what was looked at: repository and pull request, branch, commit, other context."""
    build = report.build
    if build.repository:
        yield f"{_short(build.repository, 100)}{_pull_request(report)}"
    elif report.build.pull_request:
        yield _pull_request(report)
    if build.branch:
        yield _short(build.branch, 100)
    if build.commit:
        yield build.commit[:12]
    names = (report.context if report.context != "glue-health-check" else "", report.leg)
    yield from (_short(name, 60) for name in names if name)


def _pull_request(report: Report) -> str:
    return f"#{report.build.pull_request}" if report.build.pull_request else ""


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _address(url: str) -> str:
    """Return a web address as it is sent; nothing when it is none."""
    return link_url(url).replace("&amp;", "&")
