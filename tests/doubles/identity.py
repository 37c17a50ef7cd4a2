"""Tokens of a runner, and what STS answers to them, as a relay sends them."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

from tests.unit.aws.relay import Trouble

SUBJECT = "repo:octo-org/etl:pull_request"
BEARER = "bearer-of-the-runner"
TOKEN_PATH = "/token?api-version=2.0"
ASK = "GET token"
BY_TOKEN = "AssumeRoleWithWebIdentity"
_STS = "https://sts.amazonaws.com/doc/2011-06-15/"


def jwt(number: int = 1, subject: object = SUBJECT) -> str:
    """A token that nobody has signed."""
    parts = ({"alg": "RS256"}, {"sub": subject, "jti": number}, {"signature": f"secret {number}"})
    texts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts)
    return ".".join(text.rstrip("=") for text in texts)


def given(token: object) -> Trouble:
    """The runner's answer."""
    return Trouble(status=200, body=json.dumps({"count": 1, "value": token}).encode())


def taken(number: int = 1, *, seconds: float = 3600, action: str = BY_TOKEN) -> Trouble:
    """STS's answer: credentials that end so many seconds from now, of another account than ours."""
    end = (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
    key = (
        f"<Credentials><AccessKeyId>ASIAEXAMPLE{number}</AccessKeyId>"
        f"<SecretAccessKey>secret-of-session-{number}</SecretAccessKey>"
        f"<SessionToken>token-of-session-{number}</SessionToken>"
        f"<Expiration>{end}</Expiration></Credentials>"
    )
    user = (
        "<AssumedRoleUser><AssumedRoleId>AROAEXAMPLE:x</AssumedRoleId>"
        "<Arn>arn:aws:sts::210987654321:assumed-role/ci/x</Arn></AssumedRoleUser>"
    )
    text = (
        f'<{action}Response xmlns="{_STS}"><{action}Result>{key}{user}</{action}Result>'
        f"<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{action}Response>"
    )
    return Trouble(status=200, body=text.encode())
