"""Glue's formats and their options in Spark's words, for reading and for writing.

Knows csv, json, parquet and orc.  Every other format and option is refused by name.
Source: AWS Glue developer guide, "Data format options for inputs and outputs in AWS Glue".

How Glue reads csv, and we do: columns are strings (only a Data Catalog table gives them types);
without ``withHeader`` they are called col0, col1, …; an empty field is an empty string (the guide
is silent on that, jobs have to live with it).
"""

from collections.abc import Callable, Mapping
from typing import Any

from awsglue.notes import note_once
from awsglue.unsupported import refuse

Options = dict[str, Any]
# Of no consequence for what is read or written here.
_IGNORED = frozenset(
    {"optimizePerformance", "strictCheckForQuoting", "useGlueParquetWriter", "blockSize"}
    | {"pageSize", "attachFilename", "attachTimestamp"}
)


def is_true(value: Any) -> bool:
    """Glue takes a switch as a boolean or as text."""
    return str(value).strip().lower() == "true"


def reading(kind: str | None, options: Mapping[str, Any]) -> tuple[str, Options]:
    """Spark's format and options for reading Glue's format ``kind`` with ``options``."""
    return _translated(kind, options, "reading", _READERS)


def writing(kind: str | None, options: Mapping[str, Any]) -> tuple[str, Options]:
    """Spark's format and options for writing Glue's format ``kind`` with ``options``."""
    return _translated(kind, options, "writing", _WRITERS)


def _translated(
    kind: str | None,
    options: Mapping[str, Any],
    doing: str,
    table: Mapping[str, Callable[[Options], Options]],
) -> tuple[str, Options]:
    name = "parquet" if kind == "glueparquet" else str(kind)
    if name not in table:
        refuse(f"{doing} format {name!r}")
    wanted = {key: value for key, value in options.items() if value is not None}
    for key in _IGNORED & wanted.keys():
        del wanted[key]
        note_once(f"{doing} {name}: option {key} changes nothing on the local engine")
    translated = table[name](wanted)
    if wanted:
        refuse(f"{doing} {name} with format option {', '.join(sorted(wanted))}")
    return name, translated


def _read_csv(options: Options) -> Options:
    """Take what is known out of ``options``; what stays is refused by the caller."""
    result = _csv_marks(options)
    named = is_true(options.pop("withHeader", False))
    skip = is_true(options.pop("skipFirst", False))
    if named and skip:
        refuse("reading csv with format option skipFirst beside withHeader")
    result["named"] = named
    # To Spark, a line that is left out is a header.
    result["header"] = named or skip
    result["multiLine"] = is_true(options.pop("multiline", options.pop("multiLine", False)))
    return result


def _write_csv(options: Options) -> Options:
    result = _csv_marks(options)
    result["header"] = is_true(options.pop("writeHeader", True))
    return result


def _csv_marks(options: Options) -> Options:
    quote = str(options.pop("quoteChar", '"'))
    escape = options.pop("escaper", None)
    return {
        "sep": options.pop("separator", ","),
        "quote": "" if quote == "-1" else quote,
        # Doubled quotes, as RFC 4180 has them, unless the job names an escape of its own.
        "escape": quote if escape in (None, "none", "") and quote != "-1" else escape or "\\",
    }


def _read_json(options: Options) -> Options:
    if options.get("jsonPath"):
        refuse("reading json with format option jsonPath")
    options.pop("jsonPath", None)
    return {"multiLine": is_true(options.pop("multiline", options.pop("multiLine", False)))}


def _write_json(_options: Options) -> Options:
    # Glue writes a field that is null; Spark would leave it out.
    return {"ignoreNullFields": False}


def _with_compression(options: Options) -> Options:
    compression = options.pop("compression", None)
    return {"compression": compression} if compression else {}


def _plain(_options: Options) -> Options:
    return {}


_READERS: Mapping[str, Callable[[Options], Options]] = {
    "csv": _read_csv,
    "json": _read_json,
    "parquet": _with_compression,
    "orc": _plain,
}
_WRITERS: Mapping[str, Callable[[Options], Options]] = {
    "csv": _write_csv,
    "json": _write_json,
    "parquet": _with_compression,
    "orc": _with_compression,
}
