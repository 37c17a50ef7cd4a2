"""A log and a message name the line to blame, or none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.result import Place
from plugin.core.root_cause import is_noise, last_error, place_of

SHIPPED = {"flights.py": "jobs/flights.py", "rows.py": "lib/rows.py", "utils.py": "lib/utils.py"}
START = "Traceback (most recent call last):"


def frame(file: str, line: int, name: str = "main") -> tuple[str, str]:
    return f'  File "{file}", line {line}, in {name}', "    call()"


IN_SCRIPT = (START, *frame("/tmp/flights.py", 12), "KeyError: 'iata'")
IN_MODULE = (
    START,
    *frame("/tmp/flights.py", 12),
    *frame("/tmp/glue-python-libs-ab/rows.zip/rows.py", 7, "clean"),
    "ValueError: no rows",
)
CAUGHT_HERE = "During handling of the above exception, another exception occurred:"
RAISED_FROM = "The above exception was the direct cause of the following exception:"
PY4J = (
    START,
    *frame("/tmp/flights.py", 30),
    *frame("/opt/spark/python/lib/pyspark.zip/pyspark/sql/dataframe.py", 1234, "collect"),
    *frame("/opt/spark/python/lib/py4j-0.10.9.7-src.zip/py4j/java_gateway.py", 1322, "__call__"),
    *frame("/opt/spark/python/lib/pyspark.zip/pyspark/sql/utils.py", 190, "deco"),
    "py4j.protocol.Py4JJavaError: An error occurred while calling o95.collectToPython.",
    ": org.apache.spark.SparkException: Job aborted due to stage failure: Task 0 in stage 1.0",
    "Lost task 0.3 (TID 3): org.apache.spark.api.python.PythonException: " + START,
    *frame("/opt/spark/python/lib/pyspark.zip/pyspark/worker.py", 830),
    *frame("/tmp/flights.py", 21, "<lambda>"),
    "ZeroDivisionError: division by zero",
    "",
    "\tat org.apache.spark.api.python.BasePythonRunner$ReaderIterator.handlePythonException",
    "\tat java.base/java.lang.Thread.run(Thread.java:840)",
    "Caused by: org.apache.spark.api.python.PythonException: " + START,
    *frame("/tmp/flights.py", 21, "<lambda>"),
    "ZeroDivisionError: division by zero",
    "\t... 1 more",
)
FAREWELL = (
    "Exception ignored in atexit callback:",
    START,
    *frame("/opt/spark/python/lib/pyspark.zip/pyspark/context.py", 600, "stop"),
    "ConnectionRefusedError: [Errno 111] Connection refused",
)


@pytest.mark.parametrize(
    ("lines", "place", "error"),
    [
        ((), None, ""),
        (("all is well",), None, ""),
        (IN_SCRIPT, ("jobs/flights.py", 12), "KeyError: 'iata'"),
        (IN_MODULE, ("lib/rows.py", 7), "ValueError: no rows"),
        (
            (*IN_SCRIPT, "", CAUGHT_HERE, "", *IN_MODULE),
            ("lib/rows.py", 7),
            "ValueError: no rows",
        ),
        (
            (*IN_MODULE, "", RAISED_FROM, "", *IN_SCRIPT),
            ("jobs/flights.py", 12),
            "KeyError: 'iata'",
        ),
        (PY4J, ("jobs/flights.py", 21), "ZeroDivisionError: division by zero"),
        (
            (*IN_SCRIPT, *FAREWELL),
            ("jobs/flights.py", 12),
            "ConnectionRefusedError: [Errno 111] Connection refused",
        ),
        (FAREWELL, None, "ConnectionRefusedError: [Errno 111] Connection refused"),
        (
            (START, *frame("/tmp/flights.py", 4, "<module>"), "SystemExit: 3"),
            ("jobs/flights.py", 4),
            "SystemExit: 3",
        ),
        ((*IN_SCRIPT[:-1],), ("jobs/flights.py", 12), ""),
        (
            (
                "  + Exception Group Traceback (most recent call last):",
                '  |   File "/tmp/flights.py", line 3, in main',
            ),
            ("jobs/flights.py", 3),
            "",
        ),
    ],
    ids=[
        *("nothing", "no traceback", "script", "shipped module", "while handling", "raise from"),
        *("Py4J", "a library's farewell later", "only libraries", "SystemExit", "cut off", "group"),
    ],
)
def test_place_of__a_log__blames_our_innermost_frame_of_the_last_traceback(lines, place, error):
    found = place_of(lines, "whatever", SHIPPED)

    assert (found and (found.file, found.line)) == place
    assert last_error(lines) == error


@pytest.mark.parametrize(
    "file",
    [
        "/usr/lib/python3.11/utils.py",
        "/usr/lib64/python3.11/json/utils.py",
        "/home/spark/.local/lib/python3.11/site-packages/pandas/utils.py",
        "/usr/lib/python3/dist-packages/x/utils.py",
        "/opt/spark/python/lib/pyspark.zip/pyspark/sql/utils.py",
        "/opt/amazon/lib/PyGlue.zip/awsglue/utils.py",
        "/tmp/other.py",
        "<frozen importlib._bootstrap>",
    ],
)
def test_place_of__a_library_with_a_file_of_the_same_name__is_not_blamed(file):
    assert place_of((START, *frame(file, 3)), "", SHIPPED) is None


@pytest.mark.parametrize(
    ("message", "place"),
    [
        ("SyntaxError: invalid syntax (flights.py, line 3)", Place(file="jobs/flights.py", line=3)),
        (
            "IndentationError: unexpected indent (rows.py, line 9)",
            Place(file="lib/rows.py", line=9),
        ),
        (
            "SyntaxError: invalid syntax (/tmp/flights.py, line 3)",
            Place(file="jobs/flights.py", line=3),
        ),
        ("SyntaxError: invalid syntax (other.py, line 3)", Place(file="jobs/flights.py", line=12)),
        ("KeyError: 'iata'", Place(file="jobs/flights.py", line=12)),
    ],
)
def test_place_of__a_message_that_names_a_line__beats_the_log(message, place):
    assert place_of(IN_SCRIPT, message, SHIPPED) == place


@pytest.mark.parametrize(
    "line",
    [
        "26/03/01 09:30:00 INFO SparkContext: Running Spark version 3.5.6",
        "2026-03-01 09:30:00,123 DEBUG [main] x: y",
        "2026-03-01T09:30:00.123Z INFO x",
    ],
)
def test_is_noise__log4js_info_and_debug__is(line):
    assert is_noise(line)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "26/03/01 09:30:00 WARN TaskSetManager: Lost task",
        "26/03/01 09:30:00 ERROR Executor: Exception in task",
        "INFO: 3376 rows",
        "2026-03-01 09:30:00,123 INFORMATION",
    ],
)
def test_is_noise__warnings_and_what_the_script_says__is_not(line):
    assert not is_noise(line)


@given(st.lists(st.text() | st.sampled_from(PY4J)), st.text())
def test_place_of__any_log__never_raises_and_names_only_our_files(lines, message):
    place = place_of(lines, message, SHIPPED)

    assert place is None or place.file in SHIPPED.values()
    assert "\n" not in last_error(lines) or any("\n" in line for line in lines)


def test_place_of__several_files_of_one_name__the_longest_ending_wins():
    shipped = {"a/rows.py": "jobs/a/rows.py", "b/rows.py": "jobs/b/rows.py", "rows.py": "rows.py"}

    def place(frame):
        return place_of([f'  File "{frame}", line 7, in load'], "", shipped)

    assert place("/tmp/x/py/b.zip/b/rows.py") == Place(file="jobs/b/rows.py", line=7)
    assert place("/tmp/x/py/rows.py") == Place(file="rows.py", line=7)
    assert place("rows.py") == Place(file="rows.py", line=7)
    assert place("/tmp/x/otherrows.py") is None


def test_place_of__message_names_a_file_that_two_have__does_not_guess():
    shipped = {"a/rows.py": "jobs/a/rows.py", "b/rows.py": "jobs/b/rows.py"}

    assert place_of([], "invalid syntax (rows.py, line 3)", shipped) is None
    assert place_of([], "invalid syntax (rows.py, line 3)", {"a/rows.py": "x.py"}) == Place(
        file="x.py", line=3
    )
