"""Tables of the Data Catalog as Spark DataFrames.

Asks Glue's API (``AWS_ENDPOINT_URL`` points boto3 at the local one) where a table's files are, of
what format and partitions.  Refuses to know how files are read beyond that.
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

from awsglue.unsupported import refuse

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_FORMATS = ("parquet", "orc", "json", "csv")
_SERDES = {
    "parquet": "parquet",
    "orc": "orc",
    "json": "json",
    "opencsv": "csv",
    "lazysimple": "csv",
}


def read_table(
    session: "SparkSession", database: str, table_name: str, *, predicate: str = ""
) -> "DataFrame":
    """Read a table; ``predicate`` is a condition on its partition columns, in Spark's SQL.

    Raises botocore's EntityNotFoundException for a table that is not there.
    """
    import boto3

    glue = boto3.client("glue")
    table = glue.get_table(DatabaseName=database, Name=table_name)["Table"]
    keys = table.get("PartitionKeys") or []
    if not keys:
        return _read(session, table, table["StorageDescriptor"]["Location"])
    pages = glue.get_paginator("get_partitions").paginate(
        DatabaseName=database, TableName=table_name
    )
    partitions: list[Any] = [item for page in pages for item in page["Partitions"]]
    chosen = _chosen(session, keys, partitions, predicate)
    if not chosen:
        return session.createDataFrame([], _ddl([*_columns(table), *keys]))
    frames = [_read_partition(session, table, partition) for partition in chosen]
    return reduce(lambda one, other: one.unionByName(other, allowMissingColumns=True), frames)


def format_of(table: Mapping[str, Any]) -> str:
    """``csv``, ``json``, ``parquet`` or ``orc``, from the classification, else from the SerDe."""
    descriptor = table["StorageDescriptor"]
    classification = (
        table.get("Parameters", {}).get("classification")
        or descriptor.get("Parameters", {}).get("classification")
        or ""
    )
    if classification in _FORMATS:
        return str(classification)
    library = descriptor.get("SerdeInfo", {}).get("SerializationLibrary", "").lower()
    for word, kind in _SERDES.items():
        if word in library and not classification:
            return kind
    return refuse(f"a Data Catalog table of format {classification or library or 'unknown'!r}")


def csv_options(table: Mapping[str, Any]) -> dict[str, Any]:
    """Spark's options for a csv table, from the parameters of the table and of its SerDe."""
    descriptor = table["StorageDescriptor"]
    serde = descriptor.get("SerdeInfo", {}).get("Parameters", {})
    table_wide = {**descriptor.get("Parameters", {}), **table.get("Parameters", {})}
    header = serde.get("skip.header.line.count") or table_wide.get("skip.header.line.count", "0")
    quote = serde.get("quoteChar", '"')
    return {
        "sep": serde.get("separatorChar") or serde.get("field.delim") or ",",
        "quote": quote,
        "escape": serde.get("escapeChar") or quote,
        "header": header not in ("0", ""),
    }


def _chosen(
    session: "SparkSession",
    keys: Sequence[Mapping[str, Any]],
    partitions: Sequence[dict[str, Any]],
    predicate: str,
) -> list[dict[str, Any]]:
    """Let Spark judge the predicate on a table of the partitions' values."""
    if not predicate or not partitions:
        return list(partitions)
    rows = [(index, *item["Values"]) for index, item in enumerate(partitions)]
    names = [key["Name"] for key in keys]
    text = ", ".join(f"`{name}` string" for name in names)
    values = session.createDataFrame(rows, f"`__index` int, {text}")
    for key in keys:
        values = values.withColumn(key["Name"], values[f"`{key['Name']}`"].cast(key["Type"]))
    return [partitions[row["__index"]] for row in values.where(predicate).collect()]


def _read_partition(
    session: "SparkSession", table: Mapping[str, Any], partition: Mapping[str, Any]
) -> "DataFrame":
    from pyspark.sql import functions

    frame = _read(session, table, partition["StorageDescriptor"]["Location"])
    for key, value in zip(table["PartitionKeys"], partition["Values"], strict=True):
        frame = frame.withColumn(key["Name"], functions.lit(value).cast(key["Type"]))
    return frame


def _read(session: "SparkSession", table: Mapping[str, Any], location: str) -> "DataFrame":
    kind = format_of(table)
    reader = session.read.format(kind)
    if kind in ("csv", "json"):
        reader = reader.schema(_ddl(_columns(table)))
    if kind == "csv":
        reader = reader.options(**csv_options(table))
    return reader.load(location)


def _columns(table: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(table["StorageDescriptor"].get("Columns", ()))


def _ddl(columns: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(f"`{column['Name']}` {column.get('Type', 'string')}" for column in columns)
