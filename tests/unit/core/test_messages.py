"""Messages for people and machines: whole texts, hard limits, and strangers who stay harmless."""

import json
import re
from dataclasses import replace
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.core.build import Host
from plugin.core.escape.log import visible
from plugin.core.escape.slack import LINK_LIMIT, slack_link, slack_text
from plugin.core.escape.subject import SUBJECT_LIMIT, subject_text
from plugin.core.escape.teams import teams_run
from plugin.core.escape.xml import xml_text
from plugin.core.forms.event import event_json
from plugin.core.forms.message_words import left_out, shortened
from plugin.core.forms.messages import (
    SLACK_LIMIT,
    TEAMS_BYTES,
    TEXT_LIMIT,
    plain_message,
    slack_message,
    subject,
    teams_message,
)
from plugin.core.forms.report_json import report_json
from plugin.core.result import Report
from plugin.core.verdict import Verdict
from tests.unit.reporters.readers import HOSTILE_TEXT, is_a_command
from tests.unit.reporters.samples import (
    BUILD,
    ERRORED,
    FAILED,
    HOSTILE,
    HOSTILE_REPORT,
    HOSTILE_RESULT,
    PASSED,
    SAMPLES,
    SKIPPED,
    report_of,
)

FIFTY = report_of(
    *(
        replace(FAILED if n % 7 == 3 else SKIPPED if n % 7 == 5 else PASSED, name=f"check {n:02}")
        for n in range(50)
    )
)
SHOWN = {name: SAMPLES[name] for name in ("passed", "failed", "skipped", "hostile")} | {"50": FIFTY}
WORST = replace(
    HOSTILE_REPORT,
    results=tuple(
        replace(HOSTILE_RESULT, name=f"{n}{HOSTILE}", reason="&*" * 2_000, hint="é" * 2_000)
        for n in range(80)
    ),
)
EVERY = {**SAMPLES, "50": FIFTY, "worst": WORST}


# --- whole texts -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHOWN)
def test_message__for_sns__is_the_golden_one(name, golden):
    golden.check(
        f"sns/{name}.txt", f"Subject: {subject(SHOWN[name])}\n\n{plain_message(SHOWN[name])}"
    )


@pytest.mark.parametrize("name", SHOWN)
def test_message__for_slack__is_the_golden_one(name, golden):
    golden.check(f"webhook/slack-{name}.json", slack_message(SHOWN[name]))


@pytest.mark.parametrize("name", SHOWN)
def test_message__for_teams__is_the_golden_one(name, golden):
    golden.check(f"webhook/teams-{name}.json", teams_message(SHOWN[name]))


@pytest.mark.parametrize("message", [slack_message, teams_message])
def test_message__something_left_behind__is_said_with_its_command_before_the_checks(message):
    # fifty checks that fill the message to its limit: the warning is not what is left out
    left = report_of(*(replace(FAILED, leftovers=ERRORED.leftovers) for _ in range(200)))

    said = message(left)

    assert "Left behind, and may cost money: 200 jobs, 200 objects." in said
    assert said.index("Left behind") < said.index(FAILED.name)
    assert f"{left.build_id} (or later glue-health-check sweep)" in said
    assert "Left behind" not in message(report_of(FAILED))


# --- the event -------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1_000, 5_000, 60_000, 1_000_000])
@pytest.mark.parametrize("name", EVERY)
def test_event_json__any_report__keeps_the_limit_and_the_verdict(name, limit):
    text = event_json(EVERY[name], limit=limit)

    event = json.loads(text)
    assert len(text) <= limit
    assert text.isascii()
    assert event["report"]["verdict"] == EVERY[name].verdict
    assert len(event["report"]["results"]) == len(EVERY[name].results) or event["is_cut"]


@pytest.mark.parametrize("name", ["passed", "failed", "several", "skipped"])
def test_event_json__a_small_report__is_that_of_report_json(name):
    text = event_json(SAMPLES[name], limit=100_000)

    event = json.loads(text)
    assert text == json.dumps(event, separators=(",", ":"))
    assert event == {
        "event": "glue-health-check.report",
        "version": "1",
        "is_cut": False,
        "report": json.loads(report_json(SAMPLES[name])),
    }


