"""Real Spark on s3:// paths: the local S3 behind Hadoop's own WebHDFS client, no AWS library.

One session serves the whole file, because a JVM takes seconds to start.  Slow all the same: the
whole way through the local Glue is in test_local_glue, the gateway alone in unit/local_spark.
"""

import os
import subprocess
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from plugin.local import spark as spark_setup
from plugin.local.s3_gateway import S3Gateway

pytestmark = [
    pytest.mark.spark,
    pytest.mark.slow,
    pytest.mark.xdist_group("spark_s3"),
    # pyspark leaves the socket of every collect() to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]

ROWS = [(number, f"name {number}", 2000 + number % 12) for number in range(240)]
SCHEMA = "id int, name string, year int"


class _QuietHandler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else every small answer waits 40 ms

    def log_request(self, *_args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    moto = DomainDispatcherApplication(create_backend_app)
    gateway = S3Gateway(moto)

    def app(environ, start_response):
        chosen = gateway if environ["PATH_INFO"].startswith("/webhdfs/") else moto
        return chosen(environ, start_response)

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_QuietHandler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    yield f"http://127.0.0.1:{server.server_port}"

    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def s3(endpoint: str) -> Iterator[Any]:
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )

    yield client

    client.close()


@pytest.fixture(scope="module")
def spark(endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    run_dir = tmp_path_factory.mktemp("a run")
    conf_dir = run_dir / "conf"
    for folder in (conf_dir, run_dir / "tmp"):
        folder.mkdir()
    conf = spark_setup.spark_conf(
        endpoint_url=endpoint, buckets=["never-made"], run_dir=run_dir, cores=2
    )
    (conf_dir / "spark-defaults.conf").write_text(spark_setup.spark_defaults(conf))
    (conf_dir / "log4j2.properties").write_text(spark_setup.log4j2_properties())
    java = spark_setup.java_home(os.environ)
    before = Path.cwd()
    os.environ.update(spark_setup.spark_environ(java=java, conf_dir=conf_dir))
    os.chdir(run_dir)
    session = SparkSession.builder.getOrCreate()
    os.chdir(before)

    yield session

    gateway: Any = SparkContext._gateway
    session.stop()
    gateway.shutdown()
    _end(gateway.proc)
    SparkContext._gateway = SparkContext._jvm = None


def _end(jvm: Any) -> None:
    """Close the pipe that the JVM waits on, and wait for its end."""
    jvm.stdin.close()
    try:
        jvm.wait(timeout=20)
    except subprocess.TimeoutExpired:
        jvm.kill()
        jvm.wait()


@pytest.fixture(name="bucket")
def _bucket(s3: Any) -> str:
    """A bucket that did not exist when Spark started."""
    name = f"late-{uuid.uuid4().hex}"
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def rows(spark: Any) -> Any:
    return spark.createDataFrame(ROWS, SCHEMA)


def _keys(s3: Any, bucket: str, prefix: str = "") -> list[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [found["Key"] for page in pages for found in page.get("Contents", ())]


def _put(s3: Any, bucket: str, key: str, body: bytes) -> None:
    s3.put_object(Bucket=bucket, Key=key, Body=body)


def _collected(frame: Any) -> list[tuple[Any, ...]]:
    return sorted(tuple(row) for row in frame.select("id", "name", "year").collect())


# --- what goes wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["s3", "s3a", "s3n"])
def test_read__path_missing__names_the_path(spark, bucket, scheme):
    from pyspark.errors import AnalysisException

    with pytest.raises(AnalysisException, match=f"PATH_NOT_FOUND.*{scheme}://{bucket}/missing"):
        spark.read.parquet(f"{scheme}://{bucket}/missing/")


def test_read__bucket_named_at_the_start_but_missing__says_no_such_bucket(spark):
    with pytest.raises(Exception, match=r"NoSuchBucket.*s3://never-made/"):
        spark.read.text("s3://never-made/x/")


def test_write__bucket_named_at_the_start_but_missing__says_no_such_bucket(rows):
    with pytest.raises(Exception, match=r"NoSuchBucket.*s3://never-made/"):
        rows.write.csv("s3://never-made/x/")


def test_read__bucket_never_heard_of__names_it(spark):
    with pytest.raises(Exception, match="not-a-bucket"):
        spark.read.text("s3://not-a-bucket/x/")


def test_write__something_is_there__refuses_and_keeps_it(s3, bucket, rows):
    from pyspark.errors import AnalysisException

    _put(s3, bucket, "out/a", b"1")

    with pytest.raises(AnalysisException, match="PATH_ALREADY_EXISTS"):
        rows.write.csv(f"s3://{bucket}/out")

    assert _keys(s3, bucket) == ["out/a"]


def test_write__a_task_fails__leaves_nothing_in_s3(s3, bucket, spark):
    frame = spark.range(4).selectExpr("cast(raise_error('on purpose') as string) as x")

    with pytest.raises(Exception, match="on purpose"):
        frame.write.parquet(f"s3://{bucket}/out")

    assert _keys(s3, bucket) == []


# --- formats -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "scheme"), [("csv", "s3"), ("json", "s3n"), ("parquet", "s3a"), ("orc", "s3")]
)
def test_partitioned_write__every_format__reads_back_equal(spark, s3, bucket, rows, form, scheme):
    location = f"{scheme}://{bucket}/deep/{form}"

    rows.coalesce(1).write.format(form).partitionBy("year").save(location)

    keys = _keys(s3, bucket)
    partitions = {key.split("/")[2] for key in keys} - {"_SUCCESS"}
    assert _collected(spark.read.format(form).schema(SCHEMA).load(location)) == ROWS
    assert partitions == {f"year={year}" for year in range(2000, 2012)}
    assert "deep/" + form + "/_SUCCESS" in keys
    assert not [key for key in keys if key.endswith(("/", "$")) or "_temporary" in key]


def test_read_csv__that_boto3_put__sees_it_at_once_and_its_change(spark, s3, bucket):
    _put(s3, bucket, "in/a.csv", b"id,name\n1,x\n")
    first = spark.read.csv(f"s3://{bucket}/in/", header=True).collect()
    _put(s3, bucket, "in/b.csv", b"id,name\n2,y\n")
    s3.delete_object(Bucket=bucket, Key="in/a.csv")

    second = spark.read.csv(f"s3://{bucket}/in/", header=True).collect()

    assert [tuple(row) for row in first] == [("1", "x")]
    assert [tuple(row) for row in second] == [("2", "y")]


def test_read_csv__globs__choose_files(spark, s3, bucket):
    for name in ("a1", "a2", "b1"):
        _put(s3, bucket, f"in/{name}/x.csv", f"{name}\n".encode())

    def read(glob: str) -> list[str]:
        return sorted(row[0] for row in spark.read.text(f"s3://{bucket}/{glob}").collect())

    assert read("in/a*/x.csv") == ["a1", "a2"]
    assert read("in/{a1,b1}/") == ["a1", "b1"]
    assert read("*/*/*.csv") == ["a1", "a2", "b1"]


def test_read__odd_names__are_read(spark, s3, bucket):
    names = ["a b", "a+b", "a%20b", "100%", "é日本", "k=v", "x;y&z'", "12:30", "\u00a0x", "Ã©"]
    for name in names:
        _put(s3, bucket, f"in/{name}/{name}.txt", name.encode())

    found = spark.read.option("recursiveFileLookup", "true").text(f"s3://{bucket}/in/")

    assert sorted(row[0] for row in found.collect()) == sorted(names)


def test_write__odd_partition_values__come_back(spark, s3, bucket):
    values = ["a b", "a/b", "100%", "é日本", "2020-01-01 00:00:00", "x=y", "a+b"]
    frame = spark.createDataFrame([(value, value) for value in values], "v string, p string")

    frame.write.partitionBy("p").parquet(f"s3://{bucket}/out é+%/x")

    back = spark.read.parquet(f"s3://{bucket}/out é+%/x").collect()
    assert sorted(row["p"] for row in back) == sorted(values)
    assert all(row["v"] == row["p"] for row in back)
    assert "out é+%/x/_SUCCESS" in _keys(s3, bucket)


def test_rdd__text_file__is_split_and_read(spark, s3, bucket):
    _put(s3, bucket, "in.txt", b"".join(b"%d\n" % number for number in range(1000)))

    lines = spark.sparkContext._jsc.textFile(f"s3://{bucket}/in.txt", 4)

    assert (lines.count(), lines.getNumPartitions()) == (1000, 4)


# --- modes ---------------------------------------------------------------------------------------


def test_overwrite__other_data_was_there__replaces_it(spark, s3, bucket, rows):
    location = f"s3://{bucket}/out"
    rows.write.parquet(location)
    old = set(_keys(s3, bucket)) - {"out/_SUCCESS"}

    rows.limit(5).coalesce(1).write.mode("overwrite").parquet(location)

    assert not old & set(_keys(s3, bucket))
    assert spark.read.parquet(location).count() == 5


def test_append__data_was_there__keeps_both(spark, bucket, rows):
    location = f"s3://{bucket}/out"
    for _ in range(2):
        rows.write.mode("append").partitionBy("year").parquet(location)

    assert spark.read.parquet(location).count() == 2 * len(ROWS)


def test_dynamic_overwrite__one_partition_written__leaves_the_others(spark, s3, bucket, rows):
    location = f"s3://{bucket}/out"
    rows.write.partitionBy("year").parquet(location)
    kept = {key for key in _keys(s3, bucket) if "year=2001/" in key}

    (
        rows.where("year = 2000")
        .limit(1)
        .write.mode("overwrite")
        .option("partitionOverwriteMode", "dynamic")
        .partitionBy("year")
        .parquet(location)
    )

    counts = {
        row[0]: row[1] for row in spark.read.parquet(location).groupBy("year").count().collect()
    }
    assert counts == {year: 1 if year == 2000 else 20 for year in range(2000, 2012)}
    assert kept == {key for key in _keys(s3, bucket) if "year=2001/" in key}
    assert not [key for key in _keys(s3, bucket) if "staging" in key or "_temporary" in key]


# --- size and threads ----------------------------------------------------------------------------


def test_big_file__twenty_megabytes__is_read_whole_in_splits(spark, s3, bucket):
    line = b"0123456789abcdef" * 64 + b"\n"
    _put(s3, bucket, "big.txt", line * 20_000)
    spark.conf.set("spark.sql.files.maxPartitionBytes", "3000000")

    frame = spark.read.text(f"s3://{bucket}/big.txt")
    partitions, count, distinct = frame.rdd.getNumPartitions(), frame.count(), frame.distinct()

    assert (partitions > 4, count) == (True, 20_000)
    assert [row[0].encode() + b"\n" for row in distinct.collect()] == [line]


def test_big_write__many_megabytes__arrives_equal(spark, bucket):
    frame = spark.range(300_000).selectExpr("id", "sha2(string(id), 256) as hash")
    frame.coalesce(1).write.parquet(f"s3://{bucket}/out")

    back = spark.read.parquet(f"s3://{bucket}/out")

    assert back.where("hash = sha2(string(id), 256)").count() == 300_000


def test_many_jobs_at_once__write_and_read__do_not_disturb_each_other(spark, s3, bucket, rows):
    def write_and_count(number: int) -> int:
        location = f"s3://{bucket}/out{number}"
        rows.limit(10 + number).write.partitionBy("year").parquet(location)
        return spark.read.parquet(location).count()  # type: ignore[no-any-return]  # pyspark's own

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(write_and_count, range(6)))

    assert counts == [10 + number for number in range(6)]
    assert not [key for key in _keys(s3, bucket) if "_temporary" in key]
