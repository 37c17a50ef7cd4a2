"""What a receiver may do to a letter, and that its address is never told."""

import os
import socket
import subprocess
import sys
import threading
from urllib.parse import urlsplit

import pytest

from plugin.clients import http
from plugin.clients.http import Letter, NotTaken, host_of, post
from tests.doubles.clock import FakeClock
from tests.doubles.receiver import Receiver, Reply

BODY = b'{"a":"\xc3\xa9"}'


@pytest.fixture
def receiver():
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def clock():
    return FakeClock()


def send(url, clock, *, body=BODY, **headers):
    """Send a letter; after a cancel with more patience than a busy machine may need."""
    letter = Letter(url=url, body=body, headers=headers)
    post(letter, clock=clock, setting="webhook_url", hurried_seconds=60.0)


def refusal_of(url, clock):
    with pytest.raises(NotTaken) as caught:
        send(url, clock)
    told = str(caught.value)
    assert "a-secret" not in told
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return told


# --- answers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429, 408])
def test_post__told_to_come_again_for_ever__gives_up_after_four_attempts(receiver, clock, status):
    receiver.let(Reply(status=status))

    told = refusal_of(receiver.url, clock)

    assert f"127.0.0.1:{receiver.port} answered {status}." in told
    assert ("The receiver is at fault" in told) == (status >= 500)
    assert len(receiver.got) == http.ATTEMPTS
    assert clock.seconds == 1 + 2 + 4


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 422, 304])
def test_post__refused__is_not_sent_again(receiver, clock, status):
    receiver.let(Reply(status=status))

    told = refusal_of(receiver.url, clock)

    assert " answered " in told
    assert len(receiver.got) == 1
    assert clock.seconds == 0


def test_post__refused_with_a_word__says_the_word(receiver, clock):
    receiver.let(Reply(status=404, body=b"no_service\n"))

    assert "answered 404 (no_service)." in refusal_of(receiver.url, clock)


def test_post__not_known_there__says_which_setting_to_check(receiver, clock):
    receiver.let(Reply(status=404))

    assert "Check webhook_url: the receiver does not know it." in refusal_of(receiver.url, clock)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hook",
        b"/hook/a-secret-path",
        b"a" * 41,
        b"\xff\xfe",
        b"<html>a-secret</html>",
        b"1 2",
    ],
)
def test_post__refused_with_more_than_a_word__says_none_of_it(receiver, clock, body):
    receiver.let(Reply(status=400, body=body))

    assert "answered 400. " in refusal_of(receiver.url, clock)


def test_post__refused_and_the_words_break_off__is_told_by_its_status(receiver, clock):
    receiver.let(Reply(status=400, body=b"", hangs_up_late=True))

    assert "answered 400." in refusal_of(receiver.url, clock)


def test_post__taken_and_the_words_break_off__is_taken(receiver, clock):
    receiver.let(Reply(status=202, body=b"x", hangs_up_late=True))

    send(receiver.url, clock)

    assert len(receiver.got) == 1


@pytest.mark.parametrize("first", [Reply(status=500), Reply(hangs_up=True)])
def test_post__taken_at_the_second_attempt__is_the_same_letter(receiver, clock, first):
    receiver.let(first, Reply(status=204, body=b""))

    send(receiver.url, clock, **{"X-Delivery": "one"})

    one, other = receiver.got
    assert one.body == other.body == BODY
    assert one.headers["x-delivery"] == other.headers["x-delivery"] == "one"
    assert clock.seconds == 1


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        (" 7 ", 7),
        ("0", 1),
        ("Sun, 01 Mar 2026 09:30:20 GMT", 20),
        ("Sun, 01 Mar 2026 09:29:20 GMT", 1),
        ("soon", 1),
        ("-5", 1),
        ("²", 1),
        ("Sun, 99 Mar 2026 09:29:20 GMT", 1),
        ("Sun, 01 Mar 2026 09:30:20 -0000", 1),
    ],
)
def test_post__asked_to_wait__waits_so_long_and_no_shorter_than_else(
    receiver, clock, value, seconds
):
    header = {"Retry-After": value.encode().decode("latin-1")}
    receiver.let(Reply(status=429, headers=header), Reply())

    send(receiver.url, clock)

    assert clock.seconds == seconds


