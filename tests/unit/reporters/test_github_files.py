"""The step summary and the outputs file, read back as the runner reads them."""

import json
from dataclasses import replace
from itertools import count

import pytest

from plugin.core.errors import PluginError
from plugin.core.render import markdown, outputs
from plugin.reporters.github_files import OUTPUTS_LIMIT, SUMMARY_LIMIT, GithubFiles
from tests.unit.reporters.readers import outputs_as_github_reads
from tests.unit.reporters.samples import FAILED, HOSTILE_REPORT, PAGES, PASSED, SAMPLES, report_of

REPORT = report_of(PASSED)


def reporter_for(tmp_path, *, tokens=None, **paths) -> GithubFiles:
    drawn = iter(tokens) if tokens else (f"token{number}" for number in count())
    files = {"summary": str(tmp_path / "summary"), "output": str(tmp_path / "output")} | paths
    return GithubFiles(**files, token=lambda: next(drawn), report_path=lambda: "out/report.md")


@pytest.mark.parametrize("name", SAMPLES)
def test_github_files__each_kind_of_report__outputs_are_read_back(name, tmp_path):
    reporter_for(tmp_path).report(SAMPLES[name])

    content = (tmp_path / "output").read_text(encoding="utf-8")
    read = outputs_as_github_reads(content)
    assert list(read) == [key for key, _ in outputs(SAMPLES[name], "")]
    assert read["verdict"] == SAMPLES[name].verdict
    assert read["report_path"] == "out/report.md"
    assert content.endswith("\n")


@pytest.mark.parametrize("name", PAGES)
def test_github_files__each_kind_of_report__outputs_are_as_in_the_golden_file(
    name, tmp_path, golden
):
    reporter_for(tmp_path, summary="").report(PAGES[name])

    golden.check(f"outputs/{name}.github.txt", (tmp_path / "output").read_text(encoding="utf-8"))


def test_github_files__a_file_with_content__is_appended_to_on_a_new_line(tmp_path):
    (tmp_path / "output").write_text("a=1")
    (tmp_path / "summary").write_text("# other\n")

    reporter_for(tmp_path).report(REPORT)

    assert outputs_as_github_reads((tmp_path / "output").read_text(encoding="utf-8"))["a"] == "1"
    summary = (tmp_path / "summary").read_text(encoding="utf-8")
    assert summary == f"# other\n{markdown(REPORT)}"


def test_github_files__a_value_with_the_delimiter__another_is_drawn(tmp_path):
    report = report_of(PASSED, reason="")
    path = "ghc_first"

    reporter = GithubFiles(
        summary="",
        output=str(tmp_path / "output"),
        token=iter(["x"] * 7 + ["first", "second"] + ["x"] * 9).__next__,
        report_path=lambda: path,
    )
    reporter.report(report)

    assert "report_path<<ghc_second\nghc_first\nghc_second\n" in (tmp_path / "output").read_text()


def test_github_files__a_token_that_is_always_taken__raises_and_still_writes_the_summary(tmp_path):
    reporter = GithubFiles(
        summary=str(tmp_path / "summary"),
        output=str(tmp_path / "output"),
        token=lambda: "same",
        report_path=lambda: "ghc_same",
    )

    with pytest.raises(ValueError, match="delimiter"):
        reporter.report(REPORT)

    assert not (tmp_path / "output").exists()
    assert (tmp_path / "summary").exists()


def test_github_files__the_outputs_cannot_be_written__the_summary_is(tmp_path):
    reporter = reporter_for(tmp_path, output=str(tmp_path / "missing" / "output"))

    with pytest.raises(PluginError, match="outputs file was not written: No such file") as caught:
        reporter.report(REPORT)

    assert "runner" in caught.value.hint
    assert (tmp_path / "summary").exists()


