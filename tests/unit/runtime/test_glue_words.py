"""The parts that decide without Spark: types and paths, formats, first lines, messages, lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awsglue import formats
from awsglue.catalog import csv_options, format_of
from awsglue.csv_columns import columns_of
from awsglue.files import is_excluded
from awsglue.mapping import path_of, quoted, spark_type
from awsglue.unsupported import RAISED, Unsupported
from glue_child import provided
from glue_child.message import LIMIT, message_of
from glue_child.order import order_of

PLAIN = {"sep": ",", "quote": '"', "escape": '"', "multiLine": False}


@pytest.fixture(autouse=True)
def _nothing_refused():
    yield
    RAISED.clear()


# --- types and paths


@pytest.mark.parametrize("name", ["", "text", "decimal(x)", "int; drop", "varchar(3)"])
def test_spark_type__unknown__an_error(name):
    with pytest.raises(ValueError, match="is not a type that Glue has"):
        spark_type(name)


@pytest.mark.parametrize(
    ("name", "spark"),
    [
        ("long", "bigint"),
        ("Short", "smallint"),
        ("byte", "tinyint"),
        ("string", "string"),
        ("decimal", "decimal(10,2)"),
        ("decimal(12, 3)", "decimal(12, 3)"),
        ("array<int>", None),
        ("struct", None),
    ],
)
def test_spark_type__glues_name__sparks(name, spark):
    assert spark_type(name) == spark


@pytest.mark.parametrize("name", ["", ".", "``", "a.``"])
def test_path__empty__an_error(name):
    with pytest.raises(ValueError, match="is not the path of a field"):
        path_of(name)


def test_path__dots_and_backticks__parts():
    assert path_of("a.`b.c`.d") == ("a", "b.c", "d")


@given(st.lists(st.text(st.characters(blacklist_characters="`"), min_size=1), min_size=1))
def test_path__quoted__comes_back(parts):
    assert path_of(quoted(tuple(parts))) == tuple(parts)


# --- formats


@pytest.mark.parametrize(
    ("kind", "options", "named"),
    [
        (None, {}, "'None'"),
        ("xml", {"rowTag": "r"}, "'xml'"),
        ("csv", {"nosuch": 1}, "nosuch"),
        ("csv", {"withHeader": True, "skipFirst": True}, "skipFirst"),
        ("json", {"jsonPath": "$[*]"}, "jsonPath"),
        ("orc", {"compression": "zlib"}, "compression"),
    ],
)
def test_reading__what_it_cannot_do__refused_by_name(kind, options, named):
    with pytest.raises(Unsupported, match=named):
        formats.reading(kind, options)


def test_reading__csv__glues_defaults():
    _, options = formats.reading("csv", {"optimizePerformance": True})

    assert options == {**PLAIN, "named": False, "header": False}


def test_writing__csv__a_header_by_default():
    assert formats.writing("csv", {})[1]["header"] is True
    assert formats.writing("csv", {"writeHeader": "false"})[1]["header"] is False


def test_formats__glueparquet__is_parquet():
    assert formats.writing("glueparquet", {"compression": "gzip"}) == (
        "parquet",
        {"compression": "gzip"},
    )


@pytest.mark.parametrize(
    ("path", "glob", "excluded"),
    [
        ("s3://b/x/a.pdf", "**.pdf", True),
        ("s3://b/x/a.csv", "**.pdf", False),
        ("s3://b/x/tmp/a.csv", "tmp/**", True),
        ("s3://b/x/a.csv", "s3://b/x/*", True),
        ("s3://b/x/a.csv", "[", False),
    ],
)
def test_exclusions__glob__matches_path_or_name(path, glob, excluded):
    assert is_excluded(path, [glob]) is excluded


# --- first lines


@pytest.mark.parametrize("line", [None, "", "\ufeffa,b", 'a,"b', "a,,b", "a,A", "a, A"])
def test_columns__not_plain__left_to_spark(line):
    assert columns_of(line, PLAIN) is None


def test_columns__escaped_or_over_lines_or_wide_separator__left_to_spark():
    assert columns_of("a\\,b", {**PLAIN, "escape": "\\"}) is None
    assert columns_of("a,b", {**PLAIN, "multiLine": True}) is None
    assert columns_of("a||b", {**PLAIN, "sep": "||"}) is None


def test_columns__plain__split():
    assert columns_of('a,"b ""x"", c",d', PLAIN) == ["a", 'b "x", c', "d"]
    assert columns_of('a;"b', {**PLAIN, "sep": ";", "quote": "", "escape": ""}) == ["a", '"b']


# --- Data Catalog


def table(library="", parameters=None, serde=None):
    descriptor = {"SerdeInfo": {"SerializationLibrary": library, "Parameters": serde or {}}}
    return {"StorageDescriptor": descriptor, "Parameters": parameters or {}}


@pytest.mark.parametrize(
    ("library", "parameters", "kind"),
    [
        ("org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe", {}, "csv"),
        ("org.apache.hadoop.hive.serde2.OpenCSVSerde", {}, "csv"),
        ("org.openx.data.jsonserde.JsonSerDe", {}, "json"),
        ("org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe", {}, "parquet"),
        ("org.apache.hadoop.hive.ql.io.orc.OrcSerde", {}, "orc"),
        ("", {"classification": "json"}, "json"),
    ],
)
def test_format_of__table__from_classification_or_serde(library, parameters, kind):
    assert format_of(table(library, parameters)) == kind


@pytest.mark.parametrize("parameters", [{}, {"classification": "avro"}])
def test_format_of__unknown__refused(parameters):
    with pytest.raises(Unsupported, match="Data Catalog table of format"):
        format_of(table("com.example.Serde", parameters))


def test_csv_options__of_a_table():
    serde = {"field.delim": ";", "skip.header.line.count": "1"}

    options = csv_options(table(serde=serde))

    assert options == {"sep": ";", "quote": '"', "escape": '"', "header": True}


# --- messages


class Py4JJavaError(Exception):
    """Py4J's name; the text is what counts."""


