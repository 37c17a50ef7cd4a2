"""What to do next fits the check: its engine, its type of job, and what the error says."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.diagnosing.hints import hint_for, hint_of
from plugin.core.trouble import Trouble
from tests.doubles.checks import check_of

SPARK = check_of()
BARE = replace(SPARK, shipped={})
SHELL = check_of(job_type="pythonshell", max_capacity=Decimal("0.0625"))
LOCAL = check_of(is_local=True)
JOB_NAME = "GlueArgumentError: the following arguments are required: --day, --JOB_NAME"
NO_NAME = "ImportError: cannot import name 'x' from 'rows' (/tmp/py/rows.py)"
MENDS_EXIT = "The script ended itself: mend what it says."


@given(st.text(), st.sampled_from(Trouble))
def test_hint_for__an_error_without_a_special_meaning__is_the_classs_own(error, trouble):
    assert hint_for(trouble, BARE, error if trouble is not Trouble.SYSTEM_EXIT else "") == hint_of(
        trouble
    )


@pytest.mark.parametrize(
    ("check", "error", "words"),
    [
        (SHELL, JOB_NAME, "do not ask for it in a Python shell job"),
        (SPARK, JOB_NAME, "--arguments NAME=VALUE"),
        (SHELL, JOB_NAME.replace("JOB_NAME", "JOB_NAMES"), "--arguments NAME=VALUE"),
    ],
)
def test_hint_for__job_name__is_not_asked_for_in_a_python_shell_job(check, error, words):
    assert words in hint_for(Trouble.ARGUMENTS, check, error)


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (SPARK, "larger worker_type"),
        (SHELL, "max_capacity: 1"),
        (LOCAL, "this machine's memory"),
        (check_of(is_local=True, job_type="pythonshell"), "this machine's memory"),
    ],
)
def test_hint_for__out_of_memory__names_what_can_help_there(check, words):
    assert words in hint_for(Trouble.OUT_OF_MEMORY, check)


MISSING = "ModuleNotFoundError: No module named 'orderlib'"


@pytest.mark.parametrize(
    ("shipped", "told"),
    [
        ({"lib/__init__.py": "jobs/lib/__init__.py"}, "Shipped are: lib (a package). "),
        (
            {"lib/a.py": "jobs/lib/a.py", "lib/b.py": "jobs/lib/b.py", "rows.py": "x/rows.py"},
            "Shipped are: lib (a package), rows. ",
        ),
        ({f"m{n:02}.py": "x" for n in range(10)}, "m08, m09. "),
        ({f"m{n:02}.py": "x" for n in range(12)}, "m08, m09 and 2 more. "),
        ({"a" * 57 + ".py": "x"}, f"Shipped are: {'a' * 57}. "),
    ],
)
def test_hint_for__module_missing_though_something_was_shipped__names_what_was(shipped, told):
    check = replace(SPARK, shipped={"flights.py": "jobs/flights.py", **shipped})

    hint = hint_for(Trouble.MODULE_NOT_FOUND, check, MISSING)

    assert told in hint
    assert "A folder in extra_py_files becomes the package itself" in hint
    assert "flights" not in hint


@pytest.mark.parametrize("shipped", [{}, {"rows.py": "x/rows.py"}])
def test_hint_for__module_missing_on_the_local_engine__does_not_send_to_what_it_refuses(shipped):
    hint = hint_for(Trouble.MODULE_NOT_FOUND, replace(LOCAL, shipped=shipped), MISSING)

    assert "python_modules" not in hint
    assert "extra_py_files" in hint
    assert "glue-health-check" in hint


@pytest.mark.parametrize("has_log", [True, False])
def test_hint_for__a_script_that_left_no_log__does_not_point_to_one(has_log):
    hint = hint_for(Trouble.SCRIPT_ERROR, SPARK, has_log=has_log)

    assert hint.startswith("Mend the script")
    assert ("log" in hint) is has_log


@pytest.mark.parametrize("name", ["[x](y).py", "@all/a.py", "a" * 58 + ".py", "a b.py"])
def test_hint_for__shipped_under_a_name_that_nobody_can_import__does_not_repeat_it(name):
    check = replace(SPARK, shipped={"flights.py": "jobs/flights.py", name: "x"})

    assert hint_for(Trouble.MODULE_NOT_FOUND, check, MISSING) == hint_of(Trouble.MODULE_NOT_FOUND)


def test_hint_of__role_not_trusted__asks_first_whether_it_exists():
    """Glue says the same of a role that is not there."""
    assert hint_of(Trouble.UNTRUSTED_ROLE).startswith("See that role_arn names a role that exists")


@pytest.mark.parametrize(
    ("error", "is_there"),
    [
        (NO_NAME, True),
        (NO_NAME.replace("from 'rows'", "from partially initialized module 'rows'"), True),
        (NO_NAME.replace("from 'rows'", "from 'pandas'"), False),
        ("ModuleNotFoundError: No module named 'rows'", False),
    ],
)
def test_hint_for__a_name_that_our_own_module_lacks__points_to_the_import(error, is_there):
    hint = hint_for(Trouble.MODULE_NOT_FOUND, SPARK, error)

    assert ("look at the import" in hint) is is_there
    assert ("extra_py_files" in hint) is not is_there


@pytest.mark.parametrize(
    ("check", "error", "is_of_glue"),
    [
        (SPARK, "SystemExit: 0", True),
        (SPARK, "SystemExit: None", True),
        (SPARK, "SystemExit", True),
        (SPARK, "It ended.", True),
        (SPARK, "SystemExit: 3", False),
        (SPARK, "SystemExit: no input for 2026-03-01", False),
        (SHELL, "SystemExit: 3", False),
    ],
)
def test_hint_for__system_exit__tells_of_glues_rule_only_where_it_applies(check, error, is_of_glue):
    hint = hint_for(Trouble.SYSTEM_EXIT, check, error)

    assert hint == (hint_of(Trouble.SYSTEM_EXIT) if is_of_glue else MENDS_EXIT)


@pytest.mark.parametrize(
    ("check", "error", "words"),
    [
        (LOCAL, "An error occurred (NoSuchBucket)", "not in the local Glue"),
        (LOCAL, "The specified bucket does not exist", "not in the local Glue"),
        (LOCAL, "Path does not exist: s3://a/b", "Check the address"),
        (SPARK, "An error occurred (NoSuchBucket)", "Check the address"),
    ],
)
def test_hint_for__a_bucket_that_is_missing__names_fixtures_on_the_local_engine(
    check, error, words
):
    assert words in hint_for(Trouble.DATA_NOT_FOUND, check, error)


@pytest.mark.parametrize("trouble", Trouble)
@pytest.mark.parametrize("check", [SPARK, SHELL, LOCAL])
def test_hint_for__every_class_and_check__is_a_sentence(trouble, check):
    assert hint_for(trouble, check).endswith(".")
