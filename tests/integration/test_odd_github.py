"""GitHub is down from start to end: the verdict stands, AWS is left clean, and the log says why."""

import socket
import threading
from contextlib import contextmanager

import pytest

from tests.doubles.build_stage import opened
from tests.doubles.github_server import refusal

SLEEPS = "import time\nprint('it runs', flush=True)\ntime.sleep(300)\n"
NO_WAY = "the server cannot be reached, or it broke the connection"
METHODS = ("GET", "POST", "PATCH", "DELETE")
REPORTERS = ("commit_status", "comment")
GARBAGE = b"\x16\x03\x01 no certificate, no HTTP \r\n\x00\xff" * 8


@pytest.fixture
def stage(repository, tmp_path):
    with opened(repository, tmp_path) as stage:
        yield stage


@contextmanager
def nobody(stage):
    """Yield the address of a port that nobody listens on."""
    with socket.socket() as bound:  # and nobody else can listen there meanwhile
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}/api/v3"


@contextmanager
def at_fault(stage):
    """Yield the address of a GitHub that answers 500 to everything."""
    for method in METHODS:
        stage.github.answers_for(method, ".", refusal(500, "Oops"), forever=True)
    yield stage.github.api_url


@contextmanager
def silent(stage):
    """Yield the address of a server that takes connections, and says nothing."""
    taken: list[socket.socket] = []
    with listening(taken.append) as address:
        yield f"http://{address}/api/v3"
    for connection in taken:
        connection.close()


@contextmanager
def garbage(stage, scheme="http"):
    """Yield the address of a server that answers what is neither TLS nor HTTP."""

    def answer(connection):
        with connection:
            connection.recv(65536)
            connection.sendall(GARBAGE)

    with listening(answer) as address:
        yield f"{scheme}://{address}/api/v3"


@contextmanager
def garbage_of_tls(stage):
    with garbage(stage, "https") as url:
        yield url


@contextmanager
def listening(serve):
    """Hand each connection to ``serve``; yield host and port."""
    server = socket.create_server(("127.0.0.1", 0))

    def accept():
        while True:
            try:
                connection, _ = server.accept()
                serve(connection)
            except OSError:  # the other side has gone, or we have shut the server
                if server.fileno() < 0:
                    return

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.getsockname()[1]}"
    finally:
        with socket.create_connection(server.getsockname()):  # wakes it
            server.close()
        thread.join(10)


DOWN = [
    pytest.param(nobody, NO_WAY, marks=pytest.mark.slow),
    pytest.param(at_fault, "the server is at fault (500 Oops)", marks=pytest.mark.slow),
    pytest.param(silent, "no answer within 10 s", marks=pytest.mark.slow),
    pytest.param(garbage, NO_WAY, marks=pytest.mark.slow),
    pytest.param(garbage_of_tls, "no trusted TLS connection was possible"),
]


@pytest.mark.parametrize(("down", "words"), DOWN)
def test_check__github_is_down__the_verdict_stands_and_each_reporter_says_so_once(
    stage, down, words
):
    build = stage.build(1, "raise ValueError('no such flight')\n")

    with down(stage) as url:
        ended = stage.run(build, environ={"GITHUB_API_URL": url})

    assert (ended.code, ended.verdict) == (1, "failed")
    assert build.report["results"][0]["verdict"] == "failed"
    assert (stage.jobs(), stage.keys()) == ([], [])
    for name in REPORTERS:
        (line,) = (one for one in ended.out.splitlines() if f"warning: reporter {name}: " in one)
        assert words in line
    assert "Traceback (" not in ended.err


@pytest.mark.slow
@pytest.mark.parametrize(("down", "words"), DOWN)
def test_cleanup__github_is_down__removes_all_and_says_so_once(stage, down, words):
    build = stage.build(1, SLEEPS)
    stage.kill(build)
    assert stage.jobs()

    with down(stage) as url:
        ended = stage.cleanup(build, environ={"GITHUB_API_URL": url})

    assert ended.code == 0, ended.text
    assert (stage.jobs(), stage.keys()) == ([], [])
    (line,) = (one for one in ended.out.splitlines() if one.startswith("warning: "))
    assert "Could not read the status of commit" in line
    assert words in line


@pytest.mark.slow
def test_check__github_is_down_and_must_be_told__is_4(stage):
    build = stage.build(1)

    with garbage_of_tls(stage) as url:
        ended = stage.run(
            build, environ={"GITHUB_API_URL": url, "INPUT_REQUIRED_REPORTERS": "commit_status"}
        )

    assert (ended.code, ended.verdict) == (4, "passed")
    assert "error: reporter commit_status: " in ended.out
