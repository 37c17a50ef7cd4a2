"""What the local awsglue does on a real Spark: one function per promise, all in one JVM.

A Glue script: test_runtime_awsglue.py starts it through the bootstrap, and makes a test of every
function.  It prints one JSON line per case: its name, and what it raised or null.
"""

import contextlib
import gzip
import io
import json
import re
import sys
import traceback
from pathlib import Path
from tempfile import mkdtemp

import pytest
from py4j.protocol import Py4JJavaError
from pyspark.context import SparkContext
from pyspark.errors import AnalysisException

from awsglue import transforms
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.unsupported import RAISED, Unsupported

glue = GlueContext(SparkContext.getOrCreate())
spark = glue.spark_session


def folder(**files):
    """A new folder with these files (dots and slashes are written as they are)."""
    root = Path(mkdtemp())
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def read(path, kind="csv", format_options=None, **options):
    """Read below ``path`` by from_options."""
    paths = [path.as_uri()] if isinstance(path, Path) else path
    return glue.create_dynamic_frame.from_options(
        connection_type="s3",
        connection_options={"paths": paths, **options},
        format=kind,
        format_options=format_options or {},
    )


def rows(frame):
    """The rows as plain tuples, in order."""
    frame = frame.toDF() if isinstance(frame, DynamicFrame) else frame
    return sorted(tuple(row) for row in frame.collect())


def frame_of(data, schema):
    """A DynamicFrame of these rows."""
    return DynamicFrame.fromDF(spark.createDataFrame(data, schema), glue, "made")


def refused(call, name):
    """Check that ``call`` raises Unsupported and names ``name``; then take it back."""
    with pytest.raises(Unsupported, match=re.escape(name)):
        call()
    RAISED.clear()


HEADED = {"withHeader": True}


def csv__with_header__all_columns_are_text():
    frame = read(folder(**{"a.csv": 'id,"the name"\n1,"x, y"\n2,\n'}), format_options=HEADED)

    assert frame.toDF().dtypes == [("id", "string"), ("the name", "string")]
    assert rows(frame) == [("1", "x, y"), ("2", "")]


def csv__without_header__columns_are_numbered():
    frame = read(folder(**{"a.csv": "1;x\n2;y\n"}), format_options={"separator": ";"})

    assert frame.toDF().columns == ["col0", "col1"]
    assert rows(frame) == [("1", "x"), ("2", "y")]


def csv__compressed_without_header__columns_are_numbered():
    path = folder(**{"k=7/a.csv.gz": gzip.compress(b"1,x\n")})

    frame = read(path)

    assert frame.toDF().columns == ["col0", "col1", "k"]
    assert rows(frame) == [("1", "x", 7)]


def csv__first_line_skipped__its_names_are_not_used():
    frame = read(folder(**{"a.csv": "id,n\n1,x\n"}), format_options={"skipFirst": "true"})

    assert (frame.toDF().columns, rows(frame)) == (["col0", "col1"], [("1", "x")])


def csv__names_twice__spark_decides():
    frame = read(folder(**{"a.csv": "id,id\n1,2\n"}), format_options=HEADED)

    assert frame.toDF().columns == ["id0", "id1"]


def csv__quotes_inside_quotes__doubled_and_escaped():
    doubled = folder(**{"a.csv": 'a,b\n"say ""hi""",2\n'})
    escaped = folder(**{"a.csv": 'a,b\n"say \\"hi\\"",2\n'})

    assert rows(read(doubled, format_options=HEADED)) == [('say "hi"', "2")]
    assert rows(read(escaped, format_options={**HEADED, "escaper": "\\"})) == [('say "hi"', "2")]
    assert rows(read(doubled, format_options={**HEADED, "quoteChar": -1}))[0][1] == "2"


def csv__lines_inside_quotes__with_multiline():
    path = folder(**{"a.csv": 'a,b\n"one\ntwo",2\n'})

    assert rows(read(path, format_options={**HEADED, "multiline": True})) == [("one\ntwo", "2")]


def csv__empty_file__no_rows():
    assert rows(read(folder(**{"a.csv": ""}), format_options=HEADED)) == []


def csv__several_paths_as_text_and_list():
    path = folder(**{"a.csv": "a\n1\n", "b.csv": "a\n2\n"})
    both = [(path / "a.csv").as_uri(), (path / "b.csv").as_uri()]

    assert rows(read(both, format_options=HEADED)) == [("1",), ("2",)]
    assert rows(read(both[1], format_options=HEADED)) == [("2",)]


