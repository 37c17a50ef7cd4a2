"""The one comment: what replaces what, when it is written, how it is read and cut."""

import base64
import json
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.core.build import Host
from plugin.core.forms.sticky import Section, is_told, is_wanted, join, merge, section_of
from plugin.core.forms.sticky_page import body_of, head_of, is_ours, sections_of, units
from plugin.core.verdict import Verdict
from tests.unit.reporters.samples import (
    BUILD,
    ERRORED,
    FAILED,
    HOSTILE,
    HOSTILE_TOKENS,
    PASSED,
    SKIPPED,
    report_of,
)

CONTEXT = "glue-health-check"
MARKERS = (
    "<!-- glue-health-check:end -->",
    "<!-- glue-health-check:section e30= -->",
    "<!-- glue-health-check:section",
    head_of(CONTEXT),
    "-->",
    "\r",
    "\n",
    "\r\n",
    "\u2028",
    "\x0b",
)
TEXTS = st.lists(st.one_of(st.text(), st.sampled_from((*HOSTILE_TOKENS, *MARKERS)))).map("".join)
NUMBERS = st.integers(0, 12).map(lambda number: str(number) if number else "")
TIMES = st.integers(10, 59).map("2026-03-01T09:30:{}Z".format)
SECTIONS = st.builds(
    Section,
    workflow=st.sampled_from(["github/a", "github/b", "github/-->"]),
    leg=st.sampled_from(["0a", "1b", "2c"]),
    number=NUMBERS,
    attempt=NUMBERS,
    started_at=TIMES,
    verdict=st.sampled_from([*map(str, Verdict), "?"]),
    outcome=st.sampled_from(["x", "y"]),
    text=TEXTS,
)


def section(leg="0a", number="5", attempt="1", **values):
    given = {
        "workflow": "github/check.yml",
        "leg": leg,
        "number": number,
        "attempt": attempt,
        "started_at": "2026-03-01T09:30:00Z",
        "verdict": "passed",
        "outcome": "o",
        "text": f"leg {leg} of {number}.{attempt}\n",
    }
    return Section(**{**given, **values})


def told(sections, ours):
    merged = merge(sections, ours)
    return None if merged is None else {(one.leg, one.number, one.attempt) for one in merged}


# what replaces what


@pytest.mark.parametrize(
    "there",
    [
        section(number="6"),
        section(number="10"),  # as numbers, not as texts
        section(attempt="2"),
        section(attempt="10"),
        section(started_at="2026-03-01T09:30:01Z"),
        section(leg="1b", number="6"),
        section(leg="1b", number="10"),
    ],
)
def test_merge__a_newer_one_is_there__we_are_late_and_write_nothing(there):
    assert merge((there,), section()) is None
    assert is_told((there,), section())


def test_merge__an_older_build_of_the_workflow__goes_with_all_its_legs():
    there = (section(number="4"), section(leg="1b", number="4", attempt="9"))

    assert told(there, section()) == {("0a", "5", "1")}


def test_merge__another_leg_of_the_same_build__stays_whatever_its_attempt():
    there = (section(leg="1b", attempt="1"), section(leg="2c", attempt="3"), section(attempt="1"))

    assert told(there, section(attempt="2")) == {
        ("0a", "5", "2"),
        ("1b", "5", "1"),
        ("2c", "5", "3"),
    }


def test_merge__another_workflow__stays_and_forbids_nothing():
    there = section(workflow="github/nightly.yml", number="99")

    assert merge((there,), section()) == (section(), there)


@pytest.mark.parametrize(("theirs", "ours"), [("", ""), ("", "5"), ("5", "")])
def test_merge__builds_without_numbers__go_by_their_begin(theirs, ours):
    there, newer = section(number=theirs, attempt=theirs), "2026-03-01T09:30:01Z"

    assert merge((there,), section(number=ours, started_at=newer)) is not None
    assert merge((replace(there, started_at=newer),), section(number=ours)) is None
    assert merge((replace(there, leg="1b", started_at=newer),), section(number=ours)) is not None


@pytest.mark.parametrize("number", ["5", ""])
def test_merge__the_very_same_again__changes_nothing(number):
    ours = section(number=number)

    assert merge((ours,), ours) == (ours,)


def test_merge__several_legs__puts_the_worst_first_and_then_keeps_an_order():
    legs = [
        section("2c", verdict="passed"),
        section("1b", verdict="failed"),
        section("0a", verdict="new word"),
        section("3d", verdict="errored"),
        section("4e", verdict="passed"),
    ]

    orders = {tuple(one.leg for one in join((), order)) for order in permutations(legs)}

    assert orders == {("3d", "1b", "2c", "4e", "0a")}