def test_event_json__a_long_log__keeps_its_last_lines_and_says_so():
    long = replace(FAILED, log_tail=tuple(f"line {n}" for n in range(100)))

    event = json.loads(event_json(report_of(long), limit=100_000))

    assert event["is_cut"]
    assert event["report"]["results"][0]["log_tail"] == [f"line {n}" for n in range(80, 100)]


@pytest.mark.parametrize("limit", [4_000, 10_000, 26_000, 40_000, 60_000, 90_000, 300_000])
def test_event_json__anything_is_missing__says_so(limit):
    event = json.loads(event_json(FIFTY, limit=limit))

    assert event["is_cut"] == (event["report"] != json.loads(report_json(FIFTY)))


@pytest.mark.parametrize(
    ("length", "kept", "is_cut"),
    [(2_000, "r" * 2_000, False), (2_001, "r" * 1_999 + "…", True)],
)
def test_event_json__a_long_text__is_cut_beyond_2000_characters(length, kept, is_cut):
    event = json.loads(event_json(report_of(reason="r" * length), limit=100_000))

    assert (event["report"]["reason"], event["is_cut"]) == (kept, is_cut)


def test_event_json__not_even_one_check_fits__keeps_the_plans_own_words():
    report = report_of(*[replace(PASSED, reason="x" * 900)] * 3, reason="r" * 900)

    event = json.loads(event_json(report, limit=1_000))

    assert event["report"]["results"] == []
    assert event["report"]["reason"] == "r" * 49 + "…"


def test_event_json__too_many_checks__leaves_the_last_out():
    names = {
        limit: [
            one["name"] for one in json.loads(event_json(FIFTY, limit=limit))["report"]["results"]
        ]
        for limit in (8_000, 30_000)
    }

    assert (len(names[8_000]), len(names[30_000])) == (12, 50)
    assert names[8_000] == [f"check {n:02}" for n in range(len(names[8_000]))]


# --- subject and text ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
def test_subject__any_report__is_what_sns_takes(name):
    text = subject(EVERY[name])

    assert re.fullmatch("[!-~]([ -~]{0,97}[!-~])?", text)
    assert str(EVERY[name].verdict) in text


@given(HOSTILE_TEXT)
def test_subject_text__any_text__is_what_sns_takes(text):
    assert re.fullmatch("[!-~]([ -~]{0,97}[!-~])?", subject_text(text))
    assert not is_a_command(subject_text(text))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", "?"),
        (" \n ", "?"),
        ("\x1b[31mred", "red"),
        ("Größe – naïve…", "Grosse - naive..."),
        ("漢字", "??"),
        ("a\r\nBcc: x", "a Bcc: x"),
        ("x" * 200, "x" * 96 + "..."),
    ],
)
def test_subject_text__example__is_plain(text, shown):
    assert subject_text(text) == shown.replace("Grosse", "Gro?e")


@pytest.mark.parametrize(
    ("report", "title", "facts"),
    [
        (
            report_of(PASSED, FAILED),
            "❌ Glue health check of acme/etl#7: 1 failed, 1 passed",
            "1 min 13 s, $0.0294 · feature/flights · 8f14e45fceea",
        ),
        (
            report_of(replace(FAILED, cost=None)),
            "❌ Glue health check of acme/etl#7: airports failed",
            "1 min 13 s · feature/flights · 8f14e45fceea",
        ),
        (
            report_of(reason="A fork.", build=replace(BUILD, repository="", pull_request=None)),
            "⏭️ Glue health check: skipped: A fork.",
            "feature/flights · 8f14e45fceea",
        ),
    ],
)
def test_teams_message__any_report__begins_with_what_came_of_it_and_where(report, title, facts):
    runs = runs_of(json.loads(teams_message(report)))

    assert [run["text"] for run in runs[:2]] == [title, facts]


