"""A report as test cases."""

from dataclasses import replace

import pytest

from plugin.core.forms.junit import LOG_LINES, MOST_FINDINGS, Outcome, suite_of
from plugin.core.result import CheckResult, Finding, Leftover, Place
from plugin.core.trouble import Trouble
from plugin.core.verdict import Verdict
from tests.unit.reporters.samples import BUILD, ERRORED, FAILED, PASSED, SKIPPED, report_of


def case_of(result: CheckResult):
    return suite_of(report_of(result)).cases[0]


@pytest.mark.parametrize(
    ("verdict", "outcome"),
    [
        (Verdict.PASSED, Outcome.PASSED),
        (Verdict.FAILED, Outcome.FAILED),
        (Verdict.ERRORED, Outcome.ERRORED),
        (Verdict.CANCELLED, Outcome.ERRORED),
        (Verdict.SKIPPED, Outcome.SKIPPED),
    ],
)
def test_suite__each_verdict__has_its_outcome(verdict, outcome):
    case = case_of(CheckResult(name="flights", script="a.py", verdict=verdict))

    assert case.outcome is outcome
    assert (case.message, case.kind) == (str(verdict), str(verdict))
    assert bool(case.detail) == (outcome in {Outcome.FAILED, Outcome.ERRORED})


def test_suite__nothing_was_run__has_one_skipped_case():
    suite = suite_of(report_of(reason="The pull request comes from a fork."))
    silent = suite_of(report_of())

    (case,) = suite.cases
    assert (case.name, case.outcome) == ("plan", Outcome.SKIPPED)
    assert case.message == "The pull request comes from a fork."
    assert silent.cases[0].message == "There was nothing to do."


def test_suite__a_job__is_told_in_its_name_and_no_hash_is():
    build = replace(BUILD, job="spark 3.5")
    report = replace(report_of(PASSED, build=build), context="ci/glue.check", leg="0a1b2c")

    suite = suite_of(report)

    assert suite.name == "ci/glue.check (spark 3.5)"
    assert suite.cases[0].classname == "ci_glue_check (spark 3_5).flights"


def test_suite__a_failed_check__says_why_where_and_what_to_do_before_the_log():
    result = replace(FAILED, trouble=Trouble.SCRIPT_ERROR, name="jobs/airports.py")

    case = case_of(result)

    lines = case.detail.split("\n")
    assert lines[0] == FAILED.reason
    assert lines[1:3] == [
        "Where: examples/jobs/airports.py:12",
        f"What to do: {FAILED.hint}",
    ]
    assert lines[3:5] == ["", "The log's last lines (3):"]
    assert lines[5:] == list(FAILED.log_tail)
    assert (case.file, case.line, case.kind) == ("examples/jobs/airports.py", 12, "script-error")
    assert case.classname == "glue-health-check.jobs_airports_py"
    assert case.name == "jobs/airports.py"


def test_suite__a_check_without_a_log__says_what_is_left_behind():
    left = Leftover(kind="job", name="j", reason="denied")

    case = case_of(replace(ERRORED, hint="", script="", job_name="", run_id="", leftovers=(left,)))

    assert case.detail == f"{ERRORED.reason}\nNote: The log could not be read."
    assert (
        case.output == f"Console: {ERRORED.console_url}\nLEFT BEHIND: job j (denied)"
        "\n    aws glue delete-job --job-name=j"
    )


def test_suite__notes__stand_with_the_reason_or_where_there_is_none_in_the_output():
    notes = ("Another reason: x", "y")

    bad, good = (case_of(replace(result, notes=notes)) for result in (FAILED, PASSED))

    told = "Note: Another reason: x\nNote: y\n"
    assert told in bad.detail
    assert told not in bad.output
    assert told in good.output


def test_suite__a_passed_check__has_its_log_as_output():
    case = case_of(PASSED)

    assert case.output.split("\n") == [
        f"Script: {PASSED.script}",
        f"Job: {PASSED.job_name}",
        f"Run: {PASSED.run_id}",
        f"Console: {PASSED.console_url}",
        "Cost: 0.014700 USD, 2 DPU × 60 s × $0.44 per DPU hour",
        *PASSED.log_tail,
    ]


