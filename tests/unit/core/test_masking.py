"""No text of a report keeps a secret, however deep it lies."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.build import Build, Fork, Host
from plugin.core.masking import masked, without
from plugin.core.result import CheckResult, Finding, Leftover, Place, Report
from plugin.core.verdict import Verdict


def _mask(text: str) -> str:
    return text.replace("hunter2", "***")


def test_masked__secret_in_every_part_of_a_report__is_nowhere_left():
    result = CheckResult(
        name="orders",
        script="jobs/orders.py",
        verdict=Verdict.FAILED,
        reason="login with hunter2 failed",
        place=Place(file="jobs/hunter2.py", line=3),
        findings=(Finding(name="rows", ok=False, message="hunter2"),),
        leftovers=(Leftover(kind="job", name="hunter2", reason="hunter2"),),
        log_tail=("a", "password: hunter2"),
    )
    report = Report(
        build=Build(host=Host.PLAIN, link="https://hunter2@ci.example"),
        build_id="0" * 12,
        engine="local",
        started_at="2026-11-23T00:00:00Z",
        seconds=1.5,
        results=(result,),
    )

    told = masked(report, _mask)

    assert "hunter2" not in repr(told)
    assert told.results[0].log_tail == ("a", "password: ***")
    assert told.results[0].place == Place(file="jobs/***.py", line=3)


def test_masked__enumerations_and_numbers__stay_what_they_are():
    @dataclass(frozen=True)
    class Thing:
        fork: Fork
        kind: type
        amount: Decimal
        text: None

    thing = Thing(fork=Fork.YES, kind=Thing, amount=Decimal("1.5"), text=None)

    assert masked(thing, lambda _: "changed") == thing
    assert masked(Fork.YES, lambda _: "changed") is Fork.YES


# --- texts ---------------------------------------------------------------------------------------

SECRET = "ghp_0123456789abcdef"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ""),
        ("nothing here", "nothing here"),
        (f"a {SECRET} b {SECRET}", "a *** b ***"),
        (f"cut off: {SECRET[:-1]}", "cut off: ***"),
        (f"cut off: {SECRET[:8]}", "cut off: ***"),
        (
            f"too short to be told from a word: {SECRET[:7]}",
            f"too short to be told from a word: {SECRET[:7]}",
        ),
        (f"{SECRET[:12]} is its beginning", f"{SECRET[:12]} is its beginning"),
    ],
)
def test_without__secret_or_the_piece_that_a_cut_left__is_stars(text, told):
    assert without(text, (SECRET,)) == told


def test_without__short_secret__is_not_looked_for_in_pieces():
    assert without("passwor", ("password",)) == "passwor"


@given(st.text(max_size=30), st.integers(min_value=8, max_value=len(SECRET)))
def test_without__text_cut_anywhere_in_a_secret__ends_with_no_piece_of_it(before, size):
    told = without(before + SECRET[:size], (SECRET,))

    assert not told.endswith(SECRET[:8])
    assert SECRET not in told
