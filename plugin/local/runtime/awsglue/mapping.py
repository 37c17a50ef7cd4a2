"""ApplyMapping and the other field transforms as plain Spark columns.

Knows Glue's type names, dotted paths and backticks.  Refuses to know DynamicFrames.
Source: AWS Glue developer guide, "ApplyMapping class" and "DynamicFrame class".
"""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from awsglue.notes import note_once
from awsglue.unsupported import refuse

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

Path = tuple[str, ...]
_PART = re.compile(r"`([^`]*)`|([^.`]+)")
_SPARK_TYPES = {
    "long": "bigint",
    "short": "smallint",
    "byte": "tinyint",
    "integer": "int",
    "bool": "boolean",
    "decimal": "decimal(10,2)",
}
_ATOMIC = re.compile(
    r"string|boolean|tinyint|smallint|int|bigint|float|double|date|timestamp|binary"
    r"|decimal\(\s*\d+\s*,\s*-?\d+\s*\)"
)


def path_of(name: str) -> Path:
    """Split a field's path: ``a.b`` → ``('a', 'b')``, a part in backticks may hold dots."""
    parts = tuple(quoted or plain for quoted, plain in _PART.findall(name))
    if not all(parts) or not parts:
        raise ValueError(f"{name!r} is not the path of a field")
    return parts


def spark_type(name: str) -> str | None:
    """Translate Glue's name of a type to Spark's; None for a nested one, which is not cast."""
    plain = name.strip().lower()
    plain = _SPARK_TYPES.get(plain, plain)
    if plain.startswith(("array", "struct", "map", "null", "choice")):
        return None
    if _ATOMIC.fullmatch(plain) is None:
        raise ValueError(f"{name!r} is not a type that Glue has")
    return plain


def quoted(path: Path) -> str:
    """Write ``path`` as Spark reads it: every part in backticks."""
    return ".".join(f"`{part}`" for part in path)


def has_field(frame: "DataFrame", path: Path) -> bool:
    """Whether ``frame`` has a field at ``path``."""
    schema: Any = frame.schema
    for part in path:
        names = {name.lower(): name for name in getattr(schema, "names", ())}
        if part.lower() not in names:
            return False
        schema = schema[names[part.lower()]].dataType
    return True


def map_fields(frame: "DataFrame", mappings: Iterable[Sequence[str]]) -> "DataFrame":
    """Select, rename, move and cast fields.

    ``mappings``: tuples of source path, its type, target path, its type; or of source and target
    path.  A source that is not there gives no target, as on Glue; a note says so.
    """
    targets: list[tuple[Path, Column]] = []
    for mapping in mappings:
        source, source_type, target, target_type = _four(mapping)
        if not has_field(frame, source):
            note_once(f"apply_mapping: there is no field {'.'.join(source)}; it is left out")
            continue
        targets.append((target, _cast(quoted(source), source_type, target_type)))
    return frame.select(*_columns(targets))


def _four(mapping: Sequence[str]) -> tuple[Path, str, Path, str]:
    if len(mapping) == 2:  # noqa: PLR2004 - the short form: source and target
        return path_of(mapping[0]), "struct", path_of(mapping[1]), "struct"
    source, source_type, target, target_type = mapping
    return path_of(source), source_type, path_of(target), target_type


def _cast(source: str, source_type: str, target_type: str) -> "Column":
    from pyspark.sql import functions

    column = functions.col(source)
    for name in (source_type, target_type):
        kind = spark_type(name)
        if kind is not None:
            column = column.cast(kind)
    return column


def _columns(targets: Sequence[tuple[Path, "Column"]]) -> "list[Column]":
    """One column per first part of the target paths; several below one part make a struct."""
    from pyspark.sql import functions

    groups: dict[str, list[tuple[Path, Column]]] = {}
    for path, column in targets:
        groups.setdefault(path[0], []).append((path[1:], column))
    columns = []
    for name, members in groups.items():
        leaves = [column for rest, column in members if not rest]
        nested = [(rest, column) for rest, column in members if rest]
        whole = leaves[-1] if leaves else functions.struct(*_columns(nested))
        columns.append(whole.alias(name))
    return columns


def select_fields(frame: "DataFrame", paths: Iterable[str]) -> "DataFrame":
    """Keep the fields at ``paths``, nested ones inside their structs; unknown ones are ignored."""
    from pyspark.sql import functions

    known = [path for path in map(path_of, paths) if has_field(frame, path)]
    return frame.select(*_columns([(path, functions.col(quoted(path))) for path in known]))


def drop_fields(frame: "DataFrame", paths: Iterable[str]) -> "DataFrame":
    """Leave out the fields at ``paths``; unknown ones are ignored."""
    from pyspark.sql import functions

    for path in map(path_of, paths):
        if not has_field(frame, path):
            continue
        if len(path) == 1:
            frame = frame.drop(functions.col(quoted(path)))
        else:
            shorter = functions.col(quoted(path[:1])).dropFields(quoted(path[1:]))
            frame = frame.withColumn(path[0], shorter)
    return frame


def rename_field(frame: "DataFrame", old: str, new: str) -> "DataFrame":
    """Rename the field at path ``old``; an unknown one is ignored."""
    before, after = path_of(old), path_of(new)
    if len(before) > 1 or len(after) > 1:
        refuse(f"rename_field of a nested field ({old} to {new})")
    return frame.withColumnRenamed(before[0], after[0])
