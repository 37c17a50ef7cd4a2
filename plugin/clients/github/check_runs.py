"""Check runs, which only an app's token may make: GITHUB_TOKEN is one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plugin.clients.github.comments import id_of
from plugin.clients.github.paths import commit_path, repository_path
from plugin.core.github import FoundCheckRun
from plugin.core.pull_request import mapping_of

if TYPE_CHECKING:
    from plugin.clients.github.session import Session
    from plugin.core.github import Annotation, CheckRunPost


def create(session: Session, repository: str, post: CheckRunPost) -> int:
    """Make a check run, once, and return its id."""
    errand = session.errand(
        f"make the check run of commit {post.head_sha[:12]} of {repository}",
        permission="checks: write",
    )
    commit_path(repository, post.head_sha, errand)
    path = f"{repository_path(repository, errand)}/check-runs"
    body = {"name": post.name, "head_sha": post.head_sha, **_body_of(post)}
    return session.make(errand, lambda: id_of(session.send("POST", path, body=body)[1]))


def find(
    session: Session, repository: str, commit: str, *, name: str, external_id: str
) -> FoundCheckRun | None:
    """Return the newest check run of that name and external id, None when there is none.

    All are asked for: the "latest" of a name may be that of another external id.
    """
    errand = session.errand(
        f"look for the check run of commit {commit[:12]} of {repository}",
        permission="checks: read",
    )
    path = f"{commit_path(repository, commit, errand)}/check-runs"
    pages = session.pages(
        errand, path, read=_entries_of, query={"check_name": name, "filter": "all"}
    )
    found = [
        _found(entry)
        for entries in pages
        for entry in entries
        # A redirect loses the query, so the name is compared here as well.
        if entry.get("name") == name and (entry.get("external_id") or "") == external_id
    ]
    return max(found, key=lambda run: run.id, default=None)


def update(session: Session, repository: str, check_run_id: int, post: CheckRunPost) -> None:
    """Change a check run; once when there are annotations, because they are added to the others."""
    errand = session.errand(
        f"update check run {check_run_id} of {repository}", permission="checks: write"
    )
    path = f"{repository_path(repository, errand)}/check-runs/{check_run_id}"
    body = {"name": post.name, **_body_of(post)}
    send = session.make if post.annotations else session.ask
    send(errand, lambda: session.send("PATCH", path, body=body))


def _body_of(post: CheckRunPost) -> dict[str, object]:
    """Return what both requests take.  GitHub sets the times itself."""
    fields = {
        "external_id": post.external_id,
        "details_url": post.details_url,
        "status": post.status,
        "conclusion": post.conclusion,
        "output": _output_of(post),
    }
    return {name: value for name, value in fields.items() if value}


def _output_of(post: CheckRunPost) -> dict[str, object]:
    """Return the shown part; title and summary are both needed, or there is none."""
    if not (post.title or post.summary or post.text or post.annotations):
        return {}
    output: dict[str, object] = {"title": post.title or post.name, "summary": post.summary}
    if post.text:
        output["text"] = post.text
    if post.annotations:
        output["annotations"] = [_annotation(one) for one in post.annotations]
    return output


def _annotation(one: Annotation) -> dict[str, object]:
    annotation: dict[str, object] = {
        "path": one.path,
        "start_line": one.start_line,
        "end_line": one.end_line,
        "annotation_level": one.level,
        "message": one.message,
    }
    return {**annotation, "title": one.title} if one.title else annotation


def _entries_of(page: Any) -> list[Any]:  # noqa: ANN401  # JSON of the other side
    entries = page["check_runs"]
    if not isinstance(entries, list):
        raise TypeError  # no answer of GitHub's
    for entry in entries:
        id_of(entry)
    return entries


def _found(entry: Any) -> FoundCheckRun:  # noqa: ANN401  # as above
    count = mapping_of(entry.get("output")).get("annotations_count")
    return FoundCheckRun(id=id_of(entry), annotation_count=count if isinstance(count, int) else 0)