def numbered(sections):
    """Give builds a number where one of the workflow has it, as a host does; all differ."""
    return [
        replace(
            one,
            number=one.number or "1" if one.workflow == "github/a" else "",
            started_at=f"{one.started_at}{place:02}",
        )
        for place, one in enumerate(sections)
    ]


@settings(max_examples=40)
@given(st.lists(SECTIONS, max_size=6).map(numbered), st.randoms())
def test_join__any_order_of_finishing__is_the_same_set(sections, random):
    other = list(sections)
    random.shuffle(other)

    assert join((), sections) == join((), other)


@settings(max_examples=40)
@given(st.lists(SECTIONS, max_size=6))
def test_join__twice__changes_nothing(sections):
    once = join((), sections)

    assert join(once, once) == once


@settings(max_examples=40)
@given(st.lists(SECTIONS, max_size=6), SECTIONS)
def test_merge__anything__never_overwrites_a_newer_one(sections, ours):
    before = join((), sections)

    merged = merge(before, ours)

    for gone in set(before) - set(merged or before):
        assert gone.workflow == ours.workflow
        if gone.number and ours.number:
            rank = [(int(s.number), int(s.attempt or "0"), s.started_at) for s in (gone, ours)]
            assert rank[0] <= rank[1]
        else:
            assert gone.started_at <= ours.started_at
    assert merged is None or ours in merged
    assert is_told(merged if merged is not None else before, ours)


def test_is_told__ours_was_overwritten__is_false():
    assert not is_told((section("1b"),), section())
    assert not is_told((section(outcome="other"),), section())
    assert not is_told((), section())


# when to write


@pytest.mark.parametrize(
    ("when", "verdict", "expected"),
    [
        ("never", "failed", False),
        ("failure", "passed", False),
        ("failure", "skipped", False),
        ("failure", "cancelled", True),
        ("failure", "errored", True),
        ("failure", "failed", True),
        ("changes", "skipped", False),
        ("changes", "passed", True),
        ("changes", "failed", True),
        ("always", "skipped", False),
        ("always", "passed", True),
    ],
)
def test_is_wanted__no_comment_yet__begins_one_where_there_is_something_to_say(
    when, verdict, expected
):
    assert is_wanted(when, None, section(verdict=verdict)) is expected


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize(
    ("when", "expected"), [("never", False), ("failure", True), ("changes", True), ("always", True)]
)
def test_is_wanted__a_comment_says_something_else__corrects_it(when, verdict, expected):
    there = (section(number="4", outcome="old"),)

    assert is_wanted(when, there, section(verdict=verdict, outcome="new")) is expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [("never", False), ("failure", True), ("changes", False), ("always", True)],
)
def test_is_wanted__a_comment_says_the_same__writes_unless_only_changes_count(when, expected):
    assert is_wanted(when, (section(number="4"),), section()) is expected


def test_is_wanted__only_changes_count_and_our_leg_says_nothing_yet__writes():
    assert is_wanted("changes", (section("1b"),), section())


# from a report


def test_section_of__a_report__has_what_orders_and_tells_it():
    build = replace(BUILD, workflow="check.yml")

    found = section_of(replace(report_of(PASSED, FAILED, build=build), leg="0a"), "text")

    assert replace(found, outcome="") == Section(
        workflow="github/check.yml",
        leg="0a",
        number="42",
        attempt="1",
        started_at="2026-03-01T09:30:00Z",
        verdict="failed",
        text="text",
    )


def test_section_of__legs_that_the_host_numbers_one_by_one__go_by_their_begin():
    build = replace(BUILD, host=Host.CODEBUILD, is_leg=True)

    found = section_of(report_of(PASSED, build=build), "")

    assert (found.number, found.attempt) == ("", "")


def test_section_of__two_hosts__are_two_workflows():
    other = replace(BUILD, host=Host.DRONE)

    keys = {section_of(report_of(build=build), "").key for build in (BUILD, other)}

    assert len(keys) == 2


def test_section_of__an_endless_workflow__can_be_read_again():
    ours = section_of(report_of(build=replace(BUILD, workflow="漢" * 9_000)), "x\n")

    assert sections_of(body_of(CONTEXT, (ours,), ours=ours)) == (ours,)


def test_section_of__outcomes__differ_by_the_verdict_of_each_check_alone():
    reports = [
        report_of(PASSED, FAILED),
        report_of(replace(FAILED, name=PASSED.name), replace(PASSED, name=FAILED.name)),
        report_of(PASSED, ERRORED),
        report_of(PASSED),
        report_of(SKIPPED),
        report_of(),
    ]
    same = report_of(replace(FAILED, reason="another"), PASSED)

    outcomes = [section_of(report, "").outcome for report in reports]

    assert len(set(outcomes)) == len(reports)
    assert section_of(same, "").outcome == outcomes[0]


