"""The outputs of a Harness step, read back as lite-engine reads them."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings

from plugin.core.errors import PluginError
from plugin.core.escape import harness_output, harness_room
from plugin.core.render import outputs
from plugin.reporters.harness_outputs import HarnessOutputs
from tests.unit.reporters.harness_reader import (
    TooLong,
    newer_reader,
    older_reader,
    outputs_as_harness_reads,
)
from tests.unit.reporters.readers import HOSTILE_TEXT
from tests.unit.reporters.samples import FAILED, HOSTILE_REPORT, PAGES, PASSED, SAMPLES, report_of

READERS = pytest.mark.parametrize("reader", [older_reader, newer_reader])


def spelled(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


@READERS
@pytest.mark.parametrize("name", SAMPLES)
def test_harness_outputs__each_kind_of_report__is_read_back(name, reader, tmp_path):
    path = tmp_path / "outputs"

    HarnessOutputs(path=str(path), report_path=lambda: "out/report.md").report(SAMPLES[name])

    expected = {key: spelled(text) for key, text in outputs(SAMPLES[name], "out/report.md")}
    assert outputs_as_harness_reads(path.read_bytes(), reader) == expected


@pytest.mark.parametrize("name", PAGES)
def test_harness_outputs__each_kind_of_report__is_as_in_the_golden_file(name, tmp_path, golden):
    path = tmp_path / "outputs"

    HarnessOutputs(path=str(path), report_path=lambda: "out/report.md").report(PAGES[name])

    golden.check(f"outputs/{name}.harness.txt", path.read_text(encoding="ascii"))


@READERS
@pytest.mark.parametrize("before", ["A=1", "A=1\n", "A=1\r\n", "A=1\n\n# note", "A='1'"])
def test_harness_outputs__a_file_with_content__is_appended_to_on_a_new_line(
    before, reader, tmp_path
):
    path = tmp_path / "outputs"
    path.write_bytes(before.encode())

    HarnessOutputs(path=str(path)).report(HOSTILE_REPORT)

    read = outputs_as_harness_reads(path.read_bytes(), reader)
    assert read["A"].strip() == "1"
    assert list(read)[1:] == [key for key, _ in outputs(HOSTILE_REPORT, "")]


@READERS
def test_harness_outputs__more_than_a_line_takes__is_shortened_and_still_json(reader, tmp_path):
    many = (replace(FAILED, name=f"c{n}", reason="漢" * 500) for n in range(1_500))
    report = report_of(replace(PASSED, console_url="漢" * 90_000), *many)
    path = tmp_path / "outputs"

    HarnessOutputs(path=str(path), report_path=lambda: "漢" * 90_000).report(report)

    assert max(map(len, path.read_bytes().split(b"\n"))) < 65_536
    read = outputs_as_harness_reads(path.read_bytes(), reader)
    assert json.loads(read["results"])[0] == {"name": "flights", "verdict": "passed"}
    assert read["failed"] == "1500"
    assert set(read["report_path"]) == {"漢"}


def test_harness_outputs__the_file_cannot_be_written__says_which_and_what_to_change(tmp_path):
    with pytest.raises(PluginError, match="not written: No such file") as caught:
        HarnessOutputs(path=str(tmp_path / "missing" / "file")).report(report_of(PASSED))

    assert "DRONE_OUTPUT" in caught.value.hint


@pytest.mark.parametrize("name", ["", "a b", "a=b", "a-b", "1a", "export", "a\nb"])
def test_harness_output__a_name_that_cannot_be_used__is_refused(name):
    with pytest.raises(ValueError, match="cannot be the name"):
        harness_output(name, "x")


def test_harness_output__a_value_that_fills_the_room__fits_and_one_more_does_not():
    line = harness_output("name", "é" * (harness_room("name") // 2))

    assert len(line) <= 65_000
    assert newer_reader(line.encode()) == older_reader(line.encode())
    with pytest.raises(ValueError, match="too long"):
        harness_output("name", "é" * (harness_room("name") // 2 + 2))


@pytest.mark.parametrize("value", ["", "passed", "0.0147", "out/report.md", "https://a.b:1/c+d"])
def test_harness_output__a_plain_value__stays_readable(value):
    assert harness_output("name", value) == f"name={value}\n"


@READERS
@pytest.mark.parametrize(
    "value",
    [
        "$FIRST",
        "${FIRST}",
        "$(x)",
        "\\$FIRST",
        "'",
        '"',
        '"x',
        "'x'",
        "# x",
        "a # b",
        "a: b",
        "\\n",
        " a ",
    ],
)
def test_harness_output__what_dotenv_would_read_otherwise__is_read_back(reader, value):
    content = harness_output("FIRST", "secret") + harness_output("second", value)

    assert outputs_as_harness_reads(content.encode(), reader)["second"] == value


@READERS
@settings(max_examples=50)
@given(value=HOSTILE_TEXT, other=HOSTILE_TEXT)
def test_harness_output__any_text__is_read_back(reader, value, other):
    content = harness_output("first", value) + harness_output("second", f"__B64__{other}")

    assert outputs_as_harness_reads(content.encode(), reader) == {
        "first": spelled(value),
        "second": spelled(f"__B64__{other}"),
    }


def test_readers__what_they_cannot_read__they_refuse():
    with pytest.raises(TooLong):
        older_reader(b"a=" + b"x" * 70_000)
    for reader in (older_reader, newer_reader):
        with pytest.raises(ValueError, match=r"."):
            reader(b"what is this\n")


def test_readers__quotes_comments_and_variables__are_read_differently_from_plain_text():
    assert newer_reader(b"B=x\nA=a $B # c\n")["A"] == "a x"
    assert older_reader(b'B=x\nA="a\\n$B" # c\n')["A"] == "a\nx"
    assert newer_reader(b"A='x\ny'\n") == {"A": "x\ny"}
