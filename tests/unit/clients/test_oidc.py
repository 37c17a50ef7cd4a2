"""OIDC tokens of the runner: asked of nobody else, never shown, and asked for once more at most."""

import os
import socket
import threading
import traceback
from contextlib import suppress

import pytest

from plugin.clients.aws.oidc import TokenRequest, subject_of
from plugin.core.errors import NoCredentials
from tests.doubles.clock import FakeClock
from tests.doubles.identity import ASK, BEARER, SUBJECT, TOKEN_PATH, given, jwt
from tests.unit.aws.relay import LOST_REQUEST, Relay, Trouble

AUDIENCE = "sts.amazonaws.com"


@pytest.fixture
def runner():
    with Relay() as relay:
        yield relay


def request(runner=None, *, url=None, bearer=BEARER, clock=None, learnt=None, **bounds):
    return TokenRequest(
        url=runner.endpoint_url + TOKEN_PATH if url is None else url,
        bearer=bearer,
        clock=clock or FakeClock(),
        learn=(learnt if learnt is not None else []).append,
        **bounds,
    )


def failure(asked):
    with pytest.raises(NoCredentials) as caught:
        asked.token(AUDIENCE)
    shown = "".join(traceback.format_exception(caught.value))
    assert BEARER not in shown
    assert "audience=" not in shown
    assert caught.value.had_no_effect
    return caught.value


@pytest.mark.parametrize(("url", "bearer"), [("", BEARER), (None, ""), ("  ", " "), (None, " \n")])
def test_token__runner_offers_none__names_the_permission_and_forks(runner, url, bearer):
    error = failure(request(runner, url=url, bearer=bearer))

    assert "permissions: id-token: write" in error.hint
    assert "fork" in error.hint
    assert runner.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://runner.example/token",
        "http://127.0.0.1.runner.example/token",
        "http://localhost.example/token",
        "ftp://127.0.0.1/token",
        "https://me:a-word@runner.example/token",
        "/token",
        "https://",
        "http://[::1",
    ],
)
def test_token__address_that_others_can_read__is_not_asked(url):
    error = failure(request(url=url))

    assert error.message == "ACTIONS_ID_TOKEN_REQUEST_URL is no https address."
    assert "a-word" not in str(error)


@pytest.mark.parametrize("bearer", ["two words", "a\r\nHost: x", "é"])
def test_token__bearer_that_would_break_a_header__is_not_sent_nor_shown(runner, bearer):
    error = failure(request(runner, bearer=bearer))

    assert bearer not in str(error)
    assert runner.asked == []


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_token__redirect__is_not_followed(runner, status):
    with Relay() as elsewhere:
        location = ("Location", elsewhere.endpoint_url + TOKEN_PATH)
        runner.let(ASK, Trouble(status=status, body=b"", headers=(location,)))
        elsewhere.let(ASK, given(jwt()))
        error = failure(request(runner))

        assert elsewhere.asked == []
    assert runner.asked == [ASK]
    assert error.hint.startswith("ACTIONS_ID_TOKEN_REQUEST_URL")
    assert "id-token: write" not in error.hint


@pytest.mark.parametrize("status", [404, 410])
def test_token__address_that_is_none__blames_the_address_not_the_permission(runner, status):
    runner.let(ASK, Trouble(status=status, body=b""))

    assert failure(request(runner)).hint.startswith("ACTIONS_ID_TOKEN_REQUEST_URL")


@pytest.fixture
def dripping():
    """The address of a server that answers a byte at a time, and is never done."""
    gone = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server, gone))
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}{TOKEN_PATH}"
        gone.set()
        thread.join()


def drip(server, gone):
    connection, _ = server.accept()
    with connection, suppress(OSError):  # it is given up, perhaps before we are told
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")
        while not gone.wait(0.05):
            connection.sendall(b" ")


def test_token__answer_that_drips__has_a_bound(dripping):
    error = failure(request(url=dripping, whole_seconds=0.1))

    assert error.message.endswith("did not answer in time when asked for an OIDC token.")


def test_token__answer_that_drips_and_a_cancel__is_not_waited_for(dripping):
    error = failure(request(url=dripping, clock=FakeClock(cancel_at=0.0), whole_seconds=1e6))

    assert "did not answer in time" in error.message


