"""The plain values of what is on GitHub."""

import pytest

from plugin.core.github import IssueComment


@pytest.mark.parametrize(
    ("author", "is_bot", "login", "is_ours"),
    [
        ("github-actions[bot]", True, "github-actions[bot]", True),
        ("github-actions[bot]", True, "github-actions", True),
        ("github-actions[bot]", False, "github-actions", False),
        ("github-actions", False, "github-actions[bot]", False),
        ("Octocat", False, "octocat", True),
        ("octocat", False, "octo", False),
        ("", False, "", False),
        ("[bot]", True, "", False),
    ],
)
def test_issue_comment__author__is_compared_with_the_viewer(author, is_bot, login, is_ours):
    comment = IssueComment(id=1, author=author, body="", is_bot=is_bot)

    assert comment.is_by(login) is is_ours
