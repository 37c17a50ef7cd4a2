"""No text of a report keeps a secret, however deep it lies."""

from dataclasses import dataclass
from decimal import Decimal

from plugin.core.build import Build, Fork, Host
from plugin.core.masking import masked
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
