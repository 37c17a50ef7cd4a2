"""How often and how long the GitHub client tries, against a real server on loopback."""

import socket
import traceback

import pytest
import requests
from github import GithubException

from plugin.clients.github import GitHub
from plugin.clients.github.errors import Elsewhere, may_have_been_done
from plugin.clients.github.session import Session
from plugin.clients.patience import Patience
from plugin.core.errors import GitHubAnswerLost, GitHubError
from plugin.core.github import CheckRunPost, StatusPost
from tests.doubles.clock import FakeClock
from tests.doubles.github_server import Answer, GitHubServer, refusal

TOKEN = "ghs_16C7e42F292c6912E7710c838347Ae178B4a"
HEAD = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
REPOSITORY = "octo-org/etl"
STATUS = StatusPost(state="success", context="glue-health-check")
RUN = CheckRunPost(name="glue-health-check", head_sha=HEAD, conclusion="success")


@pytest.fixture
def server():
    with GitHubServer(token=TOKEN) as server:
        server.repository(REPOSITORY).add_pull(7, sha=HEAD)
        yield server


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def github(server, clock):
    with GitHub(TOKEN, server.api_url, clock=clock) as github:
        yield github


def bodies(server):
    return [one["body"] for one in server.repository(REPOSITORY).comments.get(7, [])]


# --- what must not be done twice -----------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        Answer(breaks_off=True),
        Answer(breaks_off=True, takes_effect=True),
        Answer(status=500, takes_effect=True),
        Answer(status=502, body=b"<html>Bad gateway</html>"),
        Answer(status=504),
        Answer(status=201, body=b"<html>", takes_effect=True),
        Answer(status=201, body={}, takes_effect=True),
        Answer(status=201, body=b"", takes_effect=True),
    ],
)
def test_create_comment__answer_lost__is_not_repeated_and_says_so(server, github, clock, answer):
    server.next_answers(answer)

    with pytest.raises(GitHubAnswerLost, match="it may have been done all the same") as caught:
        github.create_comment(REPOSITORY, 7, "hello")

    assert len(server.asked) == 1
    assert clock.seconds == 0
    assert bodies(server) == (["hello"] if answer.takes_effect else [])
    assert caught.value.__context__ is None
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("error", "may_have"),
    [
        (requests.ReadTimeout(), True),
        (requests.ConnectionError("aborted"), True),
        (requests.exceptions.ChunkedEncodingError(), True),
        (requests.exceptions.ContentDecodingError(), True),
        (requests.ConnectTimeout(), False),
        (requests.exceptions.InvalidHeader(), False),
        (FileNotFoundError(), False),
        (Elsewhere(), False),
        (ValueError(), True),
        (GithubException(503), True),
        (GithubException(422), False),
        (GithubException(429), False),
    ],
)
def test_failure__whether_the_request_may_have_been_done__is_told(error, may_have):
    assert may_have_been_done(error) is may_have


def test_create_check_run__answer_lost__is_not_repeated(server, github):
    server.next_answers(Answer(breaks_off=True, takes_effect=True))

    with pytest.raises(GitHubAnswerLost):
        github.create_check_run(REPOSITORY, RUN)

    assert len(server.repository(REPOSITORY).check_runs) == 1


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (refusal(429, "Too many", retry_after="7"), 7),
        (refusal(403, "You have exceeded a secondary rate limit.", retry_after="5"), 5),
        (refusal(403, "You have exceeded a secondary rate limit."), 60),
    ],
)
def test_create_comment__refused_for_now__is_repeated_because_nothing_was_done(
    server, github, clock, answer, seconds
):
    server.next_answers(answer)

    github.create_comment(REPOSITORY, 7, "hello")

    assert bodies(server) == ["hello"]
    assert clock.seconds == seconds


def test_create_comment__nobody_listens__is_tried_again_and_is_no_lost_answer(clock):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        with (
            GitHub(TOKEN, url, clock=clock, retries=1) as github,
            pytest.raises(GitHubError, match="cannot be reached") as caught,
        ):
            github.create_comment(REPOSITORY, 7, "hello")

    assert not isinstance(caught.value, GitHubAnswerLost)
    assert clock.seconds == 1


