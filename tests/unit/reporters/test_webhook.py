"""A delivery as its receiver sees it: signed over the raw bytes, in the form it reads."""

import hashlib
import hmac
import json
from dataclasses import replace

import pytest

from plugin.core.errors import PluginError
from plugin.reporters.webhook import Webhook
from tests.doubles.clock import FakeClock
from tests.doubles.receiver import Receiver, Reply
from tests.unit.reporters.samples import FAILED, HOSTILE_REPORT, PASSED, SAMPLES, report_of

SECRET = "a-key-of-ours-é"


@pytest.fixture
def receiver():
    with Receiver() as receiver:
        yield receiver


def webhook_of(receiver, *, form="json", secret=SECRET, clock=None):
    return Webhook(url=receiver.url, secret=secret, form=form, clock=clock or FakeClock())


def is_genuine(delivery):
    """What a receiver does, by GitHub's page on validating webhook deliveries."""
    told = delivery.headers["x-hub-signature-256"]
    digest = hmac.new(SECRET.encode(), delivery.body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(told, f"sha256={digest}")


def test_report__not_taken__says_so_without_the_address(receiver):
    receiver.let(Reply(status=403))

    with pytest.raises(PluginError, match="answered 403") as caught:
        webhook_of(receiver).report(report_of(PASSED))

    assert "a-secret" not in str(caught.value)
    assert "webhook_secret" in caught.value.hint


def test_report__5xx_once__is_delivered_under_the_same_id(receiver):
    receiver.let(Reply(status=502), Reply())

    webhook_of(receiver).report(report_of(PASSED))

    assert {one.headers["x-glue-health-check-delivery"] for one in receiver.got} == {"0a1b2c3d4e5f"}
    assert len({one.headers["x-hub-signature-256"] for one in receiver.got}) == 1


@pytest.mark.parametrize("form", ["json", "slack", "teams"])
@pytest.mark.parametrize("name", SAMPLES)
def test_report__any_report_in_any_form__is_signed_over_its_bytes(receiver, form, name):
    webhook_of(receiver, form=form).report(SAMPLES[name])

    (delivery,) = receiver.got
    assert is_genuine(delivery)
    assert delivery.headers["content-type"] == "application/json; charset=utf-8"
    assert delivery.headers["user-agent"] == "glue-health-check"
    assert delivery.headers["x-glue-health-check-event"] == "glue-health-check.report"
    assert json.loads(delivery.body)


def test_report__one_byte_changed__is_no_longer_genuine(receiver):
    webhook_of(receiver).report(report_of(PASSED))

    (delivery,) = receiver.got
    assert not is_genuine(replace(delivery, body=delivery.body + b" "))


def test_report__no_secret__is_not_signed(receiver):
    webhook_of(receiver, secret="").report(report_of(PASSED))

    assert "x-hub-signature-256" not in receiver.got[0].headers


def test_report__as_json__holds_the_report(receiver):
    webhook_of(receiver).report(report_of(FAILED))

    event = json.loads(receiver.got[0].body)
    assert event["event"] == "glue-health-check.report"
    assert event["version"] == "1"
    assert event["report"]["verdict"] == "failed"
    assert event["report"]["results"][0]["place"]["line"] == 12


def test_report__hostile_build_id__is_one_header(receiver):
    webhook_of(receiver).report(HOSTILE_REPORT)

    assert len(receiver.got) == 1
