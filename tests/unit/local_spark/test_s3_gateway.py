"""The gateway, asked as Hadoop's client asks, over a real S3 double in this process."""

import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from plugin.local.s3_gateway import S3Gateway
from plugin.local.webhdfs import BUCKETS

ODD = (
    "a b",
    "a+b",
    "a%20b",
    "100%",
    "é日本",
    "Ã©",
    "k=v w",
    "x?y#z&a;b",
    "ts=2020-01-01 00%3A00",
    "'q\"",
    "\u00a0\u3000",
)
FIXTURE_IS_STATELESS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]

names = st.text(
    st.characters(exclude_characters="/", exclude_categories=("Cc", "Cs")),
    min_size=1,
    max_size=20,
).filter(lambda name: name not in {".", ".."})


# --- what goes wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "op"),
    [
        ("GET", "GETFILESTATUS"),
        ("GET", "LISTSTATUS"),
        ("GET", "OPEN"),
        ("GET", "GETCONTENTSUMMARY"),
        ("GET", "GET_BLOCK_LOCATIONS"),
        ("GET", "CHECKACCESS"),
    ],
)
def test_gateway__nothing_there__answers_javas_file_not_found(hdfs, method, op):
    answer = hdfs.ask(method, op, "no/where")

    error = json.loads(answer.data)["RemoteException"]
    assert answer.status_code == 404
    assert error["javaClassName"] == "java.io.FileNotFoundException"
    assert f"s3://{hdfs.bucket}/no/where" in error["message"]


@pytest.mark.parametrize(
    ("method", "op"), [("GET", "GETFILESTATUS"), ("PUT", "MKDIRS"), ("PUT", "CREATE")]
)
def test_gateway__bucket_missing__says_so_with_its_name(s3_app, method, op):
    url = f"/webhdfs/v1/{quote(BUCKETS)}/no-such-bucket/key?op={op}"

    answer = Client(S3Gateway(s3_app)).open(url, method=method)

    error = json.loads(answer.data)["RemoteException"]
    assert error["javaClassName"] == "java.io.IOException"
    assert "NoSuchBucket" in error["message"]
    assert "no-such-bucket" in error["message"]


@pytest.mark.parametrize(
    ("method", "op"),
    [
        ("POST", "APPEND"),
        ("POST", "TRUNCATE"),
        ("POST", "CONCAT"),
        ("PUT", "CREATESYMLINK"),
        ("GET", "GETFILECHECKSUM"),
        ("GET", "GETXATTRS"),
        ("PUT", "OPEN"),
    ],
)
def test_gateway__operation_it_lacks__refuses_it_by_name(hdfs, method, op):
    error = hdfs.error(method, op, "a")

    assert error["javaClassName"] == "java.lang.UnsupportedOperationException"
    assert op in error["message"]


@pytest.mark.parametrize(
    "path", ["", "bucket/key", f"{BUCKETS}", f"{BUCKETS}/../x", f"{BUCKETS}/b/x/../../c"]
)
def test_gateway__path_outside_every_bucket__is_refused(s3_app, path):
    url = f"/webhdfs/v1/{quote(path)}?op=GETFILESTATUS"

    answer = Client(S3Gateway(s3_app)).get(url)

    error = json.loads(answer.data)["RemoteException"]
    assert error["javaClassName"] == "java.lang.IllegalArgumentException"


@pytest.mark.parametrize("target", ["/elsewhere/x", "", f"/{BUCKETS}"])
def test_gateway__rename_out_of_every_bucket__is_refused(hdfs, objects, target):
    objects.put("a", b"1")

    error = hdfs.error("PUT", "RENAME", "a", destination=target)

    assert error["javaClassName"] == "java.lang.IllegalArgumentException"
    assert objects.keys == ["a"]


def test_gateway__rename_into_another_bucket__answers_false(hdfs, objects):
    objects.put("a", b"1")

    answer = hdfs.json("PUT", "RENAME", "a", destination=f"/{BUCKETS}/other-bucket/a")

    assert answer == {"boolean": False}
    assert objects.keys == ["a"]