def test_create_comment__no_tls_or_no_proxy__is_no_lost_answer(server, clock, monkeypatch):
    with (
        GitHub(TOKEN, f"https://{server.address}", clock=clock) as github,
        pytest.raises(GitHubError, match="TLS") as no_tls,
    ):
        github.create_comment(REPOSITORY, 7, "hello")
    monkeypatch.setenv("HTTPS_PROXY", f"http://{server.address}")
    monkeypatch.setenv("NO_PROXY", "")
    with (
        GitHub(TOKEN, "https://api.github.com", clock=clock, retries=0) as github,
        pytest.raises(GitHubError, match="proxy") as no_proxy,
    ):
        github.create_comment(REPOSITORY, 7, "hello")

    for caught in (no_tls, no_proxy):
        assert not isinstance(caught.value, GitHubAnswerLost)


# --- patience ------------------------------------------------------------------------------------


def test_github__five_questions_in_bad_times__wait_no_longer_than_one(server, github, clock):
    server.answers_for("POST", "/statuses/", refusal(429, "no", retry_after="20"), forever=True)

    for _ in range(5):
        with pytest.raises(GitHubError, match="rate limit"):
            github.create_status(REPOSITORY, HEAD, STATUS)

    assert clock.seconds == 80
    assert len(server.asked) == 4 + 1 + 4  # one waits three times, one once, the others not


def test_github__patience_that_is_shared__is_used_up_for_all(server, clock):
    patience = Patience(left_seconds=2)
    server.answers_for("POST", "/statuses/", Answer(status=500), forever=True)

    for _ in range(3):
        with (
            GitHub(TOKEN, server.api_url, clock=clock, patience=patience) as github,
            pytest.raises(GitHubError, match="the server is at fault"),
        ):
            github.create_status(REPOSITORY, HEAD, STATUS)

    assert clock.seconds == 2
    assert len(server.asked) == 2 + 2 + 1
    assert patience.left_seconds == 0


def test_github__attempts_that_take_long__are_paid_for_as_well(server):
    class SlowClock(FakeClock):
        """Ten seconds pass between any two looks at it."""

        def monotonic(self):
            self.seconds += 10
            return super().monotonic()

    clock = SlowClock()
    server.answers_for("POST", "/statuses/", Answer(status=500), forever=True)
    with (
        GitHub(TOKEN, server.api_url, clock=clock, patience=Patience(left_seconds=15)) as github,
        pytest.raises(GitHubError),
    ):
        github.create_status(REPOSITORY, HEAD, STATUS)

    assert len(server.asked) == 2


def test_github__secondary_limit__waits_a_minute_and_then_has_no_patience_for_two(
    server, github, clock
):
    server.next_answers(*[refusal(403, "You have exceeded a secondary rate limit.")] * 9)

    with pytest.raises(GitHubError, match="rate limit"):
        github.create_status(REPOSITORY, HEAD, STATUS)

    assert clock.seconds == 60
    assert len(server.asked) == 2


def test_github__no_requests_left__says_when_there_are(server, github, clock):
    server.requests_left = 0
    server.resets_at = int(clock.now().timestamp()) + 600

    with pytest.raises(GitHubError, match="API rate limit exceeded") as caught:
        github.create_status(REPOSITORY, HEAD, STATUS)

    assert caught.value.hint == "Run it again in 601 s."
    assert len(server.asked) == 1


# --- after a cancel ------------------------------------------------------------------------------


def test_create_status__cancelled__still_gets_out(server, github, clock):
    clock.cancel()

    github.create_status(REPOSITORY, HEAD, STATUS)

    assert server.repository(REPOSITORY).latest_statuses(HEAD)[0]["state"] == "success"


@pytest.mark.parametrize("answer", [Answer(status=502), Answer(breaks_off=True)])
def test_create_status__cancelled_and_trouble__tries_once_without_a_wait(
    server, github, clock, answer
):
    clock.cancel()
    server.answers_for("POST", "/statuses/", answer, forever=True)

    with pytest.raises(GitHubError, match="the run is cancelled, so this was all"):
        github.create_status(REPOSITORY, HEAD, STATUS)

    assert len(server.asked) == 1
    assert clock.seconds == 0


