"""Reports in a bucket, against moto's S3: two builds at once, and what others put there."""

import json
import uuid
from dataclasses import replace

import boto3
import pytest

from plugin.aws.s3.objects import OURS, Objects
from plugin.clients.aws.clients import Access, Clients
from plugin.core.build import Fork
from plugin.core.errors import PluginError
from plugin.core.forms.history import History, history_key, merged, report_key
from plugin.core.forms.history_json import parse, written
from plugin.core.verdict import Verdict
from plugin.local.server import LocalGlue
from plugin.reporters import metadata
from plugin.reporters.metadata import Metadata
from tests.doubles.clock import FakeClock
from tests.unit.aws.relay import LOST_ANSWER, LOST_REQUEST, Relay, refusal
from tests.unit.reporters.samples import (
    BUILD,
    ERRORED,
    FAILED,
    HOSTILE_REPORT,
    PASSED,
    SKIPPED,
    report_of,
)

MAIN = replace(BUILD, pull_request=None, branch="main", target_branch="", event="push")
WHERE = {"context": "glue-health-check"}
KEY = history_key(BUILD, "main", **WHERE)


@pytest.fixture(scope="module")
def bench():
    """A local Glue, a relay and clients for all tests: botocore takes long to make one."""
    with (
        LocalGlue.start(environ={"PATH": "/usr/bin:/bin"}) as server,
        Relay(server.endpoint_url) as relay,
    ):
        access = Access(
            region="us-east-1",
            endpoint_url=relay.endpoint_url,
            access_key_id="AKIDEXAMPLE",
            secret_access_key="a-secret-of-ours",
        )
        truth = boto3.client(
            "s3",
            region_name="us-east-1",
            endpoint_url=server.endpoint_url,
            aws_access_key_id="x",
            aws_secret_access_key="x",
        )
        yield relay, Clients(access), truth


class Bucket:
    """A bucket of a test's own, the requests for it, and what is in it."""

    def __init__(self, bench):
        self.relay, self.clients, self.s3 = bench
        self.relay.forget()
        self.name = f"b{uuid.uuid4().hex[:12]}"
        self.s3.create_bucket(Bucket=self.name)

    def metadata(self, *, cancelled=False, name=""):
        self.clock = FakeClock(cancel_at=0 if cancelled else None)
        return Metadata(
            clients=self.clients, bucket=name or self.name, clock=self.clock, jitter=lambda: 1.0
        )

    def put(self, body, key=KEY):
        self.s3.put_object(Bucket=self.name, Key=key, Body=body)

    def get(self, key=KEY):
        return self.s3.get_object(Bucket=self.name, Key=key)["Body"].read()

    def listed(self):
        found = self.s3.list_objects_v2(Bucket=self.name).get("Contents", [])
        return [one["Key"] for one in found]

    def runs(self, check="flights", key=KEY):
        return parse(self.get(key)).checks[check]

    def compared(self, *results, build=BUILD):
        return self.metadata().compared(results or (PASSED,), build=build, **WHERE)

    def let_put(self, *troubles):
        """Troubles for the history, after the whole report was written."""
        self.relay.once(f"GET {self.name}", lambda: self.relay.let(f"PUT {self.name}", *troubles))


@pytest.fixture
def bucket(bench):
    return Bucket(bench)


def push(n, *results):
    """The report of the n-th build of main."""
    report = report_of(*results or (PASSED,), build=replace(MAIN, commit=f"{n:040x}"))
    return replace(report, started_at=f"2026-03-01T09:{n:02}:00Z", build_id=f"{n:012x}")


def failure_of(bucket, report=None, **options):
    with pytest.raises(PluginError) as caught:
        bucket.metadata(**options).report(report or push(1))
    return caught.value


# --- S3 says no ------------------------------------------------------------------------------------


def test_report__not_allowed__names_the_rights(bucket):
    bucket.relay.let(f"PUT {bucket.name}", refusal(403, "AccessDenied", "no"))

    error = failure_of(bucket)

    assert error.message.startswith(f"Could not write s3://{bucket.name}/glue-health-check-reports")
    assert f"s3:PutObject on {bucket.name}/glue-health-check-reports/*" in error.hint
    assert "s3:ListBucket" in error.hint


