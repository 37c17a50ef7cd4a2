"""Chunks of a log become lines, whatever way it was cut, and memory stays bounded."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.judging.logbook import (
    LONGEST_LINE,
    LONGEST_TRACED,
    MOST_FINDINGS,
    TAIL,
    TRACEBACK_LINES,
    LogBook,
)
from plugin.core.judging.pattern import Pattern
from plugin.core.ports import LogChunk, LogStream

OK = 'GLUE_HEALTH_CHECK {"name": "rows", "ok": true}\n'
BAD = 'GLUE_HEALTH_CHECK {"name": "bad", "ok": false}\n'
NOISE = "2026-03-01 09:30:00,123 INFO  [main] spark.SparkContext: Running Spark\n"


def chunks(*texts: str, stream: LogStream = LogStream.OUTPUT) -> tuple[LogChunk, ...]:
    return tuple(LogChunk(stream=stream, text=text) for text in texts)


def lines_of(*texts: str, stream: LogStream = LogStream.OUTPUT) -> tuple[str, ...]:
    book = LogBook()
    return (*(line for c in chunks(*texts, stream=stream) for line in book.add([c])), *book.close())


@pytest.mark.parametrize(
    ("texts", "lines"),
    [
        ((), ()),
        (("",), ()),
        (("one",), ("one",)),
        (("on", "e\ntw", "o\n"), ("one", "two")),
        (("one\r\ntwo\r\n",), ("one", "two")),
        (
            (
                "one\r",
                "\ntwo",
            ),
            ("one", "two"),
        ),
        (("one\r",), ("one",)),
        (("one\n\ntwo\n",), ("one", "", "two")),
        (("10 %\r20 %\n",), ("10 %\r20 %",)),
        (("a\x0bb\x0cc\u2028d\n",), ("a\x0bb\x0cc\u2028d",)),
    ],
)
def test_add__pieces_of_a_text__become_its_lines(texts, lines):
    assert lines_of(*texts) == lines


def test_add__two_streams_in_turn__do_not_mix():
    # amazon-dynamodb-tools#284: another stream's warning stood in the middle of a line.
    book = LogBook()
    out, err = chunks("o1 ", "o2\n"), chunks("e1 ", "e2\n", stream=LogStream.ERROR)

    shown = book.add([out[0], err[0], out[1], err[1]])

    assert shown == ("o1 o2", "e1 e2")


def test_add__a_finding_that_is_cut_in_two__is_read():
    book = LogBook()

    book.add(chunks(OK[:20], OK[20:]))

    assert [finding.name for finding in book.findings] == ["rows"]


def test_add__a_line_without_an_end__is_cut_and_memory_stays_bounded():
    book = LogBook()
    for _ in range(300):
        book.add(chunks("x" * 10_000))

    held = sum(map(len, (*book.tail, *book.recent(), *book._unfinished.values())))

    assert {len(line) for line in book.tail} == {LONGEST_LINE}
    assert book.lines == 29
    assert held <= 30 * (LONGEST_LINE + LONGEST_TRACED)


def test_add__the_longest_line_with_its_end_in_two_pieces__is_one_line():
    assert lines_of("x" * LONGEST_LINE + "\r", "\n") == ("x" * LONGEST_LINE,)


def test_add__one_huge_line__is_cut_too():
    book = LogBook()

    book.add(chunks("x" * (3 * LONGEST_LINE) + "\n"))

    assert [len(line) for line in book.tail] == [LONGEST_LINE] * 3
    assert max(map(len, book.recent())) == LONGEST_TRACED


@pytest.mark.untraced
def test_add__a_hundred_thousand_lines__are_counted_and_few_are_kept():
    book = LogBook(patterns=(Pattern("line"),))
    for first in range(0, 100_000, 1000):
        book.add(chunks("".join(f"line {first + n}\n" for n in range(1000))))

    assert book.lines == 100_000
    assert len(book.tail) == TAIL
    assert book.tail[-1] == "line 99999"
    assert len(book.recent()) == TRACEBACK_LINES
    assert len(book.forbidden) == TAIL


def test_add__more_findings_than_are_kept__counts_all_and_keeps_the_bad_ones():
    book = LogBook()

    book.add(chunks(OK * (MOST_FINDINGS + 10), BAD, OK))

    assert len(book.findings) == MOST_FINDINGS
    assert book.findings[-1].name == "bad"
    assert book.finding_count == MOST_FINDINGS + 12


def test_add__more_bad_findings_than_are_kept__stays_bounded():
    book = LogBook()

    book.add(chunks(BAD * MOST_FINDINGS, BAD.replace("bad", "later") * 10))

    assert [finding.name for finding in book.findings] == ["bad"] * MOST_FINDINGS
    assert book.bad_count == MOST_FINDINGS + 10


def test_add__many_unreadable_findings__stays_bounded():
    book = LogBook()

    book.add(chunks("GLUE_HEALTH_CHECK {\n" * 1000))

    assert len(book.unreadable) == TAIL
    assert book.unreadable[0] == "A finding is not JSON: GLUE_HEALTH_CHECK {"


@pytest.mark.parametrize(
    ("text", "required", "promised"),
    [
        ("", None, 0),
        (OK, None, 0),
        (OK, 2, 2),
        (OK + 'GLUE_HEALTH_CHECK {"findings": 1}\n', None, 1),
        (OK + 'GLUE_HEALTH_CHECK {"findings": 1}\n' * 2, None, 2),
        (OK + 'GLUE_HEALTH_CHECK {"findings": 3}\n', 2, 3),
    ],
)
def test_promised__counted_or_required__is_the_larger(text, required, promised):
    book = LogBook()

    book.add(chunks(text))

    assert book.promised(required) == promised


def test_add__sparks_own_talk__is_left_out_on_the_error_stream_only():
    book = LogBook()

    shown = book.add((*chunks(NOISE, stream=LogStream.ERROR), *chunks(NOISE)))

    assert shown == (NOISE.rstrip("\n"),)
    assert book.lines == 1


def test_recent__noise_after_a_traceback__does_not_push_it_out():
    book = LogBook()

    book.add(chunks("KeyError: 'x'\n", NOISE * 2 * TRACEBACK_LINES, stream=LogStream.ERROR))

    assert book.recent() == ("KeyError: 'x'",)


def test_add__what_follows_sparks_own_talk_in_one_piece__is_not_lost():
    book = LogBook()

    shown = book.add(chunks(f"{NOISE}KeyError: 'x'\n{NOISE}bye\n", stream=LogStream.ERROR))

    assert shown == book.recent() == ("KeyError: 'x'", "bye")


def test_close__the_error_streams_last_line_without_an_end__is_looked_at_like_any_other():
    book = LogBook()
    book.add((*chunks("out", stream=LogStream.ERROR), *chunks("done")))

    assert book.recent() == ()
    assert set(book.close()) == {"out", "done"}
    assert book.recent() == ("done", "out")


def test_close__sparks_own_talk_without_an_end__is_left_out():
    book = LogBook()
    book.add(chunks(NOISE.rstrip("\n"), stream=LogStream.ERROR))

    assert book.close() == ()


def test_recent__both_streams__has_the_error_stream_last():
    book = LogBook()

    book.add((*chunks("e\n", stream=LogStream.ERROR), *chunks("o\n")))

    assert book.recent() == ("o", "e")


TEXT = st.text(st.sampled_from("ab\r\n"), max_size=40)
EDGE = st.integers(LONGEST_LINE - 2, LONGEST_LINE + 2).map("x".__mul__)


@given(st.lists(TEXT | EDGE, max_size=5).map("".join), st.lists(st.integers(0, 200_050)))
def test_add__any_chunking_of_a_text__gives_the_same_lines(text, cuts):
    ends = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[first:last] for first, last in pairwise(ends)]

    assert lines_of(*pieces) == lines_of(text)


def test_add__several_patterns__the_second_finds_what_the_first_does_not():
    book = LogBook(patterns=(Pattern("never"), Pattern("lost")))

    book.add(chunks("fine\nlost\n"))

    assert book.forbidden == ["lost"]