def test_gateway__offset_is_no_number__is_refused(hdfs, objects):
    objects.put("a", b"1")

    assert hdfs.error("GET", "OPEN", "a", offset="-1")["exception"] == "IllegalArgumentException"


def test_gateway__create_without_overwrite__leaves_the_file_that_is_there(hdfs, objects):
    objects.put("a", b"old")

    error = hdfs.error("PUT", "CREATE", "a", overwrite="false")

    assert error["exception"] == "FileAlreadyExistsException"
    assert objects.get("a") == b"old"


@pytest.mark.parametrize("overwrite", ["true", "false"])
def test_gateway__create_where_a_folder_is__is_refused(hdfs, objects, overwrite):
    objects.put("a/b", b"1")

    error = hdfs.error("PUT", "CREATE", "a", overwrite=overwrite)

    assert error["exception"] == "FileAlreadyExistsException"
    assert objects.keys == ["a/b"]


def test_gateway__mkdirs_below_a_file__is_refused(hdfs, objects):
    objects.put("a", b"1")

    assert hdfs.error("PUT", "MKDIRS", "a/b/c")["exception"] == "FileAlreadyExistsException"


def test_gateway__delete_of_a_full_folder_without_recursion__deletes_nothing(hdfs, objects):
    objects.put("a/b", b"1")

    error = hdfs.error("DELETE", "DELETE", "a", recursive="false")

    assert error["exception"] == "PathIsNotEmptyDirectoryException"
    assert objects.keys == ["a/b"]


def test_gateway__open_of_a_folder__is_refused(hdfs):
    hdfs.mkdirs("a")

    assert hdfs.error("GET", "OPEN", "a")["exception"] == "FileNotFoundException"


def test_gateway__upload_broken_off__writes_nothing(hdfs, objects):
    url = f"/webhdfs/v1/{quote(BUCKETS)}/{hdfs.bucket}/a?op=CREATE&data=true"

    answer = hdfs.client.put(url, data=b"half", environ_overrides={"CONTENT_LENGTH": "8"})

    assert answer.status_code == 403
    assert objects.keys == []


# --- files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ODD)
def test_gateway__odd_name__is_the_same_key_on_both_sides(hdfs, objects, name):
    assert hdfs.create(f"in {name}/{name}", b"body") == 201

    assert objects.keys == [f"in {name}/{name}"]
    assert hdfs.names(f"in {name}") == [name]
    assert hdfs.read(f"in {name}/{name}") == b"body"
    assert hdfs.rename(f"in {name}/{name}", f"out/{name}")
    assert objects.keys == [f"out/{name}"]
    assert hdfs.delete(f"out/{name}")
    assert objects.keys == []


@settings(suppress_health_check=FIXTURE_IS_STATELESS, max_examples=40)
@given(name=names)
@example(name="a:b")
@example(name="%2F")
@example(name="\x7f")
def test_gateway__any_name__can_be_written_found_and_removed(hdfs, objects, name):
    objects.put(f"d/{name}", b"1")

    assert [listed.removeprefix("./") for listed in hdfs.names("d")] == [name]
    assert hdfs.read(f"d/{name}") == b"1"
    assert hdfs.delete(f"d/{name}")
    assert objects.keys == []


def test_gateway__name_with_a_colon__is_listed_so_that_java_sees_no_scheme(hdfs, objects):
    objects.put("d/12:30.csv", b"1")

    assert hdfs.names("d") == ["./12:30.csv"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, b"0123456789"),
        ({"offset": "3"}, b"3456789"),
        ({"offset": "3", "length": "4"}, b"3456"),
        ({"offset": "8", "length": "40"}, b"89"),
        ({"offset": "10"}, b""),
        ({"offset": "99"}, b""),
        ({"length": "0"}, b""),
        ({"offset": "null", "length": "null"}, b"0123456789"),
    ],
)
def test_gateway__open__sends_the_bytes_asked_for(hdfs, objects, query, expected):
    objects.put("a", b"0123456789")

    assert hdfs.read("a", **query) == expected


def test_gateway__empty_file__is_a_file_without_bytes(hdfs):
    assert hdfs.create("a") == 201

    assert hdfs.type_of("a") == "FILE"
    assert hdfs.read("a") == b""


