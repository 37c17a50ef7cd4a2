"""The report for a webhook: signed JSON, or a message for Slack or Microsoft Teams.

Knows the headers of a delivery and how it is signed.  Refuses to know how long it is tried.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from plugin.core.escape import visible
from plugin.core.forms.event import EVENT, event_json
from plugin.core.forms.messages import slack_message, teams_message

if TYPE_CHECKING:
    from plugin.core.ports import Clock
    from plugin.core.result import Report

JSON_LIMIT = 1_000_000
"""Bytes of a JSON body; many receivers take no more than a mebibyte."""
SIGNATURE = "X-Hub-Signature-256"
DELIVERY = "X-Glue-Health-Check-Delivery"


class Webhook:
    """Posts each report once to an address.

    ``form`` is ``json``, ``slack`` or ``teams``.  With a ``secret`` the body is signed as GitHub
    signs its own: ``sha256=`` and the HMAC over the raw bytes, in hexadecimal.
    """

    name = "webhook"

    def __init__(self, *, url: str, secret: str, form: str, clock: Clock) -> None:
        self._url = url
        self._secret = secret
        self._form = form
        self._clock = clock

    def report(self, report: Report) -> None:
        """Send it; raise ``PluginError`` when the receiver does not take it."""
        from plugin.clients.http import Letter, post

        body = self._body(report)
        letter = Letter(url=self._url, body=body, headers=self._headers(report, body))
        post(letter, clock=self._clock, setting="webhook_url")

    def _body(self, report: Report) -> bytes:
        match self._form:
            case "slack":
                return slack_message(report).encode()
            case "teams":
                return teams_message(report).encode()
            case _:
                return event_json(report, limit=JSON_LIMIT).encode()

    def _headers(self, report: Report, body: bytes) -> dict[str, str]:
        """Return the headers; the delivery is the same for every attempt to send this report."""
        build_id = visible(report.build_id).encode("ascii", "replace").decode().strip()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "glue-health-check",
            "X-Glue-Health-Check-Event": EVENT,
            DELIVERY: build_id[:100],
        }
        if self._secret:
            digest = hmac.new(self._secret.encode(), body, hashlib.sha256).hexdigest()
            headers[SIGNATURE] = f"sha256={digest}"
        return headers