@pytest.mark.parametrize("value", ["61", "999999999999", "Mon, 02 Mar 2026 09:30:20 GMT"])
def test_post__asked_to_wait_beyond_the_budget__gives_up_at_once(receiver, clock, value):
    receiver.let(Reply(status=503, headers={"Retry-After": value}))

    assert "answered 503." in refusal_of(receiver.url, clock)
    assert len(receiver.got) == 1
    assert clock.seconds == 0


def test_post__asked_to_wait_again_and_again__all_waits_share_one_budget(receiver, clock):
    receiver.let(Reply(status=503, headers={"Retry-After": "25"}))

    refusal_of(receiver.url, clock)

    assert clock.seconds == 50
    assert len(receiver.got) == 3


# --- no answer -------------------------------------------------------------------------------------


def test_post__nobody_listens__says_so_with_the_host_alone(clock):
    with socket.socket() as bound:  # and nobody else can listen there meanwhile
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        told = refusal_of(f"http://127.0.0.1:{port}/a-secret", clock)

    assert f"127.0.0.1:{port}: it cannot be reached, or hung up." in told
    assert clock.seconds == 7


def test_post__no_such_host__says_so_with_the_host_alone(clock):
    told = refusal_of("http://me:a-secret@127.0.0.1:1/a-secret", clock)

    assert told.startswith("127.0.0.1:1: ")


def test_post__hung_up_on_for_ever__gives_up(receiver, clock):
    receiver.let(Reply(hangs_up=True))

    assert "hung up" in refusal_of(receiver.url, clock)
    assert len(receiver.got) == http.ATTEMPTS


def test_post__no_tls_there__is_not_sent_again(receiver, clock):
    told = refusal_of(receiver.url.replace("http:", "https:"), clock)

    assert "(TLS)" in told
    assert "REQUESTS_CA_BUNDLE" in told
    assert clock.seconds == 0


def test_post__the_proxy_is_gone__names_the_variables(clock):
    os.environ["HTTP_PROXY"] = "http://127.0.0.1:1"

    told = refusal_of("http://receiver.test/a-secret", clock)

    assert "receiver.test: the proxy did not let us." in told
    assert "HTTPS_PROXY" in told


@pytest.mark.parametrize(
    "url",
    [
        *("", "a-secret", "ftp://receiver.test/a-secret", "http://", "http://[::1/a-secret"),
        *("https:///a-secret", "http://receiver.test:99999/a-secret", "http://h:0/a-secret"),
        "http://\udfff.test/a-secret",
        f"http://{'a' * 70}.test/a-secret",
    ],
)
def test_post__the_address_is_none__says_which_setting(url, clock):
    told = refusal_of(url, clock)

    assert told.startswith("webhook_url ")


def test_post__a_header_that_is_none__is_told_without_its_value(receiver, clock):
    with pytest.raises(NotTaken, match="webhook_url cannot be used"):
        send(receiver.url, clock, **{"X-Delivery": "a\nb"})


# --- a cancel --------------------------------------------------------------------------------------


def test_post__cancelled_before__is_sent_once(receiver):
    clock = FakeClock(cancel_at=0)
    receiver.let(Reply(status=500))

    refusal_of(receiver.url, clock)

    assert len(receiver.got) == 1
    assert clock.seconds == 0


def test_post__cancelled_before__is_sent(receiver):
    send(receiver.url, FakeClock(cancel_at=0))

    assert len(receiver.got) == 1


def test_post__cancelled_while_it_waits__gives_up(receiver):
    clock = FakeClock(cancel_at=1.5)
    receiver.let(Reply(status=500))

    refusal_of(receiver.url, clock)

    assert len(receiver.got) == 2


def test_post__silent_receiver_after_a_cancel__is_given_up_soon(receiver):
    receiver.let(Reply(is_silent=True))
    heard = threading.Event()
    receiver.when_heard = heard.set
    letter = Letter(url=receiver.url, body=BODY, headers={})

    with pytest.raises(NotTaken, match="did not answer in time"):
        post(letter, clock=FakeClock(cancel_at=0), setting="webhook_url", hurried_seconds=0.05)

    assert heard.wait(30)  # perhaps only after we gave it up
    assert len(receiver.got) == 1