def test_github_files__neither_can_be_written__both_are_named(tmp_path):
    reporter = reporter_for(tmp_path, output=str(tmp_path / "no/such"), summary=str(tmp_path))

    with pytest.raises(PluginError, match="outputs file") as caught:
        reporter.report(REPORT)

    assert caught.value.message == (
        "The outputs file was not written: No such file or directory."
        " The step summary file was not written: Is a directory."
    )


def test_github_files__the_summary_cannot_be_written__the_outputs_are(tmp_path):
    reporter = reporter_for(tmp_path, summary=str(tmp_path))

    with pytest.raises(PluginError, match="step summary file was not written: Is a directory"):
        reporter.report(REPORT)

    assert outputs_as_github_reads((tmp_path / "output").read_text(encoding="utf-8"))


@pytest.mark.parametrize("before", ["a=1", "a=1\r", "a=1\r\n", "a<<X\n1\nX", "a=1\n\n", "a=\x00"])
def test_github_files__whatever_stood_there__all_outputs_are_read_back(before, tmp_path):
    (tmp_path / "output").write_bytes(before.encode())

    reporter_for(tmp_path).report(HOSTILE_REPORT)

    read = outputs_as_github_reads((tmp_path / "output").read_bytes().decode())
    assert list(read) == ["a", *(key for key, _ in outputs(HOSTILE_REPORT, ""))]
    assert read["a"].strip("\r") in {"1", "\x00"}


MANY = report_of(*(replace(FAILED, name=f"c{n}", reason="漢" * 500) for n in range(400)))


@pytest.mark.parametrize("used", [0, 300_000, 495_000, 600_000])
def test_github_files__many_checks__outputs_stay_below_the_limit_of_a_job(used, tmp_path):
    (tmp_path / "output").write_bytes(b"a=" + b"x" * used + b"\n")

    reporter_for(tmp_path, summary="").report(MANY)

    read = outputs_as_github_reads((tmp_path / "output").read_text(encoding="utf-8"))
    measured = sum(2 * len(key) + 2 * len(value) for key, value in read.items())
    assert measured <= max(OUTPUTS_LIMIT, 2 * used + 20_000)
    assert (json.loads(read["results"]) == []) == (used == 600_000)
    assert read["failed"] == "400"


def test_github_files__a_long_value__is_shortened(tmp_path):
    report = report_of(replace(PASSED, console_url="x" * 600_000))

    reporter_for(tmp_path, summary="").report(report)

    read = outputs_as_github_reads((tmp_path / "output").read_text(encoding="utf-8"))
    assert read["console_url"].endswith("(cut, 600000 characters)")
    assert len(read["console_url"]) == 4_000


@pytest.mark.parametrize("used", [0, SUMMARY_LIMIT - 3_000, SUMMARY_LIMIT - 10, SUMMARY_LIMIT + 10])
def test_github_files__a_summary_that_is_nearly_full__stays_below_the_limit(used, tmp_path):
    (tmp_path / "summary").write_bytes(b"x" * used)

    reporter_for(tmp_path).report(HOSTILE_REPORT)

    size = (tmp_path / "summary").stat().st_size
    assert size <= max(used, SUMMARY_LIMIT)
    assert size > used or used > SUMMARY_LIMIT - 100


@pytest.mark.parametrize("spare", [0, 1])
def test_github_files__the_page_and_a_line_feed_just_fit_or_not__stays_below_the_limit(
    spare, tmp_path
):
    page = markdown(REPORT).encode()
    (tmp_path / "summary").write_bytes(b"x" * (SUMMARY_LIMIT - len(page) - spare))

    reporter_for(tmp_path).report(REPORT)

    content = (tmp_path / "summary").read_bytes()
    assert len(content) <= SUMMARY_LIMIT
    assert content.endswith(page) == bool(spare)


def test_github_files__no_paths__does_nothing(tmp_path):
    reporter_for(tmp_path, summary="", output="").report(REPORT)

    assert list(tmp_path.iterdir()) == []
