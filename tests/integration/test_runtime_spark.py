"""The child process with a real Spark: how runs end, the sample job, tables of the Data Catalog."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests.unit.runtime.child import environ_of, frames, lines, run

EXAMPLES = Path(__file__).parents[2] / "examples"
FLIGHTS = (EXAMPLES / "jobs" / "flights.py").read_text(encoding="utf-8")
START = lines("from pyspark.sql import SparkSession", "spark = SparkSession.builder.getOrCreate()")

pytestmark = pytest.mark.spark


def test_spark__java_error__glues_words_and_the_scripts_line(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    script = START + f"spark.range(1).write.parquet('file://{tmp_path}/file/x')\n"

    ended = run(tmp_path, script)

    assert (ended.code, ended.kind) == (1, "failed")
    assert ended.message.startswith("An error occurred while calling o")
    assert ".parquet. " in ended.message
    assert "Exception" not in ended.message.partition(".parquet. ")[2].partition(" ")[0]
    assert frames(ended.stderr)[0].endswith('/flights.py", line 3, in <module>')


@pytest.mark.slow  # the same whole way, on the local Glue: test_local_glue, a failing query
def test_spark__analysis_error_and_an_open_session__ends_at_once_with_its_words(tmp_path: Path):
    ended = run(tmp_path, START + "spark.sql('select * from nowhere')\n")

    assert (ended.code, ended.kind) == (1, "failed")
    assert ended.message.startswith("AnalysisException: [TABLE_OR_VIEW_NOT_FOUND]")


@pytest.mark.slow
def test_spark__to_pandas_without_pandas__unsupported(tmp_path: Path):
    ended = run(tmp_path, START + "spark.range(3).toPandas()\n")

    assert ended.kind == "unsupported"
    assert "pandas" in ended.message


def test_spark__user_functions__find_the_runs_modules(tmp_path: Path):
    (tmp_path / "py").mkdir()
    (tmp_path / "py" / "shipped.py").write_text("def double(x): return 2 * x")
    script = START + lines(
        "def twice(x):",
        "    import shipped",
        "    return shipped.double(x)",
        "print(spark.sparkContext.parallelize([1, 2]).map(twice).collect())",
    )

    ended = run(tmp_path, script)

    assert (ended.code, ended.stdout) == (0, "[2, 4]\n"), ended.stderr


@pytest.mark.parametrize("mode", ["check", pytest.param("load", marks=pytest.mark.slow)])
def test_sample__run__writes_by_month_and_says_what_it_found(tmp_path: Path, mode):
    work = tmp_path / "run"
    (work / "py").mkdir(parents=True)
    if mode == "check":
        shutil.copy(EXAMPLES / "jobs" / "findings.py", work / "py")
    place = {"check": "--TempDir", "load": "--target"}[mode]
    argv = ["--JOB_NAME", "flights", "--source", (EXAMPLES / "data").as_uri()]
    argv += [place, f"file://{tmp_path}/out"]
    argv += ["--is_health_check", "true"] if mode == "check" else []

    ended = run(work, FLIGHTS, argv=argv)

    assert (ended.code, ended.outcome) == (0, None), ended.stderr
    months = sorted(int(p.name.removeprefix("month=")) for p in tmp_path.glob("out/delays/month=*"))
    assert months == list(range(1, 13))
    found = [line for line in ended.stdout.splitlines() if line.startswith("GLUE_HEALTH_CHECK ")]
    assert len(found) == (7 if mode == "check" else 0)
    assert not [line for line in found if '"ok": false' in line]


@pytest.fixture
def endpoint() -> Iterator[str]:
    """A Data Catalog on loopback."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    yield f"http://127.0.0.1:{port}"
    server.stop()


AWS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}
CATALOG_SCRIPT = lines(
    "from awsglue.context import GlueContext",
    "from pyspark.context import SparkContext",
    "glue = GlueContext(SparkContext.getOrCreate())",
    "read = glue.create_dynamic_frame.from_catalog",
    "whole = read(database='d', table_name='t').toDF()",
    "part = glue.create_dynamic_frame_from_catalog('d', 't', push_down_predicate='y > 2013').toDF()",
    "none = glue.create_data_frame.from_catalog('d', 't', push_down_predicate='y > 2020')",
    "print(whole.dtypes)",
    "print(sorted(map(tuple, whole.collect())), [tuple(r) for r in part.collect()], none.columns)",
    "read(database='d', table_name='gone')",
)


def test_catalog__table_with_partitions__read_with_its_types_and_predicate(tmp_path, endpoint):
    for year in (2013, 2014):
        (tmp_path / "t" / f"y={year}").mkdir(parents=True)
        (tmp_path / "t" / f"y={year}" / "a.csv").write_text(f"n;name\n{year % 10};x\n")
    _make_table(endpoint, tmp_path / "t")

    ended = run(tmp_path / "run", CATALOG_SCRIPT, environ={**AWS, "AWS_ENDPOINT_URL": endpoint})

    assert ended.stdout.splitlines() == [
        "[('n', 'bigint'), ('name', 'string'), ('y', 'int')]",
        "[(3, 'x', 2013), (4, 'x', 2014)] [(4, 'x', 2014)] ['n', 'name', 'y']",
    ], ended.stderr
    assert ended.kind == "failed"
    assert ended.message.startswith("EntityNotFoundException: ")


def _make_table(endpoint: str, folder: Path) -> None:
    glue = boto3.client(
        "glue",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )
    columns = [{"Name": "n", "Type": "bigint"}, {"Name": "name", "Type": "string"}]
    serde = {"field.delim": ";", "skip.header.line.count": "1"}

    def stored(path: Path) -> Any:
        return {
            "Location": f"file://{path}",
            "Columns": columns,
            "SerdeInfo": {"SerializationLibrary": "LazySimpleSerDe", "Parameters": serde},
        }

    glue.create_database(DatabaseInput={"Name": "d"})
    keys = [{"Name": "y", "Type": "int"}]
    definition: Any = {"Name": "t", "StorageDescriptor": stored(folder), "PartitionKeys": keys}
    glue.create_table(DatabaseName="d", TableInput=definition)
    for path in sorted(folder.iterdir()):
        values = [path.name.removeprefix("y=")]
        partition: Any = {"Values": values, "StorageDescriptor": stored(path)}
        glue.create_partition(DatabaseName="d", TableName="t", PartitionInput=partition)
    glue.close()


@pytest.mark.slow
def test_sample__on_a_developers_own_spark__runs_alike(tmp_path: Path):
    """What a developer's own Spark does with our awsglue on its path."""
    import subprocess
    import sys

    runtime = EXAMPLES.parent / "plugin" / "local" / "runtime"
    command = [sys.executable, str(EXAMPLES / "jobs" / "flights.py"), "--JOB_NAME", "x"]
    command += ["--source", (EXAMPLES / "data").as_uri(), "--target", f"file://{tmp_path}/out"]
    environ = environ_of(tmp_path) | {"PYTHONPATH": str(runtime), "PYSPARK_PYTHON": sys.executable}

    done = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, check=False)

    assert done.returncode == 0, done.stderr.decode()
    assert len(list(tmp_path.glob("out/delays/month=*"))) == 12
