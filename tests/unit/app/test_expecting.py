"""What earlier runs took is read beside the checks: it delays nothing and fails nothing."""

import threading
from pathlib import Path

import pytest

from plugin.app.expecting import Expecting
from plugin.core.forms.history import History
from plugin.core.result import PastRun
from plugin.core.verdict import Verdict
from tests.doubles.checks import check_of
from tests.unit.aws.relay import refusal

CHECK = check_of()
EVENTS = Path(__file__).parents[2] / "events"
REPORTS = "reports-of-a-test"


def history_of(check):
    run = PastRun(
        verdict=Verdict.PASSED,
        started_at="2026-03-01T00:00:00Z",
        run_seconds=100.0,
        glue_version=check.capacity.glue_version,
        capacity=check.capacity.in_words(),
    )
    return History(checks={check.name: (run,)})


def expecting(read):
    found = Expecting(read)
    found.join(60)
    return found


@pytest.mark.parametrize("error", [OSError("no"), KeyError("no")])
def test_expecting__the_history_cannot_be_read__nobody_knows_and_nobody_is_told(error):
    def read():
        raise error

    assert expecting(read).seconds(CHECK) is None


def test_expecting__no_answer_yet__nobody_waits():
    asked, answered = threading.Event(), threading.Event()

    def read():
        asked.set()
        answered.wait(30)
        return history_of(CHECK)

    found = Expecting(read)

    assert asked.wait(60)
    assert found.seconds(CHECK) is None
    answered.set()
    found.join(60)
    assert found.seconds(CHECK) == 100


def test_expecting__another_capacity__is_unknown():
    found = expecting(lambda: history_of(CHECK))

    assert found.seconds(check_of(worker_type="G.2X")) is None
    assert found.seconds(check_of(name="airports")) is None


# --- the whole command ---------------------------------------------------------------------------


def reading(checkout, **environ):
    """Check a push to main on the Glue of the tests, with a bucket for reports."""
    checkout.truth["s3"].create_bucket(Bucket=REPORTS)
    checkout.write("a.py", "print('fine')\n")
    checkout.factor = 3
    step = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_REPOSITORY": "octocat/flight-etl",
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_EVENT_PATH": str(EVENTS / "github_push.json"),
        "GITHUB_REF": "refs/heads/main",
        "GITHUB_REF_NAME": "main",
        "GITHUB_SHA": "c" * 40,
        "METADATA_BUCKET": REPORTS,
    }
    return checkout.on_glue("check", "--script", "a.py", **{**step, **environ})


def test_check__a_history_is_kept__is_asked_for_once_before_and_after(checkout):
    outcome = reading(checkout)

    asked = checkout.relay.asked
    assert outcome.code == 0
    # before the checks, to compare with, to add to: the document is read and never listed
    assert asked.count(f"GET {REPORTS}") == 3
    assert asked.index(f"GET {REPORTS}") < asked.index("DeleteJob")


def test_check__the_history_is_refused_before__is_the_same_check(checkout):
    checkout.relay.let(f"GET {REPORTS}", refusal(403, "AccessDenied"))

    outcome = reading(checkout)

    assert outcome.code == 0
    assert "metadata_bucket" not in outcome.out + outcome.err


def test_check__no_bucket_for_reports__asks_nothing(checkout):
    outcome = reading(checkout, METADATA_BUCKET="")

    assert outcome.code == 0
    assert f"GET {REPORTS}" not in checkout.relay.asked
