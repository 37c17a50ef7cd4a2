"""Commit statuses and check runs, the real PyGithub against a real server on loopback."""

from dataclasses import replace

import pytest

from plugin.clients.github import GitHub
from plugin.clients.github.hints import GUIDE
from plugin.core.errors import GitHubAnswerLost, GitHubError
from plugin.core.github import Annotation, CheckRunPost, FoundCheckRun, PostedStatus, StatusPost
from tests.doubles.clock import FakeClock
from tests.doubles.github_server import Answer, GitHubServer, refusal

TOKEN = "ghs_16C7e42F292c6912E7710c838347Ae178B4a"
HEAD = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
REPOSITORY = "octo-org/etl"
STATUS = StatusPost(
    state="success",
    context="glue-health-check",
    description="1 passed",
    target_url="https://ci.example/7",
)
RUN = CheckRunPost(
    name="glue-health-check",
    head_sha=HEAD,
    external_id="leg-1",
    details_url="https://ci.example/7",
    conclusion="failure",
    title="1 failed",
    summary="the summary",
    text="the text",
)
REMARK = Annotation(
    path="jobs/a.py", start_line=3, end_line=4, level="failure", message="broken", title="oh"
)


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


# --- statuses ------------------------------------------------------------------------------------


def test_create_status__commit_that_is_not_there__says_so(github):
    with pytest.raises(GitHubError, match=f"422 No commit found for SHA: {'c' * 40}") as caught:
        github.create_status(REPOSITORY, "c" * 40, STATUS)

    assert "is not in this repository" in caught.value.hint


@pytest.mark.parametrize(
    ("post", "words"),
    [
        (replace(STATUS, description="x" * 141), "description is too long"),
        (replace(STATUS, context="x" * 256), "context is too long"),
    ],
)
def test_create_status__over_a_limit__says_which(github, clock, post, words):
    with pytest.raises(GitHubError, match=words):
        github.create_status(REPOSITORY, HEAD, post)

    assert clock.seconds == 0


def test_create_status__a_thousand_of_them__says_what_to_do(server, github):
    repository = server.repository(REPOSITORY)
    posted = repository.add_status(HEAD, state="pending", context=STATUS.context)
    repository.statuses[HEAD] = [posted] * 1000

    with pytest.raises(GitHubError, match="maximum number of statuses") as caught:
        github.create_status(REPOSITORY, HEAD, STATUS)

    assert "status_context" in caught.value.hint


@pytest.mark.parametrize(
    ("repository", "commit"), [("etl", HEAD), ("../etl", HEAD), (REPOSITORY, "main"), ("", "")]
)
def test_statuses__no_repository_or_commit__asks_nothing(server, github, repository, commit):
    calls = [
        lambda: github.create_status(repository, commit, STATUS),
        lambda: github.latest_status(repository, commit, "x"),
        lambda: github.newest_statuses(repository, commit, "x"),
        lambda: github.find_check_run(repository, commit, name="x", external_id=""),
        lambda: github.create_check_run(repository, replace(RUN, head_sha=commit)),
    ]

    for call in calls:
        with pytest.raises(GitHubError, match="no repository, or no commit"):
            call()

    assert server.asked == []


def test_create_status__posted__takes_one_request_and_is_found_again(server, github):
    github.create_status(REPOSITORY, HEAD, STATUS)

    assert server.lines == [f"POST /repos/octo-org/etl/statuses/{HEAD}"]
    assert server.asked[0].body == {
        "state": "success",
        "context": "glue-health-check",
        "description": "1 passed",
        "target_url": "https://ci.example/7",
    }
    assert github.latest_status(REPOSITORY, HEAD, "Glue-Health-Check") == PostedStatus(
        state="success", target_url="https://ci.example/7", description="1 passed"
    )


def test_create_status__no_build_to_link_to__leaves_the_link_out(server, github):
    github.create_status(REPOSITORY, HEAD, replace(STATUS, target_url=""))

    assert "target_url" not in server.asked[0].body