@pytest.mark.parametrize("status", [400, 401, 403])
def test_token__refused__is_asked_once_and_names_the_permission(runner, status):
    runner.let(ASK, Trouble(status=status, body=b"a-word of the server"))

    error = failure(request(runner))

    assert f"answered {status}" in error.message
    assert "id-token: write" in error.hint
    assert "a-word" not in str(error)
    assert runner.asked == [ASK]


@pytest.mark.parametrize(
    "trouble",
    [
        LOST_REQUEST,
        Trouble(status=500, body=b"oops"),
        Trouble(status=503, body=b""),
        Trouble(status=429, body=b""),
        Trouble(status=200, body=b"<html>"),
        Trouble(status=200, body=b"[" * 60_000),
        given(None),
        given("no-token"),
        given("a.b." + "c" * 30_000),
        given("a.b.c\r\nSet-Cookie: x"),
    ],
)
def test_token__server_at_fault__is_asked_once_more_and_then_told(runner, trouble):
    runner.let(ASK, trouble, given(jwt()), trouble, trouble)
    clock = FakeClock()

    assert request(runner, clock=clock).token(AUDIENCE) == jwt()
    assert clock.seconds == 1.0
    error = failure(request(runner))

    assert error.message.startswith("127.0.0.1:")
    assert runner.asked == [ASK] * 4


def test_token__cancelled_meanwhile__is_not_asked_again(runner):
    runner.let(ASK, Trouble(status=500, body=b""))

    failure(request(runner, clock=FakeClock(cancel_at=0.0)))

    assert runner.asked in ([ASK], [])  # it is not waited for: on a busy machine it comes later


def test_token__nobody_there__names_host_and_proxies():
    with socket.socket() as bound:  # and nobody else can listen there meanwhile
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        error = failure(request(url=f"http://127.0.0.1:{port}/secret-path"))

    assert error.message.startswith(f"127.0.0.1:{port} cannot be reached")
    assert "NO_PROXY" in error.hint
    assert "secret-path" not in str(error)


def test_token__no_safe_connection__names_certificates(runner):
    url = runner.endpoint_url.replace("http://", "https://") + TOKEN_PATH

    error = failure(request(url=url))

    assert "TLS" in error.message
    assert "REQUESTS_CA_BUNDLE" in error.hint


def test_token__netrc_knows_the_host__is_asked_with_the_bearer_all_the_same(runner, tmp_path):
    path = tmp_path / "netrc"
    path.write_text("machine 127.0.0.1 login me password a-word\n")
    os.environ["NETRC"] = str(path)
    runner.let(ASK, given(jwt()))

    request(runner).token(AUDIENCE)

    assert runner.requests[0].headers["authorization"] == f"Bearer {BEARER}"


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/token?api-version=2.0", "/token?api-version=2.0&audience=sts.amazonaws.com"),
        ("/token", "/token?audience=sts.amazonaws.com"),
        ("/token#x", "/token?audience=sts.amazonaws.com"),
    ],
)
def test_token__given__is_new_each_time_learnt_and_for_the_audience(runner, path, asked):
    learnt: list[tuple[str, ...]] = []
    runner.let(ASK, given(jwt(1)), given(jwt(2)))
    source = request(url=f" {runner.endpoint_url}{path}\n", bearer=f"{BEARER}\n", learnt=learnt)

    tokens = [source.token(AUDIENCE), source.token(AUDIENCE)]

    assert tokens == [jwt(1), jwt(2)]
    assert learnt == [(jwt(1),), (jwt(2),)]
    assert {one.path for one in runner.requests} == {asked}
    assert all(one.headers["authorization"] == f"Bearer {BEARER}" for one in runner.requests)


def test_token_request__shown__holds_neither_address_nor_bearer(runner):
    assert repr(request(runner)) == "TokenRequest()"


@pytest.mark.parametrize(
    ("token", "subject"),
    [
        (jwt(), SUBJECT),
        (jwt(subject="repo:octo-org@1/etl@2:pull_request"), "repo:octo-org@1/etl@2:pull_request"),
        (jwt(subject="a\n::error::b"), ""),
        (jwt(subject="x" * 301), ""),
        (jwt(subject=7), ""),
        ("no-token", ""),
        ("a.!.c", ""),
        ("a.W10.c", ""),
        ("a.gA.c", ""),
    ],
)
def test_subject__of_a_token__is_told_when_it_can_be_shown(token, subject):
    assert subject_of(token) == subject
