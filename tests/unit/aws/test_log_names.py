"""Where a log may lie, and what each stream is: the names that AWS's pages and public code give."""

import dataclasses

import pytest

from plugin.aws.logs.names import Kind, names_of
from plugin.core.ports import LogSource, LogStream

RUN = "jr_0a1b2c"
SOURCE = LogSource(job_name="job", run_id=RUN, job_type="glueetl", glue_version="5.1")
ROLE = "arn:aws:iam::123456789012:role/etl/runner"


def source(**members):
    return dataclasses.replace(SOURCE, **members)


@pytest.mark.parametrize(
    "name",
    [
        "jr_0a1b2c3d",
        "xjr_0a1b2c",
        "jr_0a1b2c9-driver",
        "jr_0a1b2",
        "nightly-driver",
        "jr_0a1b2c_attempt_1",
        "",
    ],
)
def test_kind_of__a_stream_of_another_run__is_none(name):
    # The prefix of a custom name is shared, and one id may be the beginning of another.
    assert names_of(SOURCE).kind_of(name) is None


@pytest.mark.parametrize(
    ("rest", "kind"),
    [
        ("", Kind.DRIVER),
        ("-driver", Kind.DRIVER),
        ("_g-0f3e9c", Kind.EXECUTOR),  # airflow#23832: 40 DPU have 39 of them
        ("-1", Kind.EXECUTOR),
        ("-executor3", Kind.EXECUTOR),
        ("-executor-12", Kind.EXECUTOR),
        ("-progress-bar", Kind.PROGRESS),
        ("-job-insights-rca-driver", Kind.ANALYSIS),
        ("-job-insights-rule-driver", Kind.INSIGHTS),
        ("-job-insights-new", Kind.INSIGHTS),
        ("-rule-driver", Kind.INSIGHTS),
        ("-something", Kind.OTHER),
    ],
)
@pytest.mark.parametrize(
    ("custom", "prefix"),
    [("", ""), ("nightly", "nightly-"), ("nightly", "nightly"), ("acme/etl/", "acme/etl/")],
)
def test_kind_of__each_stream_of_a_run__is_told_apart(custom, prefix, rest, kind):
    names = names_of(source(arguments={"--custom-logStream-prefix": custom}))

    assert names.kind_of(f"{prefix}{RUN}{rest}") is kind


@pytest.mark.parametrize(
    ("members", "groups"),
    [
        ({}, ("/aws-glue/jobs",)),
        ({"group": "/aws-glue/jobs/"}, ("/aws-glue/jobs",)),
        ({"group": "/acme"}, ("/acme", "/aws-glue/jobs")),
        ({"glue_version": "4.0"}, ("/aws-glue/jobs",)),
        ({"glue_version": "auto"}, ("/aws-glue/jobs",)),
        ({"job_type": "gluestreaming"}, ("/aws-glue/jobs",)),
        ({"job_type": "pythonshell", "glue_version": "3.0"}, ("/aws-glue/python-jobs",)),
        (
            {"security_configuration": "kms", "role": ROLE},
            ("/aws-glue/jobs/kms-role/runner", "/aws-glue/jobs"),
        ),
        (
            {"security_configuration": "kms", "role": "runner", "glue_version": "4.0"},
            ("/aws-glue/jobs-runner-kms", "/aws-glue/jobs"),
        ),
        (
            {"security_configuration": "kms", "role": ROLE, "job_type": "pythonshell"},
            ("/aws-glue/python-jobs-runner-kms", "/aws-glue/python-jobs"),
        ),
        (
            {"arguments": {"--custom-logGroup-prefix": "/acme/"}, "group": "/aws-glue/jobs"},
            ("/acme", "/aws-glue/jobs"),
        ),
        (
            {
                "arguments": {"--custom-logGroup-prefix": "/acme"},
                "group": "/acme-x",
                "security_configuration": "kms",
                "role": ROLE,
            },
            (
                *("/acme-x", "/acme/kms-role/runner", "/acme"),
                *("/aws-glue/jobs/kms-role/runner", "/aws-glue/jobs"),
            ),
        ),
        (
            {"arguments": {"--custom-logGroup-prefix": "/acme"}, "glue_version": "4.0"},
            ("/aws-glue/jobs",),
        ),
    ],
)
def test_names_of__each_kind_of_job__has_its_groups_the_likeliest_first(members, groups):
    names = names_of(source(**members))

    assert names.groups == {
        LogStream.OUTPUT: tuple(f"{group}/output" for group in groups),
        LogStream.ERROR: tuple(f"{group}/error" for group in groups),
    }


@pytest.mark.parametrize(
    ("arguments", "members", "analysis"),
    [
        ({}, {}, ("/aws-glue/jobs/logs-v2",)),
        ({}, {"group": "/acme"}, ("/acme/logs-v2", "/aws-glue/jobs/logs-v2")),
        ({"--continuous-log-logGroup": "/acme/all"}, {}, ("/acme/all",)),
        (
            {"--continuous-log-logGroup": "/acme/all"},
            {"security_configuration": "kms", "role": ROLE},
            ("/acme/all-kms", "/acme/all"),
        ),
    ],
)
def test_names_of__before_glue_5__has_a_third_group(arguments, members, analysis):
    on = {**arguments, "--enable-continuous-cloudwatch-log": "true"}
    with_it = names_of(source(glue_version="4.0", arguments=on, **members))
    without = names_of(source(glue_version="4.0", arguments=arguments, **members))

    assert with_it.analysis_groups == without.analysis_groups == analysis
    assert with_it.last_groups == {LogStream.OUTPUT: (), LogStream.ERROR: analysis}
    assert without.last_groups[LogStream.ERROR] == ()
    assert set(analysis) < set(with_it.all_groups)


def test_names_of__since_glue_5__has_the_analysis_beside_the_errors():
    names = names_of(source(arguments={"--custom-logGroup-prefix": "/acme"}))

    assert names.analysis_groups == ("/acme/error", "/aws-glue/jobs/error")
    assert names_of(source(job_type="pythonshell")).analysis_groups == ()


@pytest.mark.parametrize(
    ("version", "argument", "stems"),
    [
        ("5.1", "--custom-logStream-prefix", (f"x-{RUN}", f"x{RUN}", f"x/{RUN}", RUN)),
        ("4.0", "--continuous-log-logStreamPrefix", (RUN, f"x-{RUN}", f"x{RUN}", f"x/{RUN}")),
        ("4.0", "--custom-logStream-prefix", (RUN,)),
        ("5.1", "--continuous-log-logStreamPrefix", (RUN,)),
    ],
)
def test_names_of__a_custom_prefix__stands_before_the_runs_id(version, argument, stems):
    assert names_of(source(glue_version=version, arguments={argument: "x"})).stems == stems
