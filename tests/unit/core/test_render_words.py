"""How times, money and verdicts are said."""

from decimal import Decimal

import pytest

from plugin.core.render import duration, troubleshooting, usd
from plugin.core.render.words import cost_of, icon, meaning, place_text, trouble_name
from plugin.core.trouble import Trouble
from plugin.core.verdict import Verdict
from tests.unit.reporters.samples import FAILED, PASSED, SKIPPED


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (float("nan"), "0 s"),
        (float("inf"), "0 s"),
        (-1.0, "0 s"),
        (-0.0, "0 s"),
        (0.0, "0 s"),
        (0.42, "0.4 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (72.0, "1 min 12 s"),
        (3_599.6, "1 h 0 min"),
        (7_500.0, "2 h 5 min"),
    ],
)
def test_duration__any_seconds__is_short_and_plain(seconds, expected):
    assert duration(seconds) == expected


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("0", "$0"),
        ("0.00001", "<$0.0001"),
        ("0.0147", "$0.0147"),
        ("0.99999", "$1.0000"),
        ("1", "$1.00"),
        ("1.235", "$1.24"),
        ("1E+3", "$1000.00"),
    ],
)
def test_usd__any_amount__has_as_many_digits_as_matter(amount, expected):
    assert usd(Decimal(amount)) == expected


def test_cost_of__an_estimate__is_marked_as_one():
    assert cost_of(PASSED) == "~$0.0147"
    assert cost_of(FAILED) == "$0.0147"
    assert cost_of(SKIPPED) == "–"


def test_place_text__with_and_without_a_place():
    assert place_text(FAILED.place) == "examples/jobs/airports.py:12"
    assert place_text(None) == ""


def test_meaning__failed_and_errored__blame_different_things():
    assert meaning(Verdict.FAILED) == "The script is at fault."
    assert "nobody knows" in meaning(Verdict.ERRORED)


@pytest.mark.parametrize("trouble", [Trouble.CONNECTION, Trouble.JOB_PERMISSION])
def test_meaning__failed_of_what_the_script_needs__does_not_blame_it_alone(trouble):
    assert "maybe for a reason outside of it" in meaning(Verdict.FAILED, trouble)
    assert meaning(Verdict.FAILED, Trouble.SCRIPT_ERROR) == "The script is at fault."


def test_meaning_and_icon__every_verdict__has_its_own():
    assert len({meaning(verdict) for verdict in Verdict}) == len(Verdict)
    assert len({icon(verdict) for verdict in Verdict}) == len(Verdict)


def test_trouble__a_class__has_a_name_and_an_address():
    assert trouble_name(Trouble.JOB_PERMISSION) == "permission of the job"
    assert trouble_name(Trouble.NETWORK) == "no way to AWS"
    assert trouble_name(Trouble.PERMISSION) == "permission of CI"
    assert troubleshooting(Trouble.NETWORK) == (
        "https://github.com/glue-health-check/glue-health-check/blob/main/docs/troubleshooting.md"
        "#no-way-to-aws"
    )
    assert troubleshooting(None) == ""
