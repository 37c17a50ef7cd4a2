"""Which values are looked for: secrets, and nothing that our own words are made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.render import outputs
from plugin.core.secrets.values import EVERYDAY, is_worth_hiding
from plugin.core.verdict import Verdict
from tests.unit.reporters.samples import FULL_FAILED, report_of


@pytest.mark.parametrize(
    "value",
    [
        *("hunter2", "s3cr3t::abc", "12345678", "4111-1111-1111-1111", "correct horse battery"),
        *("2026-abc-01", "https://h/services/T0/B0/x", "https://ada@h", "glue-health-check-9f8e7d"),
        *("tiger9", "failed-login-7", "T-0-k-e-n", "a=verdict", "errors: none-7", "Zq8vT2mKp0Xw=="),
    ],
)
def test_is_worth_hiding__a_secret__is(value):
    assert is_worth_hiding(f" {value}\n")


@pytest.mark.parametrize(
    "value",
    [
        *("short", "", "true", "PASSWORD", "s3://acme-lake/x", "arn:aws:iam::123456789012:role/x"),
        *("eu-west-1", "/etc/passwd", "1234567", "123.456"),
        # days, hours, versions, amounts
        *(
            "2026-03-01",
            "2026-03-01T09:30:00Z",
            "2026-03-02T10",
            "20260302T1000",
            "-03-02T10:00",
            "09:30:00",
            "1.2.3.4",
        ),
        # our own words
        *("verdict=failed", "x verdict=failed", "cost_usd=0.0147", "passed=1", "job_name=x"),
        *(
            "1 failed, 2 passed",
            "the check failed",
            "flights failed",
            "airports failed after 1 min",
        ),
        *("glue-health-check", "health-check", "glue-health-check-reports", "https://github.com"),
        *("::error::", "::error title=Glue", "error: no", "warning: reporter", "Failed", "passed"),
        *sorted(EVERYDAY),  # a set: its order differs from process to process
    ],
)
def test_is_worth_hiding__what_tears_a_report_and_tells_nobody_anything__is_not(value):
    assert not is_worth_hiding(value)


@pytest.mark.parametrize("name", [name for name, _ in outputs(report_of(FULL_FAILED), "r.json")])
def test_is_worth_hiding__an_output_of_ours__is_not(name):
    assert not is_worth_hiding(f"{name}=x1y2z3")


@pytest.mark.parametrize("verdict", Verdict)
def test_is_worth_hiding__a_verdict__is_not(verdict):
    assert not is_worth_hiding(verdict)
    assert not is_worth_hiding(f"verdict={verdict}")


@pytest.mark.parametrize(
    "unit", ["-", "T", "s ", "a=", ":", "passed ", "1", "verdict", "aa.", "::"]
)
def test_is_worth_hiding__a_hostile_value__is_judged_in_no_time(unit):
    assert is_worth_hiding(unit * 100_000) in {True, False}


@given(st.text(st.characters(exclude_categories=()), max_size=30))
def test_is_worth_hiding__letters_digits_and_any_text__is(text):
    assert is_worth_hiding(f"Zq8vT2mKp0Xw{text}") or "=" in text or " " in text
