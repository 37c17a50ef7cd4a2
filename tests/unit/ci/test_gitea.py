"""What Gitea's table of recorded builds leaves open."""

import pytest

from plugin.ci.build import build_of
from plugin.core.build import Host

SERVER = {"GITHUB_SERVER_URL": "https://git.example.com/"}


@pytest.mark.parametrize(
    "named",
    ["", "https://api.github.com", "http://git.example.com/api/v1", "https://git.example.com/x"],
)
def test_gitea__address_of_the_api_is_none_of_giteas__is_derived_from_the_server(named):
    build = build_of(Host.GITEA, SERVER | {"GITHUB_API_URL": named})

    assert build.api_url == "https://git.example.com/api/v1"


def test_gitea__nothing_set__assumes_no_server():
    build = build_of(Host.GITEA, {})

    assert (build.server_url, build.api_url, build.link) == ("", "", "")
