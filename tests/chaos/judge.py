"""What becomes of each request: counts them, strikes, sends signals, and writes it all down."""

from __future__ import annotations

import json
import random
import signal
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tests.chaos import faults, halves
from tests.chaos.child import LATE_HEADER, SECONDS_HEADER
from tests.chaos.played import Request
from tests.chaos.schedule import Blow, Command, Fate, Point, Schedule, Strike

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.chaos.asking import Asked
    from tests.doubles.loopback import Response

_ORDER = tuple(Command)
_REFUSALS = frozenset({Fate.THROTTLED, Fate.REFUSED, Fate.BROKEN})
_Kind = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class Behind:
    """Who is asked in the end, and who is hit.

    ``ask`` hands a request on; ``later`` does something at so many virtual seconds; ``check_of``
    says which check a text is about; ``hit`` sends a signal to the process and returns when it was
    heard, or the process is dead; ``seconds`` is the virtual time.
    """

    ask: Callable[[Asked], Response]
    later: Callable[[float, Callable[[], None]], None]
    check_of: Callable[[str], str]
    hit: Callable[[Blow], None]
    seconds: Callable[[], float]


@dataclass
class _Step:
    """One process: what it asked so far."""

    name: str
    command: Command
    begin: float
    is_calm: bool
    counts: Counter[_Kind] = field(default_factory=Counter)
    answers: dict[tuple[str, str, bytes], Response] = field(default_factory=dict)