def test_report__no_such_bucket__says_what_to_check(bucket):
    error = failure_of(bucket, name="not-there-at-all")

    assert "NoSuchBucket" in error.message
    assert error.hint == "Check metadata_bucket, and the region."


def test_report__history_may_not_be_read__is_told_and_nothing_lost(bucket):
    bucket.put(b"kept")
    bucket.relay.let(f"GET {bucket.name}", refusal(403, "AccessDenied", "no"))

    assert "s3:GetObject" in failure_of(bucket).hint
    assert bucket.get() == b"kept"


def test_report__after_a_cancel__is_tried_once(bucket):
    bucket.relay.let(f"PUT {bucket.name}", *[refusal(500, "InternalError")] * 9)

    failure_of(bucket, cancelled=True)

    assert len(bucket.relay.asked) == 1


def test_report__another_version_wrote_the_history__leaves_it(bucket):
    body = json.dumps({"version": "2", "checks": {}}).encode()
    bucket.put(body)

    error = failure_of(bucket)

    assert f"s3://{bucket.name}/{KEY} was left as it is" in error.message
    assert bucket.get() == body


@pytest.mark.parametrize("body", [b"", b"no JSON", b"[]", b'{"version":"1","checks":[]}'])
def test_report__the_history_is_damaged__begins_anew(bucket, body):
    bucket.put(body)

    bucket.metadata().report(push(1))

    assert len(bucket.runs()) == 1


# --- two builds at once ----------------------------------------------------------------------------


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("code", ["PreconditionFailed", "ConditionalRequestConflict"])
def test_report__the_condition_does_not_hold__reads_again(bucket, is_first, code):
    if not is_first:
        bucket.metadata().report(push(1))
    bucket.relay.forget()
    bucket.let_put(refusal(409, code))

    bucket.metadata().report(push(2))

    assert bucket.relay.asked.count(f"GET {bucket.name}") == 2
    assert bucket.runs()[-1].commit == f"{2:040x}"


def test_report__another_build_writes_between_read_and_write__loses_nothing(bucket):
    """moto itself answers 412."""
    rival = written(merged(History(), push(2)))

    def when_read():
        bucket.relay.once(f"PUT {bucket.name}", lambda: bucket.put(rival))

    bucket.relay.once(f"GET {bucket.name}", when_read)

    bucket.metadata().report(push(1))

    assert [run.commit for run in bucket.runs()] == [f"{1:040x}", f"{2:040x}"]
    assert bucket.relay.asked.count(f"GET {bucket.name}") == 2


def test_report__changed_again_and_again__waits_ever_longer_and_gives_up(bucket):
    bucket.let_put(*[refusal(412, "PreconditionFailed")] * metadata.ROUNDS)

    error = failure_of(bucket)

    assert "was changed by other builds 10 times in a row" in error.message
    assert bucket.relay.asked.count(f"GET {bucket.name}") == metadata.ROUNDS
    assert bucket.clock.seconds == 0.5 + 1 + 2 + 4 + 5 * 6


def test_report__changed_by_another_after_a_cancel__waits_for_nobody(bucket):
    bucket.let_put(refusal(412, "PreconditionFailed"))

    bucket.metadata(cancelled=True).report(push(1))

    assert bucket.clock.seconds == 0
    assert len(bucket.runs()) == 1


def test_report__twenty_legs_of_one_second__lose_none(bucket):
    """Each is a leg with other arguments: nothing but the build's id tells them apart."""
    reports = [replace(push(1), build_id=f"{n:012x}", leg=str(n)) for n in range(20)]

    for report in reports:
        bucket.metadata().report(report)

    assert [run.build_id for run in bucket.runs()] == [f"{n:012x}" for n in range(20)]


def test_report__the_answer_was_lost__counts_the_build_once(bucket):
    bucket.let_put(LOST_ANSWER)

    bucket.metadata().report(push(1))

    assert len(bucket.runs()) == 1


def test_report__a_store_without_conditions__is_written_without(bucket):
    bucket.let_put(refusal(501, "NotImplemented", "If-None-Match"))

    bucket.metadata().report(push(1))

    assert len(bucket.runs()) == 1
    *_, last = bucket.relay.sent(f"PUT {bucket.name}")
    assert "if-none-match" not in last.headers


