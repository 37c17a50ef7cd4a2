"""What is shipped: every unusable file is a problem with its path, and a zip is always the same."""

import hashlib
import io
import re
import string
import zipfile
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.naming import Location
from plugin.core.plan import make_plan
from plugin.core.ports import Upload
from plugin.core.settings.sources import Wanted
from plugin.core.shipping.archive import zip_of
from plugin.core.shipping.content import Content
from plugin.core.shipping.package import LARGEST_SCRIPT, package_of, placed_arguments
from tests.unit.core.checkouts import SCRIPTS, TEMP, Files, asked, circumstances, settings

FILES: dict[str, bytes | str] = {
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
    """By address, without the digest in it."""
    return {_plain(f"s3://{item.bucket}/{item.key}"): item.body for item in package.uploads}


def argument(package, name):
    return _plain(package.arguments[name])


def _plain(text):
    return re.sub(r"/[0-9a-f]{16}/", "/", text)


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

    assert _plain(package.script_uri) == "s3://scripts/p/script/b.py"
    assert objects(package) == {"s3://scripts/p/script/b.py": b"import lib\n"}
    assert package.shipped == {"b.py": "jobs/b.py"}
    assert package.arguments == {}


def test_package_of__largest_script__is_taken():
    assert packed(files={"a.py": b"#" * LARGEST_SCRIPT}).problems == []


def test_package_of__script_on_s3__is_used_where_it_lies():
    package = packed(script="s3://other/x.py")

    assert (package.script_uri, package.uploads) == ("s3://other/x.py", [])


# --- what goes with it ----------------------------------------------------------------------------

KINDS = [("extra_files", "--extra-files", "files"), ("extra_jars", "--extra-jars", "jars")]
SETTINGS = ("extra_py_files", "extra_files", "extra_jars")


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("path", ["missing.zip", "../a.py", "/etc/passwd.py"])
def test_package_of__extra_that_is_not_there__is_a_problem_with_its_path(name, path):
    (problem,) = packed(**{name: (path,)}).problems

    assert path in problem


@pytest.mark.parametrize("name", SETTINGS)
def test_package_of__path_with_a_comma__is_refused(name):
    package = packed(files={"a.py": "x", "b,c.py": "x"}, **{name: ("b,c.py",)})

    assert package.problems == [
        f"{name}: b,c.py holds a comma, by which Glue would part it: rename it."
    ]


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("body", ["1", "2"], ids=["alike", "different"])
def test_package_of__two_of_one_name__are_refused_with_both_paths(name, body):
    """On Glue one would hide the other, whatever their keys are."""
    files = {"a.py": "x", "x/same.py": "1", "y/same.py": body}

    package = packed(files=files, **{name: ("x/same.py", "y/same.py")})

    assert package.problems == [
        f"{name}: x/same.py and y/same.py would both be called same.py: rename one."
    ]


def test_package_of__names_that_differ_in_case__are_two_files():
    package = packed(
        files={"a.py": "x", "x/Same.py": "1", "y/same.py": "1"},
        extra_py_files=("x/Same.py", "y/same.py"),
    )

    assert package.problems == []
    assert len(package.uploads) == 3


@pytest.mark.parametrize("name", SETTINGS)
def test_package_of__one_file_named_twice__is_shipped_once(name):
    package = packed(**{name: ("other/util.py", "./other/util.py", "other/*.py")})

    assert package.problems == []
    assert len(package.uploads) == 2
    assert [text.count("s3://") for text in package.arguments.values()] == [1]


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize(
    "path", ["a b.py", "a#b.py", "a%20b.py", "a?b.py", "a\u00a0b.py", "a|b.py"]
)
def test_package_of__name_that_glue_would_misread__is_refused(name, path):
    """Spark reads addresses as java.net.URI does: `#` ends a path, `%20` is a blank."""
    (problem,) = packed(files={"a.py": "x", path: "x"}, **{name: (path,)}).problems

    assert problem.startswith(f"{name}: {path} holds ")
    assert problem.endswith(", which Glue would misread in an address: rename it.")


@pytest.mark.parametrize("path", ["größe.py", "a+b.py", "a'b.py", "a&b=c.py", "a~(1).py", "表.py"])
def test_package_of__name_of_plain_characters__is_kept(path):
    package = packed(files={"a.py": "x", path: "x"}, extra_py_files=(path,))

    assert package.problems == []
    assert argument(package, "--extra-py-files") == f"s3://scripts/p/py/{path}"


@pytest.mark.parametrize(
    "path", ["my job.py", "a#b.py", "a%20b.py", "a,b.py", "a?.py", "jobs/a b.py"]
)
def test_package_of__script_of_any_name__is_shipped_under_a_plain_one(path):
    """Nobody imports the script, so it can be called otherwise; its traceback leads back."""
    package = packed(files={path: "x = 1"}, script=path)

    name = package.script_uri.rpartition("/")[2]
    assert package.problems == []
    assert re.fullmatch(r"[a-z0-9_]+\.py", name)
    assert package.shipped == {name: path}


@pytest.mark.parametrize(
    ("path", "is_taken"),
    [
        ("m.py", True),
        ("m.zip", True),
        ("m.egg", True),
        ("m.whl", True),
        ("m.PY", False),
        ("m.tar.gz", False),
        ("m.so", False),
        ("m.pyc", False),
        ("m", False),
        ("conf.json", False),
    ],
)
def test_package_of__python_file__is_one_that_python_imports(path, is_taken):
    problems = packed(files={"a.py": "x", path: "x"}, extra_py_files=(path,)).problems

    assert is_taken == (problems == [])
    assert is_taken or "is not what Python imports" in problems[0]


def test_package_of__empty_module__is_shipped():
    package = packed(files={"a.py": "x", "empty.py": ""}, extra_py_files=("empty.py",))

    assert package.problems == []
    assert objects(package)["s3://scripts/p/py/empty.py"] == b""


@pytest.mark.parametrize("folder", ["my-lib", "2lib", "class", "lib v2"])
def test_package_of__folder_that_python_cannot_import__is_refused(folder):
    (problem,) = packed(
        files={"a.py": "x", f"{folder}/m.py": "x"}, extra_py_files=(folder,)
    ).problems

    assert folder in problem
    assert "rename it" in problem.lower()
    assert packed(files={"a.py": "x", "my-lib/m.py": "x"}, extra_files=("my-lib",)).problems == []


def test_package_of__glob__is_every_file_that_matches():
    package = packed(extra_py_files=("lib/**/*.py",), extra_jars=("*.jar",))

    assert argument(package, "--extra-py-files") == (
        "s3://scripts/p/py/__init__.py,s3://scripts/p/py/mod.py"
    )
    assert argument(package, "--extra-jars") == "s3://scripts/p/jars/one.jar"


@pytest.mark.parametrize("name", [*SETTINGS, "python_modules"])
def test_package_of__glob_that_matches_nothing__is_refused(name):
    (problem,) = packed(**{name: ("dist/*.whl",)}).problems

    assert problem == f"{name}: no file matches dist/*.whl. Check the pattern."


def test_package_of__glob_over_caches_alone__matches_nothing():
    (problem,) = packed(extra_files=("lib/__pycache__/*",)).problems

    assert "no file matches" in problem


@pytest.mark.parametrize("name", SETTINGS)
def test_package_of__address_with_a_comma__is_refused(name):
    (problem,) = packed(**{name: ("s3://b/x,y.py",)}).problems

    assert (
        problem == f"{name}: s3://b/x,y.py holds a comma, by which Glue would part it: rename it."
    )


def test_package_of__key_longer_than_s3_takes__is_refused():
    long = "/".join(["d" * 200] * 6)

    (problem,) = packed(
        files={"a.py": "x", f"data/{long}": "1"}, fixtures={"data": "{temp}/in"}
    ).problems

    assert "is a key of more than 1024 bytes" in problem


def test_package_of__empty_folder__is_refused():
    assert packed(extra_py_files=("empty",)).problems == [
        "extra_py_files: empty is an empty folder. Name a folder with files in it."
    ]


def test_package_of__folder_of_caches_alone__is_refused():
    (problem,) = packed(extra_py_files=("lib/__pycache__",)).problems

    assert "is an empty folder" in problem


@pytest.mark.parametrize(("name", "option", "folder"), KINDS)
def test_package_of__extras__are_uploaded_or_named_where_they_lie(name, option, folder):
    package = packed(**{name: ("conf.json", "s3://other/x", "./one.jar")})

    assert argument(package, option) == (
        f"s3://scripts/p/{folder}/conf.json,s3://other/x,s3://scripts/p/{folder}/one.jar"
    )
    assert objects(package)[f"s3://scripts/p/{folder}/one.jar"] == b"PK"


@pytest.mark.parametrize("name", SETTINGS)
def test_package_of__two_builds__same_content_same_end_of_the_key_and_same_bytes(name):
    def uploads(scripts):
        package = packed(scripts=scripts, **{name: ("lib", "other/util.py")})
        return [(i.key.removeprefix(scripts.prefix), i.body) for i in package.uploads]

    assert uploads(SCRIPTS) == uploads(Location(bucket="x", prefix="another/"))


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["m.py", "deep/n.py", "ä.py"]), st.binary(max_size=8)),
        min_size=2,
        max_size=2,
    )
)
def test_package_of__two_folders__their_keys_differ_as_their_contents_do(trees):
    def key(tree):
        files = {"a.py": "x", "lib/__init__.py": "", **{f"lib/{k}": v for k, v in tree.items()}}
        return packed(files=files, extra_py_files=("lib",)).arguments["--extra-py-files"]

    assert (key(trees[0]) == key(trees[1])) == (trees[0] == trees[1])


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


