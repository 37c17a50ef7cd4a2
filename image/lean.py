"""Makes an installed prefix fit for the image: small, compiled, with entry points of our own.

Runs inside the build, on nothing but the standard library:

    python lean.py libraries PREFIX [SPARE]   what the default image does without goes below SPARE
    python lean.py spark PREFIX               what the image with Spark has besides
    python lean.py package PREFIX LIBRARIES   our own package, which needs what LIBRARIES holds

Knows which of botocore's services the image serves.  Refuses to know how packages got there.
"""

# ruff: noqa: INP001 - a script that a build runs, not a package
from __future__ import annotations

import compileall
import gzip
import json
import os
import platform
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from py_compile import PycInvalidationMode, compile  # noqa: A004 - the module's only name for it
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOME = Path("/usr/local")
"""Where every prefix ends up."""

SERVICES = frozenset({"glue", "logs", "s3", "sns", "sts"})
"""The services that we call; a test holds them equal to what the code asks clients for."""

GLUE_OPERATIONS = frozenset({
    *("BatchGetJobs", "BatchStopJobRun", "CreateJob", "DeleteJob", "GetJob", "GetJobRun"),
    *("GetJobRuns", "GetTags", "ListJobs", "StartJobRun"),
})  # fmt: skip
"""The operations of Glue that we call, of more than 300; a test holds them equal to the code."""

CREDENTIALS = frozenset({"signin", "sso", "sso-oidc", "sts"})
"""The services that botocore's own credential providers call; a test looks them up there."""

# cffi's compiled part is what PyNaCl and cryptography load; its Python part writes such modules.
UNUSED = ("cffi", "pycparser", "pydantic/v1")
"""What is loaded by nobody here."""

NATIVE = {"snappy-java-*.jar": "libsnappyjava.so", "zstd-jni-*.jar": "libzstd-jni.so"}
"""Which jars bring libraries, and how these are called when unpacked."""

MACHINES = {
    "x86_64": (["linux", "x86_64"], ["linux", "amd64"]),
    "aarch64": (["linux", "aarch64"],),
}
"""The last two folders of a library inside a jar, by machine."""

SCRIPTS = {"glue-health-check": "main", "glue-health-check-cleanup": "main_cleanup"}
"""The entry points, and the functions of plugin.app that they call."""

# -I: nothing of HOME, of the working directory or of PYTHON* variables is imported, because a
# stranger's files may lie there.  -u: what is printed arrives at once.
# The collector would look through all that is loaded again and again, and find nothing.
SCRIPT = """\
#!/usr/local/bin/python3.13 -Iu
import gc
import os
import signal
import sys

# As PID 1 a process without a handler is deaf.  Until there is something to clean up, it just ends.
signal.signal(signal.SIGTERM, lambda *_: os._exit(143))
signal.signal(signal.SIGINT, lambda *_: os._exit(130))
gc.set_threshold(100_000)

from plugin.app import {function}

sys.exit({function}())
"""

# Loads what a check loads, and says which modules of Python itself that were.
LOAD = """\
import importlib, pkgutil, sys
sys.path[:0] = sys.argv[1:]
import botocore.session, cryptography.hazmat.bindings._rust, github, nacl.public, plugin.app
import pydantic, s3transfer.manager, structlog, yaml
for name in ("app", "aws", "ci", "clients", "core", "reporters"):
    package = importlib.import_module("plugin." + name)
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
session = botocore.session.Session()
session.set_credentials("x", "x")
for name in ("glue", "logs", "s3"):
    session.create_client(name, region_name="us-east-1")
for module in list(sys.modules.values()):
    path = getattr(module, "__file__", None) or ""
    if path.endswith(".py") and "site-packages" not in path:
        print(path)
"""


def write_scripts(prefix: Path) -> None:
    """Leave our two entry points in `prefix`/bin and nothing else."""
    folder = prefix / "bin"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, function in SCRIPTS.items():
        path = folder / name
        path.write_text(SCRIPT.format(function=function))
        path.chmod(0o755)


def surplus(packages: Path) -> Iterator[Path]:
    """Yield what the default image does without: others' data, others' tests, what is UNUSED."""
    services = (path for path in (packages / "botocore" / "data").iterdir() if path.is_dir())
    yield from (path for path in services if path.name not in SERVICES | CREDENTIALS)
    yield from (packages / name for name in UNUSED if (packages / name).exists())
    yield from (path for path in packages.glob("*/tests") if path.is_dir())


def cut_endpoints(data: Path, spare: Path) -> None:
    """Leave in endpoints.json, which every client reads, only what is said of our services."""
    path = data / "endpoints.json"
    spare.mkdir(parents=True, exist_ok=True)
    shutil.copy2(path, spare)
    prefixes = {_endpoint_prefix(data / name) for name in SERVICES | CREDENTIALS}
    content = json.loads(path.read_text())
    for partition in content["partitions"]:
        services = partition["services"]
        partition["services"] = {key: services[key] for key in prefixes & services.keys()}
    path.write_text(json.dumps(content, sort_keys=True))