@pytest.mark.parametrize(
    "answer",
    [Answer(status=500), Answer(breaks_off=True), Answer(breaks_off=True, takes_effect=True)],
)
def test_create_status__answer_lost__is_posted_again(server, github, clock, answer):
    server.next_answers(answer)

    github.create_status(REPOSITORY, HEAD, STATUS)

    assert clock.seconds == 1
    assert server.repository(REPOSITORY).latest_statuses(HEAD)[0]["state"] == "success"


def test_latest_status__none_of_that_context__is_none(server, github):
    server.repository(REPOSITORY).add_status(HEAD, state="success", context="other")

    assert github.latest_status(REPOSITORY, HEAD, "glue-health-check") is None


def test_latest_status__many_contexts__is_found_on_a_later_page(server, github):
    for number in range(150):
        server.repository(REPOSITORY).add_status(HEAD, state="error", context=f"c{number}")

    assert github.latest_status(REPOSITORY, HEAD, "c149") == PostedStatus(state="error")
    assert len(server.asked) == 2


def test_latest_status__posted_many_times__is_the_newest_with_one_request(server, github):
    repository = server.repository(REPOSITORY)
    repository.statuses[HEAD] = [repository.add_status(HEAD, state="pending", context="x")] * 300
    repository.add_status(HEAD, state="failure", context="x")

    assert github.latest_status(REPOSITORY, HEAD, "x") == PostedStatus(state="failure")
    assert len(server.asked) == 1


@pytest.mark.parametrize("body", [{}, [], {"statuses": None}, {"statuses": {}}, b"x"])
def test_latest_status__answer_that_is_none__is_not_taken_for_no_status(server, github, body):
    server.next_answers(Answer(body=body))

    with pytest.raises(GitHubError, match="none of GitHub's API"):
        github.latest_status(REPOSITORY, HEAD, "x")


@pytest.mark.parametrize("body", [{}, {"statuses": []}, None, b"x"])
def test_newest_statuses__answer_that_is_none__is_not_taken_for_none_there(server, github, body):
    server.next_answers(Answer(body=body))

    with pytest.raises(GitHubError, match="none of GitHub's API"):
        github.newest_statuses(REPOSITORY, HEAD, "x")


def test_newest_statuses__more_than_a_page__are_the_newest_of_the_context_with_one_request(
    server, github
):
    repository = server.repository(REPOSITORY)
    repository.add_status(HEAD, state="failure", context="x", description="too old")
    for number in range(98):
        repository.add_status(HEAD, state="error", context=f"c{number}")
    repository.add_status(HEAD, state="pending", context="X", target_url="https://ci.example/7")
    repository.add_status(HEAD, state="success", context="x", description="1 passed")

    assert github.newest_statuses(REPOSITORY, HEAD, "x") == (
        PostedStatus(state="success", description="1 passed"),
        PostedStatus(state="pending", target_url="https://ci.example/7"),
    )
    assert server.lines == [f"GET /repos/octo-org/etl/commits/{HEAD}/statuses"]
    assert server.asked[0].query == {"per_page": "100"}


# --- check runs ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "You must authenticate via a GitHub App.",
        "Resource not accessible by personal access token",
    ],
)
def test_create_check_run__personal_access_token__says_whose_token_it_takes(server, github, words):
    server.next_answers(refusal(403, words))

    with pytest.raises(GitHubError, match=f"403 {words}") as caught:
        github.create_check_run(REPOSITORY, RUN)

    assert "${{ github.token }} or to a GitHub App's token" in caught.value.hint
    assert "check_run to false" in caught.value.hint


@pytest.mark.parametrize(
    ("post", "words"),
    [
        (replace(RUN, annotations=(REMARK,) * 51), "No more than 50 items"),
        (replace(RUN, summary="x" * 65_536), "summary is too long"),
        (replace(RUN, text="x" * 65_536), "text is too long"),
        (replace(RUN, conclusion=None), '"conclusion" wasn\'t supplied'),
    ],
)
def test_create_check_run__against_the_rules__says_which(github, post, words):
    with pytest.raises(GitHubError, match=words):
        github.create_check_run(REPOSITORY, post)