WHEEL = "wheels/own-1.0+cu1-py3-none-any.whl"


def test_package_of__python_modules__local_wheels_are_shipped_and_others_named():
    modules = ("pandas==2.2.3", WHEEL, "s3://b/x.whl", "https://h/x.whl", "discord.py", "a @ git+u")

    package = packed(files={**FILES, WHEEL: "PK"}, python_modules=modules)

    assert package.problems == []
    assert argument(package, "--additional-python-modules") == (
        f"pandas==2.2.3,s3://scripts/p/{WHEEL},s3://b/x.whl,https://h/x.whl,discord.py,a @ git+u"
    )


def test_package_of__glob_of_wheels__ships_each():
    files = {"a.py": "x", "dist/a-1-py3-none-any.whl": "1", "dist/b-1-py3-none-any.whl": "2"}

    package = packed(files=files, python_modules=("dist/*.whl",))

    assert package.arguments["--additional-python-modules"].count("s3://") == 2


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("wheels/own-1.0.whl", "is not called as a wheel is"),
        ("wheels/own.whl", "is not called as a wheel is"),
        ("missing-1.0-py3-none-any.whl", "is missing"),
        ("../x-1.0-py3-none-any.whl", "is not a path inside the checkout"),
        ("./lib", "is not what Glue installs from a file"),
        ("lib/", "is not what Glue installs from a file"),
        ("dist/own-1.0.tar.gz", "is not what Glue installs from a file"),
        ("own.zip", "is not what Glue installs from a file"),
        ("requirements.txt", "is a list of requirements"),
        ("pandas>=1,<2", "is a requirement with a comma"),
        ("pandas[a,b]", "is a requirement with a comma"),
        *((f" {sign}2", "or half of one") for sign in ("<", ">", "=", "!=", "~=")),
    ],
)
def test_package_of__module_that_glue_cannot_install__is_refused(entry, words):
    files = {**FILES, "wheels/own.whl": "PK"}

    (problem,) = packed(files=files, python_modules=(entry,)).problems

    assert problem.startswith("python_modules: ")
    assert words in problem


