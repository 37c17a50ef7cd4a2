"""The check run: conclusion, texts within their limits, remarks on lines that exist."""

from dataclasses import replace

import pytest

from plugin.core.forms.check_run import MOST_REMARKS, annotations_of, check_runs_of, conclusion_of
from plugin.core.github import MOST_ANNOTATIONS, Annotation
from plugin.core.result import Finding, Place
from plugin.core.verdict import Verdict
from tests.unit.reporters.samples import (
    BUILD,
    CANCELLED,
    COMMIT,
    ERRORED,
    FAILED,
    HOSTILE,
    PASSED,
    SAMPLES,
    SKIPPED,
    report_of,
)

HERE = Place(file="jobs/etl.py", line=12)


def bad(number, place=HERE, **values):
    return Finding(**{"name": f"finding {number}", "ok": False, "place": place, **values})


def remarks(*results):
    return annotations_of(report_of(*results))


@pytest.mark.parametrize(
    ("verdict", "conclusion"),
    [
        (Verdict.ERRORED, "action_required"),
        (Verdict.FAILED, "failure"),
        (Verdict.CANCELLED, "cancelled"),
        (Verdict.SKIPPED, "skipped"),
        (Verdict.PASSED, "success"),
    ],
)
def test_conclusion_of__each_verdict__has_one(verdict, conclusion):
    assert conclusion_of(verdict) == conclusion


def test_check_runs_of__a_plan_that_was_skipped_whole__are_none():
    assert check_runs_of(report_of(reason="A fork.")) == ()


@pytest.mark.parametrize("result", [PASSED, FAILED, ERRORED, CANCELLED, SKIPPED])
def test_check_runs_of__each_verdict__is_one_completed_run_of_the_commit(result):
    (post,) = check_runs_of(replace(report_of(result), context="etl"))

    assert (post.name, post.head_sha, post.status) == ("etl", COMMIT, "completed")
    assert post.external_id == "0a1b2c3d4e5f"
    assert post.details_url == BUILD.link
    assert post.conclusion == conclusion_of(result.verdict)
    assert post.title.startswith(f"{result.name} {result.verdict}")
    assert post.summary
    assert "The" in post.text


def test_check_runs_of__a_hostile_report__is_within_the_limits_and_links_nowhere():
    for post in check_runs_of(SAMPLES["hostile"]):
        assert post.details_url == ""
        assert len(post.title) <= 255
        assert "\n" not in post.title
        assert len(post.text) <= 65_535


def test_check_runs_of__two_megabytes__is_cut():
    long = replace(FAILED, log_tail=("漢" * 900,) * 2_000)

    (post,) = check_runs_of(report_of(long))

    assert 60_000 < len(post.text.encode()) <= 65_535
    assert "Cut here" in post.text


@pytest.mark.parametrize(
    ("number", "sizes"), [(0, [0]), (50, [50]), (51, [50, 1]), (120, [50, 50, 20])]
)
def test_check_runs_of__many_remarks__come_in_batches(number, sizes):
    result = replace(
        FAILED, script="s3://x", place=None, findings=tuple(bad(n) for n in range(number))
    )

    posts = check_runs_of(report_of(result))

    assert [len(post.annotations) for post in posts] == sizes
    assert {replace(post, annotations=()) for post in posts} == {replace(posts[0], annotations=())}


def test_check_runs_of__more_remarks_than_anybody_reads__says_so():
    result = replace(FAILED, findings=tuple(bad(n) for n in range(500)))

    posts = check_runs_of(report_of(result))

    assert sum(len(post.annotations) for post in posts) == MOST_REMARKS
    assert len(posts) == MOST_REMARKS / MOST_ANNOTATIONS
    assert "The first 200 are beside their lines." in posts[0].summary


@pytest.mark.parametrize(
    "file",
    ["", "/etc/passwd", "../x.py", "jobs/../../x.py", "jobs//x.py", "jobs/", "./", ".", "a\nb.py",
     "a\u202eb.py", "jobs\\x.py", "s3://acme/x.py", "C:/x.py", "x" * 1_001],
)  # fmt: skip
def test_annotations_of__no_file_of_the_repository__is_left_out_and_the_others_stay(file):
    result = replace(
        FAILED, place=Place(file=file, line=1), findings=(bad(1, Place(file=file, line=1)), bad(2))
    )

    (remark,) = remarks(result)

    assert remark.path == "jobs/etl.py"


