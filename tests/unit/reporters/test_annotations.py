"""What is annotated on GitHub: the best ten of a kind, each where it is."""

from dataclasses import replace

import pytest
from hypothesis import given

from plugin.core.result import Finding, Leftover, Place
from plugin.core.verdict import Verdict
from plugin.reporters.annotations import Annotations, Note, notes_of
from tests.unit.reporters.readers import (
    HOSTILE_TEXT,
    data_as_github_reads,
    is_a_command,
    property_as_github_reads,
)
from tests.unit.reporters.samples import ERRORED, FAILED, PASSED, report_of

PLACE = Place(file="jobs/a.py", line=3)


def lines_of(*notes: Note) -> list[str]:
    return list(Annotations(str).lines(notes))


def note(message="x", *, level="error", title="t", place=None) -> Note:
    return Note(level=level, title=title, message=message, place=place)


@pytest.mark.parametrize(
    "file",
    [
        *("/etc/passwd", "../a.py", "jobs/../../a.py", "..", "", "jobs//a.py", "jobs/"),
        *("C:\\jobs\\a.py", "C:/jobs/a.py", "s3://acme-lake/a.py", "~/.x", "a\u202eb.py"),
    ],
)
def test_annotations__a_place_outside_of_the_checkout__is_left_out(file):
    assert lines_of(note(place=Place(file=file, line=1))) == ["::error title=t::x"]


@pytest.mark.parametrize("line", [-1, 0, 1])
def test_annotations__a_line_that_is_none__is_the_first(line):
    place = Place(file="jobs/..a.py", line=line)

    assert lines_of(note(place=place)) == ["::error file=jobs/..a.py,line=1,title=t::x"]


def test_annotations__a_long_message__is_cut_to_what_github_takes():
    lines = lines_of(note("%\n" * 100_000), note("y" * 5_000), note(""))

    read = [data_as_github_reads(line.partition("title=t::")[2]) for line in lines]
    assert [len(text) for text in read] == [4_000, 4_000, 0]


def test_annotations__each_kind__has_ten_of_its_own():
    writer = Annotations(str)

    first = list(writer.lines([note(level="error")] * 7 + [note(level="warning")] * 11))
    more = list(writer.lines([note(level="error")] * 7))

    assert [line[2:7] for line in first] == ["error"] * 7 + ["warni"] * 10
    assert len(more) == 3


@given(HOSTILE_TEXT, HOSTILE_TEXT, HOSTILE_TEXT)
def test_annotations__any_text__is_one_command_that_is_ours(message, title, file):
    (line,) = lines_of(note(message, title=title, place=Place(file=f"a{file}", line=1)))

    assert len(line.splitlines()) == 1
    assert line.startswith(("::error file=", "::error title="))
    head, _, data = line.removeprefix("::error ").partition("::")
    assert not any(is_a_command(text) for text in (data, property_as_github_reads(head)))
    assert {part.partition("=")[0] for part in head.split(",")} <= {"file", "line", "title"}


HOW = (
    "To remove all of it: glue-health-check cleanup --build-id 0a1b2c3d4e5f"
    " (or later glue-health-check sweep)."
)


def test_notes__a_mixed_report__root_causes_stand_before_findings_and_leftovers():
    bad = Finding(name="rows", ok=False, value="0", expected="> 0", message="empty", place=PLACE)
    healthy = replace(bad, name="fine", ok=True)
    nowhere = replace(bad, name="nowhere", place=None)
    bare = Finding(name="bare", ok=False, place=PLACE)
    first = replace(PASSED, verdict=Verdict.CANCELLED, findings=(bad, healthy, nowhere, bare))
    left = Leftover(kind="job", name="j", reason="denied")

    notes = tuple(
        notes_of(report_of(first, FAILED, replace(ERRORED, reason="", leftovers=(left,))))
    )

    assert [(item.level, item.title, item.message) for item in notes] == [
        ("error", "airports failed", FAILED.reason),
        ("error", "routes errored", "errored"),
        ("error", "Finding: rows", "empty; expected > 0, got 0"),
        ("error", "Finding: nowhere", "empty; expected > 0, got 0"),
        ("error", "Finding: bare", "not ok"),
        (
            "error",
            "Finding: columns",
            "a column is missing; expected iata_code, got iata|name|city",
        ),
        ("warning", "Left behind", "Left behind: job j\n" + HOW),
    ]


def test_notes__a_finding_without_place__stands_at_the_script():
    bad = Finding(name="rows", ok=False)
    result = replace(FAILED, reason="The finding rows is not ok.", place=None, findings=(bad,))

    (told,) = notes_of(report_of(result))

    assert told.place == Place(file="examples/jobs/airports.py", line=1)


@pytest.mark.parametrize("script", ["s3://acme/x.py", "/jobs/x.py", "../x.py", ""])
def test_notes__nothing_has_a_place_and_the_script_is_elsewhere__names_no_file(script):
    result = replace(FAILED, script=script, place=None, findings=(Finding(name="x", ok=False),))

    (told,) = notes_of(report_of(result))

    assert told.place is None


def test_notes__errored_without_place__does_not_point_at_the_script():
    (told, _) = notes_of(report_of(ERRORED))

    assert told.place is None


def test_notes__a_finding_that_is_the_root_cause__is_told_once():
    bad = Finding(name="rows", ok=False, place=PLACE)
    result = replace(FAILED, reason="The finding rows is not ok.", place=PLACE, findings=(bad,))

    assert len(tuple(notes_of(report_of(result)))) == 1
