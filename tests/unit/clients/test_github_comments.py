"""Comments and the viewer, the real PyGithub against a real server on loopback."""

from itertools import islice

import pytest

from plugin.clients.github import GitHub
from plugin.core.errors import GitHubError
from plugin.core.github import IssueComment
from tests.doubles.clock import FakeClock
from tests.doubles.github_server import Answer, GitHubServer, refusal

TOKEN = "ghs_16C7e42F292c6912E7710c838347Ae178B4a"
HEAD = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
REPOSITORY = "octo-org/etl"
COMMENTS = "/repos/octo-org/etl/issues/7/comments"


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


# --- whose token ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prefix", "path"),
    [("/api/v3", "/api/graphql"), ("", "/graphql")],
    ids=["enterprise server", "github.com and ghe.com"],
)
def test_viewer__github_token__is_asked_of_graphql_once_and_kept(clock, prefix, path):
    with (
        GitHubServer(token=TOKEN, prefix=prefix) as server,
        GitHub(TOKEN, server.api_url, clock=clock) as github,
    ):
        logins = {github.viewer(), github.viewer()}

    assert logins == {"github-actions[bot]"}
    assert [(one.method, one.path) for one in server.asked] == [("POST", path)]


@pytest.mark.parametrize(
    "answer",
    [
        refusal(404, "Not Found"),
        refusal(403, "Resource not accessible by personal access token"),
        Answer(body={"data": None, "errors": [{"type": "FORBIDDEN", "message": "no"}]}),
        Answer(body={"data": {"viewer": None}}),
        Answer(body=b"<html>Please log in</html>"),
        Answer(status=307, headers={"Location": "https://evil.example/"}),
    ],
)
def test_viewer__no_graphql_for_this_token__asks_for_the_user(server, github, answer):
    server.is_personal = True
    server.account = "octocat"
    server.next_answers(answer)

    assert github.viewer() == "octocat"
    assert server.lines[1:] == ["GET /user"]


def test_viewer__neither_of_both__says_what_to_change(server, github, clock):
    server.next_answers(refusal(403, "Resource not accessible by integration"))

    with pytest.raises(GitHubError, match="find out whose token it is") as caught:
        github.viewer()

    assert "GraphQL" in caught.value.hint
    assert "switch the comment off" in caught.value.hint
    assert clock.seconds == 0


def test_viewer__wrong_token__asks_no_second_time(server, clock):
    with (
        GitHub("ghs_other", server.api_url, clock=clock) as github,
        pytest.raises(GitHubError, match="the token is not valid"),
    ):
        github.viewer()

    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (Answer(status=502), 1),
        (Answer(breaks_off=True), 1),
        (Answer(body={"errors": [{"type": "RATE_LIMITED", "message": "API rate limit"}]}), 60),
    ],
)
def test_viewer__not_now__waits_and_asks_graphql_again(server, github, clock, answer, seconds):
    server.next_answers(answer)

    assert github.viewer() == "github-actions[bot]"
    assert clock.seconds == seconds
    assert len(server.asked) == 2


@pytest.mark.parametrize("body", [[], {}, {"login": None}, {"login": ""}, {"login": 7}, b"x"])
def test_viewer__user_without_a_login__is_no_answer(server, github, body):
    server.next_answers(refusal(404, "Not Found"), Answer(body=body))

    with pytest.raises(GitHubError, match="none of GitHub's API"):
        github.viewer()


# --- whose comment -------------------------------------------------------------------------------


@pytest.mark.parametrize("viewer", ["github-actions[bot]", "github-actions"])
def test_create_comment__by_an_app__is_known_as_ours_whatever_graphql_calls_us(
    server, github, viewer
):
    server.viewer = viewer
    server.repository(REPOSITORY).add_comment(7, "mine", author="octocat")

    ours = github.create_comment(REPOSITORY, 7, "hello")

    assert [one.id for one in github.comments(REPOSITORY, 7) if one.is_by(github.viewer())] == [
        ours.id
    ]


# --- list ----------------------------------------------------------------------------------------


def test_comments__none__takes_one_request(server, github):
    assert list(github.comments(REPOSITORY, 7)) == []
    assert server.lines == [f"GET {COMMENTS}"]


def test_comments__several_pages__come_in_order_and_no_page_is_read_unwanted(server, github):
    for number in range(250):
        server.repository(REPOSITORY).add_comment(7, f"comment {number}")

    first = list(islice(github.comments(REPOSITORY, 7), 100))

    assert len(server.asked) == 1
    everything = [one.body for one in github.comments(REPOSITORY, 7)]
    assert everything == [f"comment {number}" for number in range(250)]
    assert [one.body for one in first] == everything[:100]
    pages = [(one.query["per_page"], one.query.get("page", "1")) for one in server.asked[1:]]
    assert pages == [("100", "1"), ("100", "2"), ("100", "3")]


def test_comments__trouble_on_the_second_page__asks_for_that_page_alone(server, github, clock):
    for number in range(150):
        server.repository(REPOSITORY).add_comment(7, f"comment {number}")
    listed = github.comments(REPOSITORY, 7)
    list(islice(listed, 100))
    server.next_answers(Answer(status=502), Answer(breaks_off=True))

    rest = list(listed)

    assert [one.body for one in rest] == [f"comment {number}" for number in range(100, 150)]
    assert [one.query.get("page", "1") for one in server.asked] == ["1", "2", "2", "2"]
    assert clock.seconds == 3


