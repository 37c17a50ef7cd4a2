"""The server on which the tests' own AWS, GitHub and webhooks stand: it does what it says."""

import socket
from http.client import HTTPConnection, IncompleteRead, RemoteDisconnected

import pytest

from tests.doubles.loopback import Loopback, Request, Response, forwarded

WELL = Response(status=201, headers=(("X-Word", "yes"), ("Connection", "close")), body=b"well")


@pytest.fixture
def asking():
    """Asks a server on one connection, which is kept."""
    opened: list[HTTPConnection] = []

    def ask(server, method="GET", path="/a?b=c", body=b"", **headers):
        if not opened:
            opened.append(HTTPConnection(server.address, timeout=20))
        opened[0].request(method, path, body=body, headers=headers)
        return opened[0].getresponse()

    yield ask
    for connection in opened:
        connection.close()


def keeping(got):
    """Serves all the same; keeps what it is asked."""

    def serve(request):
        got.append(request)
        return WELL

    return serve


def test_loopback__two_requests_on_a_connection__are_handed_over_and_answered(asking):
    got: list[Request] = []
    with Loopback(keeping(got)) as server:
        answers = [asking(server, "PUT", body=body, X_Name="n").read() for body in (b"1", b"22")]

    assert answers == [b"well", b"well"]
    assert [(one.method, one.path, one.body) for one in got] == [
        ("PUT", "/a?b=c", b"1"),
        ("PUT", "/a?b=c", b"22"),
    ]
    assert got[0].headers["x_name"] == "n"
    assert server.connections == 1


def test_loopback__headers_of_a_connection__are_its_own(asking):
    with Loopback(lambda _: WELL) as server:
        answer = asking(server)

    assert (answer.status, answer.getheaders()) == (
        201,
        [("X-Word", "yes"), ("Content-Length", "4")],
    )


def test_loopback__no_response__cuts_the_connection(asking):
    with Loopback(lambda _: None) as server, pytest.raises((RemoteDisconnected, ConnectionError)):
        asking(server)


def test_loopback__a_body_that_lacks_bytes__breaks_off(asking):
    with (
        Loopback(lambda _: Response(body=b"half", lacks=4)) as server,
        pytest.raises(IncompleteRead) as caught,
    ):
        asking(server).read()

    assert (caught.value.partial, caught.value.expected) == (b"half", 4)


def test_loopback__head__has_the_length_of_what_is_not_sent(asking):
    there = Response(headers=(("Content-Length", "12345"),), body=b"not sent")
    with Loopback(lambda _: there) as server:
        answer = asking(server, "HEAD")
        assert (answer.read(), answer.getheader("Content-Length")) == (b"", "12345")
        assert asking(server, "GET").read() == b"not sent"


def test_loopback__a_defect_in_the_function__is_printed(asking, capfd):
    def defect(_):
        raise LookupError("of the test")

    with Loopback(defect) as server, pytest.raises((RemoteDisconnected, ConnectionError)):
        asking(server)

    assert "LookupError: of the test" in capfd.readouterr().err


def test_loopback__half_a_request__is_not_handed_over_nor_told(capfd):
    got: list[Request] = []
    with (
        Loopback(keeping(got)) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=20) as client,
    ):
        client.sendall(b"PUT / HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf")
        client.shutdown(socket.SHUT_WR)
        assert client.recv(100) == b""

    assert (got, capfd.readouterr().err) == ([], "")


def test_forwarded__a_request__comes_as_it_was_and_so_does_the_answer(asking):
    got: list[Request] = []
    with (
        Loopback(keeping(got)) as behind,
        Loopback(lambda request: forwarded(request, behind.address)) as front,
    ):
        answer = asking(front, "PATCH", body=b"body", Host="acme.example")
        assert (answer.status, answer.getheader("X-Word"), answer.read()) == (201, "yes", b"well")

    assert (got[0].method, got[0].path, got[0].body) == ("PATCH", "/a?b=c", b"body")
    assert got[0].headers["host"] == "acme.example"


def test_forwarded__nobody_behind__is_an_error_that_cuts(asking):
    with Loopback(lambda _: None) as gone:
        pass

    with (
        Loopback(lambda request: forwarded(request, gone.address)) as front,
        pytest.raises((RemoteDisconnected, ConnectionError)),
    ):
        asking(front)
