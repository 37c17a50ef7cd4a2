"""What a repository of the small GitHub holds, and the limits that it keeps.

Knows the shapes and the limits of GitHub's REST API.  Refuses to know HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_WHEN = "2026-03-01T09:30:00Z"
_MOST_STATUSES = 1000
_MOST_ANNOTATIONS = 50
_LONGEST_BODY = 65_536
_LONGEST_CHECK_TEXT = 65_535
_LONGEST_DESCRIPTION = 140
_LONGEST_CONTEXT = 255
_STATES = frozenset({"error", "failure", "pending", "success"})
_CONCLUSIONS = frozenset(
    {"action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out"}
)


class Invalid(Exception):
    """A request that GitHub answers with 422, and its words."""

    def __init__(self, message: str, *details: str) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


def account(login: str) -> dict[str, Any]:
    """An account as REST shows it: an app's login ends in [bot]."""
    is_bot = login.endswith("[bot]")
    return {"login": login, "id": 1 + sum(login.encode()), "type": "Bot" if is_bot else "User"}


@dataclass(kw_only=True)
class Repository:
    """What one repository holds."""

    pulls: dict[int, dict[str, Any]] = field(default_factory=dict)
    files: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    """The newest commit of each branch."""
    commits: set[str] = field(default_factory=set)
    """Further commits that it knows."""
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    """Of each pull request, oldest first."""
    statuses: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Of each commit, oldest first."""
    check_runs: list[dict[str, Any]] = field(default_factory=list)
    annotations: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    """Of each check run."""
    ids: Iterator[int] = field(default_factory=lambda: count(1001))

    # --- pull requests ---------------------------------------------------------------------------

    def add_pull(
        self,
        number: int,
        *,
        sha: str,
        branch: str = "fix-flights",
        base: str = "octocat/etl",
        head: str | None = "octocat/etl",
        target_branch: str = "main",
        author: str = "octocat",
    ) -> None:
        """Open a pull request; ``head`` is the repository it comes from, None if deleted."""
        self.pulls[number] = {
            "number": number,
            "state": "open",
            "user": {"login": author},
            "head": {"ref": branch, "sha": sha, "repo": head and {"full_name": head}},
            "base": {"ref": target_branch, "sha": "b" * 40, "repo": {"full_name": base}},
        }
        self.files.setdefault(number, [])

    def add_files(self, number: int, paths: Iterable[str]) -> None:
        """Let a pull request touch files."""
        self.files[number] += [{"filename": path, "status": "modified"} for path in paths]

    def rename_file(self, number: int, old: str, new: str) -> None:
        """Let a pull request rename a file."""
        self.files[number].append({"filename": new, "previous_filename": old, "status": "renamed"})

    def knows(self, sha: str) -> bool:
        """Whether a commit is there: a pull request's, a branch's, or one that was added."""
        heads = {pull["head"]["sha"] for pull in self.pulls.values()}
        return sha in heads | self.commits | set(self.branches.values())

    # --- comments --------------------------------------------------------------------------------

    def add_comment(self, number: int, body: str, *, author: str = "octocat") -> dict[str, Any]:
        """Write a comment.  Raises ``Invalid``."""
        _check_body(body)
        comment = {
            "id": next(self.ids),
            "body": body,
            "user": account(author),
            "created_at": _WHEN,
            "updated_at": _WHEN,
        }
        self.comments.setdefault(number, []).append(comment)
        return comment

    def find_comment(self, comment_id: int) -> dict[str, Any] | None:
        """The comment of that id."""
        listed = (comment for comments in self.comments.values() for comment in comments)
        return next((comment for comment in listed if comment["id"] == comment_id), None)

    def edit_comment(self, comment: dict[str, Any], body: Any) -> dict[str, Any]:
        """Replace the text of a comment.  Raises ``Invalid``."""
        _check_body(body)
        comment["body"] = body
        return comment

    def remove_comment(self, comment_id: int) -> None:
        """Take a comment away."""
        for number, comments in self.comments.items():
            self.comments[number] = [one for one in comments if one["id"] != comment_id]

    # --- statuses --------------------------------------------------------------------------------

    def add_status(
        self,
        sha: str,
        *,
        state: str,
        context: str = "default",
        description: str | None = None,
        target_url: str | None = None,
    ) -> dict[str, Any]:
        """Post a status.  Raises ``Invalid``."""
        if not self.knows(sha):
            raise Invalid(f"No commit found for SHA: {sha}")
        if state not in _STATES:
            raise Invalid("Validation Failed", "State is not included in the list")
        _check_length("description", description, most=_LONGEST_DESCRIPTION)
        _check_length("context", context, most=_LONGEST_CONTEXT)
        posted = self.statuses.setdefault(sha, [])
        if sum(one["context"].lower() == context.lower() for one in posted) >= _MOST_STATUSES:
            raise Invalid(
                "Validation Failed",
                "This SHA and context has reached the maximum number of statuses.",
            )
        status = {
            "id": next(self.ids),
            "state": state,
            "context": context,
            "description": description,
            "target_url": target_url,
        }
        posted.append(status)
        return status

    def latest_statuses(self, sha: str) -> list[dict[str, Any]]:
        """The newest status of each context."""
        newest = {one["context"].lower(): one for one in self.statuses.get(sha, [])}
        return list(newest.values())

    # --- check runs ------------------------------------------------------------------------------

    def add_check_run(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Make a check run.  Raises ``Invalid``."""
        for name in ("name", "head_sha"):
            if not fields.get(name):
                raise Invalid(f'Invalid request.\n\n"{name}" wasn\'t supplied.')
        if not self.knows(fields["head_sha"]):
            raise Invalid(f"No commit found for SHA: {fields['head_sha']}")
        _check_of_run(fields)
        run: dict[str, Any] = {"id": next(self.ids), "external_id": "", "conclusion": None}
        run["status"] = "queued"
        self.annotations[run["id"]] = []
        self.check_runs.append(run)
        return self._set(run, fields)

    def find_check_run(self, check_run_id: int) -> dict[str, Any] | None:
        """The check run of that id."""
        return next((run for run in self.check_runs if run["id"] == check_run_id), None)

    def edit_check_run(self, run: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
        """Change a check run; annotations are added.  Raises ``Invalid``."""
        _check_of_run(fields)
        return self._set(run, fields)

    def _set(self, run: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
        output = dict(fields.get("output") or run.get("output") or {})
        added = output.pop("annotations", [])
        self.annotations[run["id"]] += added
        output["annotations_count"] = len(self.annotations[run["id"]])
        status = {"status": "completed"} if fields.get("conclusion") else {}
        run.update({**fields, **status, "output": output})
        return run


def _check_body(body: Any) -> None:
    if not isinstance(body, str) or not body.strip():
        raise Invalid("Validation Failed", "Body can't be blank")
    if len(body) > _LONGEST_BODY:
        raise Invalid(
            "Validation Failed", f"Body is too long (maximum is {_LONGEST_BODY} characters)"
        )


def _check_length(name: str, text: str | None, *, most: int) -> None:
    if text is not None and len(text) > most:
        raise Invalid("Validation Failed", f"{name} is too long (maximum is {most} characters)")


def _check_of_run(fields: dict[str, Any]) -> None:
    """Keep the rules of a check run."""
    conclusion = fields.get("conclusion")
    if fields.get("status") == "completed" and not conclusion:
        raise Invalid('Invalid request.\n\n"conclusion" wasn\'t supplied.')
    if conclusion is not None and conclusion not in _CONCLUSIONS:
        raise Invalid(f"Invalid request.\n\n{conclusion} is not a member of the list.")
    output = fields.get("output")
    if output is None:
        return
    for name in ("title", "summary"):
        if not isinstance(output.get(name), str):
            raise Invalid(f'Invalid request.\n\n"{name}" wasn\'t supplied.')
    for name in ("summary", "text"):
        _check_length(name, output.get(name), most=_LONGEST_CHECK_TEXT)
    supplied = len(output.get("annotations") or [])
    if supplied > _MOST_ANNOTATIONS:
        raise Invalid(
            f"Invalid request.\n\nNo more than {_MOST_ANNOTATIONS} items are allowed; "
            f"{supplied} were supplied."
        )
