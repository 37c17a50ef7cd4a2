"""GitHub's comments, statuses and check runs in memory, with what can go wrong between two calls.

Has the methods of ``plugin.clients.github.GitHub`` that reporters use.  The real client is tested
against a server elsewhere.
"""

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from plugin.core.errors import GitHubAnswerLost, GitHubError
from plugin.core.github import (
    MOST_ANNOTATIONS,
    MOST_CHECK_RUN_TEXT,
    MOST_COMMENT_BODY,
    MOST_STATUS_CONTEXT,
    MOST_STATUS_DESCRIPTION,
    FoundCheckRun,
    IssueComment,
    PostedStatus,
)

ME = "glue-bot[bot]"


def units(text):
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(repr=False)
class GitHubMemory:
    """One repository's GitHub, for one account.

    ``errors[method]`` are raised by its next calls, one each: ``None`` lets one pass.
    ``lost[method]`` says of how many next calls the answer is lost after they took effect.
    ``before[method]`` and ``after[method]`` are called once each, around the next calls: what
    others do meanwhile.
    """

    me: str = ME
    threads: dict[Any, Any] = field(default_factory=lambda: defaultdict(list))
    statuses: dict[Any, Any] = field(default_factory=lambda: defaultdict(list))
    check_runs: list[Any] = field(default_factory=list)
    requests: list[Any] = field(default_factory=list)
    errors: dict[Any, Any] = field(default_factory=lambda: defaultdict(list))
    lost: dict[Any, Any] = field(default_factory=lambda: defaultdict(int))
    before: dict[Any, Any] = field(default_factory=lambda: defaultdict(list))
    after: dict[Any, Any] = field(default_factory=lambda: defaultdict(list))
    is_known: bool = False
    opened: int = 0
    last_id: int = 0

    @contextmanager
    def open(self):
        self.opened += 1
        yield self

    def add(self, body, *, author=None, number=7):
        self.last_id += 1
        self.threads[number].append(
            IssueComment(id=self.last_id, author=author or self.me, body=body)
        )
        return self.last_id

    def bodies(self, number=7):
        return [one.body for one in self.threads[number]]

    def viewer(self):
        if not self.is_known:
            with self._call("viewer"):
                self.is_known = True
        return self.me

    def comments(self, repository, number):
        with self._call("comments"):
            listed = tuple(self.threads[number])
        yield from listed

    def comment(self, repository, comment_id):
        with self._call("comment"):
            return self._find(comment_id)

    def create_comment(self, repository, number, body):
        with self._call("create_comment"):
            _refuse_above(MOST_COMMENT_BODY, body)
            return self._find(self.add(body, number=number))

    def update_comment(self, repository, comment_id, body):
        with self._call("update_comment"):
            _refuse_above(MOST_COMMENT_BODY, body)
            if self._find(comment_id) is None:
                raise GitHubError("404")
            for thread in self.threads.values():
                thread[:] = [replace(c, body=body) if c.id == comment_id else c for c in thread]
            return self._find(comment_id)

    def delete_comment(self, repository, comment_id):
        with self._call("delete_comment"):
            for thread in self.threads.values():
                thread[:] = [c for c in thread if c.id != comment_id]

    def create_status(self, repository, commit, post):
        with self._call("create_status"):
            _refuse_above(MOST_STATUS_DESCRIPTION, post.description)
            _refuse_above(MOST_STATUS_CONTEXT, post.context)
            self.statuses[commit].append(post)

    def latest_status(self, repository, commit, context):
        with self._call("latest_status"):
            found = [post for post in self.statuses[commit] if post.context == context]
            return found and PostedStatus(
                state=found[-1].state,
                target_url=found[-1].target_url,
                description=found[-1].description,
            )

    def newest_statuses(self, repository, commit, context):
        with self._call("newest_statuses"):
            return tuple(
                PostedStatus(
                    state=post.state, target_url=post.target_url, description=post.description
                )
                for post in reversed(self.statuses[commit][-100:])
                if post.context.lower() == context.lower()
            )

    def create_check_run(self, repository, post):
        with self._call("create_check_run"):
            self._take(post)
            self.check_runs.append(post)
            return len(self.check_runs)

    def find_check_run(self, repository, commit, *, name, external_id):
        with self._call("find_check_run"):
            for number, run in reversed(list(enumerate(self.check_runs, start=1))):
                if (run.head_sha, run.name, run.external_id) == (commit, name, external_id):
                    return FoundCheckRun(id=number, annotation_count=len(run.annotations))
            return None

    def update_check_run(self, repository, check_run_id, post):
        with self._call("update_check_run"):
            self._take(post)
            old = self.check_runs[check_run_id - 1]
            both = old.annotations + post.annotations
            self.check_runs[check_run_id - 1] = replace(post, annotations=both)

    def _take(self, post):
        if len(post.annotations) > MOST_ANNOTATIONS:
            raise GitHubError("422")
        _refuse_above(MOST_CHECK_RUN_TEXT, post.summary)
        _refuse_above(MOST_CHECK_RUN_TEXT, post.text)

    def _find(self, comment_id):
        every = (one for thread in self.threads.values() for one in thread)
        return next((one for one in every if one.id == comment_id), None)

    @contextmanager
    def _call(self, method):
        self.requests.append(method)
        if self.before[method]:
            self.before[method].pop(0)()
        if self.errors[method] and (error := self.errors[method].pop(0)):
            raise error
        yield
        if self.after[method]:
            self.after[method].pop(0)()
        if self.lost[method]:
            self.lost[method] -= 1
            raise GitHubAnswerLost(f"{method}: no answer")


def _refuse_above(limit, text):
    if units(text) > limit:
        raise GitHubError("422")
