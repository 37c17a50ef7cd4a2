"""The step summary and the outputs file, read back as the runner reads them."""

from itertools import count

import pytest

from plugin.core.render import markdown, outputs
from plugin.reporters.github_files import SUMMARY_LIMIT, GithubFiles
from tests.unit.reporters.readers import outputs_as_github_reads
from tests.unit.reporters.samples import HOSTILE_REPORT, PASSED, SAMPLES, report_of

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

    with pytest.raises(FileNotFoundError):
        reporter.report(REPORT)

    assert (tmp_path / "summary").exists()


@pytest.mark.parametrize("used", [0, SUMMARY_LIMIT - 3_000, SUMMARY_LIMIT - 10, SUMMARY_LIMIT + 10])
def test_github_files__a_summary_that_is_nearly_full__stays_below_the_limit(used, tmp_path):
    (tmp_path / "summary").write_bytes(b"x" * used)

    reporter_for(tmp_path).report(HOSTILE_REPORT)

    size = (tmp_path / "summary").stat().st_size
    assert size <= max(used, SUMMARY_LIMIT)
    assert size > used or used > SUMMARY_LIMIT - 100


def test_github_files__no_paths__does_nothing(tmp_path):
    reporter_for(tmp_path, summary="", output="").report(REPORT)

    assert list(tmp_path.iterdir()) == []
