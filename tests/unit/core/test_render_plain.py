"""The console's ending and the outputs."""

import json
from dataclasses import replace

import pytest
from hypothesis import given

from plugin.core.escape import visible
from plugin.core.render import headline, outputs, summary_lines, title, troubleshooting
from plugin.core.result import Finding, Leftover
from plugin.core.trouble import Trouble
from tests.unit.reporters.readers import HOSTILE_TEXT, is_a_command
from tests.unit.reporters.samples import (
    CONSOLE,
    ERRORED,
    FAILED,
    FULL_FAILED,
    HOSTILE_RESULT,
    JOB,
    PASSED,
    RUN,
    SAMPLES,
    SKIPPED,
    report_of,
)

NAMES = (
    "verdict", "passed", "failed", "errored", "skipped", "duration_seconds", "cost_usd",
    "report_path", "results", "job_name", "run_id", "console_url",
)  # fmt: skip


@pytest.mark.parametrize("name", SAMPLES)
def test_summary_lines__each_kind_of_report__is_as_in_the_golden_file(name, golden):
    golden.check(f"{name}.txt", "".join(f"{line}\n" for line in summary_lines(SAMPLES[name])))


def test_summary_lines__a_reason_is_a_sentence__has_one_full_stop():
    left = Leftover(kind="job", name="a", reason="It was refused. Check the region.")

    lines = summary_lines(report_of(replace(PASSED, leftovers=(left,))))

    assert lines[-3:-1] == (
        "LEFT BEHIND: job a (It was refused. Check the region)",
        "    aws glue delete-job --job-name=a",
    )
    assert lines[-1].startswith("To remove all of it: glue-health-check cleanup --build-id ")


@given(HOSTILE_TEXT)
def test_summary_lines__any_text__are_lines_that_no_host_obeys(text):
    result = replace(HOSTILE_RESULT, name=text, reason=text, hint=text, notes=(text,))

    lines = summary_lines(report_of(result, result))

    assert not any(is_a_command(line) or len(line.splitlines()) > 1 for line in lines)


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (report_of(PASSED), "flights passed after 1 min 13 s, $0.0147"),
        (report_of(replace(PASSED, cost=None)), "flights passed after 1 min 13 s"),
        (
            report_of(replace(FAILED, reason="KeyError: 'x'")),
            "airports failed after 1 min 13 s, $0.0147: KeyError: 'x'",
        ),
        (
            report_of(PASSED, FAILED, ERRORED, SKIPPED),
            "errored after 1 min 13 s, $0.0294: 1 failed, 1 errored, 1 passed, 1 skipped",
        ),
        (report_of(reason="A fork."), "skipped: A fork."),
        (report_of(), "skipped: there was nothing to do"),
    ],
)
def test_headline__each_kind_of_report__is_one_plain_line(report, expected):
    assert headline(report) == expected


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (report_of(PASSED), "flights passed in 1 min 13 s, $0.0147"),
        (
            report_of(replace(FAILED, reason="KeyError:\n'x'")),
            "airports failed in 1 min 13 s, $0.0147: KeyError:\\n'x'",
        ),
        (
            report_of(PASSED, FAILED, ERRORED, SKIPPED),
            (
                "1 failed, 1 errored, 1 passed, 1 skipped in 1 min 13 s, $0.0294"
                " (left behind: 1 job, 1 object)"
            ),
        ),
        (
            report_of(replace(ERRORED, leftovers=ERRORED.leftovers * 2, reason="No.")),
            "routes errored in 1 min 13 s (left behind: 2 jobs, 2 objects): No.",
        ),
        (report_of(reason="A fork."), "skipped: A fork."),
        (report_of(), "skipped: there was nothing to do"),
    ],
)
def test_title__each_kind_of_report__is_one_plain_line(report, expected):
    assert title(report) == expected


def test_title__two_checks__are_counted():
    assert title(report_of(PASSED, FAILED)).startswith("1 failed, 1 passed in ")


@given(HOSTILE_TEXT)
def test_title__any_text__is_one_line_that_can_be_seen_and_has_an_end(text):
    line = title(report_of(replace(HOSTILE_RESULT, name=text, reason=text * 50)))

    assert len(line.splitlines()) == 1
    assert line == visible(line)
    assert len(line) <= 1_000


