"""Which argument of a production job names a store: by the form of its value, else by its name.

A clone that is given such an argument works on production's data.  Rather one too many is found
than one too few: who is sure overrides it, or allows it.  A bucket's or a table's bare name behind
a name that says nothing (``--x acme-raw``) is not recognized.
Source: AWS's page "Using job parameters in AWS Glue jobs" for Glue's own arguments.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from plugin.core.secrets.names import secret_arguments

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_GUIDE = "https://github.com/glue-health-check/glue-health-check/blob/main/docs/cloning.md"
GLUES_OWN = frozenset({
    # code, and how it is installed
    *("--extra-py-files", "--extra-files", "--extra-jars", "--additional-python-modules"),
    *("--python-modules-installer-option", "--user-jars-first", "--library-set", "--job-language"),
    # switches, and the form of log lines
    "--continuous-log-conversionPattern",
    *("--datalake-formats", "--disable-proxy-v2", "--enable-auto-scaling", "--enable-metrics"),
    *("--enable-continuous-cloudwatch-log", "--enable-continuous-log-filter"),
    *("--enable-glue-datacatalog", "--enable-job-insights", "--enable-observability-metrics"),
    *("--enable-lakeformation-fine-grained-access", "--enable-rename-algorithm-v2"),
    *("--enable-s3-parquet-optimized-committer", "--enable-spark-ui", "--executor-cores"),
    *("--auto-scale-within-microbatch", "--use-postgres-driver", "--job-bookmark-option"),
    *("--write-shuffle-files-to-s3", "--write-shuffle-spills-to-s3"),
})  # fmt: skip
"""Arguments that Glue itself reads, and that only read code or switch features.

``--conf`` and the environment of driver and executors are none of them: they can hold anything.
"""
MOST_NAMES, LONGEST_NAME = 20, 80
"""How many names one message tells, and how many characters of each."""
LONGEST_SEARCHED = 300_000
"""Characters of one value: more than Glue takes of all arguments together."""

_FORM = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]{0,30}://"  # s3, s3a, mongodb, redshift, https, …
    r"|\bjdbc:|\barn:aws[a-z-]*:"
    r"|\.amazonaws\.com|\.rds\.|\.cache\."
    r"|\b[A-Za-z0-9-]{1,63}\.[A-Za-z0-9.-]{1,200}:[0-9]{2,5}\b",  # a host and its port
    re.IGNORECASE,
)
_ANYWHERE = re.compile(
    r"TABLE|DATABASE|BUCKET|CATALOG|SCHEMA|TOPIC|QUEUE|SECRET|CONNECTION|WAREHOUSE|ENDPOINT"
    r"|DATASET|KEYSPACE|COLLECTION|BOOTSTRAP|DYNAMO|KINESIS|KAFKA|REDSHIFT|SNOWFLAKE|MONGO|JDBC"
    r"|BIGQUERY|OPENSEARCH|ELASTIC|POSTGRES|MYSQL|ORACLE|METASTORE|LAKEHOUSE|WORKGROUP|CREDENTIAL"
)
"""In a word of a name: DBTABLE, SOURCEBUCKET."""
_WORDS = frozenset({
    *("DB", "DBS", "DBNAME", "STREAM", "STREAMS", "STREAMNAME", "CONN", "HOST", "HOSTS"),
    *("HOSTNAME", "URL", "URLS", "URI", "URIS", "DSN", "ARN", "ARNS", "SERVER", "BROKER"),
    *("BROKERS", "CLUSTER", "INDEX", "ACCOUNT", "S3", "STORE", "LAKE", "VIEW", "VIEWS"),
})  # fmt: skip
_LAST_WORDS = frozenset({
    *("SOURCE", "SOURCES", "TARGET", "TARGETS", "SINK", "DEST", "DESTINATION"),
    *("INPUT", "INPUTS", "OUTPUT", "OUTPUTS", "LOCATION"),
})  # fmt: skip
_ABOUT = frozenset({
    *("FORMAT", "FORMATS", "TYPE", "MODE", "SIZE", "COUNT", "ENABLED", "VERSION", "TIMEOUT"),
    *("COMPRESSION", "ENCODING", "DELIMITER"),
})  # fmt: skip
"""Last words of names that tell how, not where: TABLE_FORMAT."""
_NO_NAME = re.compile(
    r"\s*(?:true|false|yes|no|on|off|none|null|[+-]?[0-9]+(?:[.,][0-9]+)?)?\s*", re.IGNORECASE
)
"""Values that name nothing: blanks, booleans, numbers."""
_SETTING = re.compile(r"(?<![\w.-])([\w.-]{1,200})\s*=\s*(\"[^\"]*\"|[^\s,;]+)")
"""A setting inside a value: of Spark in ``--conf``, of the environment."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def stores(arguments: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the arguments that name a store or hold a credential, sorted."""
    return tuple(sorted(key for key, value in arguments.items() if names_store(key, value)))


def store_problems(job: str, arguments: Mapping[str, str], *, is_local: bool) -> tuple[str, ...]:
    """Say, by name and never by value, which arguments of a production job must not be copied.

    A session policy is no way out on the local engine, which has no roles.
    """
    found = [name[:LONGEST_NAME] for name in stores(arguments)]
    if not found:
        return ()
    more = f" and {len(found) - MOST_NAMES} more" if len(found) > MOST_NAMES else ""
    narrow = "" if is_local else " narrow the role by session_policy,"
    problem = (
        f"job: arguments of {job} name what production works on: {', '.join(found[:MOST_NAMES])}"
        f"{more}. Override each in arguments,{narrow} or set"
        f" allow_production_arguments (a flag or a variable). See {_GUIDE}."
    )
    return (problem,)


def names_store(key: str, value: str) -> bool:
    """Whether an argument names a store, by its own name or by what stands inside its value."""
    if key in GLUES_OWN:
        return False
    text = value[:LONGEST_SEARCHED]
    if _FORM.search(text) or secret_arguments({key: text}):
        return True
    return any(_is_named(name, item) for name, item in _inside(key, text))


def _inside(name: str, text: str) -> Iterator[tuple[str, str]]:
    """Yield the argument itself, and the settings and JSON members within."""
    yield name, text
    for inner, item in _SETTING.findall(text):
        yield inner, item.strip('"')
    if text.lstrip().startswith(("{", "[")):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return
        yield from _members(name, found)


def _members(name: str, value: object) -> Iterator[tuple[str, str]]:
    """Yield the members of JSON at any depth; one in a list has the list's name."""
    waiting: list[tuple[str, object]] = [(name, value)]
    while waiting:
        called, item = waiting.pop()
        if isinstance(item, dict):
            waiting += [(str(key), member) for key, member in item.items()]
        elif isinstance(item, list):
            waiting += [(called, member) for member in item]
        elif isinstance(item, str):
            yield called, item


def _is_named(name: str, text: str) -> bool:
    """Whether the name is one of a store, and the text can be what a store is called."""
    if _NO_NAME.fullmatch(text):
        return False
    words = [word for word in re.split(r"[^A-Z0-9]+", _HUMP.sub("_", name).upper()) if word]
    if not words or words[-1] in _ABOUT:
        return False
    return words[-1] in _LAST_WORDS or any(
        word in _WORDS or _ANYWHERE.search(word) for word in words
    )