JAVA = """An error occurred while calling o85.save.
: org.apache.spark.SparkException: Job aborted.
\tat org.apache.spark.Foo.bar(Foo.scala:1)
Caused by: java.io.IOException: No space left
\t... 3 more"""

WORKER = """An error occurred while calling o7.count.
: org.apache.spark.SparkException: Job aborted due to stage failure
\tat org.apache.spark.Foo.bar(Foo.scala:1)
Caused by: org.apache.spark.api.python.PythonException: Traceback (most recent call last):
  File "worker.py", line 1, in main
    process()
ZeroDivisionError: division by zero

\tat org.apache.spark.Foo.bar(Foo.scala:1)"""


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Py4JJavaError(WORKER), "An error occurred while calling o7.count. ZeroDivisionError: division by zero"),
        (Py4JJavaError(JAVA), "An error occurred while calling o85.save. No space left"),
        (Py4JJavaError("An error occurred while calling o1.x"), "An error occurred while calling o1.x"),
        (Py4JJavaError(""), "Py4JJavaError"),
        (Py4JJavaError("calling o1.x.\n: java.lang.NullPointerException\n\tat"), "calling o1.x. java.lang.NullPointerException"),
        (KeyError("x"), "KeyError: 'x'"),
        (SystemExit(None), "SystemExit: None"),
        (ValueError(), "ValueError"),
    ],
)  # fmt: skip
def test_message__problem__in_glues_words(problem, text):
    assert message_of(problem) == text


@given(st.text())
def test_message__any_text__bounded_and_encodable(text):
    message = message_of(ValueError(text * 50))

    assert len(message) < LIMIT + 100
    message.encode()


# --- what Glue provides


def order(version="5.1", job_type="glueetl", argv=()):
    return order_of(
        {"script": "s", "job_type": job_type, "glue_version": version, "argv": argv, "outcome": "o"}
    )


def missing(name):
    return ModuleNotFoundError(f"No module named {name!r}", name=name)


@pytest.mark.parametrize("version", ["3.0", "4.0", "5.0", "5.1", "6.0", "9.9"])
def test_provided__every_spark_version__has_pandas_and_spark(version):
    # aws-glue-libs#96, #216, #254: for a new version there was nothing to run it on.
    modules = provided.modules_of(order(version))

    assert {"pandas", "numpy", "pyarrow", "requests", "pyspark", "boto3"} <= set(modules)


def test_provided__scipy_left_with_5_0():
    assert provided.gap_of(missing("scipy"), order("4.0")) is not None
    assert provided.gap_of(missing("scipy"), order("5.0")) is None


def test_provided__distributions__are_import_names():
    modules = provided.modules_of(order("4.0"))

    assert {"yaml", "sklearn", "PIL", "dateutil", "attr"} <= set(modules)
    assert not {"PyYAML", "scikit-learn", "Pillow", "Spark"} & set(modules)


@pytest.mark.parametrize(
    ("version", "argv", "has", "has_not"),
    [
        ("1.0", (), "pg", "awswrangler"),
        ("3.0", (), "awswrangler", "pyspark"),
        ("3.0", ("--library-set", "analytics"), "awswrangler", "pg"),
        ("3.0", ("--library-set", "none"), "awscli", "pandas"),
    ],
)
def test_provided__python_shell__by_library_set(version, argv, has, has_not):
    modules = provided.modules_of(order(version, "pythonshell", argv))

    assert has in modules
    assert has_not not in modules


def test_provided__submodule_of_a_library_that_is_here__the_scripts_own_error():
    assert provided.gap_of(missing("boto3.nosuch"), order()) is None


def test_requirements__satisfied_or_for_another_python__pass():
    provided.check_requirements(["boto3", "boto3>=1,<99", "", "nosuch; python_version < '3'"])


@pytest.mark.parametrize(
    ("requirement", "named"),
    [
        ("no-such-thing", "no-such-thing is not installed"),
        ("boto3==0.0.1", "boto3==0.0.1 is not met, 1."),
        ("boto3==", "boto3== is not a requirement that pip reads"),
        ("s3://b/requirements.txt", "is a file of requirements"),
        ("s3://b/x/boto3-0.0.1-py3-none-any.whl", "boto3==0.0.1 is not met"),
    ],
)
def test_requirements__not_met__all_named(requirement, named):
    with pytest.raises(provided.RequirementMissing, match="--additional-python-modules") as caught:
        provided.check_requirements([requirement, "nor-this"])

    assert named in str(caught.value)
    assert "nor-this" in str(caught.value)
