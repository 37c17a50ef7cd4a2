"""A log and a message name the line to blame, or none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.judging.analysis import Analysis
from plugin.core.judging.root_cause import Cause, cause_of, first_line, glue_message, is_noise
from plugin.core.result import Place
from plugin.core.trouble import Trouble

SHIPPED = {"flights.py": "jobs/flights.py", "rows.py": "lib/rows.py", "utils.py": "lib/utils.py"}
START = "Traceback (most recent call last):"


def cause(lines=(), message="", *, shipped=SHIPPED, analysis=None) -> Cause:
    return cause_of(lines, message, shipped, script="jobs/flights.py", analysis=analysis)


def place_of(lines, message, shipped):
    return cause(lines, message, shipped=shipped).place


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
            "KeyError: 'iata'",
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
def test_cause_of__a_log__blames_our_innermost_frame_of_the_last_traceback(lines, place, error):
    found = cause(lines, "").place

    assert (found and (found.file, found.line)) == place
    assert cause(lines, "").error == error


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
def test_cause_of__a_library_with_a_file_of_the_same_name__is_not_blamed(file):
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
def test_cause_of__a_message_that_names_a_line__beats_the_log(message, place):
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
def test_cause_of__any_log__never_raises_and_names_only_our_files(lines, message):
    found = cause(lines, message, analysis=Analysis(failure=message, script="flights.py"))

    assert found.place is None or found.place.file in SHIPPED.values()
    assert "\n" not in found.error or any("\n" in line for line in lines)


def test_cause_of__several_files_of_one_name__the_longest_ending_wins():
    shipped = {"a/rows.py": "jobs/a/rows.py", "b/rows.py": "jobs/b/rows.py", "rows.py": "rows.py"}

    def place(frame):
        return place_of([f'  File "{frame}", line 7, in load'], "", shipped)

    assert place("/tmp/x/py/b.zip/b/rows.py") == Place(file="jobs/b/rows.py", line=7)
    assert place("/tmp/x/py/rows.py") == Place(file="rows.py", line=7)
    assert place("rows.py") == Place(file="rows.py", line=7)
    assert place("/tmp/x/otherrows.py") is None


def test_cause_of__message_names_a_file_that_two_have__does_not_guess():
    shipped = {"a/rows.py": "jobs/a/rows.py", "b/rows.py": "jobs/b/rows.py"}

    assert place_of([], "invalid syntax (rows.py, line 3)", shipped) is None
    assert place_of([], "invalid syntax (rows.py, line 3)", {"a/rows.py": "x.py"}) == Place(
        file="x.py", line=3
    )


# --- Glue's message --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("KeyError: 'iata'", ("KeyError: 'iata'", "", 0)),
        (
            "Error Category: QUERY_ERROR; Failed Line Number: 33; AnalysisException: x",
            ("AnalysisException: x", "QUERY_ERROR", 33),
        ),
        ("Error Category: IMPORT_ERROR; No module", ("No module", "IMPORT_ERROR", 0)),
        ("Error Category: ; x", ("Error Category: ; x", "", 0)),
    ],
)
def test_glue_message__its_head__is_taken_apart(message, parts):
    said = glue_message(message)

    assert (said.text, said.category, said.line) == parts


def test_first_line__blank_lines_and_runs_of_blanks__are_dropped():
    assert first_line("\n \n  a\t b\nc") == "a b"
    assert first_line("\n") == ""


# --- one line of cause -----------------------------------------------------------------------------

VAGUE = "An error occurred while calling o95.collectToPython."
JAVA = f"{VAGUE}\n: org.apache.spark.SparkException: Job aborted\n\tat org.apache"


@pytest.mark.parametrize(
    ("lines", "message", "error"),
    [
        ((), "KeyError: 'iata'", "KeyError: 'iata'"),
        ((), "Error Category: X; Failed Line Number: 3; KeyError: 'iata'", "KeyError: 'iata'"),
        (PY4J, VAGUE, "ZeroDivisionError: division by zero"),
        (PY4J, "Command failed with exit code 1", "ZeroDivisionError: division by zero"),
        (IN_SCRIPT, "ValueError: no rows", "ValueError: no rows"),
        (IN_SCRIPT, "KeyError: 'iata' and its plan", "KeyError: 'iata'"),
        (IN_SCRIPT, "Command failed with exit code 137", "Command failed with exit code 137"),
        (FAREWELL, "Command failed with exit code 1", "Command failed with exit code 1"),
        (FAREWELL, "", "ConnectionRefusedError: [Errno 111] Connection refused"),
        ((*FAREWELL, "bye"), "", "ConnectionRefusedError: [Errno 111] Connection refused"),
        ((), JAVA, "org.apache.spark.SparkException: Job aborted"),
        (PY4J[:9], JAVA, "org.apache.spark.SparkException: Job aborted"),
        (PY4J[:10], VAGUE, PY4J[9]),
        (PY4J[:11], VAGUE, PY4J[10].removeprefix(": ")),
        (PY4J[9:11], VAGUE, VAGUE),
        ((), VAGUE, VAGUE),
        ((), f"{VAGUE}\n== Physical Plan ==", VAGUE),
    ],
)
def test_cause_of__log_and_message__tell_the_line_that_says_most(lines, message, error):
    assert cause(lines, message).error == error


def test_cause_of__the_traceback_that_glues_message_ends__beats_a_later_one_that_was_handled():
    later = (START, *frame("/tmp/flights.py", 90, "report"), "OSError: no log")

    found = cause((*IN_SCRIPT, *later), "KeyError: 'iata'")

    assert found == Cause(
        error="KeyError: 'iata'", place=Place(file="jobs/flights.py", line=12), is_of_script=True
    )


@pytest.mark.parametrize("told", ["KeyError: 'iata' and its plan", "Error: KeyError: 'iata'"])
def test_cause_of__a_traceback_that_the_message_holds__beats_a_later_one_of_another_error(told):
    later = (START, *frame("/tmp/flights.py", 90, "report"), "OSError: no log")
    cut = (START, *frame("/tmp/flights.py", 95, "leave"))

    for log in ((*IN_SCRIPT, *later), (*IN_SCRIPT, *cut)):
        assert cause(log, told).place == Place(file="jobs/flights.py", line=12)


def test_cause_of__a_clear_message_that_quotes_a_traceback__blames_no_line_of_it():
    message = "\n".join(("ValueError: it was no good.", *IN_SCRIPT))

    assert cause((), message) == Cause(error="ValueError: it was no good.")


def test_cause_of__javas_words_in_a_log_without_our_traceback__are_not_the_cause():
    log = (VAGUE, ": java.io.IOException: it was tried again")

    assert cause(log, "Command failed with exit code 1").error == "Command failed with exit code 1"


def test_cause_of__javas_words_several_times_in_the_log__the_last_is_the_cause():
    first, second = (
        ("py4j.protocol.Py4JJavaError: " + VAGUE, f": java.io.IOException: {which}")
        for which in ("tried again", "gave up")
    )
    log = (*PY4J[:9], *first, "Next.", *second, "Progress", ": 50 %", VAGUE, "Bye.")

    assert cause(log, VAGUE).error == "java.io.IOException: gave up"


def test_cause_of__a_line_that_quotes_a_traceback__begins_none():
    quoting = f'ERROR Listener: {{"Failure Reason": "{START} KeyError"}}'

    assert cause((*IN_SCRIPT, quoting, "bye"), "").error == "KeyError: 'iata'"


def test_cause_of__a_message_without_end__is_compared_in_its_beginning():
    found = cause(IN_SCRIPT * 300, "KeyError: 'iata'" + "x" * 2_000_000)

    assert found.error == "KeyError: 'iata'"
    assert found.place == Place(file="jobs/flights.py", line=12)


def test_cause_of__a_traceback_without_an_end_before_another__is_not_lost():
    found = cause((*IN_SCRIPT[:-1], *FAREWELL[1:]), "KeyError: 'iata'")

    assert found.place == Place(file="jobs/flights.py", line=12)


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("Failed Line Number: 33; ", 33),
        ("Failed Line Number: 1; ", 1),
        ("Failed Line Number: 0; ", 0),
        ("", 0),
    ],
)
def test_cause_of__glue_names_the_line_alone__is_a_line_of_the_script(message, line):
    found = cause((), f"Error Category: QUERY_ERROR; {message}AnalysisException: x")

    assert found.place == (Place(file="jobs/flights.py", line=line) if line else None)
    assert found.is_of_script is (line > 0)


@pytest.mark.parametrize(
    ("error", "place"),
    [
        ("KeyError: 'iata'", Place(file="lib/rows.py", line=7)),
        ("ValueError: no rows", Place(file="jobs/flights.py", line=33)),
    ],
)
def test_cause_of__glue_names_a_line__beats_only_a_traceback_of_another_error(error, place):
    log = (START, *frame("/tmp/x/rows.py", 7), "KeyError: 'iata'")

    assert cause(log, f"Error Category: X; Failed Line Number: 33; {error}").place == place


def test_cause_of__glue_names_the_line_of_a_script_that_we_did_not_ship__has_no_place():
    shipped = {"a/flights.py": "jobs/a/flights.py", "b/flights.py": "jobs/b/flights.py"}

    found = cause((), "Error Category: X; Failed Line Number: 3; no capacity", shipped=shipped)

    assert (found.place, found.is_of_script) == (None, True)


# --- Glue's own analysis ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("analysis", "error", "line"),
    [
        (Analysis(failure="\n".join(IN_SCRIPT)), "KeyError: 'iata'", 12),
        (Analysis(failure="\n".join(PY4J)), "ZeroDivisionError: division by zero", 21),
        (
            Analysis(failure="No space left", frames=(("/x/a.py", 2), ("/tmp/flights.py", 9))),
            "No space left",
            9,
        ),
        (
            Analysis(failure="No space left", script="/tmp/flights.py", last_line=7),
            "No space left",
            7,
        ),
        (Analysis(failure="No space left", script="other.py", last_line=7), "No space left", 3),
        (Analysis(failure="No space left", script="flights.py"), "No space left", 3),
        (Analysis(failure="\n".join((START, "OSError", *FAREWELL))), FAREWELL[-1], 3),
        (Analysis(failure="\n".join(FAREWELL)), FAREWELL[-1], 3),
        (Analysis(failure=JAVA), "org.apache.spark.SparkException: Job aborted", 3),
        (Analysis(failure=VAGUE), "KeyError: 'seat'", 3),
    ],
    ids=[
        *("traceback", "Py4J", "stack", "last line", "not ours", "no line", "two of libraries"),
        *("a library's", "Java", "vague"),
    ],
)
def test_cause_of__glues_analysis__wins_over_the_log(analysis, error, line):
    log = (START, *frame("/tmp/flights.py", 3), "KeyError: 'seat'")

    found = cause(log, VAGUE, analysis=analysis)

    assert (found.error, found.place) == (error, Place(file="jobs/flights.py", line=line))


def test_cause_of__killed__blames_no_line_whatever_was_analysed():
    analysis = Analysis(failure="\n".join(IN_SCRIPT))

    found = cause(IN_SCRIPT, "Command failed with exit code 137", analysis=analysis)

    assert found == Cause(error="Command failed with exit code 137")
    assert not found.is_of_script


# --- Spark's Java does not answer any more ---------------------------------------------------------

REFUSED = "ConnectionRefusedError: [Errno 111] Connection refused"
PY4J_FILE = "/opt/spark/python/lib/py4j-0.10.9.7-src.zip/py4j/clientserver.py"
NO_ANSWER = (
    START,
    *frame("/tmp/flights.py", 5),
    *frame(PY4J_FILE, 438, "connect_to_java_server"),
    REFUSED,
)
HEAP = (
    'Exception in thread "Thread-3" java.lang.OutOfMemoryError: Java  heap space',
    "\tat java.base/java.lang.reflect.Array.newArray(Native Method)",
)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (NO_ANSWER, REFUSED),
        (NO_ANSWER, ""),
        ((*NO_ANSWER[:-1], "BrokenPipeError: [Errno 32]"), "BrokenPipeError: [Errno 32]"),
        ((), "py4j.protocol.Py4JNetworkError: Answer from Java side is empty"),
        ((), "Py4JError: Answer from Java side is empty"),
        ((), "Answer from Java side is empty"),
        ((), "Py4JError: An error occurred while calling None.None"),
        ((), "An error occurred while calling None.None"),
        ((), "Py4JError: An error occurred while calling o95.collectToPython"),
        (
            (),
            (
                "An error occurred while calling z:org.apache.PythonRDD.collectAndServe. Job 0"
                " cancelled because SparkContext was shut down"
            ),
        ),
        (
            (*NO_ANSWER[:-1], "py4j.protocol.Py4JJavaError: <exception str() failed>"),
            "<no text: its __str__ failed>",
        ),
        (
            (
                *NO_ANSWER[:-1],
                "py4j.protocol.Py4JJavaError: An error occurred while calling o95.x.",
                ": org.apache.spark.SparkException: Job 0 cancelled because SparkContext was shut down",
            ),
            "<no text: its __str__ failed>",
        ),
    ],
)
def test_cause_of__java_does_not_answer__tells_what_it_died_of(lines, message):
    dead, lost = cause((*HEAP, *lines), message), cause(lines, message)

    assert (dead.error, dead.trouble) == (
        "java.lang.OutOfMemoryError: Java heap space",
        Trouble.OUT_OF_MEMORY,
    )
    assert lost.error.startswith("Spark's driver went away: ")
    assert lost.trouble is Trouble.WORKER_LOST
    assert dead.place == lost.place == (Place(file="jobs/flights.py", line=5) if lines else None)


OWN_SOCKET = (START, *frame("/x/site-packages/db/client.py", 9, "connect"), REFUSED)
HANDLED = (START, *frame(PY4J_FILE, 9, "close"), "OSError: closed")


def test_cause_of__other_errors_around_a_refused_connection__are_not_asked_who_raised_it():
    java = (START, *NO_ANSWER[3:])  # none of our frames: it failed while Spark was stopped

    gone = cause((*java, *OWN_SOCKET[:-1], "ValueError: handled"), REFUSED)
    own = cause((*OWN_SOCKET, *HANDLED), REFUSED)

    assert gone.trouble is Trouble.WORKER_LOST
    assert (own.error, own.trouble) == (REFUSED, None)


def test_cause_of__java_does_not_answer__believes_glues_class():
    found = cause((), "Error Category: OUT_OF_MEMORY_ERROR; Py4JNetworkError: gone")

    assert found.trouble is Trouble.OUT_OF_MEMORY


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ((*NO_ANSWER[:3], REFUSED), REFUSED),
        ((), REFUSED),
        ((*NO_ANSWER[:3], REFUSED, *NO_ANSWER[:1], *NO_ANSWER[3:]), REFUSED),
        (IN_SCRIPT, "KeyError: 'iata'"),
        ((), "Py4JError: An error occurred while calling o95.x. Trace:"),
        ((), "Py4JJavaError: An error occurred while calling o95.collectToPython."),
        ((), "Py4JError: An error occurred while calling o95.x."),
        ((), "RuntimeError: Answer from Java side is empty"),
    ],
    ids=[
        "own socket",
        "no log",
        "farewell",
        "script",
        "no method",
        "failed in Java",
        "full stop",
        "own words",
    ],
)
def test_cause_of__an_error_that_looks_alike__is_not_the_end_of_java(lines, message):
    found = cause((*HEAP, *lines), message)

    assert found.error == message
    assert found.trouble is None


# --- a function of the script that failed in a worker ----------------------------------------------

CAPTURED = "pyspark.errors.exceptions.captured.PythonException: "
INNER = (START, *frame("/tmp/py/lib.zip/rows.py", 5, "amount"), "ValueError: not a number: 'n/a'")
OUTER = (
    START,
    *frame("/tmp/flights.py", 7, "<module>"),
    *frame("/x/site-packages/pyspark/errors/exceptions/captured.py", 185, "deco"),
    CAPTURED,
    "  An exception was thrown from the Python worker. Please see the stack trace below.",
)
IN_WORKER = "\n".join(
    ("PythonException: ", *OUTER[-1:], *INNER[:-1], INNER[-1], "", "\tat org.apache.spark")
)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ((*INNER, "", *OUTER, *INNER), IN_WORKER),
        ((*OUTER, *INNER), "PythonException:"),
        (OUTER, IN_WORKER),
        ((), IN_WORKER),
        ((), IN_WORKER.partition("\n")[2]),
    ],
    ids=["both", "log", "cut log", "message", "message without its class"],
)
def test_cause_of__a_function_failed_in_a_worker__blames_its_own_line(lines, message):
    assert cause(lines, message) == Cause(
        error="ValueError: not a number: 'n/a'",
        place=Place(file="lib/rows.py", line=5),
        is_of_script=True,
    )


def test_cause_of__a_librarys_function_failed_in_a_worker__tells_its_error_at_our_call():
    message = IN_WORKER.replace("rows.py", "other.py")

    found = cause(OUTER, message)

    assert found.error == "ValueError: not a number: 'n/a'"
    assert found.place == Place(file="jobs/flights.py", line=7)


# --- messages of several lines ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("RuntimeError: could not load the\nconfiguration", "could not load the configuration"),
        ("ParseException: \n[SYNTAX] near 'x'.\n\n== SQL ==\nx", "[SYNTAX] near 'x'."),
        ("RuntimeError: three things:\n- a\n- b", "three things: - a"),
        ("RuntimeError: a\nb\nc\nd\ne", "a b c d"),
        ("RuntimeError: it broke.\nHelp", "it broke."),
        ("RuntimeError: it broke\nTraceback (most", "it broke"),
        ("RuntimeError: it broke\n\tat org.apache", "it broke"),
        ("RuntimeError: it broke\n== Physical Plan ==", "it broke"),
        (f"RuntimeError: {'long ' * 20}\nand more", ("long " * 20).strip()),
    ],
)
def test_cause_of__a_first_line_that_breaks_off__is_joined_with_the_next(message, error):
    assert cause((), message).error.partition(": ")[2] == error


def test_cause_of__a_first_line_that_breaks_off__is_joined_with_its_message_not_with_the_log():
    log = (START, *frame("/tmp/flights.py", 3), "acme.LoadError: could not load the", "bye")

    told = cause(log, "LoadError: could not load the\nmap").error

    assert told == "acme.LoadError: could not load the map"
    assert cause(log, "").error == "acme.LoadError: could not load the"
    assert cause(log, f"{VAGUE}\nmap").error == "acme.LoadError: could not load the"


@pytest.mark.parametrize(
    "piece", ["a\n", "a: ", "Py4JError: ", "An exception was thrown from ", "x.", "\n", ": "]
)
def test_cause_of__a_long_hostile_message__comes_to_an_end(piece):
    text = piece * (2_000_000 // len(piece))

    assert cause((text[:5000],) * 100, text).place is None


# --- forms of tracebacks --------------------------------------------------------------------------

GROUP = """\
  + Exception Group Traceback (most recent call last):
  |   File "/tmp/flights.py", line 13, in <module>
  |     main()
  |   File "/tmp/flights.py", line 12, in main
  |     raise ExceptionGroup("two failed", errors)
  | ExceptionGroup: two failed (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/tmp/flights.py", line 10, in main
    |     read()
    |   File "/tmp/rows.py", line 4, in read
    |     raise ValueError("no rows")
    | ValueError: no rows
    +---------------- 2 ----------------
    | Traceback (most recent call last):
    |   File "/tmp/flights.py", line 6, in other
    |     return {}["iata"]
    |            ~~^^^^^^^^
    | KeyError: 'iata'
    +------------------------------------""".splitlines()


@pytest.mark.parametrize(
    ("message", "place"),
    [
        ("ExceptionGroup: two failed (2 sub-exceptions)", ("jobs/flights.py", 12)),
        ("ValueError: no rows", ("lib/rows.py", 4)),
        ("KeyError: 'iata'", ("jobs/flights.py", 6)),
    ],
)
def test_cause_of__a_group_of_exceptions__blames_the_one_that_glue_tells(message, place):
    found = cause(GROUP, message)

    assert found.error == message
    assert found.place == Place(file=place[0], line=place[1])


def test_cause_of__a_group_and_no_message__tells_the_last_of_it():
    found = cause(GROUP)

    assert found == Cause(
        error="KeyError: 'iata'",
        place=Place(file="jobs/flights.py", line=6),
        is_of_script=True,
    )


def test_cause_of__a_table_between_tracebacks__is_no_group():
    table = ("+----+", "  | id|", "+----+")

    assert cause((*table, *IN_SCRIPT, *table)).error == "KeyError: 'iata'"


ZIPPED = {"flights.py": "jobs/flights.py", "pkg/mod.py": "src/pkg/mod.py", "mod.py": "jobs/mod.py"}


@pytest.mark.parametrize(
    ("file", "path"),
    [
        ("/tmp/glue-python-libs-a1b2/helpers.zip/pkg/mod.py", "src/pkg/mod.py"),
        ("/tmp/py/0f3e9c/helpers.zip/pkg/mod.py", "src/pkg/mod.py"),
        ("/tmp/localPyFiles-1/helpers.zip/pkg/mod.py", "src/pkg/mod.py"),
        ("/opt/work-dir/helpers.zip/mod.py", "jobs/mod.py"),
        ("/tmp/mod.py", "jobs/mod.py"),
        ("mod.py", "jobs/mod.py"),
        ("/tmp/library.zip/other/mod.py", None),
        ("/tmp/library.whl/x/pkg/mod.py", None),
        ("/tmp/helpers.zip/pkg/none.py", None),
        ("../../etc/passwd", None),
        ("/home/x/site-packages/pkg/mod.py", None),
    ],
)
def test_cause_of__a_file_in_a_zip__is_mapped_to_the_checkout(file, path):
    found = place_of((START, *frame(file, 3)), "", ZIPPED)

    assert (found and found.file) == path


def test_cause_of__a_syntax_error_in_a_module__is_its_line():
    lines = (
        *(START, *frame("/tmp/flights.py", 2, "<module>")),
        *('  File "/tmp/x/helpers.zip/pkg/mod.py", line 9', "    def f(", "         ^"),
        "SyntaxError: '(' was never closed",
    )
    shipped_and_told = "SyntaxError: '(' was never closed (mod.py, line 9)"

    assert place_of(lines, "", ZIPPED) == Place(file="src/pkg/mod.py", line=9)
    assert cause(lines, shipped_and_told, shipped={"m/mod.py": "m/mod.py"}).place == Place(
        file="m/mod.py", line=9
    )


def test_cause_of__sys_exit_zero__is_a_failure_with_its_line():
    # Two public repositories report it: Glue ends a Spark run that calls sys.exit(0) as FAILED.
    lines = (START, *frame("/tmp/flights.py", 88, "<module>"), "SystemExit: 0")

    found = cause(lines, "SystemExit: 0")

    assert found.error == "SystemExit: 0"
    assert found.place == Place(file="jobs/flights.py", line=88)


@pytest.mark.parametrize(("line", "is_of_script"), [(0, False), (1, True), (51, True)])
def test_cause_of__glue_names_a_line__the_script_had_begun(line, is_of_script):
    told = f"Failed Line Number: {line}; " if line else ""

    message = f"Error Category: UNCLASSIFIED_ERROR; {told}no more is known"

    assert cause(message=message).is_of_script is is_of_script
    assert cause(message=message, shipped={}).is_of_script is is_of_script