# reading and writing


@settings(max_examples=50)
@given(st.lists(SECTIONS, max_size=5).map(lambda found: join((), found)), st.text())
def test_sections_of__what_we_wrote__are_the_same_sections(sections, context):
    ours = sections[0] if sections else section()
    plain = tuple(replace(one, text=one.text.rstrip("\n") + "\n") for one in sections)

    body = body_of(context, sections, ours=ours)

    assert is_ours(body, context)
    assert [one.mark for one in sections_of(body)] == [one.mark for one in sections]
    if not any(mark in one.text for one in sections for mark in ("<!-- glue", "\r")):
        assert [one.text.rstrip("\n") for one in sections_of(body)] == [
            one.text.rstrip("\n") for one in plain
        ]


@settings(max_examples=40)
@given(st.lists(SECTIONS, min_size=1, max_size=4).map(lambda found: join((), found)))
def test_body_of__written_again_from_what_was_read__is_the_same(sections):
    body = body_of(CONTEXT, sections, ours=sections[0])

    for sent in (body, body.replace("\n", "\r\n"), body.rstrip()):
        again = sections_of(sent)

        assert body_of(CONTEXT, again, ours=again[0]) == body


@settings(max_examples=50)
@given(st.text())
def test_head_of__any_context__is_one_hidden_line(context):
    head = head_of(context)

    assert head.startswith("<!-- ")
    assert head.index("-->") == len(head) - 3
    assert head.isprintable()


def test_head_of__a_context_that_is_no_unicode__is_found_again():
    assert is_ours(f"{head_of('a' + chr(0xD800))}\r\nx\n\nx", "a\ud800")


def test_head_of__two_contexts__differ():
    assert head_of("a") != head_of("A")
    assert not is_ours(head_of("a"), "b")


@settings(max_examples=50)
@given(TEXTS)
def test_sections_of__any_text__never_raises(text):
    sections_of(text)
    sections_of(f"{head_of(CONTEXT)}\n{text}")


@pytest.mark.parametrize(
    "facts",
    [
        [],
        {"number": 5},
        {"number": "5x"},
        {"number": "-5"},
        {"number": "\u0665"},
        {"attempt": "9" * 21},
        {"leg": None},
        "text",
    ],
)
def test_sections_of__a_marker_with_unsound_facts__is_left_out(facts):
    data = base64.b64encode(json.dumps(facts).encode()).decode()
    body = f"<!-- glue-health-check:section {data} -->\nlies\n<!-- glue-health-check:end -->\n"

    assert sections_of(body) == ()


@pytest.mark.parametrize("data", ["A", "AAAA=", "////", "W1tb", "e30=="])
def test_sections_of__a_marker_that_is_no_json__is_left_out(data):
    body = f"<!-- glue-health-check:section {data} -->\nlies\n<!-- glue-health-check:end -->\n"

    assert sections_of(body) == ()


def test_sections_of__a_section_that_never_ends__is_left_out_and_the_next_one_read():
    whole = body_of(CONTEXT, (section(), section("1b")), ours=section())
    torn = whole.replace("<!-- glue-health-check:end -->\n", "", 1)

    assert sections_of(torn) == (section("1b"),)


@pytest.mark.parametrize("before", [(), (section(),)])
def test_sections_of__ends_without_a_beginning__are_nobodys(before):
    whole = body_of(CONTEXT, before, ours=section())

    end = "<!-- glue-health-check:end -->\n"
    assert sections_of(f"{whole}{end}x\n" * 2) == before
    assert sections_of(f"x\n{end}{whole}") == before


def test_sections_of__a_key_twice__is_the_first_one():
    twice = (section(), section(number="9"))

    assert sections_of(body_of(CONTEXT, twice, ours=section())) == (section(),)


def test_sections_of__facts_of_a_later_version__are_passed_over():
    data = base64.b64encode(json.dumps({"leg": "0a", "colour": "red"}).encode()).decode()
    body = f"<!-- glue-health-check:section {data} -->\nx\n<!-- glue-health-check:end -->"

    assert sections_of(body) == (Section(leg="0a", text="x\n"),)


@pytest.mark.parametrize("mark", [" <!-- x", "> <!-- glue-health-check:end -->", "`<!-- glue`"])
def test_sections_of__what_is_no_whole_line__is_text(mark):
    ours = section(text=f"a\n{mark}\nb\n")
    body = body_of(CONTEXT, (ours,), ours=ours)

    assert [one.mark for one in sections_of(body)] == [ours.mark]
    assert "b\n" in sections_of(body)[0].text


