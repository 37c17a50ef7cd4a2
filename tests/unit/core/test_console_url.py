"""Links into the console."""

from dataclasses import replace
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.console_url import Console, linked
from plugin.core.result import CheckResult, Leftover
from plugin.core.verdict import Verdict
from tests.doubles.checks import check_of

IRELAND = Console(partition="aws", region="eu-west-1")
RESULT = CheckResult(
    name="flights",
    script="jobs/flights.py",
    verdict=Verdict.FAILED,
    job_name="glue-health-check-flights",
    run_id="jr_ab",
)
LOG = "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/"


def log_urls(check) -> tuple[str, str]:
    """Return group and stream that the link to the output log leads to."""
    group, _, stream = linked(check, RESULT, IRELAND).console_url.partition("/log-events/")
    return _plain(group.removeprefix(LOG)), _plain(stream)


def _plain(text: str) -> str:
    return unquote(unquote(text.replace("$", "%")))


# --- no link --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("partition", "region"),
    [("aws-iso", "us-iso-east-1"), ("aws-iso-b", "x"), ("", "eu-west-1"), ("aws", "")],
)
def test_linked__unknown_partition_or_region__has_no_link(partition, region):
    result = linked(check_of(keep=True), RESULT, Console(partition=partition, region=region))

    assert result == RESULT


@pytest.mark.parametrize(
    ("check", "run_id"), [(check_of(is_local=True), "jr_1"), (check_of(keep=True), "")]
)
def test_linked__local_or_never_started__has_no_link(check, run_id):
    result = replace(RESULT, run_id=run_id)

    assert linked(check, result, IRELAND) == result


@pytest.mark.parametrize(("job", "run"), [("", "jr_1"), ("job", "")])
def test_run_url__job_or_run_missing__is_empty(job, run):
    assert IRELAND.run_url(job, run) == ""
    assert IRELAND.log_url("/aws-glue/jobs/output", "") == ""


# --- links ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("partition", "host"),
    [
        ("aws", "r.console.aws.amazon.com"),
        ("aws-cn", "r.console.amazonaws.cn"),
        ("aws-us-gov", "r.console.amazonaws-us-gov.com"),
    ],
)
def test_linked__each_partition__has_its_own_host(partition, host):
    result = linked(check_of(keep=True), RESULT, Console(partition=partition, region="r"))

    links = (result.console_url, result.error_log_url, result.run_url)
    assert {urlsplit(link).netloc for link in links} == {host}


def test_linked__a_run__leads_to_both_halves_of_its_log():
    result = linked(check_of(), RESULT, IRELAND)

    assert result.console_url == f"{LOG}$252Faws-glue$252Fjobs$252Foutput/log-events/jr_ab"
    assert result.error_log_url == f"{LOG}$252Faws-glue$252Fjobs$252Ferror/log-events/jr_ab"
    assert result.run_url == ""


@pytest.mark.parametrize(
    ("keep", "leftover", "has_page"),
    [(False, "", False), (False, "object", False), (False, "job", True), (True, "", True)],
)
def test_linked__the_job_is_still_there__leads_to_the_runs_page(keep, leftover, has_page):
    left = (Leftover(kind=leftover, name="x", reason="no"),) if leftover else ()

    result = linked(check_of(keep=keep), replace(RESULT, leftovers=left), IRELAND)

    assert result.run_url == (
        "https://eu-west-1.console.aws.amazon.com/gluestudio/home?region=eu-west-1"
        "#/job/glue-health-check-flights/run/jr_ab"
        if has_page
        else ""
    )


CUSTOM = {"--custom-logGroup-prefix": "/acme/glue", "--custom-logStream-prefix": "nightly"}


@pytest.mark.parametrize(
    ("settings", "group", "stream"),
    [
        ({"job_type": "pythonshell"}, "/aws-glue/python-jobs/output", "jr_ab"),
        ({"glue_version": "4.0"}, "/aws-glue/jobs/output", "jr_ab"),
        ({"arguments": CUSTOM}, "/acme/glue/output", "nightly-jr_ab"),
        ({"arguments": CUSTOM, "glue_version": "4.0"}, "/aws-glue/jobs/output", "jr_ab"),
        (
            {"arguments": CUSTOM, "job_type": "pythonshell"},
            "/aws-glue/python-jobs/output",
            "jr_ab",
        ),
        (
            {"security_configuration": "secret"},
            "/aws-glue/jobs-glue-health-check-secret/output",
            "jr_ab",
        ),
        (
            {"security_configuration": "secret", "job_type": "pythonshell"},
            "/aws-glue/python-jobs-glue-health-check-secret/output",
            "jr_ab",
        ),
        (
            {"security_configuration": "secret", "glue_version": "4.0", "arguments": CUSTOM},
            "/aws-glue/jobs-glue-health-check-secret/output",
            "jr_ab",
        ),
        (
            {
                "security_configuration": "secret",
                "role_arn": "arn:aws:iam::123456789012:role/teams/data/etl",
            },
            "/aws-glue/jobs-etl-secret/output",
            "jr_ab",
        ),
        (
            {"security_configuration": "secret", "arguments": CUSTOM},
            "/acme/glue/secret-role/glue-health-check/output",
            "nightly-jr_ab",
        ),
    ],
)
def test_linked__what_changes_the_log_group__changes_the_link(settings, group, stream):
    assert log_urls(check_of(**settings)) == (group, stream)


@given(st.text(min_size=1), st.text(min_size=1))
def test_linked__any_names__come_back_and_end_no_address(job, run_id):
    result = linked(check_of(keep=True), replace(RESULT, job_name=job, run_id=run_id), IRELAND)

    told = result.run_url.partition("#/job/")[2].split("/run/")
    assert [unquote(part) for part in told] == [_sent(job), _sent(run_id)]
    assert _plain(result.console_url.rpartition("/log-events/")[2]) == _sent(run_id)
    for url in (result.console_url, result.error_log_url, result.run_url):
        assert url.isascii()
        assert not set(url) & set(" \n<>()\"'")


def test_log_url__half_a_character__is_a_question_mark():
    assert IRELAND.log_url("/acme/\udce9", "jr_ab") == f"{LOG}$252Facme$252F$253F/log-events/jr_ab"


def _sent(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