class Judge:
    """Says what becomes of each request of one play.  For one request at a time."""

    def __init__(self, schedule: Schedule, behind: Behind) -> None:
        self._schedule = schedule
        self._behind = behind
        self._step = _Step("", Command.CHECK, 0.0, is_calm=True)
        self.requests: list[Request] = []

    def begin(self, name: str, command: Command, *, is_calm: bool) -> None:
        """Begin a new process; a calm one is neither struck nor hit."""
        self._step = _Step(name, command, self._behind.seconds(), is_calm)

    def answer(self, asked: Asked) -> Response | None:
        """Return the answer; None to cut the connection."""
        check = self._behind.check_of(_about(asked))
        kinds = self._count(asked, check)
        number = len(self.requests)
        self.requests.append(self._written(asked, check))
        blow = self._blow(kinds)
        if blow and not blow.is_after:
            self._hit(number, blow)
            if blow.signal is signal.SIGKILL:
                self._note(number, took_effect=False)
                return None
        answer = self._struck(number, asked, self._strike(kinds, asked))
        if blow and blow.is_after:
            self._hit(number, blow)
            if blow.signal is signal.SIGKILL:
                return None
        return answer and self._in_its_time(answer, asked, check)

    # --- what happens to it ----------------------------------------------------------------------

    def _struck(self, number: int, asked: Asked, strike: Strike | None) -> Response | None:
        fate = strike.fate if strike else None
        self._note(number, fate=fate)
        if fate in _REFUSALS or fate is Fate.STALE:
            answer, code = self._untrue(asked, fate)
            self._note(number, took_effect=False, status=answer.status, code=code)
            return answer
        if fate is Fate.CUT_BEFORE:
            self._note(number, took_effect=False)
            return None
        if strike and fate is Fate.BELATED:
            return self._belated(number, asked, strike.seconds)
        if fate is Fate.HALF:
            return self._half(number, asked)
        answer = self._behind.ask(asked)
        if asked.is_read:
            self._step.answers[_key(asked)] = answer
        if fate is None:
            self._note(number, status=answer.status, code=_code(answer))
            return answer
        return _late(answer) if fate is Fate.LATE else None

    def _untrue(self, asked: Asked, fate: Fate) -> tuple[Response, str]:
        """Return what is answered without asking, and the error's code in it."""
        if fate is not Fate.STALE:
            return faults.refusal(asked, fate)
        answer = self._step.answers.get(_key(asked)) or faults.nothing_yet(asked)
        return answer, _code(answer)

    def _half(self, number: int, asked: Asked) -> Response:
        answer = halves.half(asked, self._behind.ask)
        self._note(number, status=answer.status)
        return answer

    def _belated(self, number: int, asked: Asked, seconds: float) -> Response:
        self._note(number, took_effect=False)

        def effect() -> None:
            self._note(number, took_effect=True, status=self._behind.ask(asked).status)

        self._behind.later(seconds, effect)
        return _late(faults.refusal(asked, Fate.BROKEN)[0])

    def _in_its_time(self, answer: Response, asked: Asked, check: str) -> Response:
        """Let an answer take a time that is the same for the same request of the same seed."""
        kind = (asked.service, asked.operation, check)
        words = (self._schedule.seed, self._step.name, *kind, self._step.counts[kind])
        factor = 0.5 + random.Random(repr(words)).random()
        seconds = factor * self._schedule.latency_seconds
        return replace(answer, headers=(*answer.headers, (SECONDS_HEADER, f"{seconds:.6f}")))

    def _hit(self, number: int, blow: Blow) -> None:
        when = "after" if blow.is_after else "before"
        self._note(number, blow=f"{blow.signal.name} {when}")
        self._behind.hit(blow)

    # --- what is due -----------------------------------------------------------------------------

    def _count(self, asked: Asked, check: str) -> dict[_Kind, int]:
        counted = {}
        for operation in (asked.operation, "*"):
            for about in dict.fromkeys((check, "")):
                kind = (asked.service, operation, about)
                self._step.counts[kind] += 1
                counted[kind] = self._step.counts[kind]
        return counted

    def _strike(self, kinds: dict[_Kind, int], asked: Asked) -> Strike | None:
        if self._step.is_calm:
            return None
        due = (one for one in self._schedule.strikes if self._is_due(one, kinds))
        return next((one for one in due if _is_fit(one.fate, asked)), None)

    def _is_due(self, strike: Strike, kinds: dict[_Kind, int]) -> bool:
        at = strike.at
        count = kinds.get((at.service, at.operation, at.check), 0)
        if not count:
            return False
        if at.command is self._step.command:
            return count >= at.nth and (strike.is_lasting or count < at.nth + strike.times)
        is_past = _ORDER.index(at.command) < _ORDER.index(self._step.command)
        return strike.is_lasting and is_past

    def _blow(self, kinds: dict[_Kind, int]) -> Blow | None:
        if self._step.is_calm:
            return None
        return next((one for one in self._schedule.blows if self._falls(one.at, kinds)), None)

    def _falls(self, at: Point | None, kinds: dict[_Kind, int]) -> bool:
        if at is None or at.command is not self._step.command:
            return False
        return kinds.get((at.service, at.operation, at.check)) == at.nth

    # --- what is written down --------------------------------------------------------------------

    def _written(self, asked: Asked, check: str) -> Request:
        return Request(
            step=self._step.name,
            command=self._step.command,
            seconds=round(self._behind.seconds() - self._step.begin, 3),
            service=asked.service,
            operation=asked.operation,
            check=check,
            subject=asked.subject,
            body=asked.body.decode() if asked.service == "glue" and not asked.is_read else "",
        )

    def _note(self, number: int, **changes: Any) -> None:
        self.requests[number] = replace(self.requests[number], **changes)


def _about(asked: Asked) -> str:
    """Return the text that may name a check."""
    if asked.service == "github":
        return ""
    if asked.operation == "DeleteObjects":
        return asked.body.decode("latin-1")
    return asked.path if asked.service == "s3" else asked.subject


def _is_fit(fate: Fate, asked: Asked) -> bool:
    """Whether it may happen to such a request: S3 and STS are never stale, nor is a write."""
    if fate is Fate.STALE:
        return asked.is_read and asked.service in {"glue", "logs", "github"}
    if fate is Fate.HALF:
        return asked.operation in halves.OPERATIONS
    return fate is not Fate.BELATED or not asked.is_read


def _key(asked: Asked) -> tuple[str, str, bytes]:
    return asked.operation, asked.path, asked.body


def _late(answer: Response) -> Response:
    return replace(answer, headers=(*answer.headers, (LATE_HEADER, "1")))


def _code(answer: Response) -> str:
    """Return the code of an error."""
    if answer.status < 400:
        return ""
    for name, text in answer.headers:
        if name.lower() == "x-amzn-errortype":
            return text
    try:
        words = json.loads(answer.body)
        return str(words.get("__type") or words.get("message") or "")[:80]
    except (ValueError, AttributeError):
        return answer.body.decode("latin-1").partition("<Code>")[2].partition("<")[0]
