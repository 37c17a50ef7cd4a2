"""Files below S3 paths: reading them into and writing them out of Spark DataFrames.

Knows ``connection_options`` of connection type s3.  Other connections are refused by name.
Source: AWS Glue developer guide, "S3 connection parameters".
"""

import fnmatch
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from awsglue import formats
from awsglue.csv_columns import hadoop_files, text_schema
from awsglue.mapping import quoted
from awsglue.notes import note_once
from awsglue.unsupported import refuse

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_CONNECTIONS = frozenset({"s3", "file"})
# Glue gathers small files and bounds its memory with these; the rows are the same.
_IGNORED = frozenset(
    {"groupFiles", "groupSize", "useS3ListImplementation", "maxFilesInBand", "maxBand"}
    | {"isFailFast", "enableUpdateCatalog", "updateBehavior", "dataFrameAttributes"}
)
_HIVE_FOLDER = re.compile(r"[^/=]+=[^/]*")


def check_connection(connection_type: str) -> None:
    """Raise Unsupported for everything but S3."""
    if connection_type not in _CONNECTIONS:
        refuse(f"connection type {connection_type!r}")


def read_files(
    session: "SparkSession",
    connection_options: Mapping[str, Any],
    kind: str | None,
    format_options: Mapping[str, Any],
) -> "DataFrame":
    """Read the files at ``connection_options['paths']``; Spark's errors come out as they are."""
    wanted = dict(connection_options)
    paths = _paths(wanted)
    recurse = formats.is_true(wanted.pop("recurse", False))
    exclusions = _globs(wanted.pop("exclusions", None))
    wanted.pop("compressionType", wanted.pop("compression", None))  # told by the files' names
    bounds = {key: wanted.pop(key) for key in ("boundedFiles", "boundedSize") if key in wanted}
    if bounds:
        refuse(f"connection option {', '.join(bounds)}")
    _refuse_rest(wanted, "reading")
    name, options = formats.reading(kind, format_options)
    if recurse or exclusions:
        paths, more = _listed(session, paths, exclusions, recurse=recurse)
        options |= more
    if name == "csv":
        return _read_csv(session, paths, options, named=options.pop("named"))
    return session.read.format(name).options(**options).load(paths)


def _read_csv(
    session: "SparkSession", paths: list[str], options: dict[str, Any], *, named: bool
) -> "DataFrame":
    reader = session.read.options(**options)
    schema = text_schema(session, paths, options, named=named)
    if schema is not None:
        return _without_nulls(reader.schema(schema).csv(paths))
    if options["header"] and not named:
        refuse("reading csv with format option skipFirst, where Spark must find the columns")
    frame = _without_nulls(reader.csv(paths))
    if named:
        return frame
    # Spark's _c0, _c1, …; columns that come from the names of folders keep theirs.
    return frame.toDF(
        *(f"col{i}" if name == f"_c{i}" else name for i, name in enumerate(frame.columns))
    )


def _without_nulls(frame: "DataFrame") -> "DataFrame":
    """An empty field is an empty text to Glue; Spark reads null."""
    from pyspark.sql import functions

    filled = []
    for field in frame.schema.fields:
        column = functions.col(quoted((field.name,)))
        if field.dataType.typeName() == "string":
            column = functions.coalesce(column, functions.lit("")).alias(field.name)
        filled.append(column)
    return frame.select(*filled)


def _paths(wanted: dict[str, Any]) -> list[str]:
    paths = wanted.pop("paths", None) or wanted.pop("path", None)
    if not paths:
        raise ValueError("connection_options has no paths")
    return [paths] if isinstance(paths, str) else list(paths)


def _globs(exclusions: Any) -> list[str]:
    """Glob patterns from the option's JSON text, for example ``'["**.pdf"]'``."""
    if not exclusions:
        return []
    patterns = json.loads(exclusions) if isinstance(exclusions, str) else exclusions
    return [str(pattern) for pattern in patterns]


def is_excluded(path: str, globs: Iterable[str]) -> bool:
    """Whether a glob matches the whole path, its name, or the path below any folder."""
    return any(fnmatch.fnmatchcase(path, g) or fnmatch.fnmatchcase(path, f"*/{g}") for g in globs)


def _listed(
    session: "SparkSession", paths: Sequence[str], globs: Sequence[str], *, recurse: bool
) -> tuple[list[str], dict[str, Any]]:
    """Name every file to read, and Spark's options that keep columns from folder names."""
    found = [
        (base, file)
        for base in paths
        for file in hadoop_files(session, base, recurse=recurse)
        if not is_excluded(file, globs)
    ]
    if not found:
        # Spark's own error for the paths says more than an empty list.
        return list(paths), {}
    files = [file for _, file in found]
    if len(paths) == 1 and all(_is_partitioned(base, file) for base, file in found):
        return files, {"basePath": paths[0]}
    return files, {}


def _is_partitioned(base: str, file: str) -> bool:
    start, name = _one_slash(base).rstrip("/"), _one_slash(file)
    folders = name[len(start) :].strip("/").split("/")[:-1]
    return all(_HIVE_FOLDER.fullmatch(folder) for folder in folders)


def _one_slash(path: str) -> str:
    """Hadoop writes one slash behind ``file:`` where others write three."""
    return re.sub(r"^(\w+):/+", r"\1:/", path)


def write_files(
    frame: "DataFrame",
    connection_options: Mapping[str, Any],
    kind: str | None,
    format_options: Mapping[str, Any],
) -> None:
    """Add the rows as new files below ``connection_options['path']``, as Glue does."""
    wanted = dict(connection_options)
    path = _paths(wanted)
    keys = wanted.pop("partitionKeys", None) or []
    compression = wanted.pop("compression", wanted.pop("compressionType", None))
    _refuse_rest(wanted, "writing")
    name, options = formats.writing(kind, format_options)
    if compression:
        options.setdefault("compression", compression)
    # Glue leaves no _SUCCESS file behind; Spark would.
    options["mapreduce.fileoutputcommitter.marksuccessfuljobs"] = "false"
    writer = frame.write.format(name).options(**options).mode("append")
    if keys:
        writer = writer.partitionBy(*keys)
    writer.save(path[0])


def _refuse_rest(wanted: dict[str, Any], doing: str) -> None:
    for key in sorted(_IGNORED & wanted.keys()):
        del wanted[key]
        note_once(f"{doing}: connection option {key} changes nothing on the local engine")
    if wanted:
        refuse(f"{doing} with connection option {', '.join(sorted(wanted))}")
