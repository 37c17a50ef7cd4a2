"""What is shipped: every unusable file is a problem with its path, and a zip is always the same."""

import io
import string
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.naming import Location
from plugin.core.package import LARGEST_SCRIPT, package_of, placed_arguments, zip_of
from plugin.core.ports import Upload
from tests.unit.core.checkouts import SCRIPTS, TEMP, Files, asked

FILES = {
    "a.py": "print(1)\n",
    "jobs/b.py": "import lib\n",
    "lib/__init__.py": "",
    "lib/deep/mod.py": "x = 1\n",
    "lib/__pycache__/mod.pyc": b"\0",
    "other/util.py": "",
    "wheels/own-1.0.whl": b"PK",
    "conf.json": "{}",
    "one.jar": b"PK",
    "data/x.csv": "1",
    "data/deep/y.csv": "2",
}


def packed(*, files=FILES, is_local=False, scripts=SCRIPTS, **values):
    checkout = Files(files)
    return package_of(asked(**values), checkout, scripts=scripts, temp=TEMP, is_local=is_local)


def objects(package):
    return {f"s3://{item.bucket}/{item.key}": item.body for item in package.uploads}


# --- the script -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("", "script: a.py is empty. Commit the script's text."),
        (" \n\t\n", "script: a.py is empty. Commit the script's text."),
        (
            b"x = 1\ny = '\xe4'\n",
            "script: a.py is not UTF-8 (line 2, byte 12 of the file). Save it as UTF-8.",
        ),
        (b"#" * (LARGEST_SCRIPT + 1), f"script: a.py is larger than {LARGEST_SCRIPT} bytes."),
    ],
    ids=["empty", "blank", "latin-1", "large"],
)
def test_package_of__unusable_script__is_a_problem_with_its_path(body, problem):
    package = packed(files={"a.py": body})

    assert package.problems == [problem]
    assert package.uploads == []


@pytest.mark.parametrize("script", ["missing.py", "../a.py", "/etc/passwd"])
def test_package_of__script_that_is_not_there__is_a_problem_with_its_path(script):
    (problem,) = packed(script=script).problems

    assert script in problem


def test_package_of__script__is_uploaded_below_the_prefix():
    package = packed(script="jobs/b.py")

    assert package.script_uri == "s3://scripts/p/script/b.py"
    assert objects(package) == {"s3://scripts/p/script/b.py": b"import lib\n"}
    assert package.shipped == {"b.py": "jobs/b.py"}
    assert package.arguments == {}


def test_package_of__largest_script__is_taken():
    assert packed(files={"a.py": b"#" * LARGEST_SCRIPT}).problems == []


def test_package_of__script_on_s3__is_used_where_it_lies():
    package = packed(script="s3://other/x.py")

    assert (package.script_uri, package.uploads) == ("s3://other/x.py", [])


# --- what goes with it ----------------------------------------------------------------------------

KINDS = [("extra_py_files", "--extra-py-files", "py"), ("extra_files", "--extra-files", "files")]
KINDS += [("extra_jars", "--extra-jars", "jars")]


@pytest.mark.parametrize(("name", "argument", "folder"), KINDS)
@pytest.mark.parametrize("path", ["missing.bin", "../a.py", "/etc/passwd"])
def test_package_of__extra_that_is_not_there__is_a_problem_with_its_path(
    name, argument, folder, path
):
    (problem,) = packed(**{name: (path,)}).problems

    assert path in problem


@pytest.mark.parametrize(("name", "argument", "folder"), KINDS)
def test_package_of__path_with_a_comma__is_refused(name, argument, folder):
    package = packed(files={"a.py": "x", "b,c.py": "x"}, **{name: ("b,c.py",)})

    assert package.problems == [
        f"{name}: b,c.py holds a comma, by which Glue would part it: rename it."
    ]


@pytest.mark.parametrize(("name", "argument", "folder"), KINDS)
def test_package_of__two_of_one_name__are_refused(name, argument, folder):
    files = {"a.py": "x", "x/same.py": "1", "y/same.py": "2"}

    package = packed(files=files, **{name: ("x/same.py", "y/same.py")})

    assert package.problems == [f"{name}: two shipped files are called same.py: rename one."]


def test_package_of__empty_folder__is_refused():
    assert packed(extra_py_files=("empty",)).problems == [
        "extra_py_files: empty is an empty folder. Name a folder that holds a package."
    ]


def test_package_of__folder_of_caches_alone__is_refused():
    (problem,) = packed(extra_py_files=("lib/__pycache__",)).problems

    assert "is an empty folder" in problem


@pytest.mark.parametrize(("name", "argument", "folder"), KINDS)
def test_package_of__extras__are_uploaded_or_named_where_they_lie(name, argument, folder):
    package = packed(**{name: ("conf.json", "s3://other/x", "./one.jar")})

    assert package.arguments == {
        argument: f"s3://scripts/p/{folder}/conf.json,s3://other/x,s3://scripts/p/{folder}/one.jar"
    }
    assert objects(package)[f"s3://scripts/p/{folder}/one.jar"] == b"PK"


@pytest.mark.parametrize("path", ["lib", "lib/", "./lib"])
def test_package_of__folder__is_a_zip_that_python_can_import_from(path):
    package = packed(extra_py_files=(path, "other/util.py"))

    body = objects(package)["s3://scripts/p/py/lib.zip"]
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.namelist() == ["lib/__init__.py", "lib/deep/mod.py"]
    assert package.shipped == {
        "a.py": "a.py",
        "lib/__init__.py": "lib/__init__.py",
        "lib/deep/mod.py": "lib/deep/mod.py",
        "util.py": "other/util.py",
    }