@pytest.mark.parametrize("key", ["big", "_temporary/big"])
def test_gateway__file_of_many_pieces__arrives_whole(hdfs, key):
    body = bytes(range(256)) * 40_000  # ten megabytes

    assert hdfs.create(key, body) == 201

    assert hdfs.read(key) == body
    assert hdfs.read(key, offset="4194300", length="8") == body[4194300:4194308]


@pytest.mark.parametrize("op", ["OPEN", "CREATE"])
def test_gateway__noredirect__tells_the_location_in_the_body(hdfs, objects, op):
    objects.put("a", b"1")
    method = {"OPEN": "GET", "CREATE": "PUT"}[op]

    location = hdfs.json(method, op, "a", noredirect="true", overwrite="true")["Location"]

    assert hdfs.client.open(location, method=method, data=b"").status_code in {200, 201}


def test_gateway__status_of_a_file__has_size_and_time(hdfs, objects):
    objects.put("d/a", b"12345")

    status = hdfs.json("GET", "GETFILESTATUS", "d/a")["FileStatus"]

    [listed] = hdfs.json("GET", "LISTSTATUS", "d")["FileStatuses"]["FileStatus"]
    assert (status["length"], status["pathSuffix"]) == (5, "")
    assert status["modificationTime"] > 1_700_000_000_000
    assert listed == status | {"pathSuffix": "a"}


# --- folders -------------------------------------------------------------------------------------


def test_gateway__mkdirs__leaves_no_marker_in_s3(hdfs, objects):
    hdfs.mkdirs("a/b/c")

    assert [hdfs.type_of(key) for key in ("a", "a/b", "a/b/c")] == ["DIRECTORY"] * 3
    assert hdfs.names("a") == ["b/"]
    assert objects.keys == []


def test_gateway__folder_whose_objects_s3_removed__ends_with_them(hdfs, objects):
    hdfs.mkdirs("a/b")
    hdfs.create("a/b/file")

    objects.store.delete(objects.bucket, "a/b/file")

    assert hdfs.type_of("a/b") is None


def test_gateway__last_file_deleted_by_the_client__keeps_the_folder(hdfs, objects):
    objects.put("a/file")

    assert hdfs.delete("a/file")

    assert hdfs.type_of("a") == "DIRECTORY"
    assert hdfs.names("a") == []
    assert objects.keys == []


def test_gateway__marker_of_another_tool__is_no_file_of_the_folder(hdfs, objects):
    objects.put("a/")
    objects.put("a/x", b"1")

    assert hdfs.names("a") == ["x"]
    assert hdfs.type_of("a") == "DIRECTORY"
    assert hdfs.delete("a")
    assert objects.keys == []


def test_gateway__only_a_marker__is_an_empty_folder(hdfs, objects):
    objects.put("a/")

    assert hdfs.names("a") == []
    assert hdfs.type_of("a") == "DIRECTORY"


def test_gateway__file_and_folder_of_one_name__are_both_reachable(hdfs, objects):
    objects.put("a", b"file")
    objects.put("a/b", b"child")

    assert hdfs.type_of("a") == "FILE"
    assert hdfs.names() == ["a", "a/"]
    assert hdfs.names("a") == ["b"]
    assert (hdfs.read("a"), hdfs.read("a/b")) == (b"file", b"child")


def test_gateway__name_that_only_starts_alike__is_not_in_the_folder(hdfs, objects):
    objects.put("ab/x", b"1")

    assert hdfs.type_of("a") is None
    assert hdfs.delete("a") is False
    assert objects.keys == ["ab/x"]


def test_gateway__empty_bucket__is_an_empty_folder(hdfs):
    assert hdfs.type_of("") == "DIRECTORY"
    assert hdfs.names() == []


def test_gateway__list_of_a_file__is_the_file_itself(hdfs, objects):
    objects.put("a/b", b"1")

    assert hdfs.names("a/b") == [""]


def test_gateway__batch_listing__has_everything_at_once(hdfs, objects):
    objects.put("a", b"1")

    answer = hdfs.json("GET", "LISTSTATUS_BATCH")["DirectoryListing"]

    assert answer["remainingEntries"] == 0
    assert [
        one["pathSuffix"] for one in answer["partialListing"]["FileStatuses"]["FileStatus"]
    ] == ["a"]


