"""HTTP to a receiver that the operator chose: one body, sent until it is taken.

Knows requests, how long to try, and which redirects may be followed.  Refuses to know what is
sent.  The address is a secret, as Slack's and Teams' are: errors name its host alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from plugin.core.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from plugin.core.ports import Clock

ATTEMPTS = 4
LONGEST_WAIT_SECONDS = 60.0
"""Of all waits between attempts together."""
CONNECT_SECONDS, READ_SECONDS = 5, 15
HURRIED_SECONDS = 3
"""To connect, and of silence, after a cancel: the CI host soon kills us."""
MOST_REDIRECTS = 3
_READ_BYTES = 4_096

_KEEP_THE_METHOD = frozenset({307, 308})
_CHANGE_THE_METHOD = frozenset({301, 302, 303})
_AGAIN = frozenset({408, 425, 429})
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What is sent where.  ``url`` is http or https; ``headers`` are printable ASCII."""

    url: str = field(repr=False)
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


class NotTaken(PluginError):
    """The receiver did not take it.

    ``after_seconds`` is None when another attempt is senseless, else what the receiver asked for.
    """

    def __init__(self, message: str, *, hint: str = "", after_seconds: float | None = None) -> None:
        """Take what happened, what to change, and when to try again."""
        super().__init__(message, hint=hint)
        self.after_seconds = after_seconds


def post(
    letter: Letter, *, clock: Clock, setting: str, hurried_seconds: float = HURRIED_SECONDS
) -> None:
    """Send a letter, up to four times; return when the receiver took it (2xx).

    A lost answer is no reason not to send again: the receiver may get a letter twice.  All waits
    together take at most a minute; after a cancel there is one attempt, and a short one:
    ``hurried_seconds`` to connect, and of silence.
    ``setting`` is the name of the setting that holds the address.

    Raises ``NotTaken`` with the host, never with the rest of the address.
    """
    letter = _checked(letter, setting)
    left_seconds = LONGEST_WAIT_SECONDS
    attempt = 1
    while True:
        try:
            _deliver(letter, clock, setting, hurried_seconds)
        except NotTaken as error:
            if error.after_seconds is None or attempt == ATTEMPTS:
                raise
            pause = max(error.after_seconds, 2.0 ** (attempt - 1))
            if pause > left_seconds or clock.is_cancelled() or clock.wait(pause):
                raise
            left_seconds -= pause
            attempt += 1
        else:
            return