def test_messages__unknown_cost__is_left_out():
    report = report_of(replace(FAILED, cost=None))

    for text in (slack_message(report), teams_message(report)):
        assert "–" not in text.encode().decode("unicode_escape", "replace")
        assert "$" not in text.replace("$schema", "")


def test_slack_message__one_check__tells_why_in_the_notification_too():
    message = json.loads(slack_message(report_of(FAILED)))

    assert message["text"].startswith("❌ Glue health check of `acme/etl#7`: airports failed: Ana")


def test_messages__a_failed_check__have_what_to_do_and_the_line():
    line = f"https://github.com/acme/etl/blob/{BUILD.commit}/examples/jobs/airports.py#L12"

    slack = slack_message(report_of(FAILED))
    runs = runs_of(json.loads(teams_message(report_of(FAILED))))

    assert "What to do: Look at the line" in slack
    assert f"<{line}|Line> · <https://eu-west-1" in slack.encode().decode("unicode_escape").replace(
        "\u00b7", "·"
    )
    assert any(run["text"].startswith("What to do: Look at the line") for run in runs)
    assert [run["selectAction"]["url"] for run in runs if "selectAction" in run] == [line]


@pytest.mark.parametrize(
    ("build", "url"),
    [
        (BUILD, "https://github.com/acme/etl/pull/7"),
        (replace(BUILD, host=Host.DRONE), "https://github.com/acme/etl/pull/7"),
        (replace(BUILD, server_url="https://ghe.test"), "https://ghe.test/acme/etl/pull/7"),
        (replace(BUILD, host=Host.GITEA, server_url="https://git.test"), ""),
        (replace(BUILD, server_url=""), ""),
        (replace(BUILD, repository=""), ""),
        (replace(BUILD, repository="acme/etl/../x"), ""),
        (replace(BUILD, repository="acmé/etl"), ""),
        (replace(BUILD, pull_request=None), ""),
    ],
)
def test_messages__by_build__link_the_pull_request_on_github(build, url):
    report = report_of(PASSED, build=build)

    links = {one["title"]: one["url"] for one in actions_of(json.loads(teams_message(report)))}

    assert links.get("Pull request", "") == url
    assert ("|Pull request>" in slack_message(report)) == bool(url)


@pytest.mark.parametrize("name", EVERY)
def test_plain_message__any_report__is_bounded_and_no_command(name):
    text = plain_message(EVERY[name])

    assert len(text) <= TEXT_LIMIT
    assert not any(is_a_command(line) for line in text.splitlines())
    assert all(xml_text(line, limit=2_000) == line for line in text.splitlines())
    assert ("cut here" in text) == (name == "worst")


def test_plain_message__more_lines_than_fit__fills_its_room_and_no_more():
    text = plain_message(report_of(*[SKIPPED] * 2_000))

    assert TEXT_LIMIT - 300 < len(text) <= TEXT_LIMIT
    assert text.endswith("\n… (cut here: see the build)\n")


@pytest.mark.parametrize(("shown", "words"), [(0, "… and 2 more"), (1, "… and 1 more"), (2, "")])
def test_left_out__by_what_is_shown__counts_the_rest(shown, words):
    assert left_out(report_of(PASSED, FAILED), shown).startswith(words)
    assert bool(left_out(report_of(PASSED, FAILED), shown)) == bool(words)


@pytest.mark.parametrize(("length", "text"), [(9, "a" * 9), (10, "a" * 10), (11, "aaaaaaaaa…")])
def test_shortened__beyond_its_limit__ends_in_dots(length, text):
    assert shortened("a" * length, 10) == text


# --- Slack -----------------------------------------------------------------------------------------


def as_slack_reads(text):
    """Spans of inline code and of other text, by Slack's page on formatting; entities decoded."""
    spans = []
    for n, part in enumerate(text.split("`")):
        if part:
            spans.append((n % 2 == 1, unescape(part)))
    assert text.count("`") % 2 == 0
    return spans


LINKS_OF_OURS = re.compile(r"<https?://[^<>|`\s]+\|(?:Log|Build|Line|Pull request)>")