def test_package_of__folder_of_data__is_a_zip_that_ships_no_python():
    package = packed(extra_files=("data",))

    assert package.shipped == {"a.py": "a.py"}
    assert "s3://scripts/p/files/data.zip" in objects(package)


def test_package_of__whole_checkout__has_a_name():
    package = packed(files={"a.py": "x"}, extra_py_files=(".",))

    assert "s3://scripts/p/py/checkout.zip" in objects(package)


def test_package_of__two_files_of_one_name__are_told_apart_by_their_folders():
    package = packed(files={"a.py": "x", "lib/a.py": "y"}, extra_py_files=("lib",))

    assert package.shipped == {"a.py": "a.py", "lib/a.py": "lib/a.py"}


def test_package_of__python_modules__local_wheels_are_shipped_and_others_named():
    package = packed(
        python_modules=("pandas==2.2.3", "wheels/own-1.0.whl", "s3://b/x.whl", "https://h/x.whl")
    )

    assert package.arguments == {
        "--additional-python-modules": "pandas==2.2.3,s3://scripts/p/wheels/own-1.0.whl,"
        "s3://b/x.whl,https://h/x.whl"
    }


# --- fixtures -------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["", "bucket/x", "s3://", "s3:///x", "s3://b/../x", "S3://b/x"])
@pytest.mark.parametrize("is_local", [True, False])
def test_package_of__fixture_to_no_address__is_refused(target, is_local):
    (problem,) = packed(fixtures={"data": target}, is_local=is_local).problems

    assert problem == f"fixtures: {target} is neither s3://BUCKET/PREFIX nor {{temp}}/…."


@pytest.mark.parametrize(
    "target",
    [
        "s3://production/x",
        "s3://temp/p/",
        "s3://temp/p/temp",
        "s3://temp/p/temporary/x",
        "s3://scripts/p/temp/x",
    ],
)
def test_package_of__fixture_outside_of_the_temporary_prefix_on_glue__is_refused(target):
    package = packed(fixtures={"data": target})

    assert "must lie below the check's own temporary prefix" in package.problems[0]
    assert all(item.bucket == "scripts" for item in package.uploads)


@pytest.mark.parametrize("path", ["missing.csv", "../x", "/etc"])
def test_package_of__fixture_that_is_not_there__is_a_problem_with_its_path(path):
    (problem,) = packed(fixtures={path: "{temp}/in"}).problems

    assert path in problem


@pytest.mark.parametrize(
    ("path", "target", "keys"),
    [
        ("data", "s3://b/in", {"s3://b/in/x.csv", "s3://b/in/deep/y.csv"}),
        ("./data/", "s3://b/in/", {"s3://b/in/x.csv", "s3://b/in/deep/y.csv"}),
        ("data", "s3://b", {"s3://b/x.csv", "s3://b/deep/y.csv"}),
        ("data/x.csv", "s3://b/in/", {"s3://b/in/x.csv"}),
        ("data/x.csv", "s3://b/in/z.csv", {"s3://b/in/z.csv"}),
        ("data/x.csv", "s3://b", {"s3://b/x.csv"}),
    ],
)
def test_package_of__fixture_on_the_local_engine__goes_anywhere(path, target, keys):
    files = {**FILES, "./data/": ""} if path == "./data/" else FILES

    package = packed(files=files, fixtures={path: target}, is_local=True)

    assert package.problems == []
    assert set(objects(package)) - {"s3://scripts/p/script/a.py"} == keys


def test_package_of__fixture_on_glue__goes_below_the_temporary_prefix():
    package = packed(fixtures={"data": "{temp}/in"})

    assert package.problems == []
    assert objects(package)["s3://temp/p/temp/in/x.csv"] == b"1"


def test_placed_arguments__keys_and_placeholder__are_filled_in():
    settings = asked(arguments={"in": "{temp}/in", "--out": "s3://b/{x}"})

    assert placed_arguments(settings, TEMP) == {
        "--in": "s3://temp/p/temp/in",
        "--out": "s3://b/{x}",
    }


def test_package_of__several_problems__are_told_at_once():
    package = packed(
        script="missing.py", extra_files=("x", "y"), fixtures={"data": "no", "z": "{temp}/a"}
    )

    assert len(package.problems) == 5


# --- the zip --------------------------------------------------------------------------------------

MEMBERS = st.dictionaries(
    st.text(string.ascii_letters + "/ä_.", min_size=1, max_size=20),
    st.binary(max_size=200),
    max_size=5,
)


@given(MEMBERS)
def test_zip_of__same_members_in_another_order__is_the_same_bytes(members):
    assert zip_of(members) == zip_of(dict(reversed(members.items())))


@given(MEMBERS)
def test_zip_of__members__come_back(members):
    with zipfile.ZipFile(io.BytesIO(zip_of(members))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == members
        assert all(item.date_time == (1980, 1, 1, 0, 0, 0) for item in archive.infolist())


def test_upload__body__is_not_in_its_repr():
    assert "secret text" not in repr(Upload(bucket="b", key="k", body=b"secret text"))


def test_package_of__prefix_of_another_bucket__is_not_ours():
    """The address must begin with bucket and prefix: a bucket whose name begins alike is another."""
    twin = Location(bucket="temp-2", prefix=TEMP.prefix).uri("x")

    assert packed(fixtures={"data": twin}).problems != []