def files__path_that_is_not_there__sparks_own_error():
    with pytest.raises(AnalysisException, match="PATH_NOT_FOUND"):
        read(Path("/no/such/folder"), format_options=HEADED)


def files__recurse__reads_below_and_keeps_partitions():
    plain = folder(**{"a.csv": "a\n1\n", "x/y/b.csv": "a\n2\n", "_x/c.csv": "a\n3\n"})
    parted = folder(**{"m=1/a.csv": "a\n1\n", "m=2/b.csv": "a\n2\n"})

    assert ("2",) in rows(read(plain, format_options=HEADED, recurse=True))
    assert rows(read(parted, format_options=HEADED, recurse=True)) == [("1", 1), ("2", 2)]


def files__exclusions__are_left_out():
    path = folder(**{"a.csv": "a\n1\n", "b.old": "a\n2\n", "t/c.csv": "a\n3\n"})

    frame = read(path, format_options=HEADED, recurse=True, exclusions='["**.old", "t/**"]')

    assert rows(frame) == [("1",)]


def json__lines_and_whole_documents():
    lines = folder(**{"a.json": '{"a": 1, "b": {"c": "x"}}\n{"a": 2, "b": {"c": "y"}}\n'})
    whole = folder(**{"a.json": '[{"a": 1},\n {"a": 2}]'})

    assert read(lines, "json").toDF().dtypes == [("a", "bigint"), ("b", "struct<c:string>")]
    assert rows(read(whole, "json", {"multiline": "true"})) == [(1,), (2,)]


def write__each_format__can_be_read_again():
    made = frame_of([(1, "x", "m1"), (2, None, "m2")], "a int, b string, m string")
    for kind, options in (("parquet", None), ("orc", None), ("json", None), ("csv", HEADED)):
        path = folder()
        for _ in range(2):
            glue.write_dynamic_frame.from_options(
                frame=made,
                connection_type="s3",
                connection_options={"path": path.as_uri(), "partitionKeys": ["m"]},
                format=kind,
            )

        assert sorted(p.name for p in path.iterdir()) == ["m=m1", "m=m2"], kind
        again = read(path, kind, options)
        assert again.count() == 4, kind
        assert again.toDF().where("m = 'm1' and a = 1").count() == 2, kind


def write__compression__is_used():
    path = folder()

    glue.write_dynamic_frame_from_options(
        frame_of([(1,)], "a int"),
        "s3",
        {"path": path.as_uri(), "compression": "gzip"},
        "json",
    )

    assert {"".join(p.suffixes[-2:]) for p in path.glob("part*")} == {".json.gz"}


def data_frame__from_options__is_sparks():
    path = folder(**{"a.csv": "a\n1\n"})
    options = {"paths": [path.as_uri()]}

    frame = glue.create_data_frame.from_options("s3", options, "csv", format_options=HEADED)

    assert frame.collect()[0].a == "1"


def mapping__casts_moves_and_nests():
    made = frame_of(
        [("1", ("x", 2.5), "2013-01-02")], "id string, s struct<n:string,v:double>, `d.t` string"
    )

    mapped = made.apply_mapping(
        [
            ("id", "string", "key", "long"),
            ("s.n", "string", "out.name", "string"),
            ("s.v", "double", "out.value", "decimal(4,1)"),
            ("`d.t`", "string", "day", "date"),
            ("s", "struct", "s", "struct"),
            ("gone", "string", "gone", "int"),
        ]
    )

    assert mapped.toDF().dtypes == [
        ("key", "bigint"),
        ("out", "struct<name:string,value:decimal(4,1)>"),
        ("day", "date"),
        ("s", "struct<n:string,v:double>"),
    ]
    key, out, day, _ = mapped.toDF().collect()[0]
    assert (key, out.name, str(out.value), str(day)) == (1, "x", "2.5", "2013-01-02")


def mapping__text_that_is_no_number__is_null():
    made = frame_of([("NA",), ("7",)], "a string")

    assert {r[0] for r in made.apply_mapping([("a", "string", "a", "int")]).toDF().collect()} == {
        None,
        7,
    }


def mapping__two_names__renames():
    assert frame_of([(1,)], "a int").apply_mapping([("a", "b")]).toDF().dtypes == [("b", "int")]