@pytest.mark.parametrize(
    "body",
    [
        {},
        None,
        "x",
        [None],
        [{}],
        [{"id": 0, "user": None, "body": ""}],
        [{"id": True, "user": None, "body": ""}],
        [{"id": "7", "user": None, "body": ""}],
        [{"id": 7, "body": ""}],
        b"<html>",
    ],
)
def test_comments__answer_that_is_no_list_of_them__is_not_taken_for_an_empty_one(
    server, github, body
):
    server.next_answers(Answer(body=body))

    with pytest.raises(GitHubError, match="none of GitHub's API"):
        list(github.comments(REPOSITORY, 7))


def test_comments__account_that_is_gone__has_no_name(server, github):
    server.next_answers(Answer(body=[{"id": 7, "user": None, "body": None}]))

    assert list(github.comments(REPOSITORY, 7)) == [IssueComment(id=7, author="", body="")]


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:{port}/api/v3/x?page=2",
        "https://127.0.0.1:{port}/api/v3/x?page=2",
        "http://127.0.0.1:1/api/v3/x?page=2",
        "http://127.0.0.1:{port}/elsewhere?page=2",
        "http://127.0.0.1:{port}@evil.example/api/v3/x",
        "//evil.example/api/v3/x",
        "/elsewhere",
        "http://[",
        "",
    ],
)
def test_comments__next_page_that_is_elsewhere__is_not_asked_for(server, github, url):
    port = server.address.rpartition(":")[2]
    server.next_answers(Answer(body=[], headers={"Link": f'<{url.format(port=port)}>; rel="next"'}))

    with pytest.raises(GitHubError, match="none of GitHub's API"):
        list(github.comments(REPOSITORY, 7))

    assert len(server.asked) == 1


def test_comments__list_that_leads_to_itself__ends(server, github):
    link = f'<{server.api_url}{COMMENTS}?page=1>; rel="next"'
    server.answers_for("GET", COMMENTS, Answer(body=[], headers={"Link": link}), forever=True)

    assert list(github.comments(REPOSITORY, 7)) == []
    assert len(server.asked) == 100


# --- one -----------------------------------------------------------------------------------------


def test_comment__there__is_read(server, github):
    made = server.repository(REPOSITORY).add_comment(7, "hello")

    assert github.comment(REPOSITORY, made["id"]) == IssueComment(
        id=made["id"], author="octocat", body="hello"
    )


@pytest.mark.parametrize("status", [404, 410])
def test_comment__gone__is_none(server, github, status):
    server.next_answers(refusal(status, "Gone"))

    assert github.comment(REPOSITORY, 5) is None


def test_comment__forbidden__is_not_taken_for_gone(server, github):
    server.permissions = {}

    with pytest.raises(GitHubError, match="may not do it"):
        github.comment(REPOSITORY, 5)


def test_update_comment__there__is_replaced_with_one_request(server, github):
    made = server.repository(REPOSITORY).add_comment(7, "old")

    assert github.update_comment(REPOSITORY, made["id"], "new").body == "new"
    assert made["body"] == "new"
    assert server.lines == [f"PATCH /repos/octo-org/etl/issues/comments/{made['id']}"]


def test_update_comment__gone__is_an_error(github):
    with pytest.raises(GitHubError, match="it is not there"):
        github.update_comment(REPOSITORY, 5, "new")


def test_delete_comment__there__is_removed(server, github):
    made = server.repository(REPOSITORY).add_comment(7, "old")

    github.delete_comment(REPOSITORY, made["id"])

    assert server.repository(REPOSITORY).find_comment(made["id"]) is None
    assert len(server.asked) == 1


def test_delete_comment__gone_already__is_no_error(github):
    github.delete_comment(REPOSITORY, 5)


def test_delete_comment__answer_lost__is_asked_again(server, github):
    made = server.repository(REPOSITORY).add_comment(7, "old")
    server.next_answers(Answer(breaks_off=True, takes_effect=True))

    github.delete_comment(REPOSITORY, made["id"])

    assert len(server.asked) == 2


# --- create --------------------------------------------------------------------------------------


def test_create_comment__body__arrives_as_it_is_with_one_request(server, github):
    body = "## Flüge 🛫\n\n\u202e <!-- marker -->"

    made = github.create_comment(REPOSITORY, 7, body)

    assert made == IssueComment(id=made.id, author="github-actions[bot]", body=body, is_bot=True)
    assert server.lines == [f"POST {COMMENTS}"]
    assert server.asked[0].body == {"body": body}


def test_create_comment__too_long__is_refused_with_githubs_reason(server, github, clock):
    with pytest.raises(GitHubError, match=r"422 Validation Failed; Body is too long") as caught:
        github.create_comment(REPOSITORY, 7, "x" * 65_537)

    assert "x" * 300 not in str(caught.value)
    assert clock.seconds == 0
    assert len(server.asked) == 1


def test_create_comment__as_long_as_may_be__is_taken(github):
    assert len(github.create_comment(REPOSITORY, 7, "x" * 65_536).body) == 65_536


@pytest.mark.parametrize("repository", ["", "etl", "../etl", "octo-org/..", "o/r?x=1", "o/r/x"])
def test_comments__no_name_of_a_repository__asks_nothing(server, github, repository):
    calls = [
        lambda: list(github.comments(repository, 7)),
        lambda: github.comment(repository, 7),
        lambda: github.create_comment(repository, 7, "x"),
        lambda: github.update_comment(repository, 7, "x"),
        lambda: github.delete_comment(repository, 7),
    ]

    for call in calls:
        with pytest.raises(GitHubError, match="no name of a repository"):
            call()

    assert server.asked == []
