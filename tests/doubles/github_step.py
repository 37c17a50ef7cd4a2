"""What GitHub's runner gives a step of a pull request's job: its environment, and nothing of AWS.

Source: GitHub's page "Variables reference".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def step_environ(
    folder: Path, *, api_url: str, repository: str, commit: str, token: str
) -> dict[str, str]:
    """Return the variables; files of the runner, and event.json, are those of ``folder``."""
    return {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_STATE": str(folder / "state"),
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(folder / "event.json"),
        "GITHUB_SHA": commit,
        "GITHUB_REPOSITORY": repository,
        "GITHUB_API_URL": api_url,
        "GITHUB_TOKEN": token,
    }
