"""The columns of CSV files, read from a file's first line without a Spark job.

Spark would start a job for it, the first and slowest of a run.  What is not plain (compressed,
quoted over lines, columns of the same name) is left to Spark.  Refuses to know Glue's options.
"""

import csv
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_COMPRESSED = (".gz", ".bz2", ".zip", ".lz4", ".snappy", ".zst", ".deflate", ".xz")


def hadoop_files(session: "SparkSession", base: str, *, recurse: bool) -> list[str]:
    """List data files with Hadoop's file system, which knows every scheme that Spark knows.

    Leaves out what Spark leaves out: names that begin with ``_`` or ``.``.  In order of names.
    """
    root, system = _located(session, base)
    files = system.listFiles(root, recurse)
    names = []
    while files.hasNext():
        name = str(files.next().getPath().toString())
        if not name.rpartition("/")[2].startswith(("_", ".")):
            names.append(name)
    return sorted(names)


def text_schema(
    session: "SparkSession", paths: Sequence[str], options: Mapping[str, Any], *, named: bool
) -> str | None:
    """Describe the columns, all text, as Spark's DDL; None where only Spark can tell.

    ``named``: the first line holds their names; else they are called col0, col1, …
    """
    try:
        line = _first_line(session, paths[0])
    except Exception:  # noqa: BLE001 - Py4J's error; Spark's own error for the path says more
        return None
    names = columns_of(line, options)
    if names is None:
        return None
    if not named:
        names = [f"col{index}" for index in range(len(names))]
    return ", ".join(f"`{name.replace('`', '``')}` string" for name in names)


def columns_of(line: str | None, options: Mapping[str, Any]) -> list[str] | None:
    """Split a first line at Spark's ``sep`` and ``quote``; None where that is not plain."""
    separator, quote = options["sep"], options["quote"]
    if not line or line.startswith("\ufeff") or len(separator) != 1 or options["multiLine"]:
        return None
    if quote and line.count(quote) % 2:
        return None
    if options["escape"] not in ("", quote) and options["escape"] in line:
        return None
    if quote:
        names = next(csv.reader([line], delimiter=separator, quotechar=quote))
    else:
        names = line.split(separator)
    distinct = {name.strip().lower() for name in names}
    return names if len(distinct) == len(names) and "" not in distinct else None


def _first_line(session: "SparkSession", base: str) -> str | None:
    root, system = _located(session, base)
    if not system.getFileStatus(root).isFile():
        files = hadoop_files(session, base, recurse=True)
        if not files:
            return None
        root, system = _located(session, files[0])
    if str(root.getName()).endswith(_COMPRESSED):
        return None
    java: Any = session.sparkContext._jvm  # noqa: SLF001 - pyspark's only way to Hadoop
    reader = java.java.io.BufferedReader(java.java.io.InputStreamReader(system.open(root), "UTF-8"))
    try:
        line = reader.readLine()
    finally:
        reader.close()
    return None if line is None else str(line)


def _located(session: "SparkSession", path: str) -> tuple[Any, Any]:
    context = session.sparkContext
    java: Any = context._jvm  # noqa: SLF001 - pyspark's only way to Hadoop
    location = java.org.apache.hadoop.fs.Path(path)
    configuration = context._jsc.hadoopConfiguration()  # noqa: SLF001 - as above
    return location, location.getFileSystem(configuration)
