"""DynamicFrame as a thin coat over a Spark DataFrame.

A DynamicFrame of AWS's has a schema per record; this one has one schema, so choice types do not
arise.  What needs them is refused by name.  Source: AWS Glue developer guide, "DynamicFrame class".
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from awsglue import mapping
from awsglue.unsupported import attribute_of, refuse

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from pyspark.sql.types import StructType

_DOCUMENTED = frozenset(
    [
        "applySchema",
        "assertErrorThreshold",
        "dropFieldsFromErrors",
        "errorsAsDynamicFrame",
        "flatMap",
        "getNumPartitions",
        "join",
        "map",
        "mergeDynamicFrame",
        "relationalize",
        "resolveChoice",
        "simplify_ddb_json",
        "spigot",
        "split_fields",
        "split_rows",
        "unbox",
        "union",
        "unnest",
        "unnest_ddb_json",
        "write",
        "withFrameSchema",
        "with_frame_schema",
        "unionByName",
    ]
)


class DynamicFrame:
    """Rows of named fields, read from or written to somewhere by a GlueContext."""

    def __init__(
        self, dataframe: "DataFrame", glue_ctx: Any, name: str = "", *, errors: Any = None
    ) -> None:
        self._dataframe = dataframe
        self._errors = errors
        self.glue_ctx = glue_ctx
        self.name = name

    @classmethod
    def fromDF(cls, dataframe: "DataFrame", glue_ctx: Any, name: str) -> "DynamicFrame":
        """Coat a Spark DataFrame."""
        return cls(dataframe, glue_ctx, name)

    def toDF(self, options: Any = None) -> "DataFrame":
        """Take the coat off."""
        if options:
            refuse("DynamicFrame.toDF with options")
        return self._dataframe

    def count(self) -> int:
        """Count the rows."""
        return self._dataframe.count()

    def schema(self) -> "StructType":
        """Return the schema, as Spark's StructType."""
        return self._dataframe.schema

    def printSchema(self) -> None:
        """Print the schema as a tree, without Spark's remarks on nulls."""
        print("\n".join(["root", *_tree(self._dataframe.schema, "|")]))

    def show(self, num_rows: int = 20) -> None:
        """Print up to ``num_rows`` rows, one JSON object a line."""
        for line in self._dataframe.limit(num_rows).toJSON().collect():
            print(line)

    def apply_mapping(
        self, mappings: Iterable[Sequence[str]], case_sensitive: bool = False, **_options: Any
    ) -> "DynamicFrame":
        """Select, rename and cast; see ``awsglue.mapping.map_fields``."""
        if case_sensitive:
            refuse("DynamicFrame.apply_mapping with case_sensitive")
        return self._with(mapping.map_fields(self._dataframe, mappings))

    def select_fields(self, paths: str | Iterable[str], **_options: Any) -> "DynamicFrame":
        """Keep the fields at ``paths``."""
        return self._with(mapping.select_fields(self._dataframe, _listed(paths)))

    def drop_fields(self, paths: str | Iterable[str], **_options: Any) -> "DynamicFrame":
        """Leave out the fields at ``paths``."""
        return self._with(mapping.drop_fields(self._dataframe, _listed(paths)))

    def rename_field(self, oldName: str, newName: str, **_options: Any) -> "DynamicFrame":
        """Rename one field."""
        return self._with(mapping.rename_field(self._dataframe, oldName, newName))

    def filter(
        self,
        f: Callable[[dict[str, Any]], Any],
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> "DynamicFrame":
        """Keep the rows for which ``f``, given a dict, is true.

        A row for which ``f`` raises is left out and counted as an error, as on Glue; with a
        threshold the first one ends the run.
        """
        del transformation_ctx, info
        frame, session = self._dataframe, self._dataframe.sparkSession
        errors = session.sparkContext.accumulator(0)
        keeps = _keeper(f, errors, is_strict=bool(stageThreshold or totalThreshold))
        kept = session.createDataFrame(frame.rdd.filter(keeps), frame.schema)
        return type(self)(kept, self.glue_ctx, self.name, errors=errors)

    def errorsCount(self) -> int:
        """Count the rows that a filter left out because its function raised."""
        if self._errors is None:
            return 0
        before = self._errors.value
        self._dataframe.count()
        return int(self._errors.value - before)

    def stageErrorsCount(self) -> int:
        """As errorsCount."""
        return self.errorsCount()

    def repartition(self, numPartitions: int, *_args: Any, **_options: Any) -> "DynamicFrame":
        """Spread the rows over ``numPartitions``."""
        return self._with(self._dataframe.repartition(numPartitions))

    def coalesce(
        self, numPartitions: int, shuffle: bool = False, **_options: Any
    ) -> "DynamicFrame":
        """Gather the rows into at most ``numPartitions``."""
        frame = self._dataframe
        gathered = frame.repartition if shuffle else frame.coalesce
        return self._with(gathered(numPartitions))

    def getNumPartitions(self) -> int:
        """Count the partitions."""
        return self._dataframe.rdd.getNumPartitions()

    def _with(self, dataframe: "DataFrame") -> "DynamicFrame":
        return type(self)(dataframe, self.glue_ctx, self.name)

    def __getattr__(self, name: str) -> Any:
        return attribute_of("DynamicFrame", name, _DOCUMENTED)


def _listed(paths: str | Iterable[str]) -> list[str]:
    return [paths] if isinstance(paths, str) else list(paths)


def _keeper(f: Callable[[dict[str, Any]], Any], errors: Any, *, is_strict: bool) -> Any:
    """Make the function that runs in Spark's workers; it must not need this module's globals."""

    def keeps(row: Any) -> bool:
        try:
            return bool(f(row.asDict(recursive=True)))
        except Exception as problem:
            if is_strict:
                raise
            errors.add(1)
            print(f"filter: {type(problem).__name__}: {problem}", file=sys.stderr)
            return False

    return keeps


def _tree(schema: Any, indent: str) -> Iterable[str]:
    """One line per field, deeper ones further in: ``|-- name: type``."""
    for field in schema.fields:
        kind = field.dataType
        yield f"{indent}-- {field.name}: {_short(kind)}"
        yield from _inner(kind, f"{indent}    |")


def _inner(kind: Any, indent: str) -> Iterable[str]:
    if kind.typeName() == "struct":
        yield from _tree(kind, indent)
    elif kind.typeName() == "array":
        yield f"{indent}-- element: {_short(kind.elementType)}"
        yield from _inner(kind.elementType, f"{indent}    |")
    elif kind.typeName() == "map":
        yield f"{indent}-- keyType: {_short(kind.keyType)}"
        yield f"{indent}-- valueType: {_short(kind.valueType)}"
        yield from _inner(kind.valueType, f"{indent}    |")


def _short(kind: Any) -> str:
    """Glue's name of a type: ``long`` for a bigint, ``decimal(10,2)`` whole."""
    name = str(kind.typeName())
    return str(kind.simpleString()) if name == "decimal" else {"integer": "int"}.get(name, name)


def __getattr__(name: str) -> Any:
    """AWS's module has the readers and writers, too, and collections."""
    if name in ("DynamicFrameReader", "DynamicFrameWriter"):
        from awsglue import context  # late: it imports this module

        return getattr(context, name)
    if name == "DynamicFrameCollection":
        refuse("DynamicFrameCollection")
    raise AttributeError(f"module 'awsglue.dynamicframe' has no attribute {name!r}")
