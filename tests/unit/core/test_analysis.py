"""The events of Glue's own analysis are read whatever way they were cut; hostile ones are bounded."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.judging.analysis import (
    HIGHEST_LINE,
    LONGEST_FAILURE,
    LONGEST_NAME,
    MOST_FRAMES,
    Analysis,
    analysis_of,
)

HEAD = "26/03/01 09:30:00 ERROR GlueExceptionAnalysisListener: [Glue Exception Analysis] "
FAILURE = (
    "Traceback (most recent call last):\n"
    '  File "/tmp/flights.py", line 51, in <module>\n    clean(rows)\n'
    '  File "/tmp/flights.py", line 32, in clean\n    for name in rows[table]:\n'
    "KeyError: 'iata'"
)
JOB = {
    "Event": "GlueETLJobExceptionEvent",
    "Timestamp": 1772357400000,
    "Failure Reason": FAILURE,
    "Stack Trace": [
        {
            "Declaring Class": "clean",
            "Method Name": "for name in rows[table]:",
            "File Name": "/tmp/flights.py",
            "Line Number": 32,
        },
        {
            "Declaring Class": "<module>",
            "Method Name": "clean(rows)",
            "File Name": "/tmp/flights.py",
            "Line Number": 51,
        },
    ],
    "Last Executed Line number": 51,
    "script": "flights.py",
}
EXPECTED = Analysis(
    failure=FAILURE,
    frames=(("/tmp/flights.py", 32), ("/tmp/flights.py", 51)),
    last_line=51,
    script="flights.py",
    is_of_job=True,
)


def event(kind: str, failure: object = "x", **more: object) -> str:
    return HEAD + json.dumps({"Event": kind, "Failure Reason": failure, **more})


# --- nothing to read -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "messages",
    [
        (),
        ("",),
        ("no event here",),
        (HEAD + '{"Event": "GlueETLJobExceptionEvent"',),
        (HEAD + '{"Event": "GlueETLJobExceptionEvent"}',),
        (HEAD + '{"Event": "GlueETLJobExceptionEvent", "Failure Reason": "  "}',),
        (HEAD + '{"Failure Reason": ["no text"]}',),
        ("[1, 2]",),
        ('{"' * 100_000,),
        ('{"a":' * 100_000,),
        ('{"Failure Reason": ' + "[" * 100_000,),
        ('{"Failure Reason": ' + "9" * 100_000 + "}",),
    ],
)
def test_analysis_of__no_event__is_none(messages):
    assert analysis_of(messages) is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Stack Trace", "no list"),
        ("Stack Trace", ["no map", {}, {"File Name": 3, "Line Number": 1}]),
        ("Stack Trace", [{"File Name": "a.py", "Line Number": True}]),
        ("Stack Trace", [{"File Name": "a.py", "Line Number": 0}]),
        ("Stack Trace", [{"File Name": "a.py", "Line Number": HIGHEST_LINE + 1}]),
        ("Last Executed Line number", "12"),
        ("Last Executed Line number", -1),
        ("script", None),
    ],
)
def test_analysis_of__a_part_that_is_odd__is_left_out(key, value):
    found = analysis_of([event("GlueETLJobExceptionEvent", **{key: value})])

    assert found == Analysis(failure="x", is_of_job=True)


def test_analysis_of__the_highest_line__is_still_one():
    frames = [{"File Name": "a.py", "Line Number": HIGHEST_LINE}]
    more: dict[str, object] = {"Stack Trace": frames, "Last Executed Line number": HIGHEST_LINE}

    found = analysis_of([event("X", "x", **more)])

    assert found == Analysis(failure="x", frames=(("a.py", HIGHEST_LINE),), last_line=HIGHEST_LINE)


def test_analysis_of__too_much_of_everything__is_cut_and_keeps_the_failures_end():
    frames = [{"File Name": "f" * 9000, "Line Number": 1}] * 60
    message = event("X", "a" * 50_000 + "KeyError", script="s" * 9000)

    found = analysis_of([message[:-1] + "," + json.dumps({"Stack Trace": frames[:2]})[1:]])

    assert found is not None
    assert len(found.failure) == LONGEST_FAILURE
    assert found.failure.endswith("KeyError")
    assert {len(found.script), *(len(file) for file, _ in found.frames)} == {LONGEST_NAME}
    long: dict[str, object] = {"Stack Trace": [{"File Name": "f", "Line Number": 1}] * 60}
    many = event("X", "x", **long)
    assert len((analysis_of([many]) or found).frames) == MOST_FRAMES


def test_analysis_of__a_stream_without_end__is_read_in_its_beginning_only():
    def endless():
        yield event("X")
        while True:
            yield "x" * 1000

    assert analysis_of(endless()) == Analysis(failure="x")


@given(st.lists(st.text() | st.sampled_from([HEAD, '{"', "}", event("X")])))
def test_analysis_of__any_messages__never_raises(messages):
    analysis_of(messages)


# --- events ----------------------------------------------------------------------------------------

COMPACT, PRETTY = json.dumps(JOB), json.dumps(JOB, indent=4)


@pytest.mark.parametrize(
    "messages",
    [
        (HEAD + COMPACT,),
        (COMPACT,),
        (HEAD + "\n" + PRETTY,),
        (HEAD, *PRETTY.splitlines()),
        (HEAD + COMPACT.replace("\\n", "\n"),),
        ('{"broken', HEAD + COMPACT),
        ('{"Event": "Other"}', HEAD + COMPACT, "and more"),
    ],
    ids=[
        *("one line", "no prefix", "many lines", "many messages", "bare line ends"),
        *("after rubbish", "among others"),
    ],
)
def test_analysis_of__the_event_of_a_script__is_read(messages):
    assert analysis_of(messages) == EXPECTED


def test_analysis_of__several_events__the_one_that_tells_most_wins():
    kinds = ("Unknown", "GlueExceptionAnalysisTaskFailed", "GlueExceptionAnalysisStageFailed")
    messages = [event(kind, kind) for kind in kinds]

    found = [
        analysis_of(messages),
        analysis_of([*messages, event("GlueExceptionAnalysisJobFailed", "job")]),
        analysis_of([*messages, HEAD + COMPACT]),
    ]

    assert [one and one.failure for one in found] == [kinds[2], "job", FAILURE]


def test_analysis_of__several_events_in_one_message__all_are_read():
    task = event("GlueExceptionAnalysisTaskFailed", "task")

    found = analysis_of([f"{task} {HEAD}{COMPACT}"])

    assert found == EXPECTED


@pytest.mark.parametrize(
    ("kind", "is_of_job"),
    [
        ("GlueETLJobExceptionEvent", True),
        ("GlueExceptionAnalysisJobFailed", True),
        ("GlueExceptionAnalysisStageFailed", False),
        ("GlueExceptionAnalysisTaskFailed", False),
        ("SomethingNew", False),
    ],
)
def test_analysis_of__each_kind__tells_whether_the_whole_job_failed(kind, is_of_job):
    # A task that failed and went well the second time must not fail a run that succeeded.
    found = analysis_of([event(kind)])

    assert found is not None
    assert found.is_of_job is is_of_job


# aws-samples/aws-glue-flatten-nested-json#13 quotes such an event: one line behind log4j's head, an
# "Unknown" class of Python frames, the script's own file among them, a last executed line.
QUOTED = (
    "2023-01-31 10:12:33,444 ERROR [main] glue.ProcessLauncher (Logging.scala:logError(77)):"
    " GlueExceptionAnalysisListener: [Glue Exception Analysis] "
    '{"Event":"GlueETLJobExceptionEvent","Timestamp":1675159953444,'
    '"Failure Reason":"Traceback (most recent call last):\\n'
    '  File \\"/tmp/flatten.py\\", line 513, in <module>\\n    flat = unnest(rows)\\n'
    '  File \\"/tmp/flatten.py\\", line 240, in unnest\\n    first = rows[0]\\n'
    'IndexError: list index out of range","Stack Trace":['
    '{"Declaring Class":"unnest","Method Name":"first = rows[0]",'
    '"File Name":"/tmp/flatten.py","Line Number":240},'
    '{"Declaring Class":"<module>","Method Name":"flat = unnest(rows)",'
    '"File Name":"/tmp/flatten.py","Line Number":513}],'
    '"Last Executed Line number":513,"script":"flatten.py"}'
)


def test_analysis_of__the_event_that_an_issue_quotes__is_read_whole():
    found = analysis_of([QUOTED])

    assert found is not None
    assert found.failure.endswith("IndexError: list index out of range")
    assert found.frames == (("/tmp/flatten.py", 240), ("/tmp/flatten.py", 513))
    assert (found.last_line, found.script, found.is_of_job) == (513, "flatten.py", True)
