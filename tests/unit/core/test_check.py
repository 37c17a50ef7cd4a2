"""One check: everything needed to run it, or everything that is wrong with it."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from plugin.core.check import LOCAL_BUCKET, LOCAL_ROLE
from plugin.core.making import make_check
from plugin.core.naming import Tag
from plugin.core.ports import LogSource
from plugin.core.settings import PlanSettings
from plugin.core.settings.sources import Wanted
from tests.doubles.checks import check_of
from tests.unit.core.checkouts import BUILD_ID, NOW, ROLE, Files, asked, build, circumstances

POLICY = {"Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}}
FILES = Files({"a.py": "x", "policy.json": json.dumps(POLICY), "lib.py": "x"})


def made(*, plan=None, given=None, name="a", **values):
    wanted = Wanted(name=name, settings=asked(**values))
    return make_check(wanted, plan or PlanSettings(), FILES, given or circumstances())


def problems(**values):
    return made(**values)[1]


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({"role_arn": ""}, "role_arn is required: the role of the temporary job"),
        ({"scripts_bucket": ""}, "scripts_bucket is required: where the script is uploaded"),
        ({"script": "s3://b/a.scala"}, "s3://b/a.scala is a Scala script"),
        ({"script": "missing.py"}, "a: script: missing.py is missing"),
        ({"session_policy": "missing.json"}, "session_policy: missing.json is missing"),
        ({"worker_type": "Z.2X"}, "worker_type Z.2X is for Ray jobs"),
        ({"tags": {"aws:x": "y"}}, "tags: 'aws:x' is reserved"),
        ({"price_overrides": {"x": "1"}}, "price_overrides: 'x' is not VERSION/CLASS"),
        ({"arguments": {"TempDir": "x"}}, "arguments: --TempDir is ours: set temp_bucket"),
        ({"fail_on_log_pattern": ("a(",)}, "fail_on_log_pattern: 'a(' is not a regular expression"),
        ({"fail_on_log_pattern": ("a{99999999999}",)}, "is not a regular expression"),
        ({"fail_on_log_pattern": ("(" * 5000 + ")" * 5000,)}, "is not a regular expression"),
        ({"fixtures": {"lib.py": "s3://production/x"}}, "must lie below the check's own temporary"),
        ({"extra_py_files": ("missing",)}, "a: extra_py_files: missing is missing"),
        ({"extra_files": ("missing",)}, "a: extra_files: missing is missing"),
        ({"extra_jars": ("missing",)}, "a: extra_jars: missing is missing"),
        ({"python_modules": ("missing.whl",)}, "a: python_modules: missing.whl is missing"),
        ({"fixtures": {"missing": "{temp}/x"}}, "a: fixtures: missing is missing"),
    ],
)
def test_make_check__something_wrong__is_a_problem_with_the_checks_name(values, part):
    (problem,) = problems(**values)

    assert problem.startswith("a: ")
    assert part in problem


def test_make_check__everything_wrong__is_told_at_once():
    found = problems(
        script="missing.py",
        role_arn="",
        scripts_bucket="",
        worker_type="Z.2X",
        tags={"aws:x": "y"},
        session_policy="a.py",
        fail_on_log_pattern=("(",),
    )

    assert len(found) == 7


@pytest.mark.parametrize("temp_bucket", ["", "scripts"])
def test_make_check__one_bucket__has_the_temporary_prefix_inside(temp_bucket):
    check, found = made(temp_bucket=temp_bucket)

    assert found == ()
    assert check.scripts.uri() == f"s3://scripts/glue-health-check/{BUILD_ID}/a/"
    assert check.temp.uri() == f"s3://scripts/glue-health-check/{BUILD_ID}/a/temp/"
    assert check.places == (check.scripts,)


def test_make_check__temporary_bucket__is_a_second_place():
    check, _ = made(temp_bucket="temp")

    assert check.places == (check.scripts, check.temp)
    assert check.temp.uri() == f"s3://temp/glue-health-check/{BUILD_ID}/a/temp/"


@pytest.mark.parametrize("name", ["a", "a.b_c-d"])
def test_make_check__objects__lie_below_the_checks_own_prefix(name):
    check, _ = made(name=name, extra_py_files=("lib.py",), fixtures={"lib.py": "{temp}/x"})

    assert len(check.uploads) == 3
    assert all(
        item.key.startswith(f"glue-health-check/{BUILD_ID}/{name}/") for item in check.uploads
    )


def test_make_check__key__is_on_every_upload():
    check, _ = made(kms_key_id="k", extra_py_files=("lib.py",))

    assert {item.kms_key_id for item in check.uploads} == {"k"}


def test_make_check__local_engine__needs_neither_role_nor_bucket():
    check, found = made(plan=PlanSettings(engine="local"), role_arn="", scripts_bucket="")

    assert found == ()
    assert check.is_local
    assert (check.request["Role"], check.scripts.bucket) == (LOCAL_ROLE, LOCAL_BUCKET)


def test_make_check__local_engine__keeps_what_was_given():
    check, _ = made(plan=PlanSettings(engine="local"))

    assert (check.request["Role"], check.scripts.bucket) == (ROLE, "scripts")


def test_make_check__tags__say_when_it_may_be_swept_and_whether_it_is_kept():
    kept, _ = made(plan=PlanSettings(keep_resources=True, delete_logs=True), tags={"team": "data"})
    usual, _ = made(timeout_minutes=30, queue_timeout_minutes=15)

    expires_at = (NOW + timedelta(minutes=105)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert usual.request["Tags"][Tag.EXPIRES_AT] == expires_at
    assert Tag.KEEP not in usual.request["Tags"]
    assert kept.request["Tags"][Tag.KEEP] == "true"
    assert kept.request["Tags"]["team"] == "data"
    assert (kept.keep, kept.delete_logs) == (True, True)
    assert (usual.keep, usual.delete_logs) == (False, False)


def test_make_check__local_engine__keeps_nothing():
    check, _ = made(plan=PlanSettings(engine="local", keep_resources=True))

    assert not check.keep


def test_make_check__tags__name_the_check_and_the_status_it_reports():
    check, _ = made(name="nightly", plan=PlanSettings(status_context="etl"))

    assert check.request["Tags"][Tag.CHECK] == "nightly"
    assert check.request["Tags"][Tag.CONTEXT] == "etl"


def test_make_check__what_it_ships__is_known_by_its_file_in_the_checkout():
    check, _ = made(extra_py_files=("lib.py",))

    assert check.shipped == {"a.py": "a.py", "lib.py": "lib.py"}


def test_make_check__less_than_the_first_minute_may_cost__is_a_problem_on_glue_alone():
    little = {"max_cost_usd": Decimal("0.001")}

    (problem,) = problems(**little)
    _, on_local = made(plan=PlanSettings(engine="local"), **little)

    assert problem.startswith("a: max_cost_usd")
    assert on_local == ()


def test_make_check__fixtures_of_the_local_engine__may_lie_where_production_reads():
    fixtures = {"lib.py": "s3://production/x"}

    check, found = made(plan=PlanSettings(engine="local"), fixtures=fixtures)

    assert found == ()
    assert "production" in {item.bucket for item in check.uploads}


@pytest.mark.parametrize(
    ("suffix", "expected"),
    [("mine", "glue-health-check-a-mine-012345"), ("", "glue-health-check-a-pr-7-9-012345")],
)
def test_make_check__job_name__ends_as_asked_or_as_the_build(suffix, expected):
    given = circumstances(build=build(pull_request=7, number="9"))

    check, _ = made(given=given, job_suffix=suffix)

    assert check.job_name == check.request["Name"] == expected


def test_make_check__long_parts__are_a_job_name_of_255():
    check, found = made(name="n" * 100, job_name_prefix="p" * 100, job_suffix="s" * 100)

    assert found == ()
    assert len(check.job_name) == 255
    assert check.job_name.endswith("-012345")


def test_make_check__policy_and_patterns__are_ready_for_use():
    check, found = made(session_policy="policy.json", fail_on_log_pattern=("WARN .*", "a{1,2}"))

    assert found == ()
    assert json.loads(check.session_policy) == POLICY
    assert [pattern.text for pattern in check.patterns] == ["WARN .*", "a{1,2}"]
    assert check.patterns[0].finds("x WARN y")


def test_make_check__shell__has_its_capacity():
    check, found = made(job_type="pythonshell", max_capacity=Decimal(1))

    assert found == ()
    assert check.capacity.in_words() == "1 DPU"


def test_log_source__a_run__is_told_with_all_that_moves_its_log():
    check = check_of()
    arguments = {"--custom-logGroup-prefix": "/acme"}
    request = {
        "DefaultArguments": arguments,
        "SecurityConfiguration": "encrypted",
        "Role": "glue",
    }

    source = replace(check, request=request).log_source("jr_1", "/acme/flights")

    assert source == LogSource(
        job_name=check.job_name,
        run_id="jr_1",
        job_type=check.capacity.job_type,
        glue_version=check.capacity.glue_version,
        group="/acme/flights",
        arguments=arguments,
        security_configuration="encrypted",
        role="glue",
    )


def test_log_source__nothing_moves_the_log__says_nothing_of_it():
    source = replace(check_of(), request={}).log_source("jr_1")

    assert (source.group, source.arguments) == ("", {})
    assert (source.security_configuration, source.role) == ("", "")


def test_places__one_bucket_for_both__is_one_prefix():
    check = check_of(temp_bucket="scripts")

    assert check.places == (check.scripts,)
    assert check_of().places == (check_of().scripts, check_of().temp)
