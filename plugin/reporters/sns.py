"""The report for an SNS topic: one message for each plan.

People get text by mail, machines get JSON; attributes let a subscription choose.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from plugin.core.errors import AccessDenied, EngineError, NotFound, PluginError
from plugin.core.escape.xml import xml_text
from plugin.core.forms.event import event_json
from plugin.core.forms.messages import plain_message, subject
from plugin.core.naming import slug

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugin.clients.aws.clients import Clients
    from plugin.core.result import Report

TOPIC = re.compile(r"arn:aws[a-z-]*:sns:(?P<region>[a-z0-9-]+):[0-9]{12}:[A-Za-z0-9_-]+(\.fifo)?")
"""Source: SNS API reference, CreateTopic."""
EVENT_LIMIT = 60_000
"""Characters of the JSON: with the text beside it, and all escaped, it stays below 256 KiB."""
_ATTRIBUTE_LIMIT = 256


class Sns:
    """Publishes each report to one topic, in the topic's own region."""

    name = "sns"

    def __init__(
        self, *, clients: Clients, topic_arn: str, is_cancelled: Callable[[], bool]
    ) -> None:
        self._clients = clients
        self._topic_arn = topic_arn
        self._is_cancelled = is_cancelled

    def report(self, report: Report) -> None:
        """Publish it; raise ``PluginError`` when SNS does not take it.

        A request whose answer was lost is sent again: a subscriber may hear twice, as SNS says of
        itself for standard topics.
        """
        from plugin.clients.aws.errors import translated

        arn = TOPIC.fullmatch(self._topic_arn)
        if arn is None:
            raise PluginError(
                "sns_topic_arn is not the ARN of a topic.",
                hint="It has the form arn:aws:sns:REGION:ACCOUNT:NAME.",
            )
        client = self._clients.sns(arn["region"], is_hurried=self._is_cancelled())
        try:
            with translated(f"publish to {self._topic_arn}"):
                client.publish(**self._request(report))
        except EngineError as error:
            raise PluginError(error.message, hint=self._hint(error)) from None

    def _request(self, report: Report) -> dict[str, Any]:
        forms = {
            "default": event_json(report, limit=EVENT_LIMIT),
            "email": plain_message(report),
            "sms": subject(report),
        }
        request = {
            "TopicArn": self._topic_arn,
            "Subject": subject(report),
            "Message": json.dumps(forms, ensure_ascii=False),
            "MessageStructure": "json",
            "MessageAttributes": _attributes(report),
        }
        return {**request, **_order(report)} if self._topic_arn.endswith(".fifo") else request

    def _hint(self, error: EngineError) -> str:
        if ": KMS" in error.message:
            return "Allow kms:GenerateDataKey and kms:Decrypt on the key of the topic."
        if isinstance(error, AccessDenied) or "AuthorizationError" in error.message:
            return f"Allow sns:Publish on {self._topic_arn}, also in the topic's own policy."
        if isinstance(error, NotFound):
            return "Check sns_topic_arn: region, account and name."
        return error.hint


def _attributes(report: Report) -> dict[str, dict[str, str]]:
    """Return what subscriptions filter by.

    SNS refuses a value that is empty, and SQS what XML forbids.
    """
    number = report.build.pull_request
    values = {
        "verdict": str(report.verdict),
        "repository": report.build.repository,
        "context": report.context,
        "branch": report.build.branch,
        "pull_request": str(number or ""),
    }
    told = {key: xml_text(value, limit=_ATTRIBUTE_LIMIT) for key, value in values.items()}
    return {
        key: {"DataType": "String", "StringValue": value} for key, value in told.items() if value
    }


def _order(report: Report) -> dict[str, str]:
    """Return what a FIFO topic needs: builds of one repository and context come in order."""
    group = slug(f"{report.build.repository}-{report.context}")[:128].strip("-.")
    told = hashlib.sha256(f"{report.build_id}\n{report.leg}".encode(errors="replace"))
    return {"MessageGroupId": group or "local", "MessageDeduplicationId": told.hexdigest()}