def test_suite__its_properties__say_which_build_what_it_cost_and_where_to_look():
    properties = dict(suite_of(report_of(PASSED, FAILED)).properties)

    assert properties["build_id"] == "0a1b2c3d4e5f"
    assert properties["cost_usd"] == "0.029400"
    assert properties["console_url"] == FAILED.console_url
    assert "console_url" not in dict(suite_of(report_of()).properties)


def test_suite__all_that_a_report_knows__is_a_property():
    report = report_of(PASSED, FAILED)

    suite = suite_of(report)

    assert suite.properties == (
        ("build_id", report.build_id),
        ("verdict", "failed"),
        ("engine", report.engine),
        ("cost_usd", "0.029400"),
        ("repository", BUILD.repository),
        ("commit", BUILD.commit),
        ("pull_request", "7"),
        ("build_url", BUILD.link),
        ("console_url", FAILED.console_url),
    )
    assert suite.seconds == report.seconds
    assert f"{suite.timestamp}Z" == report.started_at
    assert suite.cases[0].seconds == PASSED.seconds


def test_suite__no_pull_request__has_no_such_property():
    report = report_of(PASSED, build=replace(BUILD, pull_request=None))

    assert "pull_request" not in dict(suite_of(report).properties)


def test_suite__a_finding__has_its_kind_and_its_text_on_one_side():
    bad = Finding(name="rows", ok=False, value="3", place=Place(file="a.py", line=7))
    good = replace(bad, ok=True)

    _, failed, passed = suite_of(report_of(replace(PASSED, findings=(bad, good)))).cases

    assert (failed.kind, passed.kind) == ("finding", "finding")
    assert (failed.detail, failed.output) == (f"{failed.message}\na.py:7", "")
    assert (passed.detail, passed.output) == ("", passed.message)
    assert (failed.file, failed.line, failed.seconds) == ("a.py", 7, 0.0)


def test_suite__a_finding_that_is_ok_and_says_no_more__says_nothing():
    finding = Finding(name="rows", ok=True)

    _, case = suite_of(report_of(replace(PASSED, findings=(finding,)))).cases

    assert (case.outcome, case.message, case.detail, case.output) == (Outcome.PASSED, "", "", "")


def test_suite__findings__are_cases_of_the_same_class():
    bad = Finding(name="rows", ok=False, place=Place(file="a.py", line=-1))

    suite = suite_of(report_of(replace(PASSED, findings=(*PASSED.findings, bad))))

    check, *findings = suite.cases
    assert {case.classname for case in findings} == {check.classname}
    assert [(case.name, case.outcome, case.message) for case in findings] == [
        ("finding: rows read", Outcome.PASSED, "expected > 0, got 3376"),
        ("finding: airports known", Outcome.PASSED, "all found in the list; got 100 %"),
        ("finding: rows", Outcome.FAILED, "not ok"),
    ]
    assert (findings[2].file, findings[2].line) == ("a.py", 1)
    assert findings[2].detail == "not ok\na.py:-1"


def test_suite__too_much_of_everything__is_bounded():
    result = replace(
        FAILED,
        name="n" * 10_000,
        reason="r" * 2_000_000,
        findings=(Finding(name="f" * 10_000, ok=True, value="v" * 1_000_000),) * 2_000,
        log_tail=("l" * 100_000,) * 2_000,
    )

    case, *findings = suite_of(report_of(result)).cases

    assert len(findings) == MOST_FINDINGS
    assert len(case.detail) <= (LOG_LINES + 8) * 1_001
    assert max(len(case.name), len(case.message), len(findings[0].name)) <= 1_000


def test_suite__a_job_without_end__is_cut_in_its_name():
    suite = suite_of(report_of(PASSED, build=replace(BUILD, job="j" * 10_000)))

    assert len(suite.name) == 200
    assert len(suite.cases[0].classname) <= 400


def test_suite__a_name_of_nothing__is_still_a_name():
    assert case_of(replace(PASSED, name="")).name == "check"


def test_suite__skipped__has_its_reason_as_message():
    case = case_of(SKIPPED)

    assert case.message == SKIPPED.reason
    assert (case.detail, case.output) == ("", f"Script: {SKIPPED.script}")


def test_suite__no_place__names_no_file():
    case = case_of(PASSED)

    assert (case.file, case.line) == ("", 0)