@pytest.mark.parametrize(("line", "told"), [(-1, 1), (0, 1), (12, 12), (10**12, 2**31 - 1)])
def test_annotations_of__any_line__is_one_that_github_takes(line, told):
    (remark,) = remarks(replace(FAILED, findings=(), place=Place(file="./jobs/etl.py", line=line)))

    assert (remark.path, remark.start_line, remark.end_line) == ("jobs/etl.py", told, told)


def test_annotations_of__hostile_words__are_harmless_lines_within_the_limits():
    finding = bad(HOSTILE * 9, message=f"{HOSTILE}\n" * 99, value=HOSTILE, expected="x" * 99_000)

    (remark,) = remarks(replace(FAILED, place=None, findings=(finding,)))

    assert len(remark.title) <= 255
    assert "\n" not in remark.title
    assert len(remark.message) <= 4_000
    assert "##[" not in remark.message
    assert "\x1b" not in remark.message


def test_annotations_of__a_long_line_of_many__leaves_room_for_the_others():
    finding = bad(1, message="\n".join(("m" * 5_000, "second", *"x" * 40)), expected="3")

    (remark,) = remarks(replace(FAILED, place=None, findings=(finding,)))

    first, *others = remark.message.split("\n")
    assert (len(first), others) == (1_000, ["second", *"x" * 18])


@pytest.mark.parametrize("result", [PASSED, CANCELLED, SKIPPED])
def test_annotations_of__nothing_is_bad__are_none(result):
    assert remarks(replace(result, place=HERE)) == ()


def test_annotations_of__findings_that_are_ok_or_nowhere__are_left_out():
    findings = (bad(1, ok=True), bad(2, place=None))

    assert remarks(replace(FAILED, script="s3://x", place=None, findings=findings)) == ()


def test_annotations_of__a_cause_and_findings_without_place__stand_at_the_script():
    findings = (bad(1, place=None), bad(2, ok=True, place=None))

    told = remarks(replace(FAILED, name="etl", place=None, findings=findings, reason="no column"))

    assert [(one.path, one.start_line, one.title) for one in told] == [
        ("examples/jobs/airports.py", 1, "etl failed"),
        ("examples/jobs/airports.py", 1, "etl: finding 1"),
    ]


def test_annotations_of__the_cause_is_a_finding_without_place__is_told_once():
    result = replace(FAILED, place=None, findings=(bad(1, place=None),), reason="finding 1: no")

    assert [one.title for one in remarks(result)] == ["airports: finding 1"]


def test_annotations_of__errored_without_place__is_not_held_against_the_script():
    assert remarks(ERRORED) == ()


@pytest.mark.parametrize("result", [FAILED, ERRORED])
def test_annotations_of__the_cause__stands_at_its_line(result):
    (remark,) = remarks(replace(result, findings=(), place=HERE, name="etl", reason="no column"))

    assert remark == Annotation(
        path="jobs/etl.py",
        start_line=12,
        end_line=12,
        level="failure",
        title=f"etl {result.verdict}",
        message="no column",
    )


def test_annotations_of__a_cause_without_words__says_the_verdict():
    (remark,) = remarks(replace(FAILED, findings=(), place=HERE, reason=""))

    assert remark.message == "The check failed."


def test_annotations_of__the_cause_is_a_finding__is_told_once():
    finding = bad(1, message="a column is missing", value="iata", expected="iata_code")

    (remark,) = remarks(replace(FAILED, place=HERE, findings=(finding,)))

    assert remark.title == f"{FAILED.name}: finding 1"
    assert remark.message == "a column is missing\nfound: iata\nexpected: iata_code"


def test_annotations_of__the_same_remark_twice__is_one():
    (remark,) = remarks(replace(FAILED, place=None, findings=(bad(1), bad(1))))

    assert remark.message == "This is not in order."