def test_report__a_store_refuses_in_another_way__is_told(bucket):
    bucket.let_put(refusal(400, "EntityTooLarge", "no"))

    assert "EntityTooLarge" in failure_of(bucket).message


# --- what is kept ----------------------------------------------------------------------------------


def test_report__of_a_branch__keeps_the_report_and_the_history(bucket):
    report = push(1, PASSED, FAILED, SKIPPED)

    bucket.metadata().report(report)

    folder = KEY.removesuffix("/history.json")
    assert bucket.listed() == [
        f"{folder}/history.json",
        f"{folder}/reports/2026-03-01T090100Z-000000000001.json",
    ]
    assert json.loads(bucket.get(report_key(report)))["verdict"] == "failed"
    assert set(parse(bucket.get()).checks) == {"flights", "airports"}


@pytest.mark.parametrize(
    "build",
    [
        BUILD,
        replace(MAIN, target_branch="main", branch="gh-readonly-queue/main/pr-7"),
        replace(MAIN, fork=Fork.UNKNOWN),
        replace(MAIN, is_dependabot=True),
        replace(MAIN, branch=""),
        replace(MAIN, is_tag=True),
    ],
)
def test_report__of_a_proposal_or_a_strangers_code__writes_no_history(bucket, build):
    bucket.metadata().report(report_of(PASSED, build=build))

    (key,) = bucket.listed()
    assert "/reports/" in key


def test_report__hostile_text_everywhere__is_kept_below_our_prefix(bucket):
    build = replace(HOSTILE_REPORT.build, pull_request=None, target_branch="", branch="../x\ud800")

    bucket.metadata().report(replace(HOSTILE_REPORT, build=build))

    keys = bucket.listed()
    assert len(keys) == 2
    assert all(key.startswith("glue-health-check-reports/") and ".." not in key for key in keys)


def test_sweep__what_is_kept__is_not_seen_and_cannot_be_deleted(bucket):
    bucket.metadata().report(push(1))

    assert list(Objects(bucket.clients).build_prefixes(bucket.name)) == []
    for key in bucket.listed():
        assert not OURS.match(key)
        with pytest.raises(ValueError, match="not below a prefix of ours"):
            Objects(bucket.clients).delete_below(bucket.name, key)


# --- what is compared ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (refusal(403, "AccessDenied", "no"), "Allow s3:GetObject"),
        (refusal(404, "NoSuchBucket", "no"), "Check metadata_bucket"),
        (refusal(400, "Odd", "no"), "Odd: no"),
    ],
)
def test_compared__s3_says_no__is_a_warning(bucket, trouble, said):
    bucket.relay.let(f"GET {bucket.name}", trouble)

    results, warning = bucket.compared(PASSED)

    assert results == (PASSED,)
    assert warning.startswith("metadata_bucket: nothing is compared. Could not read s3://")
    assert said in warning


@pytest.mark.parametrize(
    "body", [b"no JSON", b"[" * 100_000, b'{"version":"2"}', b'{"version":"1","checks":{"a":1}}']
)
def test_compared__no_history_of_ours__is_a_warning(bucket, body):
    bucket.put(body)

    results, warning = bucket.compared(PASSED)

    assert results == (PASSED,)
    assert f"nothing is compared. s3://{bucket.name}/{KEY} cannot be used: " in warning


def test_compared__a_bug_of_ours__is_a_warning(bucket):
    broken = replace(BUILD, repository=None)  # type: ignore[arg-type]  # it is the bug

    results, warning = bucket.compared(PASSED, build=broken)

    assert results == (PASSED,)
    assert warning == "metadata_bucket: nothing is compared (AttributeError)."


def test_compared__a_connection_breaks__asks_no_second_time(bucket):
    """Everybody is told only when this is over."""
    bucket.relay.let(f"GET {bucket.name}", LOST_REQUEST)

    results, warning = bucket.compared(PASSED)

    assert results == (PASSED,)
    assert warning.startswith("metadata_bucket: nothing is compared. ")
    assert len(bucket.relay.asked) == 1


def test_compared__no_history_yet__is_nothing_and_no_warning(bucket):
    assert bucket.compared(PASSED) == ((PASSED,), "")