@given(HOSTILE_TEXT)
@settings(max_examples=150)
def test_slack_text__any_text__has_no_effect_and_says_what_it_says(text):
    shown = slack_text(text, limit=500)

    assert not re.search(r"[<>\n]", shown)
    assert not re.search(r"&(?!amp;|lt;|gt;)", shown)
    for is_code, plain in as_slack_reads(shown):
        if not is_code:
            assert not re.search(r"[*_~@#]|:\S|(?:^|\s)>|www\.|://", plain)
    said = "".join(plain for _, plain in as_slack_reads(shown))
    line = visible(" ".join(re.sub("\x1b\\[[0-9;:?]{0,32}[A-Za-z]", "", text[:2_000]).split()))
    if len(line) <= 500 and len(text) <= 2_000:
        assert said == line.replace("`", "'")


@given(HOSTILE_TEXT, st.integers(1, 50))
def test_slack_text__any_text__keeps_its_limit(text, limit):
    assert len(slack_text(text, limit=limit)) <= 6 * limit + 2


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("plain words, 3.5 of them: yes", "plain words, 3.5 of them: yes"),
        ("<!channel> and <@U1>", "`&lt;!channel&gt;` and `&lt;@U1&gt;`"),
        ("a *b* c", "a `*b*` c"),
        ("column iata_code is `gone`", "column `iata_code` is `'gone'`"),
        ("see evil.test now", "see `evil.test` now"),
        (":white_check_mark: passed", "`:white_check_mark:` passed"),
        ("> quote", "`&gt;` quote"),
        ("one_a two_b", "`one_a two_b`"),
    ],
)
def test_slack_text__example__is_plain(text, shown):
    assert slack_text(text) == shown.replace("`&lt;!channel&gt;` and", SPECIAL_CHANNEL)


SPECIAL_CHANNEL = "&lt;!channel&gt; and"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("", ""),
        ("javascript:alert(1)", ""),
        ("https://h.test/a|b>c<d&e", "<https://h.test/a%7Cb%3Ec%3Cd&amp;e|Log>"),
        ("https://h.test/" + "a" * (LINK_LIMIT - 14), ""),
    ],
)
def test_slack_link__any_address__is_a_link_or_nothing(url, shown):
    assert slack_link(url, "Log") == shown


def test_slack_link__as_long_as_may_be__is_linked():
    url = "https://h.test/".ljust(LINK_LIMIT, "a")

    assert slack_link(url, "Log") == f"<{url}|Log>"


@pytest.mark.parametrize("name", EVERY)
def test_slack_message__any_report__keeps_slacks_limits_and_mentions_nobody(name):
    message = json.loads(slack_message(EVERY[name]))

    texts = [message["text"], *(block["text"]["text"] for block in message["blocks"])]
    assert len(message["blocks"]) <= 50
    assert all(0 < len(text) <= SLACK_LIMIT for text in texts)
    assert all(block["text"]["verbatim"] for block in message["blocks"])
    assert not message["unfurl_links"]
    assert not message["unfurl_media"]
    for text in texts:
        assert "<" not in LINKS_OF_OURS.sub("", text)


def test_slack_message__more_checks_than_blocks__shows_the_worst_and_counts_the_rest():
    message = json.loads(slack_message(FIFTY))

    texts = [block["text"]["text"] for block in message["blocks"]]
    assert all(text.startswith("❌ check ") for text in texts[2:9])
    assert "… and 10 more: see the build." in texts


def test_slack_message__one_check_with_a_long_reason__tells_its_beginning_in_the_notification():
    message = json.loads(slack_message(report_of(replace(FAILED, reason="r" * 900))))

    cause = message["text"].partition("airports failed: ")[2]
    assert (len(cause), cause[-22:]) == (150, "… (cut, 900 characters)"[-22:])