def cut_glue(data: Path, spare: Path) -> None:
    """Leave in Glue's model, which every start has to read, what we call and what that needs."""
    (path,) = data.glob("glue/*/service-2.json.gz")
    kept = spare / path.relative_to(data)
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(path, kept)
    model = json.loads(gzip.decompress(path.read_bytes()))
    operations = model["operations"]
    model["operations"] = {name: operations[name] for name in sorted(GLUE_OPERATIONS)}
    needed = reachable(model["operations"], model["shapes"])
    model["shapes"] = {name: model["shapes"][name] for name in sorted(needed)}
    path.write_bytes(gzip.compress(json.dumps(model).encode(), mtime=0))


def reachable(start: dict[str, Any], shapes: dict[str, Any]) -> set[str]:
    """Return the names of all shapes that a part of a model leads to."""
    found: set[str] = set()
    left: list[Any] = [start]
    while left:
        part = left.pop()
        values = part.values() if isinstance(part, dict) else part
        left += [value for value in values if isinstance(value, (dict, list))]
        name = part.get("shape") if isinstance(part, dict) else None
        if isinstance(name, str) and name not in found:
            found.add(name)
            left.append(shapes[name])
    return found


def _endpoint_prefix(service: Path) -> str:
    (model,) = service.glob("*/service-2.json.gz")
    prefix: str = json.loads(gzip.decompress(model.read_bytes()))["metadata"]["endpointPrefix"]
    return prefix


def move(paths: Iterator[Path], prefix: Path, spare: Path) -> None:
    """Move what lies below `prefix` to the same place below `spare`."""
    for path in tuple(paths):
        target = spare / path.relative_to(prefix)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, target)


def compile_all(prefix: Path) -> None:
    """Compile every module; what is compiled is never compared with its source again."""
    done = compileall.compile_dir(
        prefix / "lib",
        quiet=1,
        workers=0,
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
        stripdir=str(prefix),
        prependdir=str(HOME),
    )
    if not done:
        sys.exit("a module cannot be compiled")


def compile_python(prefix: Path, paths: list[str], *, home: Path = HOME) -> None:
    """Compile into `prefix` the modules of Python itself that the base has as source only."""
    from importlib.util import cache_from_source

    for source in sorted(set(paths)):
        target = Path(cache_from_source(source))
        if target.is_relative_to(home) and not target.exists():
            compile(
                source,
                cfile=str(prefix / target.relative_to(home)),
                doraise=True,
                invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
            )


def loaded(*prefixes: Path) -> list[str]:
    """Return the files of Python itself that are loaded when ours are."""
    folders = [str(packages_of(prefix)) for prefix in prefixes]
    done = subprocess.run(  # noqa: S603 - this very interpreter
        [sys.executable, "-I", "-B", "-c", LOAD, *folders],
        env={"PATH": os.defpath},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def packages_of(prefix: Path) -> Path:
    """Return the one folder of packages below a prefix."""
    (packages,) = prefix.glob("lib/python*/site-packages")
    return packages


def libraries(prefix: Path, spare: Path | None = None) -> None:
    """Cut and compile what others wrote; none of their commands is needed."""
    shutil.rmtree(prefix / "bin", ignore_errors=True)
    if spare is not None:
        packages = packages_of(prefix)
        move(surplus(packages), prefix, spare)
        data = packages / "botocore" / "data"
        cut_endpoints(data, spare / data.relative_to(prefix))
        cut_glue(data, spare / data.relative_to(prefix))
    compile_all(prefix)


def spark(prefix: Path) -> None:
    """Compile it, and unpack what Spark would load from a temporary folder that may be noexec."""
    jars = packages_of(prefix) / "pyspark" / "jars"
    folders = MACHINES[platform.machine()]
    for name, target in NATIVE.items():
        (jar,) = jars.glob(name)
        with zipfile.ZipFile(jar) as archive:
            (inside,) = (
                path
                for path in archive.namelist()
                if path.endswith(".so") and path.lower().split("/")[-3:-1] in folders
            )
            (jars.parent / "native").mkdir(exist_ok=True)
            (jars.parent / "native" / target).write_bytes(archive.read(inside))
    libraries(prefix)


def package(prefix: Path, others: Path) -> None:
    """Compile what we wrote, and what of Python it loads; write the entry points."""
    write_scripts(prefix)
    compile_all(prefix)
    compile_python(prefix, loaded(prefix, others))


def main(command: str, *paths: str) -> None:
    """Do what the command line says."""
    commands: dict[str, Callable[..., None]] = {
        "libraries": libraries,
        "spark": spark,
        "package": package,
    }
    commands[command](*map(Path, paths))


if __name__ == "__main__":
    main(*sys.argv[1:])