# --- redirects -------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [307, 308])
def test_post__redirected_at_the_same_place__goes_there_with_method_and_body(
    receiver, clock, status
):
    receiver.let(Reply(status=status, headers={"Location": "/other?a=b"}), Reply())

    send(receiver.url, clock)

    assert [(one.method, one.body) for one in receiver.got] == [("POST", BODY)] * 2
    assert receiver.got[1].path == "/other?a=b"


@pytest.mark.parametrize("status", [301, 302, 303])
def test_post__redirected_to_a_get__is_refused(receiver, clock, status):
    receiver.let(Reply(status=status, headers={"Location": "/a-secret-place"}))

    told = refusal_of(receiver.url, clock)

    assert f"answered {status}, after which a POST becomes a GET." in told
    assert len(receiver.got) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("location", "where"),
    [
        ("http://elsewhere.test:81/a-secret?a-secret", "http://elsewhere.test:81."),
        ("//elsewhere.test/a-secret", "http://elsewhere.test."),
        ("http://127.0.0.1:1/a-secret", "http://127.0.0.1:1."),
        ("http://me:a-secret@elsewhere.test/", "http://elsewhere.test."),
        ("http://127.0.0.1.elsewhere.test/", "http://127.0.0.1.elsewhere.test."),
    ],
)
def test_post__redirected_elsewhere__is_refused_by_name(receiver, clock, status, location, where):
    receiver.let(Reply(status=status, headers={"Location": location}))

    told = refusal_of(receiver.url, clock)

    assert f" redirects to {where} Set webhook_url" in told
    assert len(receiver.got) == 1


def test_is_same_place__by_host_port_and_scheme__never_back_to_plain_text():
    def same(here, there):
        return http._is_same_place(urlsplit(here), urlsplit(there))

    assert same("http://h/a", "https://h/a")
    assert same("http://h:8080/a", "https://h:8443/a")
    assert same("https://h/a", "https://H:443/b")
    assert not same("https://h/a", "http://h/a")
    assert not same("https://h/a", "https://h:444/a")
    assert not same("http://h/a", "https://other/a")


@pytest.mark.parametrize("headers", [{}, {"Location": ""}, {"Location": "ftp://127.0.0.1/a"}])
def test_post__redirected_nowhere__is_refused(receiver, clock, headers):
    receiver.let(Reply(status=307, headers=headers))

    assert "answered 307 without an address." in refusal_of(receiver.url, clock)


def test_post__redirected_in_a_circle__is_refused(receiver, clock):
    receiver.let(Reply(status=307, headers={"Location": "/a-secret"}))

    assert "redirected more than 3 times" in refusal_of(receiver.url, clock)
    assert len(receiver.got) == 4


# --- who we are ------------------------------------------------------------------------------------


def test_post__a_netrc_knows_the_host__its_password_stays(receiver, clock, tmp_path):
    path = tmp_path / "netrc"
    path.write_text("machine 127.0.0.1 login me password a-secret\n")
    path.chmod(0o600)
    os.environ["NETRC"] = str(path)

    send(receiver.url, clock)

    assert "authorization" not in receiver.got[0].headers


def test_post__a_login_in_the_address__is_sent_also_after_a_redirect(receiver, clock):
    receiver.let(Reply(status=307, headers={"Location": "/other"}), Reply())

    send(receiver.url.replace("//", "//me:a%40b@"), clock)

    assert {one.headers["authorization"] for one in receiver.got} == {"Basic bWU6YUBi"}


def test_letter__shown__holds_no_secret():
    assert "a-secret" not in repr(
        Letter(url="http://a-secret", body=b"a-secret", headers={"a": "a-secret"})
    )


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://me:x@h.test:8443/p", "h.test:8443"),
        ("https://h.test/p", "h.test"),
        ("http://[::1", ""),
        ("", ""),
    ],
)
def test_host_of__any_address__is_what_may_be_shown(url, host):
    assert host_of(url) == host


def test_post__in_threads__leaves_no_thread_and_no_socket_behind(receiver, clock):
    before = threading.active_count()

    send(receiver.url, clock)

    assert threading.active_count() <= before + 1  # the receiver's


def test_module__imported__does_not_load_requests():
    script = "import plugin.clients.http, plugin.reporters.webhook, sys; print('requests' in sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "False"
