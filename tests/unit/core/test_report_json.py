"""report.json: its schema is published, its content is whole, and printing it is harmless."""

import json
from dataclasses import fields, replace
from decimal import Decimal

import jsonschema
import pytest
from hypothesis import given

from plugin.core.build import Build
from plugin.core.forms import report_json as models
from plugin.core.forms.report_json import json_schema, report_json
from plugin.core.result import (
    CheckResult,
    Comparison,
    Cost,
    Finding,
    Leftover,
    PastRun,
    Phase,
    Place,
    Report,
)
from plugin.core.trouble import Trouble
from plugin.core.verdict import Verdict
from tests.unit.reporters.readers import HOSTILE_TEXT, is_a_command
from tests.unit.reporters.samples import FAILED, HOSTILE_RESULT, SAMPLES, report_of


def test_json_schema__in_docs__is_the_one_of_the_models(repository):
    published = (repository / "docs" / "report.schema.json").read_text(encoding="utf-8")

    assert published == json_schema(), "write docs/report.schema.json anew with json_schema()"


def test_json_schema__itself__is_a_valid_schema():
    jsonschema.Draft202012Validator.check_schema(json.loads(json_schema()))


@pytest.mark.parametrize("name", SAMPLES)
def test_report_json__each_kind_of_report__is_valid(name):
    content = json.loads(report_json(SAMPLES[name]))

    jsonschema.validate(content, json.loads(json_schema()))
    assert content["schema_version"] == "1"
    assert content["verdict"] == SAMPLES[name].verdict


def test_report_json__read_by_people__is_indented_by_two():
    text = report_json(SAMPLES["passed"])

    assert text == json.dumps(json.loads(text), indent=2) + "\n"
    assert text.startswith('{\n  "schema_version": "1",\n')


def test_report_json__what_no_file_can_hold__is_spelled():
    text = report_json(report_of(replace(FAILED, reason="a\ud800b", log_tail=("\udfff",))))

    (result,) = json.loads(text)["results"]
    assert (result["reason"], result["log_tail"]) == ("a\\ud800b", ["\\udfff"])


def test_report_json__without_a_key_or_with_a_wrong_verdict__is_not_valid():
    content = json.loads(report_json(SAMPLES["failed"]))
    schema = json.loads(json_schema())

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({k: v for k, v in content.items() if k != "results"}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content | {"verdict": "green"}, schema)


@pytest.mark.parametrize(
    ("value", "model", "left_out"),
    [
        (Report, models.ReportModel, set()),
        # What decides before there is a report: what to ask, whom, and what to supersede.
        (Build, models.BuildModel, {"questions", "may_be_github", "is_leg", "is_tag"}),
        (CheckResult, models.CheckResultModel, set()),
        (Comparison, models.ComparisonModel, set()),
        (Cost, models.CostModel, set()),
        (Finding, models.FindingModel, set()),
        # of these the command is made
        (Leftover, models.LeftoverModel, {"job_name", "region", "version", "upload_id"}),
        (PastRun, models.PastRunModel, set()),
        (Phase, models.PhaseModel, set()),
        (Place, models.PlaceModel, set()),
    ],
)
def test_report_json__every_field_of_the_values__is_in_the_models(value, model, left_out):
    assert {field.name for field in fields(value)} - left_out <= set(model.model_fields)


def test_report_json__amounts__are_exact_texts():
    content = json.loads(report_json(report_of(FAILED)))

    assert content["cost_usd"] == "0.0147"
    assert content["results"][0]["cost"]["usd_per_dpu_hour"] == "0.44"
    assert content["results"][0]["place"] == {"file": "examples/jobs/airports.py", "line": 12}


def test_report_json__trouble_and_comparison__are_told():
    past = PastRun(verdict=Verdict.PASSED, started_at="2026-03-01T09:30:00Z", cost_usd=Decimal(2))
    result = replace(
        FAILED,
        trouble=Trouble.QUOTA,
        comparison=Comparison(branch="main", runs=(past,)),
        error_log_url="https://console.test/error",
    )

    content = json.loads(report_json(report_of(result)))

    jsonschema.validate(content, json.loads(json_schema()))
    (told,) = content["results"]
    assert (told["trouble"], told["error_log_url"], told["run_url"]) == (
        *("quota", "https://console.test/error"),
        result.run_url,
    )
    assert told["comparison"]["runs"][0]["cost_usd"] == "2"


def test_json_schema__a_class_of_trouble_that_is_not_known_yet__is_valid():
    content = json.loads(report_json(report_of(FAILED)))
    content["results"][0]["trouble"] = "of-a-later-version"

    jsonschema.validate(content, json.loads(json_schema()))


@given(HOSTILE_TEXT)
def test_report_json__any_text__comes_back_and_no_host_obeys_the_file(text):
    report = report_of(
        CheckResult(name=text, script=text, verdict=FAILED.verdict, log_tail=(text,))
    )

    written = report_json(report)

    assert written.isascii()
    assert not any(is_a_command(line) for line in written.splitlines())
    read = json.loads(written)["results"][0]
    assert read["log_tail"] == [text.encode("utf-8", "backslashreplace").decode()]


def test_report_json__hostile_everywhere__is_written():
    assert json.loads(report_json(report_of(HOSTILE_RESULT)))["results"][0]["findings"]
