"""The data of a Drone card."""

import json
from dataclasses import replace

import pytest

from plugin.core.forms.card import CARD_SCHEMA, MOST_BYTES, MOST_CHECKS, card_payload
from tests.unit.reporters.samples import CONSOLE, FAILED, HOSTILE, PASSED, SAMPLES, report_of


def data_of(report):
    return json.loads(card_payload(report))["data"]


def test_card__a_mixed_report__the_worst_checks_come_first():
    data = data_of(SAMPLES["several"])

    assert [check["name"] for check in data["checks"]] == [
        "routes",
        "airports",
        "flights",
        "weather",
    ]
    assert (data["verdict"], data["colour"]) == ("errored", "warning")
    assert data["summary"] == "4 checks: 1 failed, 1 errored, 1 passed, 1 skipped"
    assert data["leftovers"].startswith(
        "2 left behind. To remove all of it: glue-health-check cleanup"
    )
    assert "`" not in data["leftovers"]
    assert data["more"] == ""


def test_card__many_checks__shows_some_and_counts_the_others():
    data = data_of(report_of(*[PASSED] * 50, FAILED))

    assert len(data["checks"]) == MOST_CHECKS
    assert data["checks"][0]["name"] == "airports"
    assert data["more"] == "… and 21 more, see the log of the step."


@pytest.mark.parametrize("text", ["漢" * 5_000, "👍" * 5_000, HOSTILE * 20, '"\\' * 5_000])
def test_card__long_texts__stay_within_one_chunk_of_the_log(text):
    long = replace(FAILED, name=text, reason=text, console_url=f"https://a.test/{text}")

    payload = card_payload(report_of(*[long] * 60))

    assert len(payload) <= MOST_BYTES
    assert 1 < len(json.loads(payload)["data"]["checks"]) <= MOST_CHECKS


def test_card__words_in_any_script__take_no_more_room_than_they_have_to():
    assert "漢é" in card_payload(report_of(replace(FAILED, reason="漢é"))).decode()


def test_card__not_even_one_check_fits__shows_the_verdict_all_the_same():
    payload = card_payload(report_of(FAILED, FAILED), schema="https://a.test/" + "x" * MOST_BYTES)

    assert json.loads(payload)["data"]["checks"] == []
    assert json.loads(payload)["data"]["more"] == "… and 2 more, see the log of the step."


def test_card__nothing_was_run__says_why():
    data = data_of(SAMPLES["skipped"])

    assert data["summary"] == "The pull request comes from a fork."
    assert data_of(report_of())["summary"] == "There was nothing to do."
    assert (data["checks"], data["run_url"], data["leftovers"]) == ([], "", "")


def test_card__addresses__are_of_the_web_alone():
    report = SAMPLES["hostile"]

    assert data_of(report)["build_url"] == ""
    assert data_of(report_of(PASSED))["run_url"] == CONSOLE
    assert json.loads(card_payload(report))["schema"] == CARD_SCHEMA