def test_gateway__content_summary__counts_files_folders_and_bytes(hdfs, objects):
    for key, body in {"a/x": b"123", "a/b/y": b"45", "a/b/": b"", "other": b"6"}.items():
        objects.put(key, body)

    summary = hdfs.json("GET", "GETCONTENTSUMMARY", "a")["ContentSummary"]

    assert (summary["fileCount"], summary["directoryCount"], summary["length"]) == (2, 2, 5)


# --- rename and delete ---------------------------------------------------------------------------


def test_gateway__rename_of_a_folder__moves_everything_below(hdfs, objects):
    for key in ("src/a", "src/b/c", "srcx"):
        objects.put(key, key.encode())
    hdfs.mkdirs("src/empty")

    assert hdfs.rename("src", "out/dst")

    assert objects.keys == ["out/dst/a", "out/dst/b/c", "srcx"]
    assert objects.get("out/dst/b/c") == b"src/b/c"
    assert hdfs.names("out/dst") == ["a", "b/", "empty/"]
    assert hdfs.type_of("src") is None


def test_gateway__rename_onto_a_folder__moves_into_it(hdfs, objects):
    objects.put("a", b"1")
    hdfs.mkdirs("dst")

    assert hdfs.rename("a", "dst")

    assert objects.keys == ["dst/a"]


@pytest.mark.parametrize(
    ("source", "target"),
    [("none", "x"), ("a", "b"), ("d", "d/e"), ("", "x"), ("d", "b"), ("a", "full")],
)
def test_gateway__rename_that_cannot_be__answers_false_and_changes_nothing(
    hdfs, objects, source, target
):
    before = {"a": b"1", "b": b"2", "d/f": b"3", "full/a": b"4"}
    for key, body in before.items():
        objects.put(key, body)

    assert hdfs.rename(source, target) is False

    assert {key: objects.get(key) for key in objects.keys} == before


def test_gateway__rename_with_overwrite__replaces_the_file(hdfs, objects):
    objects.put("a", b"new")
    objects.put("b", b"old")
    target = f"/{BUCKETS}/{hdfs.bucket}/b"

    answer = hdfs.ask("PUT", "RENAME", "a", destination=target, renameoptions="OVERWRITE")

    assert answer.status_code == 200
    assert objects.keys == ["b"]
    assert objects.get("b") == b"new"


def test_gateway__rename_with_options_that_cannot_be__is_an_error(hdfs, objects):
    objects.put("a", b"new")
    objects.put("b", b"old")
    target = f"/{BUCKETS}/{hdfs.bucket}/b"

    error = hdfs.error("PUT", "RENAME", "a", destination=target, renameoptions="NONE")

    assert error["exception"] == "IOException"
    assert objects.get("b") == b"old"


def test_gateway__delete_of_a_folder__leaves_its_neighbours(hdfs, objects):
    for key in ("a/x", "a/b/y", "ab", "c"):
        objects.put(key)

    assert hdfs.delete("a")

    assert objects.keys == ["ab", "c"]
    assert hdfs.type_of("a") is None


# --- a job that writes ---------------------------------------------------------------------------


@pytest.mark.parametrize("scratch", ["_temporary/0/_temporary/attempt_1", ".spark-staging-abc"])
def test_gateway__scratch_files__reach_s3_only_when_renamed(hdfs, objects, scratch):
    hdfs.mkdirs(f"out/{scratch}")
    hdfs.create(f"out/{scratch}/k=v/part-0", b"rows")

    seen_while_writing = objects.keys
    listed_while_writing = hdfs.names(f"out/{scratch}/k=v")
    assert hdfs.rename(f"out/{scratch}/k=v", "out/k=v")
    assert hdfs.delete(f"out/{scratch.partition('/')[0]}")

    assert seen_while_writing == []
    assert listed_while_writing == ["part-0"]
    assert objects.keys == ["out/k=v/part-0"]
    assert objects.get("out/k=v/part-0") == b"rows"
    assert hdfs.names("out") == ["k=v/"]


