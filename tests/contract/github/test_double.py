"""The small GitHub of our tests keeps the limits that the documented one has.

Asked without the client, so that a double and a client that err alike are found out.
"""

import json
import urllib.error
import urllib.request

import pytest

from tests.doubles.github_server import Answer, GitHubServer, refusal

HEAD = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
COMMENTS = "/repos/octo-org/etl/issues/7/comments"
STATUSES = f"/repos/octo-org/etl/statuses/{HEAD}"
RUNS = "/repos/octo-org/etl/check-runs"


@pytest.fixture
def server():
    with GitHubServer() as server:
        server.repository("octo-org/etl").add_pull(7, sha=HEAD)
        yield server


def ask(server, method, path, body=None, **headers):
    """The status, the headers and the JSON of an answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(server.api_url + path, data=data, method=method)
    for name, value in headers.items():
        request.add_header(name.replace("_", "-"), value)
    try:
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
            return answer.status, answer.headers, json.loads(text) if text else None
    except urllib.error.HTTPError as error:
        with error:
            text = error.read()
        return error.code, error.headers, json.loads(text) if text else None


def test_comments__no_size_given__come_in_pages_of_thirty_and_never_more_than_a_hundred(server):
    for number in range(120):
        server.repository("octo-org/etl").add_comment(7, f"comment {number}")

    _, first, thirty = ask(server, "GET", COMMENTS)
    _, _, hundred = ask(server, "GET", f"{COMMENTS}?per_page=1000")
    _, last, rest = ask(server, "GET", f"{COMMENTS}?per_page=50&page=3")

    assert (len(thirty), len(hundred), len(rest)) == (30, 100, 20)
    assert 'rel="next"' in first["Link"]
    assert 'rel="next"' not in last["Link"]
    assert 'rel="prev"' in last["Link"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", COMMENTS, {"body": "x" * 65_537}),
        ("POST", COMMENTS, {"body": " "}),
        ("POST", COMMENTS, {}),
        ("POST", STATUSES, {"state": "error", "description": "x" * 141}),
        ("POST", STATUSES, {"state": "error", "context": "x" * 256}),
        ("POST", STATUSES, {"state": "errored"}),
        ("POST", f"/repos/octo-org/etl/statuses/{'c' * 40}", {"state": "error"}),
        ("POST", RUNS, {"name": "x"}),
        ("POST", RUNS, {"name": "x", "head_sha": "c" * 40}),
        ("POST", RUNS, {"name": "x", "head_sha": HEAD, "status": "completed"}),
        ("POST", RUNS, {"name": "x", "head_sha": HEAD, "conclusion": "errored"}),
        ("POST", RUNS, {"name": "x", "head_sha": HEAD, "output": {"title": "t"}}),
    ],
)
def test_double__request_over_a_limit__is_refused_as_github_does(server, method, path, body):
    status, _, answer = ask(server, method, path, body)

    assert status == 422
    assert answer["message"]


def test_double__things_that_are_not_there__are_not_found(server):
    for method, path, body in (
        ("GET", "/repos/octo-org/etl/issues/8/comments", None),
        ("POST", "/repos/octo-org/etl/issues/8/comments", {"body": "x"}),
        ("GET", "/repos/octo-org/etl/issues/comments/5", None),
        ("PATCH", "/repos/octo-org/etl/issues/comments/5", {"body": "x"}),
        ("DELETE", "/repos/octo-org/etl/issues/comments/5", None),
        ("PATCH", f"{RUNS}/5", {"name": "x"}),
        ("GET", "/nowhere", None),
    ):
        assert ask(server, method, path, body)[0] == 404


def test_double__what_is_known_already__is_not_sent_again(server):
    _, headers, _ = ask(server, "GET", COMMENTS)

    status, again, body = ask(server, "GET", COMMENTS, If_None_Match=headers["ETag"])
    server.repository("octo-org/etl").add_comment(7, "new")
    changed, _, _ = ask(server, "GET", COMMENTS, If_None_Match=headers["ETag"])

    assert (status, body, again["ETag"]) == (304, None, headers["ETag"])
    assert changed == 200


def test_double__requests__are_counted_down_and_then_refused(server):
    server.requests_left = 2

    left = [ask(server, "GET", COMMENTS)[1]["X-RateLimit-Remaining"] for _ in range(2)]
    status, headers, answer = ask(server, "GET", COMMENTS)

    assert left == ["1", "0"]
    assert (status, headers["X-RateLimit-Remaining"]) == (403, "0")
    assert "rate limit" in answer["message"]


def test_double__token_of_an_installation__is_refused_the_user_and_given_the_viewer():
    with GitHubServer(token="ghs_a", prefix="") as server:
        refused = ask(server, "GET", "/user", Authorization="token ghs_a")
        query = {"query": "query { viewer { login } }"}
        given = ask(server, "POST", "/graphql", query, Authorization="token ghs_a")
        unknown = ask(server, "POST", "/graphql", {"query": "{ x }"}, Authorization="token ghs_a")
        wrong = ask(server, "GET", "/user", Authorization="token ghs_b")

    assert refused[0] == 403
    assert given[2] == {"data": {"viewer": {"login": "github-actions[bot]"}}}
    assert "errors" in unknown[2]
    assert wrong[0] == 401


def test_double__check_runs__only_the_newest_of_a_name_unless_all_are_asked_for(server):
    for leg in ("1", "2"):
        ask(server, "POST", RUNS, {"name": "x", "head_sha": HEAD, "external_id": leg})
    path = f"/repos/octo-org/etl/commits/{HEAD}/check-runs"

    _, _, latest = ask(server, "GET", f"{path}?check_name=x")
    _, _, every = ask(server, "GET", f"{path}?check_name=x&filter=all")
    _, _, other = ask(server, "GET", f"{path}?check_name=y")

    assert [run["external_id"] for run in latest["check_runs"]] == ["2"]
    assert [run["external_id"] for run in every["check_runs"]] == ["2", "1"]
    assert other["total_count"] == 0


def test_double__statuses__the_combined_one_has_the_newest_of_each_context(server):
    for state in ("pending", "success"):
        ask(server, "POST", STATUSES, {"state": state, "context": "a"})
    commit = f"/repos/octo-org/etl/commits/{HEAD}"

    _, _, combined = ask(server, "GET", f"{commit}/status")
    _, _, every = ask(server, "GET", f"{commit}/statuses")
    missing, _, _ = ask(server, "GET", f"/repos/octo-org/etl/commits/{'c' * 40}/status")

    assert combined["state"] == "success"
    assert [one["state"] for one in combined["statuses"]] == ["success"]
    assert [one["state"] for one in every] == ["success", "pending"]
    assert missing == 422


def test_double__answers_for_one_path__leave_the_others_alone(server):
    server.answers_for("POST", "/statuses/", refusal(403, "no"), Answer(status=502))

    seen = [ask(server, "POST", STATUSES, {"state": "error"})[0] for _ in range(3)]

    assert seen == [403, 502, 201]
    assert ask(server, "GET", COMMENTS)[0] == 200


@pytest.mark.parametrize("takes_effect", [True, False])
def test_double__cut_off__did_it_or_did_not(server, takes_effect):
    server.next_answers(Answer(breaks_off=True, takes_effect=takes_effect))

    with pytest.raises(ConnectionError):
        ask(server, "POST", COMMENTS, {"body": "hello"})

    assert len(ask(server, "GET", COMMENTS)[2]) == int(takes_effect)
