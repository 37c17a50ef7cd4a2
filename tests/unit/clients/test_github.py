"""The GitHub client, the real PyGithub against a real server on loopback."""

import socket
import traceback
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from plugin.clients.github import GitHub
from plugin.clients.github.errors import Errand
from plugin.clients.github.hints import GUIDE
from plugin.clients.patience import Patience
from plugin.core.build import Fork
from plugin.core.errors import GitHubError
from plugin.core.pull_request import PullRequestHead
from tests.doubles.github_server import Answer, GitHubServer, refusal

TOKEN = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
HEAD = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
REPOSITORY = "octocat/etl"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that moves only when somebody waits."""

    waits: list[float] = field(default_factory=list)
    cancelled: bool = False

    def now(self):
        return NOON

    def monotonic(self):
        return sum(self.waits)

    def wait(self, seconds):
        self.waits.append(seconds)
        return self.cancelled

    def is_cancelled(self):
        return self.cancelled


@pytest.fixture
def server():
    with GitHubServer(token=TOKEN) as server:
        server.repository(REPOSITORY).add_pull(7, sha=HEAD)
        yield server


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def github(server, clock):
    with GitHub(TOKEN, server.api_url, clock=clock) as github:
        yield github


def failure(github):
    """The error of asking for the head; in no form does it know the token."""
    with pytest.raises(GitHubError) as caught:
        github.pull_request_head(REPOSITORY, 7)
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(github)
    assert TOKEN not in told
    assert caught.value.__context__ is None
    return caught.value


# --- the token -----------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["ghp_a b", "ghp_a\nX-Evil: 1", "ghp_ü", "ghp_a\x00"])
def test_github__token_that_makes_no_header__is_refused_and_not_told(token, clock):
    with pytest.raises(GitHubError) as caught:
        GitHub(token, "https://api.github.com", clock=clock)

    assert token not in str(caught.value)
    assert "bare token" in caught.value.hint


def test_github__wrong_token__says_so_and_asks_once(server, clock):
    with GitHub("ghp_other", server.api_url, clock=clock) as github:
        error = failure(github)

    assert error.message == (
        f"Could not read pull request #7 of octocat/etl at {server.address}: "
        "the token is not valid (401 Bad credentials)."
    )
    assert "github_token" in error.hint
    assert len(server.asked) == 1
    assert clock.waits == []


def test_github__token_that_comes_back_in_a_message__is_blotted_out(server, github):
    server.next_answers(refusal(400, f"what is {TOKEN}\x1b[31m\n::error::?"))

    error = failure(github)

    assert "(400 what is *** [31m ::error::?)" in error.message


def test_errand__shown__leaves_the_token_out():
    errand = Errand(to="read", permission="contents: read", host="api.github.com", token=TOKEN)

    assert TOKEN not in repr(errand)


def test_github__no_token__asks_without_and_says_what_is_missing(server, clock):
    with GitHub("", server.api_url, clock=clock) as github:
        server.next_answers(refusal(404, "Not Found"))
        error = failure(github)

    assert "authorization" not in server.asked[0].headers
    assert error.hint == f"Set github_token. See {GUIDE}#no-token"


def test_github__token_with_a_line_break_at_its_end__is_taken(server, clock):
    with GitHub(f" {TOKEN}\n", server.api_url, clock=clock) as github:
        assert github.pull_request_head(REPOSITORY, 7).sha == HEAD


# --- GitHub says no ------------------------------------------------------------------------------


def test_github__token_without_the_permission__names_the_line(server, github, clock):
    server.permissions = {"contents": "read"}

    error = failure(github)

    assert "the token may not do it (403 Resource not accessible by integration)" in error.message
    assert "`permissions: {contents: read, pull-requests: read}`" in error.hint
    assert clock.waits == []


def test_github__no_such_pull_request__says_that_it_may_be_hidden(server, github):
    server.repository(REPOSITORY).pulls.clear()

    error = failure(github)

    assert "it is not there, or the token may not see it (404 Not Found)" in error.message
    assert "pull-requests: read" in error.hint


def test_github__invalid_request__names_githubs_reasons(server, github):
    errors = [{"code": "invalid"}, {"message": "too long"}, "odd", {"field": "x"}, 7]
    server.next_answers(Answer(status=422, body={"message": "Validation Failed", "errors": errors}))

    error = failure(github)

    assert "refused (422 Validation Failed; invalid; too long; odd)" in error.message


def test_github__gone__says_so(server, github):
    server.next_answers(refusal(410, "Gone"))

    assert "refused (410 Gone)" in failure(github).message


def test_github__endless_message__is_cut(server, github):
    server.next_answers(refusal(400, "x" * 10_000))

    assert len(failure(github).message) < 400


# --- GitHub says not now -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "pause"),
    [
        (refusal(429, "Too many", retry_after="7"), 7),
        (refusal(403, "Slow down", retry_after="7"), 7),
        (
            refusal(
                403,
                "API rate limit exceeded for installation ID 1.",
                x_ratelimit_remaining="0",
                x_ratelimit_reset=str(int(NOON.timestamp()) + 20),
            ),
            21,
        ),
        (
            refusal(
                429,
                "API rate limit exceeded",
                x_ratelimit_remaining="0",
                x_ratelimit_reset=str(int(NOON.timestamp()) - 20),
            ),
            1,
        ),
        (refusal(403, "You have exceeded a secondary rate limit."), 60),
        (refusal(429, "Too many", retry_after="soon"), 60),
        (refusal(429, "Too many", x_ratelimit_remaining="0"), 60),
        (Answer(status=500, body={"message": "Server Error"}), 1),
        (Answer(status=502, body=b"<html>Bad gateway</html>"), 1),
        (Answer(status=503, body=b""), 1),
        (Answer(breaks_off=True), 1),
    ],
)
def test_github__not_now__waits_as_told_and_asks_again(server, github, clock, answer, pause):
    server.next_answers(answer)

    head = github.pull_request_head(REPOSITORY, 7)

    assert head.sha == HEAD
    assert clock.waits == [pause]


@pytest.mark.parametrize(
    "answer",
    [
        refusal(429, "Too many", retry_after="3600"),
        refusal(
            403,
            "API rate limit exceeded",
            x_ratelimit_remaining="0",
            x_ratelimit_reset=str(int(NOON.timestamp()) + 3599),
        ),
    ],
)
def test_github__longer_wait_than_is_reasonable__ends_at_once_and_says_how_long(
    server, github, clock, answer
):
    server.next_answers(answer)

    error = failure(github)

    assert "the rate limit is used up" in error.message
    assert error.hint == "Run it again in 3600 s."
    assert clock.waits == []


def test_github__waits_that_add_up__end_at_the_bound(server, clock):
    server.next_answers(*[refusal(429, "Too many", retry_after="25")] * 9)
    with GitHub(TOKEN, server.api_url, clock=clock, patience=Patience(left_seconds=60)) as github:
        failure(github)

    assert clock.waits == [25, 25]


def test_github__trouble_that_stays__ends_after_the_retries(server, github, clock):
    server.next_answers(*[refusal(500, "Server Error")] * 9)

    error = failure(github)

    assert "the server is at fault (500 Server Error)" in error.message
    assert clock.waits == [1, 2, 4]
    assert len(server.asked) == 4


def test_github__cancelled_while_waiting__stops_asking(server, github, clock):
    clock.cancelled = True
    server.next_answers(refusal(500, "Server Error"))

    error = failure(github)

    assert "cancelled" in error.message
    assert len(server.asked) == 1


# --- the way there -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "api_url",
    [
        "",
        "api.github.com",
        "ftp://api.github.com",
        "https://",
        "https://[",
        "https://api.github.com:x",
        f"https://{TOKEN}@api.github.com",
        "https://api.github.com?x=1",
        "https://api.github.com#x",
    ],
)
def test_github__url_that_is_none__is_refused_and_not_told(api_url, clock):
    with pytest.raises(GitHubError) as caught:
        GitHub(TOKEN, api_url, clock=clock)

    assert "github_api_url" in caught.value.hint
    assert TOKEN not in str(caught.value)


def test_github__nobody_listens__says_so_after_the_retries(clock):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        with GitHub(TOKEN, f"http://127.0.0.1:{port}", clock=clock, retries=1) as github:
            error = failure(github)

    assert "cannot be reached" in error.message
    assert clock.waits == [1]


def test_github__no_answer_in_time__says_so(server, clock):
    server.next_answers(Answer(hangs=True))
    with GitHub(TOKEN, server.api_url, clock=clock, timeout_seconds=1, retries=0) as github:
        error = failure(github)

    assert "no answer within 1 s" in error.message


def test_github__no_tls_there__says_so_and_does_not_try_again(server, clock):
    with GitHub(TOKEN, f"https://{server.address}", clock=clock) as github:
        error = failure(github)

    assert "TLS" in error.message
    assert "REQUESTS_CA_BUNDLE" in error.hint
    assert clock.waits == []
    assert server.asked == []


def test_github__ca_bundle_that_is_not_there__says_so(server, clock, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    with GitHub(TOKEN, f"https://{server.address}", clock=clock) as github:
        error = failure(github)

    assert "trusted certificates cannot be read" in error.message


def test_github__proxy_that_refuses__says_so(server, clock, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", f"http://jane:secret@{server.address}")
    monkeypatch.setenv("NO_PROXY", "")
    with GitHub(TOKEN, "https://api.github.com", clock=clock, retries=0) as github:
        error = failure(github)

    assert "the proxy did not let us through" in error.message
    assert "secret" not in str(error)


# --- the branches of a commit --------------------------------------------------------------------


def test_branches_of_head__may_not_read_contents__names_the_line(server, github):
    server.permissions = {"pull-requests": "read"}

    with pytest.raises(GitHubError, match="list the branches at commit 6dcb09b5b578") as caught:
        github.branches_of_head(REPOSITORY, HEAD)

    assert "contents: read" in caught.value.hint


@pytest.mark.parametrize(
    "body", [{}, None, "x", [], [None, 7, {}, {"name": None}, {"name": ""}, {"name": 7}]]
)
def test_branches_of_head__answer_without_names__is_none(server, github, body):
    server.next_answers(Answer(body=body))

    assert github.branches_of_head(REPOSITORY, HEAD) == ()


@pytest.mark.parametrize(
    ("repository", "commit"), [("etl", HEAD), ("../etl", HEAD), (REPOSITORY, "main"), ("", "")]
)
def test_branches_of_head__no_repository_or_commit__asks_nothing(
    server, github, repository, commit
):
    with pytest.raises(GitHubError, match="no repository, or no commit"):
        github.branches_of_head(repository, commit)

    assert server.asked == []


def test_branches_of_head__of_ours__are_named_with_one_request(server, github):
    server.repository(REPOSITORY).branches = {"main": HEAD, "old": "b" * 40, "release": HEAD}

    assert github.branches_of_head(REPOSITORY, HEAD) == ("main", "release")
    assert [asked.path for asked in server.asked] == [
        f"/api/v3/repos/{REPOSITORY}/commits/{HEAD}/branches-where-head"
    ]


# --- what is not GitHub --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        Answer(body=b"<html>Please log in</html>"),
        Answer(body=b"{"),
        Answer(body=b""),
        Answer(body=[]),
        Answer(body="text"),
        Answer(body={}),
        Answer(body={"head": {"sha": "$(id)"}}),
        Answer(body={"head": None, "number": "seven"}),
        Answer(status=307, body=None, headers={"Location": "https://evil.example/"}),
        Answer(status=301, body=None, headers={"Location": "http://localhost/api/v3/x"}),
        Answer(status=301, body=None, headers={"Location": "https://127.0.0.1/api/v3/x"}),
        Answer(body=b"\xff\xfe", headers={"Content-Type": "text/plain; charset=utf-8"}),
    ],
)
def test_github__answer_that_is_none__says_where_to_look(server, github, clock, answer):
    server.next_answers(answer)

    error = failure(github)

    assert "the answer is none of GitHub's API" in error.message
    assert "github_api_url" in error.hint
    assert len(server.asked) == 1
    assert clock.waits == []


def test_github__next_page_on_another_host__is_not_followed(server, github):
    link = f'<http://localhost:{server.address.rpartition(":")[2]}/api/v3/x>; rel="next"'
    server.next_answers(Answer(body=[{"filename": "a.py"}], headers={"Link": link}))

    with pytest.raises(GitHubError, match="none of GitHub's API"):
        github.changed_files(REPOSITORY, 7)

    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("repository", "number"),
    [
        ("", 7),
        ("etl", 7),
        ("octocat/etl/x", 7),
        ("../etl", 7),
        ("octocat/..", 7),
        ("o/r?x=1", 7),
        (REPOSITORY, 0),
        (REPOSITORY, -1),
    ],
)
def test_github__no_name_of_a_repository__asks_nothing(server, github, repository, number):
    with pytest.raises(GitHubError, match="no name of a repository"):
        github.pull_request_head(repository, number)

    assert server.asked == []


# --- answers -------------------------------------------------------------------------------------


def test_pull_request_head__of_ours__takes_one_request_to_the_given_url(server, github):
    head = github.pull_request_head(REPOSITORY, 7)

    assert head == PullRequestHead(
        sha=HEAD,
        fork=Fork.NO,
        branch="fix-flights",
        target_branch="main",
        number=7,
        author="octocat",
        target_repository=REPOSITORY,
        is_open=True,
    )
    assert [asked.path for asked in server.asked] == ["/api/v3/repos/octocat/etl/pulls/7"]
    assert server.asked[0].headers["user-agent"] == "glue-health-check"


@pytest.mark.parametrize("head", ["hubot/etl", None])
def test_pull_request_head__from_a_fork__is_one(server, github, head):
    server.repository(REPOSITORY).add_pull(8, sha=HEAD, head=head)

    assert github.pull_request_head(REPOSITORY, 8).fork is Fork.YES


def test_pull_request_head__repository_that_moved__is_followed(server, github):
    server.repository("octocat/new").add_pull(7, sha=HEAD)
    location = f"{server.api_url}/repos/octocat/new/pulls/7"
    server.next_answers(Answer(status=301, body=None, headers={"Location": location}))

    assert github.pull_request_head(REPOSITORY, 7).sha == HEAD


# --- the pull requests of a commit ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("repository", "commit"),
    [("o/../r", HEAD), ("", HEAD), (REPOSITORY, ""), (REPOSITORY, "main"), (REPOSITORY, "../x")],
)
def test_pull_requests_of_commit__no_commit__asks_nothing(server, github, repository, commit):
    with pytest.raises(GitHubError, match="no repository, or no commit"):
        github.pull_requests_of_commit(repository, commit)

    assert server.asked == []


@pytest.mark.parametrize("body", [None, {}, "x", [], [None, 0]])
def test_pull_requests_of_commit__answer_is_no_list_of_them__is_empty(server, github, body):
    server.next_answers(Answer(body=body))

    assert github.pull_requests_of_commit(REPOSITORY, HEAD) == ()


def test_pull_requests_of_commit__commit_of_a_fork_that_github_does_not_see__says_so(
    server, github
):
    server.next_answers(refusal(422, f"No commit found for SHA: {HEAD}"))

    with pytest.raises(GitHubError, match="list the pull requests of commit 6dcb09b5b578"):
        github.pull_requests_of_commit(REPOSITORY, HEAD)


def test_pull_requests_of_commit__later__is_asked_again(server, github, clock):
    server.next_answers(Answer(status=502))

    assert len(github.pull_requests_of_commit(REPOSITORY, HEAD)) == 1
    assert clock.waits == [1]


def test_pull_requests_of_commit__several__takes_one_request(server, github):
    server.repository(REPOSITORY).add_pull(8, sha=HEAD, head="hubot/etl", author="hubot")
    server.repository(REPOSITORY).add_pull(9, sha="c" * 40)

    heads = github.pull_requests_of_commit(REPOSITORY, HEAD)

    assert [(head.number, head.fork) for head in heads] == [(7, Fork.NO), (8, Fork.YES)]
    assert heads[1].author == "hubot"
    path = f"/api/v3/repos/octocat/etl/commits/{HEAD}/pulls"
    assert [(asked.path, asked.query) for asked in server.asked] == [(path, {"per_page": "100"})]


# --- files ---------------------------------------------------------------------------------------


def test_changed_files__none__is_empty(github):
    assert github.changed_files(REPOSITORY, 7) == frozenset()


def test_changed_files__renamed__counts_with_both_names(server, github):
    server.repository(REPOSITORY).add_files(7, ["jobs/flights.py"])
    server.repository(REPOSITORY).rename_file(7, "lib/old.py", "lib/new.py")

    files = github.changed_files(REPOSITORY, 7)

    assert files == {"jobs/flights.py", "lib/old.py", "lib/new.py"}


def test_changed_files__several_pages__reads_all_of_them(server, github):
    paths = [f"jobs/{number}.py" for number in range(250)]
    server.repository(REPOSITORY).add_files(7, paths)

    files = github.changed_files(REPOSITORY, 7)

    assert files == frozenset(paths)
    assert [asked.query.get("page", "1") for asked in server.asked] == ["1", "2", "3"]
    assert {asked.query["per_page"] for asked in server.asked} == {"100"}


def test_changed_files__trouble_on_the_second_page__reads_again_from_the_start(server, github):
    paths = [f"jobs/{number}.py" for number in range(150)]
    server.repository(REPOSITORY).add_files(7, paths)
    link = f'<{server.api_url}/repos/octocat/etl/pulls/7/files?per_page=100&page=2>; rel="next"'
    first = [{"filename": path} for path in paths[:100]]
    server.next_answers(Answer(body=first, headers={"Link": link}), refusal(502, "Bad gateway"))

    assert github.changed_files(REPOSITORY, 7) == frozenset(paths)


@pytest.mark.parametrize(("count", "is_known"), [(2999, True), (3000, False)])
def test_changed_files__as_many_as_github_lists__is_unknown(server, github, count, is_known):
    server.repository(REPOSITORY).add_files(7, [f"{number}.py" for number in range(count)])

    files = github.changed_files(REPOSITORY, 7)

    assert (files is not None) is is_known


def test_changed_files__not_permitted__names_the_line(server, github):
    server.permissions = {}

    with pytest.raises(GitHubError, match=r"list the files .* pull-requests: read"):
        github.changed_files(REPOSITORY, 7)
