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
from plugin.core.escape.xml import xml_text
from plugin.core.forms.message_words import (
    NAME_LIMIT,
    advice,
    course,
    course_and_facts,
    facts,
    left_out,
    links_of,
    message_title,
    pull_request,
    remains,
    shortened,
    web_address,
    worst_first,
)
from plugin.core.render.places import place_address
from plugin.core.render.plain import headline, summary_lines
from plugin.core.render.words import icon, place_text

if TYPE_CHECKING:
    from plugin.core.build import Build
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

_REASON, _PLACE, _HINT, _NOTICE = 250, 120, 200, 150
_ADAPTIVE_CARD = "application/vnd.microsoft.card.adaptive"


def subject(report: Report) -> str:
    """Return the subject of a mail: 1 to 99 characters of printable ASCII."""
    about = f"{shortened(report.build.repository, 50)}{pull_request(report)}"
    words = ("glue-health-check", str(report.verdict), about, headline(report))
    return subject_text(": ".join(word for word in words if word))


def plain_message(report: Report) -> str:
    """Return the text of a mail: what was looked at, and what the console says in the end.

    At most 30,000 characters; harmless wherever it is printed, and nothing in it that XML forbids,
    as a queue that subscribes takes no such thing.
    """
    lines = [xml_text(headline(report)), xml_text(" · ".join(facts(report)))]
    if address := web_address(report.build.link):
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
    title = message_title(report, escape=slack_text)
    shown = worst_first(report)[:SLACK_CHECKS]
    texts = [title, slack_text(" · ".join(course_and_facts(report))), slack_text(remains(report))]
    texts += [_slack_check(result, report.build) for result in shown]
    if left := left_out(report, len(shown)):
        texts.append(left)
    texts.append(" · ".join(slack_link(url, label) for label, url in links_of(report)))
    message = {
        "text": f"{title}{_slack_cause(report)}",
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": [_section(text) for text in texts if text],
    }
    return json.dumps(message, indent=1) + "\n"


def _slack_cause(report: Report) -> str:
    """Return why the one check did not pass: a notification shows no more than the text."""
    reason = report.results[0].reason if len(report.results) == 1 else ""
    return f": {slack_text(reason, limit=_NOTICE)}" if reason else ""


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _slack_check(result: CheckResult, build: Build) -> str:
    name = slack_text(result.name, limit=NAME_LIMIT)
    lines = (
        f"{icon(result.verdict)} {name}  {course(result)}",
        slack_text(result.reason, limit=_REASON),
        slack_text(place_text(result.place), limit=_PLACE),
        slack_text(advice(result), limit=_HINT),
        _slack_links(result, build),
    )
    text = ""
    for line in lines:
        if line and len(text) + 1 + len(line) <= SLACK_LIMIT:
            text += f"\n{line}"
    return text[1:]


def _slack_links(result: CheckResult, build: Build) -> str:
    links = (
        slack_link(place_address(result.place, build), "Line"),
        slack_link(result.console_url, "Log"),
    )
    return " · ".join(link for link in links if link)


# --- Microsoft Teams -----------------------------------------------------------------------------


def teams_message(report: Report) -> str:
    """Return the body for a webhook of Teams' Workflows, as JSON: one Adaptive Card.

    All text of others stands in text runs, in which Teams reads no Markdown.
    """
    title = _paragraph(_run(message_title(report, escape=teams_run), weight="Bolder"))
    body = [title, _paragraph(_run(" · ".join(course_and_facts(report)), isSubtle=True))]
    body.append(_paragraph(_run(remains(report))))
    body = [one for one in body if one["inlines"][0]["text"]]
    shown = 0
    for result in worst_first(report):
        blocks = _teams_check(result, report.build)
        if len(_teams_json(report, [*body, *blocks])) > TEAMS_BYTES:
            break
        body += blocks
        shown += 1
    if left := left_out(report, shown):
        body.append(_paragraph(_run(left)))
    return _teams_json(report, body).decode()


def _teams_json(report: Report, body: list[dict[str, Any]]) -> bytes:
    actions = [_open(web_address(url), label) for label, url in links_of(report)]
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


def _open(address: str, title: str) -> dict[str, Any]:
    return {"type": "Action.OpenUrl", "title": title, "url": address}


def _teams_check(result: CheckResult, build: Build) -> list[dict[str, Any]]:
    name = teams_run(result.name, limit=NAME_LIMIT)
    words: dict[str, Any] = {"type": "TextRun", "text": f"  {course(result)}"}
    line = web_address(place_address(result.place, build))
    texts: tuple[tuple[str, dict[str, Any]], ...] = (
        (teams_run(result.reason, limit=_REASON), {}),
        (
            teams_run(place_text(result.place), limit=_PLACE),
            {"selectAction": _open(line, "Line")} if line else {},
        ),
        (teams_run(advice(result), limit=_HINT), {}),
    )
    details = [
        {**_paragraph(_run(text, **style)), "spacing": "None"} for text, style in texts if text
    ]
    return [_paragraph(_run(f"{icon(result.verdict)} {name}", weight="Bolder"), words), *details]


def _run(text: str, **style: object) -> dict[str, Any]:
    return {"type": "TextRun", "text": teams_run(text), **style}


def _paragraph(*runs: dict[str, Any]) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": list(runs)}
