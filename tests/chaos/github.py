"""The small GitHub without a socket of its own: asked by the stage, after the faults."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.doubles.github_http import asked_of, response_of
from tests.doubles.github_server import PREFIX, GitHubServer

if TYPE_CHECKING:
    from tests.chaos.asking import Asked
    from tests.doubles.loopback import Response

TOKEN = "ghs_madeuptokenofthestage"
REPOSITORY, NUMBER, COMMIT = "octo-org/etl", 7, "c" * 40


class GitHub(GitHubServer):
    """One GitHub with one pull request; ``furnish`` begins anew."""

    def __init__(self, url: str) -> None:
        super().__init__(token=TOKEN)
        self._url = url

    @property
    def address(self) -> str:
        """Where the stage listens."""
        return urlsplit(self._url).netloc

    def furnish(self, files: tuple[str, ...]) -> None:
        """Forget all; open the pull request, which touches these files."""
        self.repositories.clear()
        self.asked.clear()
        self.requests_left = 5000
        pulls = self.repository(REPOSITORY)
        pulls.add_pull(NUMBER, sha=COMMIT, base=REPOSITORY, head=REPOSITORY)
        pulls.add_files(NUMBER, files)

    def ask(self, asked: Asked) -> Response:
        """Answer a request."""
        response = response_of(self.answer(asked_of(asked)))
        assert response is not None  # the faults are the judge's
        return response

    @property
    def api_url(self) -> str:
        """What to give the client."""
        return f"{self._url}{PREFIX}"

    @property
    def statuses(self) -> tuple[tuple[str, str, str], ...]:
        """Context, state and description of all statuses, oldest first."""
        posted = self.repository(REPOSITORY).statuses.get(COMMIT, [])
        return tuple((one["context"], one["state"], one["description"] or "") for one in posted)

    @property
    def comments(self) -> tuple[str, ...]:
        """The texts of the pull request's comments."""
        return tuple(one["body"] for one in self.repository(REPOSITORY).comments.get(NUMBER, []))