def test_slack_check__links_of_any_length__fills_slacks_room_and_no_more():
    worst = replace(FAILED, name="*" + "&" * 99, reason="*" + "&" * 999, hint="h" * 30, place=None)
    sizes = set()
    for length in range(LINK_LIMIT - 80, LINK_LIMIT):
        url = "https://h.test/".ljust(length, "a")
        message = json.loads(slack_message(report_of(replace(worst, console_url=url))))
        sizes.add(max(len(block["text"]["text"]) for block in message["blocks"]))

    most = max(sizes)
    assert most == SLACK_LIMIT - 1


def test_slack_check__too_long__goes_without_its_link():
    url = "https://h.test/" + "a" * (LINK_LIMIT - 20)
    result = replace(FAILED, name="*" + "&" * 99, reason="*" + "&" * 999, console_url=url)

    message = json.loads(slack_message(report_of(result)))

    assert "h.test" not in json.dumps(message)


# --- Teams -----------------------------------------------------------------------------------------


def runs_of(message):
    (attachment,) = message["attachments"]
    body = attachment["content"]["body"]
    assert {block["type"] for block in body} == {"RichTextBlock"}
    return [run for block in body for run in block["inlines"]]


def actions_of(message):
    return message["attachments"][0]["content"]["actions"]


@pytest.mark.parametrize("name", EVERY)
def test_teams_message__any_report__keeps_teams_limit_and_is_no_markdown(name):
    text = teams_message(EVERY[name])

    message = json.loads(text)
    assert len(text.encode()) <= TEAMS_BYTES + 200 < 28 * 1024
    assert message["type"] == "message"
    assert message["attachments"][0]["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert {run["type"] for run in runs_of(message)} == {"TextRun"}
    assert not any("{{" in run["text"] or "${" in run["text"] for run in runs_of(message))


def test_teams_message__too_many_checks__counts_the_rest():
    title, *runs, last = runs_of(json.loads(teams_message(WORST)))

    shown = sum(run.get("weight") == "Bolder" for run in runs)
    assert title["weight"] == "Bolder"
    assert 0 < shown < 80
    assert last["text"] == f"… and {80 - shown} more: see the build."


@pytest.mark.parametrize("link", ["javascript:x", "", "https://me:x@h.test"])
def test_teams_message__link_that_is_none__has_no_button(link):
    message = json.loads(teams_message(report_of(PASSED, build=replace(BUILD, link=link))))

    assert [one["title"] for one in actions_of(message)] == ["Pull request"]


def test_teams_message__link_with_an_ampersand__is_the_address_itself():
    link = "https://h.test/?a=1&amp;b=2&c"

    message = json.loads(teams_message(report_of(PASSED, build=replace(BUILD, link=link))))

    assert actions_of(message)[-1]["url"] == link


@given(HOSTILE_TEXT, st.integers(1, 50))
def test_teams_run__any_text__is_one_bounded_line_without_functions(text, limit):
    run = teams_run(text + "{{DATE(2026-03-01T00:00:00Z)}}${x}", limit=limit)

    assert len(run) <= limit
    assert "\n" not in run
    assert "{{" not in run
    assert "${" not in run


# --- what was looked at ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "more", "shown"),
    [
        ({}, {}, "acme/etl#7 · feature/flights · 8f14e45fceea"),
        ({"repository": ""}, {}, "#7 · feature/flights · 8f14e45fceea"),
        ({"repository": "", "pull_request": None, "branch": "", "commit": ""}, {}, ""),
        ({"pull_request": None, "job": "glue"}, {"context": "nightly", "leg": "0a1b2c"},
         "acme/etl · feature/flights · 8f14e45fceea · nightly · glue"),
    ],
)  # fmt: skip
def test_plain_message__by_build__says_what_was_looked_at(facts, more, shown):
    report = replace(report_of(PASSED, build=replace(BUILD, **facts)), **more)

    assert plain_message(report).splitlines()[1] == shown
    assert len(subject(report)) <= SUBJECT_LIMIT


def test_messages__no_checks_at_all__say_why():
    report = report_of(reason="The pull request comes from a fork.")

    assert isinstance(report, Report)
    assert report.verdict is Verdict.SKIPPED
    for text in (subject(report), plain_message(report), slack_message(report)):
        assert "skipped: The pull request comes from a fork." in text