def test_summary_lines__a_class_of_trouble__names_what_to_read():
    lines = summary_lines(report_of(FULL_FAILED))

    assert f"    Read: {troubleshooting(FULL_FAILED.trouble)}" in lines
    assert lines[-1] == f"    Log: {FULL_FAILED.console_url}"


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"run_url": "", "console_url": ""}, []),
        ({"run_url": "https://r.test", "console_url": ""}, ["    Run: https://r.test"]),
        ({"run_url": "", "console_url": "https://l.test"}, ["    Log: https://l.test"]),
        (
            {"run_url": "https://r.test", "console_url": "https://l.test"},
            ["    Run: https://r.test", "    Log: https://l.test"],
        ),
    ],
)
def test_summary_lines__the_run_and_its_log__are_linked_as_far_as_they_are_known(known, expected):
    lines = summary_lines(report_of(replace(PASSED, **known)))

    assert list(lines[1:]) == expected


def test_outputs__several_checks__have_the_names_and_order_of_the_design():
    pairs = outputs(report_of(PASSED, FAILED, ERRORED, SKIPPED), "out/report.md")

    values = dict(pairs)
    assert tuple(name for name, _ in pairs) == NAMES
    assert [values[name] for name in NAMES[:8]] == [
        "errored", "1", "1", "1", "1", "72.5", "0.029400", "out/report.md",
    ]  # fmt: skip
    assert (values["job_name"], values["run_id"], values["console_url"]) == (JOB, RUN, CONSOLE)


def test_outputs__results__are_one_line_of_json_with_every_check():
    values = dict(outputs(report_of(PASSED, FAILED, SKIPPED), ""))

    results = json.loads(values["results"])
    assert values["results"].isascii()
    assert "\n" not in values["results"]
    assert [(r["name"], r["verdict"]) for r in results] == [
        ("flights", "passed"), ("airports", "failed"), ("weather", "skipped"),
    ]  # fmt: skip
    assert results[1]["place"] == "examples/jobs/airports.py:12"
    assert results[2]["cost_usd"] == ""


def test_outputs__a_result__has_its_numbers_rounded_and_its_reason_cut():
    result = replace(FAILED, seconds=72.06, reason="x" * 1_000)

    (told,) = json.loads(dict(outputs(report_of(result), ""))["results"])

    assert 100 < len(told.pop("reason")) < 1_000
    assert told == {
        "name": "airports",
        "verdict": "failed",
        "place": "examples/jobs/airports.py:12",
        "duration_seconds": 72.1,
        "cost_usd": "0.014700",
        "job_name": result.job_name,
        "run_id": result.run_id,
        "console_url": result.console_url,
        "leftovers": len(result.leftovers),
    }


def test_outputs__nothing_was_run__are_all_there():
    assert outputs(report_of(reason="A fork."), "") == (
        ("verdict", "skipped"), ("passed", "0"), ("failed", "0"), ("errored", "0"),
        ("skipped", "0"), ("duration_seconds", "0.5"), ("cost_usd", "0.000000"),
        ("report_path", ""), ("results", "[]"), ("job_name", ""), ("run_id", ""),
        ("console_url", ""),
    )  # fmt: skip


def test_outputs__more_results_than_github_takes__leave_out_details_then_all():
    many = report_of(*[replace(FAILED, reason="x" * 1_000)] * 300)
    too_many = report_of(*[PASSED] * 6_000)

    short = json.loads(dict(outputs(many, ""))["results"])
    assert len(short) == 300
    assert short[0] == {"name": "airports", "verdict": "failed"}
    assert dict(outputs(too_many, ""))["results"] == "[]"


def bad(name, message=""):
    return Finding(name=name, ok=False, message=message)


@pytest.mark.parametrize(
    ("trouble", "findings", "told"),
    [
        (Trouble.FINDING, [bad("a")], []),  # it is the reason
        (Trouble.FINDING, [bad("a"), bad("b"), bad("c", "few")], ["b", "c: few"]),
        (Trouble.TIME_OUT, [bad("a"), Finding(name="b", ok=True)], ["a"]),
        (Trouble.FINDING, [bad("a")] * 11, ["a"] * 10),
        (
            Trouble.FINDING,
            [bad("a")] * 13,
            ["a"] * 10 + ["2 more findings, see the report"],
        ),
    ],
)
def test_summary_lines__findings_that_are_not_ok__are_told_beside_the_reason(
    trouble, findings, told
):
    result = replace(FAILED, trouble=trouble, findings=tuple(findings))

    lines = summary_lines(report_of(result))

    assert [line for line in lines if "Not ok" in line] == [f"    Not ok: {one}" for one in told]