def test_session__cancelled__gives_up_after_two_seconds_of_silence(server, clock):
    session = Session(
        TOKEN,
        server.api_url,
        clock=clock,
        timeout_seconds=10,
        retries=3,
        patience=Patience(),
    )
    before = session.api.requester.kwargs["timeout"]
    clock.cancel()

    assert before == 10
    assert session.api.requester.kwargs["seconds_between_writes"] is None
    assert session.api.requester.kwargs["timeout"] == 2
    assert session.errand("ask", permission="").timeout_seconds == 2


# --- a repository with a new name ----------------------------------------------------------------


@pytest.fixture
def moved(server):
    server.moved[REPOSITORY] = "octo-org/new"
    repository = server.repository("octo-org/new")
    repository.add_pull(7, sha=HEAD)
    return repository


def test_github__renamed_repository__is_written_to_once(server, github, moved):
    github.create_status(REPOSITORY, HEAD, STATUS)
    made = github.create_comment(REPOSITORY, 7, "hello")
    github.update_comment(REPOSITORY, made.id, "there")
    run = github.create_check_run(REPOSITORY, RUN)
    github.update_check_run(REPOSITORY, run, RUN)

    assert [one["body"] for one in moved.comments[7]] == ["there"]
    assert len(moved.check_runs) == len(moved.latest_statuses(HEAD)) == 1
    assert len(server.asked) == 10
    github.delete_comment(REPOSITORY, made.id)
    assert moved.comments[7] == []


def test_github__renamed_repository__is_read_whole(github, moved):
    for number in range(150):
        moved.add_comment(7, f"comment {number}")
    moved.add_status(HEAD, state="success", context="x")

    assert len(list(github.comments(REPOSITORY, 7))) == 150
    assert github.latest_status(REPOSITORY, HEAD, "x").state == "success"
    assert github.pull_request_head(REPOSITORY, 7).sha == HEAD


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example/api/v3/x",
        "http://localhost:{port}/api/v3/x",
        "https://127.0.0.1:{port}/api/v3/x",
        "//evil.example/api/v3/x",
        "http://127.0.0.1:{port}@evil.example/api/v3/x",
    ],
)
def test_create_comment__sent_to_another_host__does_not_go_there(
    server, github, clock, status, location
):
    url = location.format(port=server.address.rpartition(":")[2])
    server.next_answers(Answer(status=status, headers={"Location": url}))

    with pytest.raises(GitHubError, match="none of GitHub's API") as caught:
        github.create_comment(REPOSITORY, 7, "hello")

    assert not isinstance(caught.value, GitHubAnswerLost)
    assert len(server.asked) == 1
    assert clock.seconds == 0


@pytest.mark.parametrize("location", ["http://127.0.0.1:1/api/v3/x", "", "/elsewhere", "http://["])
def test_create_comment__sent_nowhere__does_not_go_there(server, github, location):
    server.next_answers(Answer(status=307, headers={"Location": location}))

    with pytest.raises(GitHubError, match="none of GitHub's API"):
        github.create_comment(REPOSITORY, 7, "hello")

    assert len(server.asked) == 1


@pytest.mark.parametrize(("status", "requests"), [(301, 2), (307, 3)])
def test_create_comment__sent_in_circles__ends(server, github, status, requests):
    here = Answer(status=status, headers={"Location": f"{server.api_url}/repos/a/b"})
    server.answers_for("POST", "", here, forever=True)

    with pytest.raises(GitHubError, match="none of GitHub's API"):
        github.create_comment(REPOSITORY, 7, "hello")

    assert len(server.asked) == requests


# --- a whole report ------------------------------------------------------------------------------


def test_github__a_report_on_a_busy_pull_request__takes_six_requests(server, github):
    for number in range(99):
        server.repository(REPOSITORY).add_comment(7, f"comment {number}")

    github.create_status(REPOSITORY, HEAD, StatusPost(state="pending", context="x"))
    viewer = github.viewer()
    assert not [one for one in github.comments(REPOSITORY, 7) if one.is_by(viewer)]
    made = github.create_comment(REPOSITORY, 7, "hello")
    assert github.comment(REPOSITORY, made.id) == made
    github.create_status(REPOSITORY, HEAD, STATUS)

    assert len(server.asked) == 6
