"""The report folder may lie in a stranger's checkout: nothing is written through a link."""

import json
import os
import stat
from pathlib import Path

import pytest

from plugin.core.errors import PluginError
from plugin.core.render import markdown
from plugin.reporters.files import ReportFiles
from plugin.reporters.folder import Folder
from tests.unit.reporters.samples import FAILED, HOSTILE_REPORT, report_of

REPORT = report_of(FAILED)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    path = tmp_path / "checkout"
    path.mkdir()
    return path


def everything_in(path: Path) -> set[str]:
    return {str(item.relative_to(path)) for item in path.rglob("*")}


def open_files() -> int:
    """How many files this process has open; 0 where /proc is missing."""
    listing = Path("/proc/self/fd")
    return len(list(listing.iterdir())) if listing.is_dir() else 0


@pytest.mark.parametrize("link", ["out", "out/inner"])
def test_folder__a_link_on_the_way__is_refused_and_nothing_written(link, tmp_path, checkout):
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "inner").mkdir(parents=True)
    (checkout / link).parent.mkdir(exist_ok=True)
    (checkout / link).symlink_to(elsewhere)

    with pytest.raises(PluginError, match="symbolic link") as caught:
        Folder(Path("out/inner/report"), base=checkout).write("report.md", "x")

    assert "report_dir" in caught.value.hint
    assert everything_in(elsewhere) == {"inner"}


def test_folder__a_dangling_link__is_refused(tmp_path, checkout):
    (checkout / "out").symlink_to(tmp_path / "nowhere")

    with pytest.raises(PluginError, match="symbolic link"):
        Folder(Path("out"), base=checkout).write("report.md", "x")

    assert not (tmp_path / "nowhere").exists()


def test_folder__the_file_itself_is_a_link__is_replaced_not_followed(tmp_path, checkout):
    secret = tmp_path / "secret"
    secret.write_text("kept")
    (checkout / "out").mkdir()
    (checkout / "out" / "report.md").symlink_to(secret)

    Folder(Path("out"), base=checkout).write("report.md", "new")

    assert secret.read_text() == "kept"
    assert not (checkout / "out" / "report.md").is_symlink()
    assert (checkout / "out" / "report.md").read_text() == "new"


def test_folder__the_file_is_a_hard_link__the_other_name_keeps_its_content(tmp_path, checkout):
    secret = tmp_path / "secret"
    secret.write_text("kept")
    (checkout / "report.md").hardlink_to(secret)

    Folder(Path(), base=checkout).write("report.md", "new")

    assert secret.read_text() == "kept"


def test_folder__a_file_is_in_the_way__is_refused_with_its_name(checkout):
    (checkout / "out").write_text("a file")

    with pytest.raises(PluginError, match="out is a symbolic link or a file, not a folder"):
        Folder(Path("out/inner"), base=checkout).write("report.md", "x")


def test_folder__the_file_is_a_folder__leaves_no_temporary_file(checkout):
    (checkout / "report.md").mkdir()

    with pytest.raises(PluginError, match=r"report\.md was not written"):
        Folder(Path(), base=checkout).write("report.md", "x")

    assert everything_in(checkout) == {"report.md"}


@pytest.mark.parametrize("path", ["a\0b", "x" * 300])
def test_folder__a_name_that_cannot_be__is_refused(path, checkout):
    with pytest.raises(PluginError, match="was not written"):
        Folder(Path(path), base=checkout).write("report.md", "x")


def test_folder__the_base_is_missing__is_refused(tmp_path):
    with pytest.raises(PluginError, match="No such file"):
        Folder(Path("out"), base=tmp_path / "missing").write("report.md", "x")


@pytest.mark.parametrize("path", ["out/deep", "./out/../out/deep", "../checkout/out/deep"])
def test_folder__missing_folders__are_made_and_the_path_is_as_given(path, checkout):
    written = Folder(Path(path), base=checkout).write("report.md", "é\ud800")

    assert written == Path(path) / "report.md"
    assert (checkout / "out/deep/report.md").read_bytes() == "é\\ud800".encode()


def test_folder__outside_of_the_base__is_walked_from_the_root(tmp_path, checkout):
    (tmp_path / "link").symlink_to(checkout)

    Folder(tmp_path / "out", base=checkout).write("report.md", "x")

    assert (tmp_path / "out" / "report.md").read_text() == "x"
    with pytest.raises(PluginError, match="symbolic link"):
        Folder(tmp_path / "link", base=checkout / "base").write("report.md", "x")


def test_folder__any_umask__the_file_can_be_read_by_all(checkout):
    old = os.umask(0o077)
    try:
        Folder(Path(), base=checkout).write("report.md", "x")
    finally:
        os.umask(old)

    assert stat.S_IMODE((checkout / "report.md").stat().st_mode) == 0o644


def test_folder__every_write__closes_what_it_opened(checkout):
    folder = Folder(Path("a/b/c"), base=checkout)
    folder.write("report.md", "x")
    before = open_files()

    for _ in range(20):
        folder.write("report.md", "x")
        with pytest.raises(PluginError):
            Folder(Path("a/b/c/report.md/d"), base=checkout).write("report.md", "x")

    assert open_files() == before


def test_report_files__a_report__are_both_there_and_the_path_is_told(checkout):
    reporter = ReportFiles(Folder(Path("out"), base=checkout))
    before = reporter.path()

    reporter.report(REPORT)

    assert (before, reporter.path()) == ("", "out/report.md")
    assert everything_in(checkout) == {"out", "out/.gitignore", "out/report.md", "out/report.json"}
    assert (checkout / "out/report.md").read_text(encoding="utf-8") == markdown(REPORT)
    assert json.loads((checkout / "out/report.json").read_text())["verdict"] == "failed"


def test_report_files__hostile_everywhere__are_written(checkout):
    ReportFiles(Folder(Path(), base=checkout)).report(HOSTILE_REPORT)

    assert json.loads((checkout / "report.json").read_text())["verdict"] == "errored"


def test_report_files__nothing_can_be_written__raise_and_tell_no_path(checkout):
    (checkout / "out").write_text("a file")
    reporter = ReportFiles(Folder(Path("out"), base=checkout))

    with pytest.raises(PluginError):
        reporter.report(REPORT)

    assert reporter.path() == ""
