"""The local Glue with a real Spark: runs, failures, stops and time-outs, and nothing left behind."""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from plugin.local.server import LocalGlue
from tests.unit.local.bench import BUCKET, ROLE, Bench, alive, bench_of

RUNNING = frozenset({"RUNNING"})
BUSY = """
    from pyspark.sql import SparkSession

    def slow(rows):
        import time
        time.sleep(600)
        return rows

    spark = SparkSession.builder.getOrCreate()
    print("here", flush=True)
    spark.sparkContext.parallelize(range(4), 2).mapPartitions(slow).count()
"""


@pytest.fixture(scope="module")
def spark_bench(
    tmp_path_factory: pytest.TempPathFactory, machine_environ: Mapping[str, str]
) -> Iterator[Bench]:
    """A local Glue that finds this machine's Java; its minutes take a quarter of a second."""
    environ = {
        name: machine_environ[name] for name in ("PATH", "JAVA_HOME") if name in machine_environ
    }
    with LocalGlue.start(
        environ=environ,
        buckets=[BUCKET],
        roles=[ROLE],
        work_dir=tmp_path_factory.mktemp("runs"),
        seconds_per_minute=0.25,
    ) as server:
        yield bench_of(server)


def spark_job(bench: Bench, script: str, **members: Any) -> str:
    """Create a Spark job and return its name."""
    command = {"Name": "glueetl", "ScriptLocation": bench.upload(textwrap.dedent(script))}
    return bench.job(Command=command, GlueVersion="5.1", **members)


@pytest.mark.spark
def test_spark_run__reads_and_writes_s3__succeeds_and_everybody_sees_it(spark_bench):
    bench = spark_bench
    bench.s3.put_object(Bucket=BUCKET, Key="in/a.csv", Body=b"id,name\n1,a\n2,b\n")
    name = spark_job(
        bench,
        f"""
        import sys
        from awsglue.utils import getResolvedOptions
        from pyspark.sql import SparkSession

        options = getResolvedOptions(sys.argv, ["JOB_NAME", "limit"])
        spark = SparkSession.builder.getOrCreate()
        rows = spark.read.csv("s3://{BUCKET}/in/", header=True)
        rows.write.partitionBy("name").json("s3://{BUCKET}/out/")
        print(options["JOB_NAME"], options["limit"], rows.count())
        """,
    )

    run = bench.await_state(name, bench.start(name, Arguments={"--limit": "7"}))

    assert run["JobRunState"] == "SUCCEEDED", (run, bench.log(run, "error"))
    assert f"{name} 7 2\n" in bench.log(run)
    keys = [
        one["Key"] for one in bench.s3.list_objects_v2(Bucket=BUCKET, Prefix="out/")["Contents"]
    ]
    assert any(key.startswith("out/name=a/part-") for key in keys)
    assert alive(run["Id"]) == []


@pytest.mark.spark
def test_spark_run__a_failing_query__is_failed_in_sparks_words(spark_bench):
    script = """
        from pyspark.sql import SparkSession
        SparkSession.builder.getOrCreate().sql("select * from nowhere")
    """
    name = spark_job(spark_bench, script)

    run = spark_bench.await_state(name, spark_bench.start(name))

    assert run["JobRunState"] == "FAILED"
    assert "nowhere" in run["ErrorMessage"]
    assert alive(run["Id"]) == []


@pytest.mark.spark
def test_spark_stop__while_workers_work__is_stopped_and_no_jvm_survives(spark_bench):
    bench = spark_bench
    name = spark_job(bench, BUSY)
    run_id = bench.start(name)
    bench.await_log(bench.await_state(name, run_id, RUNNING), "here")
    assert len(alive(run_id)) >= 2  # Python and its JVM

    bench.glue.batch_stop_job_run(JobName=name, JobRunIds=[run_id])

    assert bench.await_state(name, run_id)["JobRunState"] == "STOPPED"
    assert alive(run_id) == []


@pytest.mark.spark
@pytest.mark.slow  # a stop, above, ends the JVM on the same way
def test_spark_timeout__while_workers_work__is_timeout_and_no_jvm_survives(spark_bench):
    name = spark_job(spark_bench, BUSY, Timeout=40)  # ten seconds here

    run = spark_bench.await_state(name, spark_bench.start(name))

    assert run["JobRunState"] == "TIMEOUT"
    assert alive(run["Id"]) == []


def test_spark_run__a_script_that_is_no_python__fails_without_a_jvm(spark_bench):
    name = spark_job(spark_bench, "def broken(:\n")

    run = spark_bench.await_state(name, spark_bench.start(name))

    assert run["JobRunState"] == "FAILED"
    assert "SyntaxError" in run["ErrorMessage"]


def test_spark_run__exits_with_zero__is_failed_as_on_glue(spark_bench):
    name = spark_job(spark_bench, "import sys\nsys.exit(0)\n")

    run = spark_bench.await_state(name, spark_bench.start(name))

    assert (run["JobRunState"], run["ErrorMessage"]) == ("FAILED", "SystemExit: 0")
