"""Machines that know neither their user nor their own name, as containers often do."""

import os
import pwd
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from glue_child import nameless
from plugin.local import hostname, spark
from plugin.local.records import Job, JobRun
from plugin.local.workspace import spark_arguments

RUNTIME = Path(spark.__file__).with_name("runtime")

GATEWAY = """\
from pyspark import context, java_gateway
from glue_child import nameless

told = []

class Users:
    def createRemoteUser(self, name): return ("user", name)
    def setLoginUser(self, user): told.append(user)

class Gateway:
    def __getattr__(self, _name): return self

class Jvm(Gateway):
    UserGroupInformation = Users()

def launch_gateway(conf=None, popen_kwargs=None):
    told.append(("launched", conf))
    return Jvm()

java_gateway.launch_gateway = context.launch_gateway = launch_gateway
nameless.tell_spark()
java_gateway.launch_gateway(1)
gateway = context.launch_gateway(conf=2)
assert isinstance(gateway, Jvm)
print(told)
"""


def run_with(conf: str) -> JobRun:
    """A run whose job asks Spark for settings."""
    job = Job(
        name="a",
        region="us-east-1",
        definition={"Command": {"Name": "glueetl"}, "DefaultArguments": {"--conf": conf}},
        tags={},
        asked={},
        created_on=0,
        modified_on=0,
    )
    return JobRun(
        id="jr_1",
        job=job,
        arguments={},
        settings={},
        log_group="/aws-glue/jobs",
        log_stream="jr_1",
        started_on=0,
        modified_on=0,
    )


def options_of(**changes: Path) -> str:
    conf = spark.spark_conf(
        endpoint_url="http://127.0.0.1:4566",
        buckets=(),
        run_dir=Path("/run/one"),
        cores=1,
        **changes,
    )
    return conf["spark.driver.extraJavaOptions"]


def test_nameless__pyspark_is_missing__leaves_it_to_the_script():
    code = "import sys; sys.modules['pyspark'] = None\n"
    code += "from glue_child import nameless; nameless.tell_spark(); print('on')"

    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(RUNTIME), "PATH": os.defpath},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("on\n", "")


def test_nameless__a_jvm_is_started__is_told_a_user_before_anybody_gets_it():
    done = subprocess.run(
        [sys.executable, "-c", GATEWAY],
        env={"PYTHONPATH": str(RUNTIME), "PATH": os.defpath},
        capture_output=True,
        text=True,
        check=False,
    )

    named = ("user", nameless.NAME)
    assert done.stdout.strip() == str([("launched", 1), named, ("launched", 2), named]), done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user that nobody knows")
def test_is_nameless__a_number_without_a_name__is_true():
    number = next(
        n for n in range(54321, 65000) if n not in {user.pw_uid for user in pwd.getpwall()}
    )
    code = f"import os; os.setuid({number})\nfrom glue_child import nameless\nprint(nameless.is_nameless())"

    done = subprocess.run(
        [sys.executable, "-c", "from glue_child import nameless\n" + code],
        env={"PYTHONPATH": str(RUNTIME), "PATH": os.defpath},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == "True\n", done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="whoever runs this may be nameless")
def test_is_nameless__root__is_false():
    assert not nameless.is_nameless()


def test_spark_conf__java_asks_where_home_is__is_told_the_runs_own():
    assert "-Duser.home=/run/one/home" in options_of().split()


def test_spark_conf__the_machine_resolves_its_name__java_asks_as_ever():
    assert "jdk.net.hosts.file" not in options_of()


def test_spark_conf__the_machine_does_not_resolve_its_name__java_reads_a_file():
    options = options_of(hosts_file=Path("/run/one/conf/hosts"))

    assert "-Djdk.net.hosts.file=/run/one/conf/hosts" in options.split()


def test_hostname__the_hosts_file__leads_this_machine_to_itself():
    assert hostname.hosts_text().split() == ["127.0.0.1", "localhost", socket.gethostname()]


@pytest.mark.parametrize(
    ("conf", "path"),
    [("", "/jars/a.jar:/jars/b c.jar"), ("spark.driver.extraClassPath=/own", ":/own")],
)
def test_spark_arguments__jars__are_put_on_the_class_path(conf, path, tmp_path):
    for name in ("b c.jar", "a.jar"):
        (tmp_path / "jars" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "jars" / name).touch()

    found = spark_arguments(run_with(conf), tmp_path / "jars")

    assert path in found["spark.driver.extraClassPath"].replace(str(tmp_path), "")
    assert "spark.jars" not in found


def test_spark_conf__nothing_is_unpacked_beside_spark__jars_unpack_their_libraries():
    assert not spark.native_folder().exists()
    assert "snappy" not in options_of()
