"""The shape of ``report.json``: a contract with readers, with a version and a JSON schema.

Kept apart from the inner values on purpose: those may change, a released version of this may only
grow.  Imports pydantic, so import this module late.
"""

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

from plugin.core.build import Fork, Host
from plugin.core.verdict import Verdict

if TYPE_CHECKING:
    from plugin.core.result import Report

SCHEMA_VERSION: Literal["1"] = "1"


def _encodable(value: object) -> object:
    """Spell lone surrogates, which no UTF-8 file can hold."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_encodable)]


class _Model(BaseModel):
    """Filled from the attributes of a value of the same name."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class BuildModel(_Model):
    """Who asked."""

    host: Host
    repository: Text
    commit: Text
    pull_request: int | None
    branch: Text
    target_branch: Text
    event: Text
    actor: Text
    link: Text
    number: Text
    attempt: Text
    fork: Fork
    is_dependabot: bool
    server_url: Text
    api_url: Text
    workflow: Text
    job: Text


class PlaceModel(_Model):
    """A line of a file in the checkout."""

    file: Text
    line: int


class FindingModel(_Model):
    """One thing that the job, or the reading of its log, says about its health."""

    name: Text
    ok: bool
    value: Text
    expected: Text
    message: Text
    place: PlaceModel | None


class LeftoverModel(_Model):
    """Something that was made and could not be removed.

    ``command`` removes it; empty when there is no single command.
    """

    kind: Text
    name: Text
    reason: Text
    command: Text


class CostModel(_Model):
    """What a run cost, in USD.  Decimal numbers are texts, so that no reader rounds them."""

    usd: Decimal
    dpu_seconds: Decimal
    usd_per_dpu_hour: Decimal
    is_measured: bool
    formula: Text


class PhaseModel(_Model):
    """One part of a check's time, in seconds from the check's begin."""

    name: Text
    start: float
    seconds: float


class PastRunModel(_Model):
    """What an earlier build of the target branch said of the same check."""

    verdict: Verdict
    started_at: Text
    commit: Text
    build_id: Text
    seconds: float
    run_seconds: float
    cost_usd: Decimal | None
    findings: tuple[FindingModel, ...]
    glue_version: Text
    capacity: Text


class ComparisonModel(_Model):
    """The same check on the target branch, the newest run last."""

    branch: Text
    runs: tuple[PastRunModel, ...]


class CheckResultModel(_Model):
    """All that is known of one check in the end.

    ``trouble`` is the class of failure, an anchor in docs/troubleshooting.md; later versions may
    have more of them.
    """

    name: Text
    script: Text
    verdict: Verdict
    reason: Text
    hint: Text
    trouble: Text | None
    place: PlaceModel | None
    findings: tuple[FindingModel, ...]
    notes: tuple[Text, ...]
    leftovers: tuple[LeftoverModel, ...]
    state: Text
    job_name: Text
    run_id: Text
    console_url: Text
    error_log_url: Text
    run_url: Text
    glue_version: Text
    capacity: Text
    phases: tuple[PhaseModel, ...]
    seconds: float
    execution_seconds: int
    cost: CostModel | None
    log_tail: tuple[Text, ...]
    log_lines: int
    comparison: ComparisonModel | None


class ReportModel(_Model):
    """The report of glue-health-check.  A later version 1 may have more keys, never fewer."""

    model_config = ConfigDict(title="glue-health-check report")

    schema_version: Literal["1"] = SCHEMA_VERSION
    verdict: Verdict
    reason: Text
    build_id: Text
    engine: Text
    started_at: Text
    seconds: float
    cost_usd: Decimal
    context: Text
    leg: Text
    build: BuildModel
    results: tuple[CheckResultModel, ...]


def report_json(report: "Report") -> str:
    """Return the report as JSON: ASCII, indented by 2, keys in the models' order, a line feed last.

    ``##`` is spelled with an escape, so that printing the file is no command to a CI host either.
    """
    content = ReportModel.model_validate(report).model_dump(mode="json")
    return json.dumps(content, indent=2).replace("##", "#\\u0023") + "\n"


def json_schema() -> str:
    """Return the JSON schema (draft 2020-12) of ``report.json``, as it stands in ``docs``."""
    schema = ReportModel.model_json_schema(mode="serialization")
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(dialect | schema, indent=2) + "\n"