def fields__select_drop_rename():
    made = frame_of([(1, ("x", "y"), 3)], "a int, s struct<n:string,v:string>, c int")

    assert made.select_fields(["c", "s.n", "none"]).toDF().dtypes == [
        ("c", "int"),
        ("s", "struct<n:string>"),
    ]
    assert made.drop_fields(["s.v", "c", "none", "none.x"]).toDF().dtypes == [
        ("a", "int"),
        ("s", "struct<n:string>"),
    ]
    assert made.rename_field("a", "z").toDF().columns == ["z", "s", "c"]
    assert made.select_fields("a").toDF().columns == ["a"]
    refused(lambda: made.rename_field("s.n", "s.m"), "rename_field")


def transforms__apply__are_the_frames_methods():
    made = frame_of([(1, 2)], "a int, b int")

    assert transforms.ApplyMapping.apply(
        frame=made, mappings=[("a", "int", "x", "long")]
    ).toDF().dtypes == [("x", "bigint")]
    assert transforms.SelectFields.apply(frame=made, paths=["b"]).toDF().columns == ["b"]
    assert transforms.DropFields.apply(made, ["b"], transformation_ctx="t").toDF().columns == ["a"]
    assert transforms.RenameField.apply(frame=made, old_name="a", new_name="z").toDF().columns == [
        "z",
        "b",
    ]
    assert rows(transforms.Filter.apply(frame=made, f=lambda row: row["a"] == 1)) == [(1, 2)]
    refused(lambda: transforms.Relationalize.apply(frame=made), "Relationalize")


def filter__function_that_raises__row_left_out_and_counted():
    made = frame_of([(1, ("x",)), (0, ("y",))], "a int, s struct<n:string>")

    kept = made.filter(f=lambda row: 1 / row["a"] and row["s"]["n"] == "x")

    assert [row.a for row in kept.toDF().collect()] == [1]
    assert kept.errorsCount() == 1
    assert made.errorsCount() == 0


def filter__threshold__the_error_comes_out():
    made = frame_of([(0,)], "a int")

    with pytest.raises(Py4JJavaError, match="ZeroDivisionError"):
        made.filter(lambda row: 1 / row["a"], stageThreshold=1).count()


def frame__its_small_methods():
    made = frame_of([(1,), (2,)], "a int")

    assert (made.count(), made.name, made.schema().names) == (2, "made", ["a"])
    assert made.repartition(3).getNumPartitions() == 3
    assert made.coalesce(1).getNumPartitions() == 1
    assert made.glue_ctx is glue


def frame__printed__as_glue_prints():
    made = frame_of(
        [(1, [("x",)], {"k": 2})], "a bigint, l array<struct<n:string>>, m map<string,int>"
    )
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        made.printSchema()
        made.show(1)

    tree, shown = out.getvalue().rstrip().rsplit("\n", 1)
    assert tree.split("\n") == [
        "root",
        "|-- a: long",
        "|-- l: array",
        "|    |-- element: struct",
        "|    |    |-- n: string",
        "|-- m: map",
        "|    |-- keyType: string",
        "|    |-- valueType: int",
    ], tree
    assert json.loads(shown) == {"a": 1, "l": [{"n": "x"}], "m": {"k": 2}}


def refusals__by_name():
    made = frame_of([(1,)], "a int")

    refused(lambda: made.relationalize("root", "s3://x"), "DynamicFrame.relationalize")
    refused(lambda: glue.getSink("s3"), "GlueContext.getSink")
    refused(
        lambda: glue.write_dynamic_frame.from_catalog(made, "d", "t"),
        "write_dynamic_frame_from_catalog",
    )
    refused(lambda: glue.write_dynamic_frame.from_jdbc_conf(made), "from_jdbc_conf")
    refused(lambda: glue.create_dynamic_frame.from_options("mysql", {}), "connection type 'mysql'")
    refused(lambda: read(folder(), "avro"), "reading format 'avro'")
    refused(lambda: read(folder(), "json", {"jsonPath": "$.x"}), "jsonPath")
    refused(lambda: read(folder(), "csv", {"wither": 1}), "wither")
    refused(lambda: read(folder(), "csv", jobBookmarkKeys=["a"]), "jobBookmarkKeys")
    with pytest.raises(AttributeError, match="no_such_method"):
        made.no_such_method()


def context__is_used_as_sqlcontext():
    assert glue.sql("select 1 as one").collect()[0].one == 1
    assert glue.createDataFrame([(1,)], "a int").count() == 1


if __name__ == "__main__":
    for name, case in list(globals().items()):
        if "__" in name and callable(case) and getattr(case, "__module__", "") == "__main__":
            try:
                case()
                problem = None
            except BaseException:  # noqa: BLE001 - pytest's failures are no Exceptions
                problem = traceback.format_exc()
            sys.stdout.write(f"CASE {json.dumps([name, problem])}\n")
