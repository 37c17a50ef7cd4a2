"""The table of settings is the one of the design, name by name."""

from dataclasses import fields
from typing import Any

import pytest

from plugin.core.capacity import Capacity
from plugin.core.costs.rates import DPU_OF_WORKER
from plugin.core.settings import CheckSettings, PlanSettings, table
from plugin.core.settings.check_settings import GLUE_WORKERS

PER_CHECK = """
script                  | - | SCRIPT_LOCATION         | required, unless the configuration file names checks
job                     | B |                         | none
role_arn                | B | GLUE_ROLE_ARN           | the cloned job's
session_policy          | B |                         | none
scripts_bucket          | B | SCRIPTS_BUCKET          | required on `glue`
temp_bucket             | B | TEMP_BUCKET             | `scripts_bucket`
job_suffix              | - | JOB_SUFFIX              | from the build, e.g. `pr-123-456`
job_name_prefix         | B |                         | `glue-health-check`
tags                    | - |                         | none
is_health_check         | - | IS_HEALTH_CHECK         | `true`
arguments               | - |                         | none
connections             | - |                         | the cloned job's
security_configuration  | - |                         | the cloned job's
kms_key_id              | - |                         | the bucket's
extra_py_files          | - |                         | the cloned job's, else none
extra_files             | - |                         | the cloned job's, else none
extra_jars              | - |                         | the cloned job's, else none
python_modules          | - |                         | the cloned job's, else none
fixtures                | - |                         | none
glue_version            | - | GLUE_VERSION            | the cloned job's, else `5.1` (Python shell: `3.0`)
python_version          | - |                         | the cloned job's, else `3.9`
worker_type             | - | WORKER_TYPE             | the cloned job's, else `G.1X`
number_of_workers       | - | NUMBER_OF_WORKERS       | the cloned job's, else `2`
max_capacity            | - | MAX_CAPACITY            | the cloned job's, else none
job_type                | - |                         | the cloned job's, else `glueetl`
stream_minutes          | - |                         | `3`
execution_class         | - |                         | the cloned job's, else `STANDARD`
timeout_minutes         | - | HEALTH_CHECK_TIMEOUT    | `30`
queue_timeout_minutes   | - |                         | `15`
max_cost_usd            | O |                         | none
price_overrides         | - |                         | none
fail_on_log_pattern     | - |                         | none
require_findings        | - |                         | none
"""

WHOLE_PLAN = """
engine                     | - |                              | `glue`
allow_production_arguments | O |                              | `false`
metadata_bucket            | B | METADATA_BUCKET              | none
region                     | - | AWS_REGION AWS_DEFAULT_REGION | botocore's
aws_access_key_id          | O | AWS_ACCESS_KEY_ID            | botocore's chain
aws_secret_access_key      | O | AWS_SECRET_ACCESS_KEY        | botocore's chain
aws_session_token          | O | AWS_SESSION_TOKEN            | botocore's chain
assume_role_arn            | O |                              | none
external_id                | O |                              | none
github_oidc                | O |                              | `false`
max_parallel               | - |                              | `10`
supersede                  | - |                              | `true`
trigger_function           | O | LAMBDA_TRIGGER_FUNCTION      | none
wait                       | - |                              | `true`
sns_topic_arn              | O | SNS_TOPIC_ARN                | none
webhook_url                | O |                              | none
webhook_secret             | O |                              | none
webhook_format             | O |                              | `json`
github_token               | O | GITHUB_TOKEN                 | `${{ github.token }}` in `action.yml`
github_token_secret_arn    | O |                              | none
github_app_id              | O |                              | none
github_app_key_secret_arn  | O |                              | none
github_api_url             | O | GITHUB_API_URL               | from the build
commit_status              | - |                              | `true`
check_run                  | - |                              | `false`
comment                    | - |                              | `always`
status_context             | B |                              | `glue-health-check`
report_dir                 | O |                              | `glue-health-check-report`
required_reporters         | O |                              | none
allow_forks                | O |                              | `false`
keep_resources             | O |                              | `false`
delete_logs                | O |                              | `false`
sweep_older_than_hours     | O |                              | `24`
config                     | O |                              | `.glue-health-check.yml`
ci                         | O |                              | detected
debug                      | O | DEBUG                        | `false`
"""
"""name | whom it may come from | plain names, strongest first | default in words.

From section 6 of the design.  Where a cell of it is blank, this says none or whose default holds.
"""

SECRETS = {
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "webhook_secret",
    "github_token",
}


def rows_of(text):
    return [tuple(cell.strip() for cell in line.split("|")) for line in text.strip().splitlines()]


def told(row):
    return (row.name, str(row.origin) or "-", " ".join(row.plain), row.default_in_words)


@pytest.mark.parametrize(("text", "is_per_check"), [(PER_CHECK, True), (WHOLE_PLAN, False)])
def test_table__against_the_design__is_the_same(text, is_per_check):
    ours = [told(row) for row in table().values() if row.is_per_check is is_per_check]

    assert ours == rows_of(text)


def test_table__made_anew__is_the_same():
    # It is made while tests are collected, where coverage does not look.
    assert table.__wrapped__() == table()


def test_table__secrets__are_marked_and_read_as_such():
    assert {row.name for row in table().values() if row.is_secret} == SECRETS
    assert all(getattr(table()[name].kind, "secret", False) for name in SECRETS)


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_plan_settings__secret__is_not_in_the_repr(name):
    given: dict[str, Any] = {name: "hunter2"}

    assert "hunter2" not in repr(PlanSettings(**given))


@pytest.mark.parametrize("row", table().values(), ids=lambda row: row.name)
def test_table__each_default__can_be_written_down_and_read_back(row):
    if row.default in ("", None, (), {}):
        return

    assert row.kind.read(row.default) == row.default


def test_table__names__are_fields_of_one_class_each():
    names = [item.name for cls in (CheckSettings, PlanSettings) for item in fields(cls)]

    assert sorted(names) == sorted(set(names)) == sorted(table())


@pytest.mark.parametrize("row", table().values(), ids=lambda row: row.name)
def test_table__each_row__is_one_sentence_for_a_person(row):
    assert row.about.endswith(".")
    assert row.about[0].isupper() or row.about.startswith("`")
    assert row.default_in_words not in ("", "``", "`None`", "`()`", "`{}`")


def test_table__workers__all_have_a_price():
    assert set(GLUE_WORKERS) == set(DPU_OF_WORKER)
    assert {
        Capacity(job_type="glueetl", glue_version="5.1", worker_type=name).price_class
        for name in GLUE_WORKERS
    } == {"STANDARD", "MEMORY"}