def host_of(url: str) -> str:
    """Return host and port of an address, which may be shown; empty when it is none."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    return f"{parts.hostname}{port}" if parts.hostname else ""


def _checked(letter: Letter, setting: str) -> Letter:
    url = letter.url.strip()
    if urlsplit_or_none(url) is None:
        raise NotTaken(f"{setting} is no address.", hint=f"Set {setting} to https://HOST/….")
    return replace(letter, url=url)


def urlsplit_or_none(url: str) -> SplitResult | None:
    """Return the parts of a web address; nothing when it is none."""
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if is_usable else None


def _deliver(letter: Letter, clock: Clock, setting: str, hurried_seconds: float) -> None:
    """Send it once, following redirects that stay at the receiver."""
    url = letter.url
    is_hurried = clock.is_cancelled()
    patience = (hurried_seconds,) * 2 if is_hurried else (CONNECT_SECONDS, READ_SECONDS)
    for _ in range(MOST_REDIRECTS + 1):
        status, headers, said = _send(replace(letter, url=url), patience, setting)
        if status not in _KEEP_THE_METHOD | _CHANGE_THE_METHOD:
            return _judge(url, status, headers, said, clock.now(), setting)
        url = _next_url(url, status, headers.get("location", ""), setting)
    raise NotTaken(
        f"{host_of(url)} redirected more than {MOST_REDIRECTS} times.",
        hint=f"Set {setting} to the address that it redirects to.",
    )


def _send(
    letter: Letter, patience: tuple[float, float], setting: str
) -> tuple[int, Mapping[str, str], str]:
    """Send it to one address; return status, headers and the beginning of what was answered."""
    import requests

    with requests.Session() as session:
        session.auth = _login_of(letter.url)
        try:
            with session.post(
                letter.url,
                data=letter.body,
                headers=dict(letter.headers),
                timeout=patience,
                allow_redirects=False,
                stream=True,  # an answer may be endless
            ) as answer:
                return answer.status_code, answer.headers, _beginning(answer)
        except (requests.RequestException, ValueError, OSError) as error:
            raise _unsent(error, letter.url, setting) from None  # its text holds the address


def _login_of(url: str) -> Any:  # noqa: ANN401 - one of the forms that requests takes
    """Return name and password of the address; else what keeps requests from reading .netrc."""
    parts = urlsplit(url)
    if parts.username is None:
        return lambda request: request
    return unquote(parts.username), unquote(parts.password or "")


def _beginning(answer: Any) -> str:  # noqa: ANN401 - a requests.Response
    """Return what the receiver says, where that is a short word: ``no_service``, say.

    Anything longer may repeat the address or what was sent.
    """
    try:
        start: bytes = answer.raw.read1(_READ_BYTES, decode_content=True)
    except Exception:  # noqa: BLE001 - the status has come, and the words do not matter
        return ""
    said = start.decode("ascii", "replace").strip()
    return said if 0 < len(said) <= 40 and said.replace("_", "").isalpha() else ""  # noqa: PLR2004 - longer than any such word


def _judge(
    url: str, status: int, headers: Mapping[str, str], said: str, now: datetime, setting: str
) -> None:
    """Return when the receiver took it; raise what it means when it did not."""
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return
    words = f"{host_of(url)} answered {status}" + (f" ({said})." if said not in url else ".")
    if status in _AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        after = _retry_after(headers.get("retry-after", ""), now)
        is_theirs = status >= HTTPStatus.INTERNAL_SERVER_ERROR
        hint = "The receiver is at fault: look there." if is_theirs else "Run the check again."
        raise NotTaken(words, hint=hint, after_seconds=after)
    hints = {
        401: "Check webhook_secret, and that the address is whole.",
        403: "Check webhook_secret, and that the address is whole.",
        404: f"Check {setting}: the receiver does not know it.",
        410: "The address is gone there: make a new one.",
        413: "It does not take a report of this size.",
    }
    raise NotTaken(words, hint=hints.get(status, f"Check {setting} and webhook_format."))


def _next_url(url: str, status: int, location: str, setting: str) -> str:
    """Return where a redirect leads when it may be followed."""
    there = urlsplit_or_none(urljoin(url, location)) if location else None
    here = urlsplit(url)
    if there is None:
        raise NotTaken(f"{host_of(url)} answered {status} without an address.")
    hint = f"Set {setting} to the address that it redirects to."
    if not _is_same_place(here, there):
        where = host_of(there.geturl())
        raise NotTaken(f"{host_of(url)} redirects to {there.scheme}://{where}.", hint=hint)
    if status in _CHANGE_THE_METHOD:
        why = "after which a POST becomes a GET"
        raise NotTaken(f"{host_of(url)} answered {status}, {why}.", hint=hint)
    login, _, _ = here.netloc.rpartition("@")
    _, _, place = there.netloc.rpartition("@")
    return there._replace(netloc=f"{login}@{place}" if login else place).geturl()


def _is_same_place(here: SplitResult, there: SplitResult) -> bool:
    """Whether it is the same receiver: same host and port, or its https instead of its http."""
    if here.hostname != there.hostname:
        return False
    if (here.scheme, there.scheme) == ("http", "https"):
        return True
    ports = [parts.port or _PORTS[parts.scheme] for parts in (here, there)]
    return here.scheme == there.scheme and ports[0] == ports[1]


def _retry_after(value: str, now: datetime) -> float:
    """Return the seconds to wait that a receiver asks for: a number, or a date."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        return max((parsedate_to_datetime(value) - now).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return 0.0


def _unsent(error: Exception, url: str, setting: str) -> NotTaken:
    """Return ours for an error of requests, whose own text holds the address."""
    import requests

    host = host_of(url)
    match error:
        case requests.exceptions.SSLError():
            hint = "Check its certificate, and REQUESTS_CA_BUNDLE."
            return NotTaken(f"{host}: there is no safe connection to it (TLS).", hint=hint)
        case requests.exceptions.ProxyError():
            hint = "Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY."
            return NotTaken(f"{host}: the proxy did not let us.", hint=hint, after_seconds=0.0)
        case requests.exceptions.Timeout():
            said = "it did not answer in time"
        case requests.exceptions.ConnectionError():
            said = "it cannot be reached, or hung up"
        case _:
            return NotTaken(f"{setting} cannot be used.", hint=f"Set {setting} to https://HOST/….")
    hint = f"Check that {setting} is right and that this machine reaches it."
    return NotTaken(f"{host}: {said}.", hint=hint, after_seconds=0.0)
