"""How a history is spelled: JSON, with a version.  Kept apart from the inner values on purpose.

What is read was written by others and may be anything: it is checked here, and whole.  Imports
pydantic, so import this module late.
"""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from plugin.core.forms.history import (
    LONGEST_SECONDS,
    MOST_CHECKS,
    MOST_FINDINGS,
    MOST_RUNS,
    MOST_VARIANTS,
    NAME_LIMIT,
    TEXT_LIMIT,
    History,
    OtherVersion,
    Unreadable,
    bounded,
)
from plugin.core.result import Finding, PastRun, Place
from plugin.core.verdict import Verdict

VERSION: Literal["1"] = "1"
MOST_BYTES = 16_000_000
"""Of a document: 200 checks with twenty runs each have 1 MB, and their findings mostly less; five
variants of each five times that."""
_LEAST_USD = Decimal("1e-9")

Text = Annotated[str, StringConstraints(max_length=TEXT_LIMIT)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=NAME_LIMIT)]
Seconds = Annotated[float, Field(ge=0, le=LONGEST_SECONDS, allow_inf_nan=False)]


def _amount(usd: Decimal) -> Decimal:
    """Return an amount that can be reckoned with: nothing below a billionth, twelve decimals."""
    return round(usd, 12) if usd >= _LEAST_USD else Decimal(0)


Usd = Annotated[Decimal, Field(ge=0, le=10**9, allow_inf_nan=False), AfterValidator(_amount)]


class _Model(BaseModel):
    """Filled from JSON, or from the attributes of a value of the same name."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class PlaceModel(_Model):
    """A line of a file."""

    file: Text
    line: Annotated[int, Field(ge=-(10**9), le=10**9)]


class FindingModel(_Model):
    """One finding of a run."""

    name: Text
    ok: bool
    value: Text = ""
    expected: Text = ""
    message: Text = ""
    place: PlaceModel | None = None


class PastRunModel(_Model):
    """One run of one check."""

    verdict: Verdict
    started_at: Text
    commit: Text = ""
    build_id: Text = ""
    seconds: Seconds = 0.0
    run_seconds: Seconds = 0.0
    cost_usd: Usd | None = None
    findings: Annotated[tuple[FindingModel, ...], Field(max_length=MOST_FINDINGS)] = ()
    glue_version: Text = ""
    capacity: Text = ""


Runs = Annotated[tuple[PastRunModel, ...], Field(max_length=MOST_RUNS * MOST_VARIANTS)]


class HistoryModel(_Model):
    """The document of a branch.  A later version 1 may have more keys."""

    version: Literal["1"] = VERSION
    checks: Annotated[dict[Name, Runs], Field(max_length=MOST_CHECKS)]


def parse(body: bytes) -> History:
    """Read a document.  Raises ``Unreadable`` or ``OtherVersion``: why, in words of ours."""
    if len(body) > MOST_BYTES:
        raise Unreadable("it is too large")
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable("it is no JSON") from None
    if not isinstance(content, dict) or "version" not in content:
        raise Unreadable("it is no history")
    if content["version"] != VERSION:
        raise OtherVersion("another version of glue-health-check wrote it")
    try:
        model = HistoryModel.model_validate(content)
    except ValueError:
        raise Unreadable("it is damaged") from None
    checks = {name: tuple(map(_past_run, runs)) for name, runs in model.checks.items()}
    return History(checks=bounded(checks))


def written(history: History, *, limit: int = MOST_BYTES) -> bytes:
    """Return the document as it is kept: ASCII; beyond ``limit`` bytes without findings."""
    text = _spelled(history)
    if len(text) <= limit:
        return text
    bare = {
        name: tuple(replace(run, findings=()) for run in runs)
        for name, runs in history.checks.items()
    }
    return _spelled(History(checks=bare))


def _spelled(history: History) -> bytes:
    content = HistoryModel.model_validate({"checks": dict(history.checks)}).model_dump(mode="json")
    return json.dumps(content, separators=(",", ":")).encode()


def _past_run(model: PastRunModel) -> PastRun:
    return PastRun(
        verdict=model.verdict,
        started_at=model.started_at,
        commit=model.commit,
        build_id=model.build_id,
        seconds=model.seconds,
        run_seconds=model.run_seconds,
        cost_usd=model.cost_usd,
        findings=tuple(map(_finding, model.findings)),
        glue_version=model.glue_version,
        capacity=model.capacity,
    )


def _finding(model: FindingModel) -> Finding:
    place = model.place
    return Finding(
        name=model.name,
        ok=model.ok,
        value=model.value,
        expected=model.expected,
        message=model.message,
        place=Place(file=place.file, line=place.line) if place else None,
    )
