"""What the image is cut to is what the code needs; nothing of a checkout gets into a build unasked."""

import ast
import gzip
import json
import os
import platform
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.util import cache_from_source
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name
from docker.utils.build import exclude_paths

from image import lean

MAKERS = (
    *("_client", "client", "resource", "create_client"),
    *("client_creator", "_client_creator", "create_nested_client"),
)
NOT_IN_THE_DEFAULT_IMAGE = "local"  # the local Glue's own scripts have all of AWS


def services_named_in(path: Path) -> Iterator[str]:
    """Yield the services that a module names when it makes clients."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        if getattr(node.func, "attr", getattr(node.func, "id", "")) in MAKERS:
            texts = (arg.value for arg in node.args[:2] if isinstance(arg, ast.Constant))
            yield from (text for text in texts if isinstance(text, str))


def write(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def write_model(data: Path, service: str) -> None:
    operations = {name: {"input": {"shape": "In"}} for name in (*lean.GLUE_OPERATIONS, "Other")}
    operations["Other"] = {"input": {"shape": "OtherIn"}}
    list_of = {"type": "list", "member": {"shape": "Name"}}
    shapes = {"In": {"members": {"shape": {"shape": "Names"}}}, "Names": list_of}
    model = {
        "metadata": {"endpointPrefix": f"{service}-endpoint"},
        "operations": operations,
        "shapes": {**shapes, "Name": {"type": "string"}, "OtherIn": {"members": {}}},
    }
    text = json.dumps(model)
    path = data / service / "2020-01-01/service-2.json.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(gzip.compress(text.encode()))


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    """A small installed prefix."""
    prefix = tmp_path / "prefix"
    packages = prefix / "lib/python3.13/site-packages"
    data = packages / "botocore/data"
    for service in (*lean.SERVICES | lean.CREDENTIALS, "ec2"):
        write_model(data, service)
    services: dict[str, object] = {
        f"{name}-endpoint": {"endpoints": {}} for name in ("glue", "s3", "ec2")
    }
    endpoints = {"partitions": [{"partition": "aws", "services": services}], "version": 3}
    write(data / "endpoints.json", json.dumps(endpoints))
    write(data / "partitions.json", "{}")
    write(packages / "acme/tests/test_acme.py")
    write(packages / "acme/__init__.py", "NAME = 'acme'\n")
    write(prefix / "bin/acme")
    return prefix


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


# --- what is kept --------------------------------------------------------------------------------


def test_services__the_code_asks_for_clients__are_exactly_those(repository):
    asked = {
        name
        for path in (repository / "plugin").rglob("*.py")
        if NOT_IN_THE_DEFAULT_IMAGE not in path.relative_to(repository).parts
        for name in services_named_in(path)
    }

    assert asked == lean.SERVICES


def test_services__botocores_credential_providers_ask_for_clients__are_there():
    root = Path(botocore.__file__).parent
    asked = {
        name
        for module in ("credentials", "tokens", "utils", "session")
        for name in services_named_in(root / f"{module}.py")
    }

    assert asked == lean.CREDENTIALS


def test_operations__the_code_calls_of_glue__are_exactly_those(repository):
    words = {
        word
        for path in (repository / "plugin").rglob("*.py")
        if NOT_IN_THE_DEFAULT_IMAGE not in path.relative_to(repository).parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(word := getattr(node, "attr", getattr(node, "value", None)), str)
    }
    names = botocore.session.get_session().get_service_model("glue").operation_names

    assert {name for name in names if xform_name(name) in words} == lean.GLUE_OPERATIONS


# --- cutting -------------------------------------------------------------------------------------


def test_lean__libraries__are_cut_and_what_is_cut_is_kept_aside(prefix, tmp_path):
    before = files_in(prefix)

    lean.libraries(prefix, tmp_path / "spare")

    packages = "lib/python3.13/site-packages"
    left = {name for name in files_in(prefix) if not name.endswith(".pyc")}
    cut = {
        f"{packages}/botocore/data/ec2/2020-01-01/service-2.json.gz",
        f"{packages}/acme/tests/test_acme.py",
    }
    assert left == before - cut - {"bin/acme"}
    data = f"{packages}/botocore/data"
    glue = f"{data}/glue/2020-01-01/service-2.json.gz"
    assert files_in(tmp_path / "spare") == {*cut, f"{data}/endpoints.json", glue}


def test_lean__endpoints__are_those_of_our_services_and_the_whole_is_kept_aside(prefix, tmp_path):
    lean.libraries(prefix, tmp_path / "spare")

    name = "lib/python3.13/site-packages/botocore/data/endpoints.json"
    cut, whole = (json.loads((root / name).read_text()) for root in (prefix, tmp_path / "spare"))
    assert cut["version"] == 3
    assert set(cut["partitions"][0]["services"]) == {"glue-endpoint", "s3-endpoint"}
    assert "ec2-endpoint" in whole["partitions"][0]["services"]


def test_lean__glue__knows_what_we_call_and_the_whole_is_kept_aside(prefix, tmp_path):
    lean.libraries(prefix, tmp_path / "spare")

    name = "lib/python3.13/site-packages/botocore/data/glue/2020-01-01/service-2.json.gz"
    roots = (prefix, tmp_path / "spare")
    cut, whole = (json.loads(gzip.decompress((root / name).read_bytes())) for root in roots)
    assert set(cut["operations"]) == lean.GLUE_OPERATIONS
    assert set(cut["shapes"]) == {"In", "Names", "Name"}
    assert {"Other"} == set(whole["operations"]) - lean.GLUE_OPERATIONS


def test_lean__a_module_that_cannot_be_compiled__ends_the_build(prefix, capsys):
    write(prefix / "lib/python3.13/site-packages/acme/broken.py", "def\n")

    with pytest.raises(SystemExit):
        lean.libraries(prefix)


def test_lean__what_is_compiled__is_not_compared_with_its_source(prefix, tmp_path):
    lean.libraries(prefix, tmp_path / "spare")

    (compiled,) = (prefix / "lib/python3.13/site-packages/acme/__pycache__").glob("__init__.*")
    flags = int.from_bytes(compiled.read_bytes()[4:8], "little")
    assert flags == 0b01  # PEP 552: by hash, and unchecked
    assert b"/usr/local/lib/python3.13/site-packages/acme/__init__.py" in compiled.read_bytes()


def test_lean__a_module_of_python_that_the_base_has_as_source__is_compiled_into_the_prefix(
    tmp_path,
):
    base, prefix = tmp_path / "base", tmp_path / "prefix"
    write(base / "lib/python3.13/bare.py", "x = 1\n")
    write(base / "lib/python3.13/done.py", "x = 1\n")
    write(Path(cache_from_source(str(base / "lib/python3.13/done.py"))))

    paths = [str(base / "lib/python3.13" / name) for name in ("bare.py", "done.py")]
    lean.compile_python(prefix, [*paths, str(tmp_path / "elsewhere.py")], home=base)

    (made,) = files_in(prefix)
    assert made.startswith("lib/python3.13/__pycache__/bare.")


def test_lean__scripts__are_isolated_unbuffered_and_the_only_ones(tmp_path):
    write(tmp_path / "bin/acme")

    lean.write_scripts(tmp_path)

    assert files_in(tmp_path) == {"bin/glue-health-check", "bin/glue-health-check-cleanup"}
    for path in (tmp_path / "bin").iterdir():
        assert path.read_text().startswith("#!/usr/local/bin/python3.13 -Iu\n")
        assert os.access(path, os.X_OK)


@pytest.mark.parametrize("name", ["glue-health-check", "glue-health-check-cleanup"])
def test_lean__a_script__calls_a_function_that_is_there(name, tmp_path, repository):
    lean.write_scripts(tmp_path)

    done = subprocess.run(
        [sys.executable, tmp_path / "bin" / name, "--version"],
        env={"PYTHONPATH": str(repository), "PATH": os.defpath},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "Traceback" not in done.stderr


def test_lean__loaded__names_modules_of_python_and_none_of_ours(repository):
    code = lean.LOAD

    done = subprocess.run(
        [sys.executable, "-c", code, str(repository)],
        capture_output=True,
        text=True,
        check=True,
    )

    paths = done.stdout.splitlines()
    assert any(path.endswith("/json/decoder.py") for path in paths)
    assert not [path for path in paths if "site-packages" in path]


def test_lean__spark__has_its_native_libraries_unpacked(prefix):
    jars = prefix / "lib/python3.13/site-packages/pyspark/jars"
    jars.mkdir(parents=True)
    machines = ("x86_64", "amd64", "aarch64", "ppc64le")
    for jar, folder, library in (
        ("snappy-java-1.0.jar", "org/xerial/snappy/native/Linux", "libsnappyjava.so"),
        ("zstd-jni-1.5.5-4.jar", "linux", "libzstd-jni-1.5.5-4.so"),
    ):
        with zipfile.ZipFile(jars / jar, "w") as archive:
            for machine in {*machines} - ({"amd64"} if "snappy" in jar else {"x86_64"}):
                archive.writestr(f"{folder}/{machine}/{library}", machine)
            archive.writestr(f"{folder}/Readme.so.txt", "")

    lean.spark(prefix)

    native = {path.name: path.read_text() for path in (jars.parent / "native").iterdir()}
    assert set(native) == {"libsnappyjava.so", "libzstd-jni.so"}
    assert set(native.values()) <= {platform.machine(), "amd64"}


# --- the build's context -------------------------------------------------------------------------


def test_context__a_checkout_full_of_secrets__holds_what_is_named_and_nothing_else(
    tmp_path, repository
):
    for name in (
        *(".git/config", ".env", ".aws/credentials", "id_rsa", "plugin.pem", "event.json"),
        *("plugin/app/__init__.py", "plugin/app/__pycache__/__init__.cpython-313.pyc"),
        *("requirements/runtime.txt", "requirements/dev.txt", "requirements/.netrc"),
        *("wheelhouse/acme.whl", "image/lean.py", "README.md", "LICENSE", "NOTICE"),
        *("pyproject.toml", "tests/conftest.py", "glue-health-check-report/report.md"),
    ):
        write(tmp_path / name)
    rules = (repository / ".dockerignore").read_text().splitlines()
    patterns = [line for line in rules if line and not line.startswith("#")]

    paths = exclude_paths(str(tmp_path), patterns)

    assert {path for path in paths if (tmp_path / path).is_file()} == {
        *("plugin/app/__init__.py", "requirements/runtime.txt", "wheelhouse/acme.whl"),
        *("image/lean.py", "README.md", "LICENSE", "NOTICE", "pyproject.toml"),
    }