def test_gateway__output_folder_deleted_while_writing__takes_the_scratch_files(hdfs):
    hdfs.create("out/_temporary/0/part-0", b"rows")

    assert hdfs.names("out") == ["_temporary/"]
    assert hdfs.delete("out")

    assert hdfs.type_of("out") is None
    assert hdfs.type_of("out/_temporary/0/part-0") is None


def test_gateway__file_moved_into_scratch_and_back__is_whole(hdfs, objects):
    objects.put("a", b"rows")

    assert hdfs.rename("a", "_temporary/a")
    assert objects.keys == []
    assert hdfs.rename("_temporary/a", "_temporary/b")
    assert hdfs.read("_temporary/b") == b"rows"
    assert hdfs.rename("_temporary/b", "c")

    assert {key: objects.get(key) for key in objects.keys} == {"c": b"rows"}


def test_gateway__many_threads__lose_no_file(hdfs, objects):
    def write(number: int):
        scratch = f"out/_temporary/0/task_{number}"
        hdfs.mkdirs(scratch)
        hdfs.create(f"{scratch}/part-{number}", str(number).encode())
        return hdfs.rename(f"{scratch}/part-{number}", f"out/part-{number}")

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(write, range(40)))

    assert all(done)
    assert {key: objects.get(key) for key in objects.keys} == {
        f"out/part-{number}": str(number).encode() for number in range(40)
    }


# --- the rest ------------------------------------------------------------------------------------


@pytest.mark.parametrize("op", ["SETPERMISSION", "SETOWNER", "SETTIMES", "SETREPLICATION"])
def test_gateway__what_s3_has_not__is_accepted_and_ignored(hdfs, op):
    assert hdfs.ask("PUT", op, "a").status_code == 200


def test_gateway__block_locations__cover_the_file_for_splits(hdfs, objects):
    objects.put("a", b"12345")

    blocks = hdfs.json("GET", "GET_BLOCK_LOCATIONS", "a")["LocatedBlocks"]

    assert [block["block"]["numBytes"] for block in blocks["locatedBlocks"]] == [5]


def test_gateway__server_defaults_and_home__are_told(hdfs):
    assert "FsServerDefaults" in hdfs.json("GET", "GETSERVERDEFAULTS")
    assert hdfs.json("GET", "GETHOMEDIRECTORY") == {"Path": "/"}


def test_gateway__mount_table__names_every_bucket_that_exists_now(hdfs):
    client = hdfs.client

    listed = client.get("/webhdfs/v1/mounts?op=LISTSTATUS").json
    table = client.get("/webhdfs/v1/mounts/mount-table.1.xml?op=OPEN").text

    assert [one["pathSuffix"] for one in listed["FileStatuses"]["FileStatus"]] == [
        "mount-table.1.xml"
    ]
    assert (
        f"<name>fs.viewfs.mounttable.{hdfs.bucket}.linkFallback</name>"
        f"<value>webhdfs://localhost/b%C3%BCcket/{hdfs.bucket}</value>"
    ) in table


def test_gateway__mount_table__cannot_be_written(hdfs):
    answer = hdfs.client.delete("/webhdfs/v1/mounts?op=DELETE&recursive=true")

    assert answer.status_code == 403


def test_gateway__server_that_took_utf8_for_latin1__finds_the_file_all_the_same(
    s3_app, hdfs, objects
):
    objects.put("é\u00a0日", b"1")
    # What Hadoop's client sends, and what http.server makes of it: bytes are letters of Latin-1.
    line = f"/webhdfs/v1/{BUCKETS}/{hdfs.bucket}/é%C2%A0日".encode().decode("latin-1")
    seen_by_server = line.replace("%C2%A0", "\u00a0")
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": seen_by_server.encode().decode("latin-1"),
        "REQUEST_URI": f"{line}?op=GETFILESTATUS".encode().decode("latin-1"),
        "QUERY_STRING": "op=GETFILESTATUS",
        "HTTP_HOST": "localhost",
    }
    seen = []

    def start(status, _headers, _error=None):
        seen.append(status)
        return seen.append

    body = b"".join(S3Gateway(s3_app)(environ, start))

    assert seen == ["200 OK"]
    assert json.loads(body)["FileStatus"]["length"] == 1
