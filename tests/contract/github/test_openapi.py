"""What the client asks for is what GitHub's published OpenAPI description allows.

The description is a package for node; `make .venv/.tools` installs it.
"""

from dataclasses import replace

import pytest

from plugin.clients.github import GitHub
from plugin.core.github import Annotation, CheckRunPost, StatusPost
from tests.contract.github.description import FOLDER, Description
from tests.doubles.clock import FakeClock
from tests.doubles.github_server import GitHubServer

pytestmark = [
    pytest.mark.slow,  # it reads 13 MB of JSON
    pytest.mark.xdist_group("github_openapi"),
    pytest.mark.skipif(
        not FOLDER.exists(), reason="no description of GitHub's API: make .venv/.tools"
    ),
]

HEAD = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
REPOSITORY = "octo-org/etl"
RUN = CheckRunPost(
    name="glue-health-check",
    head_sha=HEAD,
    external_id="leg-1",
    details_url="https://ci.example/7",
    conclusion="failure",
    title="1 failed",
    summary="s" * 65_535,
    text="t" * 65_535,
    annotations=(
        Annotation(
            path="jobs/a.py", start_line=1, end_line=1, level="warning", message="m", title="t"
        ),
    )
    * 50,
)


@pytest.fixture(scope="module", params=["api.github.com.json", "ghes-*.json"])
def description(request):
    """The description of github.com, and of the newest GitHub Enterprise Server."""
    newest = max(
        (path for path in FOLDER.glob(request.param) if ".deref." not in path.name),
        key=lambda path: [int(part) if part.isdigit() else 0 for part in path.stem.split(".")],
    )
    return Description(newest.name)


@pytest.fixture(scope="module")
def asked():
    """Every kind of request that the client sends."""
    with GitHubServer() as server, GitHub("", server.api_url, clock=FakeClock()) as github:
        server.is_personal = True  # so that both ways to the viewer are gone
        repository = server.repository(REPOSITORY)
        repository.add_pull(7, sha=HEAD)
        repository.add_files(7, [f"{number}.py" for number in range(150)])
        for number in range(150):
            repository.add_comment(7, f"comment {number}")
        _ask(github)
        server.is_personal = False
        _write(github)
    return [one for one in server.asked if not one.path.endswith("/graphql")]


def _ask(github):
    github.viewer()
    github.pull_request_head(REPOSITORY, 7)
    github.pull_requests_of_commit(REPOSITORY, HEAD)
    github.branches_of_head(REPOSITORY, HEAD)
    github.changed_files(REPOSITORY, 7)
    list(github.comments(REPOSITORY, 7))
    github.comment(REPOSITORY, 1001)
    github.latest_status(REPOSITORY, HEAD, "x")
    github.newest_statuses(REPOSITORY, HEAD, "x")
    github.find_check_run(REPOSITORY, HEAD, name="glue-health-check", external_id="leg-1")


def _write(github):
    made = github.create_comment(REPOSITORY, 7, "hello")
    github.update_comment(REPOSITORY, made.id, "there")
    github.delete_comment(REPOSITORY, made.id)
    for state in ("pending", "success", "failure", "error"):
        github.create_status(REPOSITORY, HEAD, StatusPost(state=state, context="x"))
    link = StatusPost(
        state="success", context="x", description="d" * 140, target_url="https://ci.example"
    )
    github.create_status(REPOSITORY, HEAD, link)
    run = github.create_check_run(REPOSITORY, RUN)
    github.update_check_run(REPOSITORY, run, RUN)
    github.update_check_run(REPOSITORY, run, replace(RUN, annotations=(), text=""))
    begun = CheckRunPost(name="glue", head_sha=HEAD, status="in_progress")
    github.create_check_run(REPOSITORY, begun)


def test_client__every_request__is_one_that_github_describes(description, asked):
    wrong = {
        f"{one.method} {one.path}": problems
        for one in asked
        if (
            problems := description.problems(
                one.method, one.path.removeprefix("/api/v3"), one.query, one.body
            )
        )
    }

    assert wrong == {}
    assert {one.method for one in asked} == {"GET", "POST", "PATCH", "DELETE"}


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("POST", f"/repos/o/r/statuses/{HEAD}", {"state": "errored"}, "is not one of"),
        ("POST", f"/repos/o/r/statuses/{HEAD}", {}, "required"),
        ("POST", f"/repos/o/r/statuses/{HEAD}", {"state": "error", "url": "x"}, "unknown field"),
        ("POST", "/repos/o/r/issues/7/comments", {"body": 7}, "is not of type"),
        ("GET", "/repos/o/r/issues/7/comments", {"body": "x"}, "no body"),
        (
            "POST",
            "/repos/o/r/check-runs",
            {"name": "x", "head_sha": HEAD, "output": {"title": "t", "summary": "s" * 65_536}},
            "too long",
        ),
        (
            "POST",
            "/repos/o/r/check-runs",
            {
                "name": "x",
                "head_sha": HEAD,
                "output": {"title": "t", "summary": "s", "annotations": [{}] * 51},
            },
            "required",
        ),
    ],
)
def test_description__request_that_github_would_refuse__is_found_out(
    description, method, path, body, words
):
    assert words in " ".join(description.problems(method, path, {}, body))


def test_description__unknown_parameter_or_path__is_found_out(description):
    path = "/repos/o/r/issues/7/comments"

    assert description.problems("GET", path, {"pages": "1"}, None) == ["unknown parameter pages"]
    with pytest.raises(AssertionError, match="GitHub has no GET"):
        description.problems("GET", "/repos/o/r/issues/7/remarks", {}, None)


@pytest.mark.parametrize(
    ("method", "path", "status", "fields"),
    [
        ("GET", "/user", "200", ["login"]),
        ("GET", "/repos/o/r/issues/7/comments", "200", ["id", "body", "user.login", "user.type"]),
        ("POST", "/repos/o/r/issues/7/comments", "201", ["id", "body", "user.login"]),
        ("PATCH", "/repos/o/r/issues/comments/7", "200", ["id", "body", "user.login"]),
        (
            "GET",
            "/repos/o/r/commits/main/status",
            "200",
            [
                "statuses.context",
                "statuses.state",
                "statuses.description",
                "statuses.target_url",
            ],
        ),
        (
            "GET",
            "/repos/o/r/commits/main/statuses",
            "200",
            ["context", "state", "description", "target_url"],
        ),
        (
            "GET",
            "/repos/o/r/commits/main/check-runs",
            "200",
            [
                "check_runs.id",
                "check_runs.name",
                "check_runs.external_id",
                "check_runs.output.annotations_count",
            ],
        ),
        ("POST", "/repos/o/r/check-runs", "201", ["id"]),
        (
            "GET",
            "/repos/o/r/pulls/7",
            "200",
            ["number", "state", "user.login", "head.sha", "head.ref", "base.repo.full_name"],
        ),
        ("GET", "/repos/o/r/commits/main/branches-where-head", "200", ["name"]),
        ("GET", "/repos/o/r/pulls/7/files", "200", ["filename", "previous_filename"]),
    ],
)
def test_client__every_field_that_is_read__is_one_that_github_describes(
    description, method, path, status, fields
):
    missing = [
        field
        for field in fields
        if not description.has_field(method, path, status, tuple(field.split(".")))
    ]

    assert missing == []
