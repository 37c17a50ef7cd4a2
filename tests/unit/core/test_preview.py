"""What a dry run prints."""

import json
from decimal import Decimal

from plugin.core.errors import AccessDenied
from plugin.core.plan import Plan, Skipped, make_plan
from plugin.core.ports import JobDefinition
from plugin.core.preview import preview
from plugin.core.settings.sources import Wanted
from tests.unit.core.checkouts import Files, Jobs, asked, circumstances, settings

POLICY = '{"Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}'
FILES = Files({"a.py": "x", "policy.json": POLICY})


def planned(*, engine="glue", **values):
    wanted = Wanted(name="a", settings=asked(**values))
    return make_plan(settings(wanted, engine=engine), FILES, circumstances())


def test_preview__nothing_to_run__is_the_reason():
    assert preview(Plan(reason="A fork.")) == ("Skipped: A fork.",)


def test_preview__skipped_check__is_named_with_its_reason():
    plan = Plan(skipped=(Skipped(name="a", script="a.py", reason="Not touched."),))

    assert preview(plan) == (
        "0 to run, 1 skipped. Nothing is written to AWS.",
        "skipped  a: Not touched.",
    )


def test_preview__check__shows_uploads_requests_and_cost():
    lines = preview(planned(session_policy="policy.json"))

    assert lines[:4] == (
        "1 to run, 0 skipped. Nothing is written to AWS.",
        "",
        "a: a.py on Glue 5.1, 2 × G.1X",
        "  upload  s3://scripts/glue-health-check/0123456789ab/a/script/2d711642b726b044/a.py  1 bytes",
    )
    assert '    "CreateJob": {' in lines
    assert f'      "ExecutionRoleSessionPolicy": {json.dumps(POLICY)}' in lines
    assert '        "--glue_health_check_run": "<drawn at the start>"' in lines
    assert lines.count('      "JobName": "glue-health-check-a-local-012345",') == 1
    assert (
        lines[-1]
        == "  cost: from $0.0147 to $0.4400 at its time limit (2 DPU × 1800 s × $0.44 per DPU hour (us-east-1's rate); waiting in the queue is free)"
    )


def test_preview__price_override__is_in_the_cost():
    lines = preview(planned(price_overrides={"*/STANDARD": "1"}))

    assert (
        lines[-1]
        == "  cost: from $0.0333 to $1.0000 at its time limit (2 DPU × 1800 s × $1 per DPU hour; waiting in the queue is free)"
    )


def test_preview__cost_limit__is_beside_the_cost():
    cost = preview(planned(max_cost_usd=Decimal("0.25")))[-1]

    assert "at its time limit, stopped at max_cost_usd 0.25 (" in cost
    assert "max_cost_usd" not in preview(planned())[-1]


def test_preview__local_engine__costs_nothing():
    assert preview(planned(engine="local"))[-1] == "  cost: nothing, it runs on this machine"


def test_preview__cloned_arguments__are_names_without_values():
    members = {
        "Role": "r",
        "Command": {"Name": "glueetl"},
        "DefaultArguments": {"--env": "hush", "--mine": "hush", "--TempDir": "s3://hush/x"},
        "NonOverridableArguments": {"--level": "hush"},
    }
    jobs = Jobs({"nightly": JobDefinition(name="nightly", members=members, tags={})})
    wanted = Wanted(name="a", settings=asked(job="nightly", arguments={"mine": "test"}))

    plan = make_plan(settings(wanted), FILES, circumstances(jobs=jobs))
    text = "\n".join(preview(plan))

    assert "hush" not in text
    assert '"--env": "<from the job nightly>"' in text
    assert '"--level": "<from the job nightly>"' in text
    assert '"--mine": "test"' in text


def test_preview__job_that_could_not_be_read__is_told():
    jobs = Jobs({"nightly": AccessDenied("No.", hint="Ask.")})
    wanted = Wanted(name="a", settings=asked(job="nightly"))

    lines = preview(make_plan(settings(wanted), FILES, circumstances(jobs=jobs)))

    assert lines == (
        "0 to run, 0 skipped, 1 could not be read. Nothing is written to AWS.",
        "errored  a: No. Ask.",
    )