def test_create_check_run__made__takes_one_request(server, github):
    made = github.create_check_run(REPOSITORY, replace(RUN, annotations=(REMARK,)))

    assert server.lines == ["POST /repos/octo-org/etl/check-runs"]
    assert server.asked[0].body == {
        "name": "glue-health-check",
        "head_sha": HEAD,
        "external_id": "leg-1",
        "details_url": "https://ci.example/7",
        "status": "completed",
        "conclusion": "failure",
        "output": {
            "title": "1 failed",
            "summary": "the summary",
            "text": "the text",
            "annotations": [
                {
                    "path": "jobs/a.py",
                    "start_line": 3,
                    "end_line": 4,
                    "annotation_level": "failure",
                    "message": "broken",
                    "title": "oh",
                }
            ],
        },
    }
    assert github.find_check_run(
        REPOSITORY, HEAD, name="glue-health-check", external_id="leg-1"
    ) == FoundCheckRun(id=made, annotation_count=1)


def test_create_check_run__only_begun__says_nothing_that_is_not_known(server, github):
    github.create_check_run(
        REPOSITORY, CheckRunPost(name="glue", head_sha=HEAD, status="in_progress")
    )

    assert server.asked[0].body == {"name": "glue", "head_sha": HEAD, "status": "in_progress"}


def test_update_check_run__annotations__are_added_and_asked_for_once_each(server, github):
    made = github.create_check_run(REPOSITORY, replace(RUN, annotations=(REMARK,) * 50))

    github.update_check_run(
        REPOSITORY, made, replace(RUN, text="", annotations=(replace(REMARK, title=""),) * 20)
    )

    output = server.asked[-1].body["output"]
    assert "text" not in output
    assert "title" not in output["annotations"][0]
    assert server.lines[1:] == [f"PATCH /repos/octo-org/etl/check-runs/{made}"]
    assert len(server.repository(REPOSITORY).annotations[made]) == 70


@pytest.mark.parametrize("takes_effect", [True, False])
def test_update_check_run__annotations_and_a_lost_answer__is_not_repeated(
    server, github, clock, takes_effect
):
    made = github.create_check_run(REPOSITORY, RUN)
    server.next_answers(Answer(breaks_off=True, takes_effect=takes_effect))

    with pytest.raises(GitHubAnswerLost):
        github.update_check_run(REPOSITORY, made, replace(RUN, annotations=(REMARK,)))

    found = github.find_check_run(REPOSITORY, HEAD, name=RUN.name, external_id="leg-1")
    assert found == FoundCheckRun(id=made, annotation_count=int(takes_effect))
    assert clock.seconds == 0


def test_update_check_run__no_annotations_and_a_lost_answer__is_repeated(server, github, clock):
    made = github.create_check_run(REPOSITORY, RUN)
    server.next_answers(Answer(breaks_off=True, takes_effect=True))

    github.update_check_run(REPOSITORY, made, replace(RUN, conclusion="success"))

    assert server.repository(REPOSITORY).check_runs[0]["conclusion"] == "success"
    assert clock.seconds == 1


def test_update_check_run__gone__is_an_error(github):
    with pytest.raises(GitHubError, match="it is not there"):
        github.update_check_run(REPOSITORY, 5, RUN)


def test_find_check_run__newer_one_of_another_leg__is_not_taken(server, github):
    mine = github.create_check_run(REPOSITORY, RUN)
    github.create_check_run(REPOSITORY, replace(RUN, external_id="leg-2"))

    found = github.find_check_run(REPOSITORY, HEAD, name=RUN.name, external_id="leg-1")

    assert found == FoundCheckRun(id=mine)
    assert server.asked[-1].query == {
        "check_name": "glue-health-check",
        "filter": "all",
        "per_page": "100",
    }


def test_find_check_run__several_of_ours__is_the_newest(github):
    ids = [github.create_check_run(REPOSITORY, RUN) for _ in range(3)]

    found = github.find_check_run(REPOSITORY, HEAD, name=RUN.name, external_id="leg-1")

    assert found == FoundCheckRun(id=max(ids))