@pytest.mark.parametrize(
    "key", ["python-modules-installer-option", "--python-modules-installer-option"]
)
def test_package_of__list_of_requirements__is_shipped_when_pip_is_told_to_read_it(key):
    package = packed(
        files={"a.py": "x", "req.txt": "pandas", "all.gluewheels.zip": "PK"},
        python_modules=("req.txt", "all.gluewheels.zip"),
        arguments={key: "-r"},
    )

    assert package.problems == []
    assert argument(package, "--additional-python-modules") == (
        "s3://scripts/p/wheels/req.txt,s3://scripts/p/wheels/all.gluewheels.zip"
    )


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


def test_package_of__two_fixtures_for_one_key__are_refused():
    package = packed(
        is_local=True, fixtures={"data/x.csv": "s3://b/in.csv", "conf.json": "s3://b/in.csv"}
    )

    assert package.problems == [
        "fixtures: data/x.csv and conf.json would both be written to s3://b/in.csv: change a target."
    ]


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
    body = zip_of(members, members.__getitem__)

    assert body == zip_of(reversed(members), members.__getitem__)


@given(MEMBERS)
def test_zip_of__members__come_back(members):
    with zipfile.ZipFile(io.BytesIO(zip_of(members, members.__getitem__))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == members
        assert all(item.date_time == (1980, 1, 1, 0, 0, 0) for item in archive.infolist())


def test_zip_of__members__nothing_of_this_machine_is_in_its_bytes():
    """The very bytes: a change of Python's defaults must not change every key."""
    body = zip_of(["lib/a.py"], lambda name: b"x = 1\n")

    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        (entry,) = archive.infolist()
    assert (entry.create_system, entry.external_attr >> 16) == (3, 0o100644)
    assert (entry.compress_type, entry.extra, entry.comment) == (zipfile.ZIP_DEFLATED, b"", b"")
    assert hashlib.sha256(body).hexdigest()[:16] == "81561abc2af4eb5f"


class Counting(Files):
    """Knows how often each file was read."""

    def __init__(self, files):
        super().__init__(files)
        self.read_paths = []

    def read(self, path):
        self.read_paths.append(path)
        return super().read(path)


def test_shelf__many_checks_name_one_file__it_is_read_once_and_held_once():
    checkout = Counting({f"jobs/{n}.py": "x = 1" for n in range(50)} | {"big.jar": b"x" * 1000})
    checkout._files |= {"lib/__init__.py": b"", "lib/m.py": b"x"}
    own = asked(script="jobs/*.py", extra_jars=("big.jar",), extra_py_files=("lib",))

    plan = make_plan(settings(Wanted(settings=own)), checkout, circumstances())

    jars = [u.body for c in plan.checks for u in c.uploads if u.key.endswith((".jar", ".zip"))]
    assert len(jars) == 100
    assert len({id(body) for body in jars}) == 2
    assert max(Counter(checkout.read_paths).values()) == 1


class Unread(Content):
    """A large file, which nobody may open before it is sent."""

    size = 5_000_000
    digest = hashlib.sha256(b"PK").hexdigest()

    def opened(self):
        raise AssertionError("opened for the plan")


class WithLarge(Files):
    """Jars are large in it."""

    def content(self, path):
        return Unread() if path.endswith(".jar") else super().content(path)


def test_package_of__large_file__has_the_key_of_its_content_and_is_not_opened():
    own = asked(extra_jars=("one.jar",), fixtures={"one.jar": "{temp}/x.jar"})
    held, large = (
        package_of(own, checkout, scripts=SCRIPTS, temp=TEMP, is_local=False)
        for checkout in (Files(FILES), WithLarge(FILES))
    )

    assert large.problems == []
    assert large.arguments == held.arguments
    assert [item.key for item in large.uploads] == [item.key for item in held.uploads]
    assert [item.size for item in held.uploads[1:]] == [2, 2]
    assert [item.size for item in large.uploads[1:]] == [Unread.size] * 2


def test_upload__body__is_not_in_its_repr():
    assert "secret text" not in repr(Upload(bucket="b", key="k", body=b"secret text"))


def test_package_of__prefix_of_another_bucket__is_not_ours():
    """The address must begin with bucket and prefix: a bucket whose name begins alike is another."""
    twin = Location(bucket="temp-2", prefix=TEMP.prefix).uri("x")

    assert packed(fixtures={"data": twin}).problems != []