@pytest.mark.parametrize(
    "build",
    [replace(BUILD, target_branch=""), replace(MAIN, branch=""), replace(MAIN, is_tag=True)],
)
def test_compared__nobody_knows_with_what__asks_nobody(bucket, build):
    assert bucket.compared(PASSED, build=build) == ((PASSED,), "")
    assert bucket.relay.asked == []


def test_compared__after_a_cancel_or_without_checks__asks_nobody(bucket):
    cancelled = bucket.metadata(cancelled=True)

    assert cancelled.compared((PASSED,), build=BUILD, **WHERE) == ((PASSED,), "")
    assert bucket.metadata().compared((), build=BUILD, **WHERE) == ((), "")
    assert bucket.relay.asked == []


def test_compared__a_pull_request__gets_the_runs_of_its_target_in_one_request(bucket):
    for n in range(1, 4):
        bucket.metadata().report(push(n, PASSED if n < 3 else replace(PASSED, seconds=9.5)))
    bucket.metadata().report(push(4, replace(ERRORED, name="flights")))
    bucket.relay.forget()

    (one, other), warning = bucket.compared(PASSED, FAILED)

    assert warning == ""
    assert bucket.relay.asked == [f"GET {bucket.name}"]
    assert other == FAILED
    assert one == replace(PASSED, comparison=one.comparison)
    assert one.comparison.branch == "main"
    assert [run.verdict for run in one.comparison.runs] == [Verdict.PASSED] * 3
    assert one.comparison.runs[-1].seconds == 9.5
    assert one.comparison.runs[-1].findings == PASSED.findings
    assert one.comparison.runs[0].findings == ()


def test_compared__a_build_of_the_branch__gets_its_earlier_runs(bucket):
    bucket.metadata().report(push(1))

    (result,), _ = bucket.compared(PASSED, build=MAIN)

    assert len(result.comparison.runs) == 1


def test_compared__another_context__is_kept_apart(bucket):
    bucket.metadata().report(push(1))

    results, _ = bucket.metadata().compared((PASSED,), build=BUILD, context="other")

    assert results == (PASSED,)


def test_compared__a_pull_request_that_changes_the_glue_version__is_compared(bucket):
    before = replace(PASSED, glue_version="4.0")
    bucket.metadata().report(replace(push(1, before), leg="0a"))
    bucket.metadata().report(replace(push(2, replace(ERRORED, name="flights")), leg="1b"))

    (result,), _ = bucket.compared(PASSED)

    assert [run.glue_version for run in result.comparison.runs] == ["4.0"]


def test_compared__legs_of_a_matrix__get_the_runs_of_their_own_variant(bucket):
    legs = [replace(PASSED, glue_version=version) for version in ("4.0", "5.0")]
    for n in range(1, 3):
        for number, leg in enumerate(legs):
            bucket.metadata().report(
                replace(push(n, leg), leg=str(number), build_id=f"{n}{number}")
            )

    for leg in legs:
        (result,), _ = bucket.compared(leg)
        assert [run.glue_version for run in result.comparison.runs] == [leg.glue_version] * 2
    assert len([key for key in bucket.listed() if "/reports/" in key]) == 4


# --- before the checks -----------------------------------------------------------------------------


def test_past__a_document__is_read_by_one_question(bucket):
    bucket.put(written(merged(History(), push(1))))
    bucket.relay.forget()

    past = bucket.metadata().past(build=BUILD, **WHERE)

    assert list(past.checks) == ["flights"]
    assert bucket.relay.asked == [f"GET {bucket.name}"]


@pytest.mark.parametrize(
    ("cancelled", "build"), [(True, BUILD), (False, replace(MAIN, branch="")), (True, MAIN)]
)
def test_past__cancelled_or_of_nothing__asks_nothing(bucket, cancelled, build):
    assert bucket.metadata(cancelled=cancelled).past(build=build, **WHERE) == History()
    assert bucket.relay.asked == []


def test_past__s3_says_no__is_said_and_not_asked_again(bucket):
    bucket.relay.let(f"GET {bucket.name}", refusal(503, "SlowDown"), refusal(503, "SlowDown"))

    with pytest.raises(PluginError):
        bucket.metadata().past(build=BUILD, **WHERE)

    assert bucket.relay.asked == [f"GET {bucket.name}"]
