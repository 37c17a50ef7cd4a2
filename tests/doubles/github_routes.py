"""The endpoints of the small GitHub: one function and one line in ROUTES each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.doubles.github_http import Answer, Asked, refusal
from tests.doubles.github_state import account

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.doubles.github_server import GitHubServer

_CREATED, _NO_CONTENT = 201, 204


def missing() -> Answer:
    return refusal(404, "Not Found")


# --- pull requests and commits -------------------------------------------------------------------


def _get_pull(github: GitHubServer, asked: Asked, match: re.Match[str]) -> Answer:
    pull = github.repository(match["repository"]).pulls.get(int(match["number"]))
    return Answer(body=pull) if pull else missing()


def _get_pull_files(github: GitHubServer, asked: Asked, match: re.Match[str]) -> Answer:
    files = github.repository(match["repository"]).files.get(int(match["number"]))
    return github.page(asked, files) if files is not None else missing()


def _get_pulls_of_commit(github: GitHubServer, asked: Asked, match: re.Match[str]) -> Answer:
    pulls = github.repository(match["repository"]).pulls.values()
    return github.page(asked, [pull for pull in pulls if pull["head"]["sha"] == match["sha"]])


def _get_branches_of_head(github: GitHubServer, asked: Asked, match: re.Match[str]) -> Answer:
    branches = github.repository(match["repository"]).branches.items()
    heads = [
        {"name": name, "commit": {"sha": sha}, "protected": False}
        for name, sha in branches
        if sha == match["sha"]
    ]
    return Answer(body=heads)


# --- comments ------------------------------------------------------------------------------------


def _get_comments(github: GitHubServer, asked: Asked, match: re.Match[str]) -> Answer:
    repository, number = github.repository(match["repository"]), int(match["number"])
    if number not in repository.pulls:
        return missing()
    return github.page(asked, repository.comments.get(number, []))


def _post_comment(github: GitHubServer, asked: Asked, match: re.Match[str]) -> Answer:
    repository, number = github.repository(match["repository"]), int(match["number"])
    if number not in repository.pulls:
        return missing()
    comment = repository.add_comment(number, asked.body.get("body"), author=github.account)
    return Answer(status=_CREATED, body=comment)


def _get_comment(github: GitHubServer, asked: Asked, match: re.Match[str]) -> Answer:
    comment = github.repository(match["repository"]).find_comment(int(match["id"]))
    return Answer(body=comment) if comment else missing()


def _patch_comment(github: GitHubServer, asked: Asked, match: re.Match[str]) -> Answer:
    repository = github.repository(match["repository"])
    comment = repository.find_comment(int(match["id"]))
    if comment is None:
        return missing()
    return Answer(body=repository.edit_comment(comment, asked.body.get("body")))


def _delete_comment(github: GitHubServer, asked: Asked, match: re.Match[str]) -> Answer:
    repository = github.repository(match["repository"])
    if repository.find_comment(int(match["id"])) is None:
        return missing()
    repository.remove_comment(int(match["id"]))
    return Answer(status=_NO_CONTENT, body=b"")


# --- statuses ------------------------------------------------------------------------------------


def _post_status(github: GitHubServer, asked: Asked, match: re.Match[str]) -> Answer:
    names = ("state", "context", "description", "target_url")
    fields = {name: asked.body[name] for name in names if name in asked.body}
    repository = github.repository(match["repository"])
    return Answer(status=_CREATED, body=repository.add_status(match["sha"], **fields))


def _get_statuses(github: GitHubServer, asked: Asked, match: re.Match[str]) -> Answer:
    posted = github.repository(match["repository"]).statuses.get(match["sha"], [])
    return github.page(asked, posted[::-1])


def _get_status(github: GitHubServer, asked: Asked, match: re.Match[str]) -> Answer:
    repository = github.repository(match["repository"])
    if not repository.knows(match["sha"]):
        return refusal(422, f"No commit found for SHA: {match['sha']}")
    newest = repository.latest_statuses(match["sha"])
    page = github.page(asked, newest)
    states = {one["state"] for one in newest}
    whole = "failure" if states & {"failure", "error"} else "pending"
    body = {
        "state": "success" if states == {"success"} else whole,
        "statuses": page.body,
        "sha": match["sha"],
        "total_count": len(newest),
    }
    return Answer(body=body, headers=page.headers)


# --- check runs ----------------------------------------------------------------------------------


def _post_check_run(github: GitHubServer, asked: Asked, match: re.Match[str]) -> Answer:
    if github.is_personal:
        return refusal(403, "You must authenticate via a GitHub App.")
    run = github.repository(match["repository"]).add_check_run(asked.body)
    return Answer(status=_CREATED, body=run)


def _patch_check_run(github: GitHubServer, asked: Asked, match: re.Match[str]) -> Answer:
    if github.is_personal:
        return refusal(403, "You must authenticate via a GitHub App.")
    repository = github.repository(match["repository"])
    run = repository.find_check_run(int(match["id"]))
    return Answer(body=repository.edit_check_run(run, asked.body)) if run else missing()


def _get_check_runs(github: GitHubServer, asked: Asked, match: re.Match[str]) -> Answer:
    """Without filter=all only the newest of a name is shown."""
    name = asked.query.get("check_name")
    runs = [
        run
        for run in reversed(github.repository(match["repository"]).check_runs)
        if run["head_sha"] == match["sha"] and name in {None, run["name"]}
    ]
    if asked.query.get("filter", "latest") == "latest":
        runs = list({run["name"]: run for run in reversed(runs)}.values())
    page = github.page(asked, runs)
    return Answer(body={"total_count": len(runs), "check_runs": page.body}, headers=page.headers)


# --- who am I ------------------------------------------------------------------------------------


def _get_user(github: GitHubServer, asked: Asked, match: re.Match[str]) -> Answer:
    if not github.is_personal:
        return refusal(403, "Resource not accessible by integration")
    return Answer(body=account(github.account))


def _post_graphql(github: GitHubServer, asked: Asked, match: re.Match[str]) -> Answer:
    if re.sub(r"\s", "", asked.body["query"]) != "query{viewer{login}}":
        return Answer(body={"errors": [{"message": "This GraphQL knows the viewer alone."}]})
    return Answer(body={"data": {"viewer": {"login": github.viewer or github.account}}})


_REPOSITORY = r"/repos/(?P<repository>[^/]+/[^/]+)"
_PULL = _REPOSITORY + r"/pulls/(?P<number>\d+)"
_COMMIT = _REPOSITORY + r"/commits/(?P<sha>[0-9a-f]{40})"
_COMMENTS = _REPOSITORY + r"/issues/(?P<number>\d+)/comments"
_COMMENT = _REPOSITORY + r"/issues/comments/(?P<id>\d+)"
_CHECK_RUNS = _REPOSITORY + r"/check-runs"
_READ, _WRITE = "pull-requests: read|issues: read", "pull-requests: write|issues: write"

Route = tuple[str, str, str, "Callable[[GitHubServer, Asked, re.Match[str]], Answer]"]

ROUTES: tuple[Route, ...] = (
    ("GET", _PULL, "pull-requests: read", _get_pull),
    ("GET", _PULL + "/files", "pull-requests: read", _get_pull_files),
    ("GET", _COMMIT + "/pulls", "pull-requests: read", _get_pulls_of_commit),
    ("GET", _COMMIT + "/branches-where-head", "contents: read", _get_branches_of_head),
    ("GET", _COMMENTS, _READ, _get_comments),
    ("POST", _COMMENTS, _WRITE, _post_comment),
    ("GET", _COMMENT, _READ, _get_comment),
    ("PATCH", _COMMENT, _WRITE, _patch_comment),
    ("DELETE", _COMMENT, _WRITE, _delete_comment),
    ("POST", _REPOSITORY + r"/statuses/(?P<sha>[^/]+)", "statuses: write", _post_status),
    ("GET", _COMMIT + "/statuses", "statuses: read", _get_statuses),
    ("GET", _COMMIT + "/status", "statuses: read", _get_status),
    ("POST", _CHECK_RUNS, "checks: write", _post_check_run),
    ("PATCH", _CHECK_RUNS + r"/(?P<id>\d+)", "checks: write", _patch_check_run),
    ("GET", _COMMIT + "/check-runs", "checks: read", _get_check_runs),
    ("GET", "/user", "", _get_user),
)
"""Method, path below the API's root, permissions of which one is enough, and who answers."""

GRAPHQL: Callable[[GitHubServer, Asked, Any], Answer] = _post_graphql