def test_body_of__hostile_text__has_the_markers_of_its_own_and_no_other():
    ours = section(text="\n".join((*MARKERS, HOSTILE)))

    lines = body_of(CONTEXT, (ours,), ours=ours).split("\n")

    assert sum(line.startswith("<!-- glue-health-check") for line in lines) == 3


# size


def test_body_of__all_fits__is_written_whole():
    ours, other = section(text="x\n" * 20_000), section("1b", text="y\n" * 10_000)

    body = body_of(CONTEXT, (ours, other), ours=ours)

    assert sections_of(body) == (ours, other)


def test_body_of__a_long_section_beside_short_ones__is_the_only_one_cut():
    ours, other = section(text="short\n"), section("1b", text="line\n" * 30_000)

    body = body_of(CONTEXT, (ours, other), ours=ours)

    read = sections_of(body)
    assert read[0] == ours
    assert read[1].text.startswith("line\nline\n")
    assert "Cut here" in read[1].text
    assert 60_000 < units(body) <= 65_536


def test_body_of__all_are_long__get_equal_shares():
    legs = tuple(section(f"{n}", text=f"{n} line\n" * 9_000) for n in range(4))

    read = sections_of(body_of(CONTEXT, legs, ours=legs[0]))

    sizes = [units(one.text) for one in read]
    assert max(sizes) - min(sizes) < 200
    assert min(sizes) > 15_000


def test_body_of__one_endless_line__is_replaced_by_a_sentence():
    ours = section(text="x" * 70_000)

    (read,) = sections_of(body_of(CONTEXT, (ours,), ours=ours))

    assert read.text == "*The rest of this part did not fit into the comment: see the build.*\n"


def test_body_of__more_legs_than_fit__leaves_the_last_ones_out_but_never_ours():
    legs = tuple(section(f"{n:03}", text=f"{n} line\n" * 300) for n in range(200))

    body = body_of(CONTEXT, legs, ours=legs[-1])

    read = sections_of(body)
    assert units(body) <= 65_536
    assert read[0].leg == "000"
    assert read[-1].mark == legs[-1].mark
    assert f"*{200 - len(read)} more of the reports did not fit" in body
    assert min(units(one.text) for one in read) > 900


@pytest.mark.parametrize("limit", [0, 300, 400, 500])
def test_body_of__no_room_at_all__keeps_our_marker_alone(limit):
    ours = section(text="line\n" * 500)

    body = body_of(CONTEXT, (ours, section("1b")), ours=ours, limit=limit)

    assert [one.mark for one in sections_of(body)] == [ours.mark]
    assert len(body) < 700


@settings(max_examples=40)
@given(
    st.lists(SECTIONS, min_size=1, max_size=5).map(lambda found: join((), found)),
    st.integers(3_500, 9_000),
    st.sampled_from(["x\n", "漢\n", "👩‍💻\n", "```\n<details>\nx\n"]),
    st.integers(1, 3_000),
)
def test_body_of__any_sections__are_within_the_limit_and_all_there(sections, limit, line, times):
    long = tuple(replace(one, text=one.text + line * times) for one in sections)

    body = body_of(CONTEXT, long, ours=long[-1], limit=limit)

    assert units(body) <= limit
    marks = [one.mark for one in sections_of(body)]
    assert long[-1].mark in marks
    assert set(marks) <= {one.mark for one in long}


def test_body_of__an_endless_line_and_less_room__stays_within_it():
    ours = section(text="x" * 70_000)
    least = units(body_of(CONTEXT, (ours,), ours=ours, limit=0))

    sizes = [units(body_of(CONTEXT, (ours,), ours=ours, limit=least + room)) for room in range(100)]

    sentence = len("*The rest of this part did not fit into the comment: see the build.*\n")
    assert sizes == [least + (sentence if room >= sentence else 0) for room in range(100)]


def test_body_of__short_legs_and_any_room__stays_within_it():
    legs = tuple(section(f"{n}", text="x\n") for n in range(4))
    least = units(body_of(CONTEXT, legs, ours=legs[0], limit=0))
    whole = units(body_of(CONTEXT, legs, ours=legs[0]))

    sizes = {
        limit: units(body_of(CONTEXT, legs, ours=legs[0], limit=limit))
        for limit in range(least, whole + 100)
    }

    assert {limit: size for limit, size in sizes.items() if size > limit} == {}
    assert sizes[whole + 90] == whole


def test_units__beyond_the_basic_plane__counts_two():
    assert units("aé漢👩") == 5


def test_body_of__no_beginning_of_ours_fits__says_it_in_short():
    ours = section(text="x" * 70_000)

    (read,) = sections_of(body_of(CONTEXT, (ours,), ours=ours, short="flights failed\n"))

    assert read.text == "flights failed\n"
