"""junit.xml, read back as XML and as test results."""

import io
import os
import stat
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings

from plugin.core.errors import PluginError
from plugin.core.escape import log_text, xml_text
from plugin.core.result import Finding, Place
from plugin.core.verdict import Verdict
from plugin.reporters.folder import Folder
from plugin.reporters.junit import JUnitFile
from tests.unit.reporters.readers import HOSTILE_TEXT, is_a_command
from tests.unit.reporters.samples import CANCELLED, FAILED, PAGES, PASSED, SAMPLES, report_of


def written(report, tmp_path: Path) -> str:
    JUnitFile(Folder(Path("out"), base=tmp_path)).report(report)
    return (tmp_path / "out" / "junit.xml").read_text(encoding="utf-8")


class Shelf:
    """A folder in memory, which keeps what was last written."""

    text = ""

    def write(self, name: str, text: str) -> Path:
        self.text = text
        return Path(name)


def tree_of(report) -> ET.Element:
    shelf = Shelf()
    JUnitFile(shelf).report(report)  # type: ignore[arg-type]  # what a reporter needs of a folder
    return ET.fromstring(shelf.text)


@pytest.mark.parametrize("name", PAGES)
def test_junit__each_kind_of_report__is_as_in_the_golden_file(name, tmp_path, golden):
    text = written(PAGES[name], tmp_path)

    ET.indent(tree := ET.ElementTree(ET.fromstring(text)))
    file = io.StringIO()
    tree.write(file, encoding="unicode")
    golden.check(f"junit/{name}.xml", file.getvalue() + "\n")


@pytest.mark.parametrize("name", SAMPLES)
def test_junit__each_kind_of_report__counts_what_is_in_it(name):
    root = tree_of(SAMPLES[name])

    (suite,) = root.findall("testsuite")
    cases = suite.findall("testcase")
    assert suite.get("skipped") == str(len(suite.findall("testcase/skipped")))
    for element in (root, suite):
        assert element.get("tests") == str(len(cases)) != "0"
        for attribute, tag in (("failures", "failure"), ("errors", "error")):
            assert element.get(attribute) == str(len(suite.findall(f"testcase/{tag}")))
        assert float(element.get("time", "")) == SAMPLES[name].seconds


def test_junit__cancelled__is_an_error_and_no_pass():
    (error,) = tree_of(report_of(CANCELLED)).iter("error")

    assert (error.get("type"), error.get("message")) == (Verdict.CANCELLED, CANCELLED.reason)


def test_junit__the_report_dir_is_a_link__is_refused(tmp_path):
    (tmp_path / "out").symlink_to(tmp_path)

    with pytest.raises(PluginError, match="symbolic link"):
        written(report_of(PASSED), tmp_path)

    assert not (tmp_path / "junit.xml").exists()


def test_junit__a_file_of_an_earlier_build__is_replaced_and_readable_by_all(tmp_path):
    old = os.umask(0o077)
    try:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "junit.xml").write_text("old")

        text = written(report_of(PASSED), tmp_path)
    finally:
        os.umask(old)

    assert text.startswith("<?xml")
    assert stat.S_IMODE((tmp_path / "out" / "junit.xml").stat().st_mode) == 0o644


def test_junit__forget__removes_it_and_nothing_else(tmp_path):
    reporter = JUnitFile(Folder(Path("out"), base=tmp_path))
    written(report_of(PASSED), tmp_path)
    (tmp_path / "out" / "other.xml").write_text("x")

    reporter.forget()
    reporter.forget()

    assert [path.name for path in (tmp_path / "out").iterdir()] == ["other.xml"]


def test_junit__much_text__makes_a_file_of_bounded_size(tmp_path):
    result = replace(FAILED, reason="\x00" * 2_000_000, log_tail=("<" * 100_000,) * 1_000)

    assert len(written(report_of(*[result] * 3), tmp_path)) < 3_000_000


@settings(max_examples=50)
@given(HOSTILE_TEXT)
def test_junit__any_text__is_well_formed_and_reads_as_in_a_log(text):
    bad = Finding(name=text, ok=False, message=text, place=Place(file=text, line=1))
    result = replace(
        FAILED, name=text, reason=f"x{text}", hint="", findings=(bad,), log_tail=(text,), place=None
    )

    root = tree_of(report_of(result))

    (check, finding) = root.iter("testcase")
    (failure,) = check.iter("failure")
    expected = log_text(f"x{text}").replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
    assert failure.get("message") == expected[:1_000]
    assert (failure.text or "").split("\n")[0] == expected[:1_000]
    assert finding.get("name") == xml_text(f"finding: {text}", limit=200)
    assert not any(is_a_command(line) for line in ET.tostring(root, "unicode").split("\n"))


@given(HOSTILE_TEXT)
def test_xml_text__any_text__survives_as_text_and_as_attribute(text):
    element = ET.Element("a", {"b": xml_text(text)})
    element.text = xml_text(text)

    read = ET.fromstring(ET.tostring(element))

    assert read.get("b") == (read.text or "") == xml_text(text)


@pytest.mark.parametrize("text", ["\ufffe", "\uffff", "\x00", "\x0b", "\ud800", "\x1b[31m\x1b"])
def test_xml_text__what_xml_forbids__is_spelled(text):
    assert xml_text(f"a{text}").startswith("a\\")


def test_xml_text__spelling_makes_it_longer__stays_within_the_limit():
    assert len(xml_text("\ufffe" * 1_000, limit=50)) == 50