def test_find_check_run__none__is_none(github):
    assert github.find_check_run(REPOSITORY, HEAD, name=RUN.name, external_id="leg-1") is None


@pytest.mark.parametrize(
    "body", [{}, [], {"check_runs": None}, {"check_runs": [{}]}, {"check_runs": [None]}, b"x"]
)
def test_find_check_run__answer_that_is_none__is_not_taken_for_no_run(server, github, body):
    server.next_answers(Answer(body=body))

    with pytest.raises(GitHubError, match="none of GitHub's API"):
        github.find_check_run(REPOSITORY, HEAD, name="x", external_id="")


@pytest.mark.parametrize(
    ("permission", "call"),
    [
        ("statuses: write", lambda github: github.create_status(REPOSITORY, HEAD, STATUS)),
        ("statuses: read", lambda github: github.latest_status(REPOSITORY, HEAD, "x")),
        ("checks: write", lambda github: github.create_check_run(REPOSITORY, RUN)),
        ("checks: write", lambda github: github.update_check_run(REPOSITORY, 7, RUN)),
        (
            "checks: read",
            lambda github: github.find_check_run(REPOSITORY, HEAD, name="x", external_id=""),
        ),
        ("pull-requests: write", lambda github: github.create_comment(REPOSITORY, 7, "x")),
        ("pull-requests: write", lambda github: github.update_comment(REPOSITORY, 7, "x")),
        ("pull-requests: write", lambda github: github.delete_comment(REPOSITORY, 7)),
        ("pull-requests: write", lambda github: list(github.comments(REPOSITORY, 7))),
    ],
)
def test_github__not_permitted__names_the_line_to_paste_and_asks_once(
    server, github, clock, permission, call
):
    server.permissions = {"contents": "read"}

    with pytest.raises(GitHubError, match="Resource not accessible by integration") as caught:
        call(github)

    assert f"`permissions: {{contents: read, {permission}}}`" in caught.value.hint
    assert ("fork" in caught.value.hint) is permission.endswith("write")
    assert caught.value.hint.endswith(f" See {GUIDE}#resource-not-accessible-by-integration")
    assert "\n" not in str(caught.value)
    assert len(server.asked) == 1
    assert clock.seconds == 0


def test_github__personal_token_without_the_right__names_the_right(server, github):
    server.is_personal = True
    server.permissions = {}

    with pytest.raises(GitHubError) as caught:
        github.create_status(REPOSITORY, HEAD, STATUS)

    assert caught.value.hint == (
        "Give the token the repository permission `statuses: write`."
        f" See {GUIDE}#resource-not-accessible-by-personal-access-token"
    )


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (refusal(403, "Repository was archived so is read-only."), "out of the archive"),
        (refusal(403, "no", x_github_sso="required; url=https://x.example/?s=1"), "sign-on"),
        (refusal(403, "Resource protected by organization SAML enforcement."), "sign-on"),
        (refusal(403, "the `o` organization has an IP allow list enabled"), "IP allow list"),
        (refusal(403, "Unable to create comment because issue is locked."), "Unlock"),
        (refusal(410, "Issues are disabled for this repo"), "Switch issues on"),
        (refusal(410, "Issues has been disabled in this repository."), "Switch issues on"),
        (refusal(404, "Not Found"), "contents: read, statuses: write"),
        (refusal(401, "Bad credentials"), "valid token"),
        (refusal(422, "Validation Failed"), "request itself wrong"),
        (refusal(400, "Problems parsing JSON"), "github_api_url"),
    ],
)
def test_github__refusal__is_one_line_and_says_what_to_change(server, github, answer, words):
    server.next_answers(answer)

    with pytest.raises(GitHubError) as caught:
        github.create_status(REPOSITORY, HEAD, STATUS)

    assert words in caught.value.hint
    assert "\n" not in str(caught.value)
    assert "x.example" not in str(caught.value)
    assert not isinstance(caught.value, GitHubAnswerLost)
