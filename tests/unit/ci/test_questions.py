"""Where the operator says that the API is, and what is asked there."""

from dataclasses import replace

import pytest

from plugin.ci.questions import asked_at
from plugin.core.build import Build, Fork, Host, Question

HEAD = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
GITEA = Build(
    host=Host.DRONE,
    repository="acme/etl",
    commit=HEAD,
    pull_request=7,
    fork=Fork.UNKNOWN,
    server_url="https://gitea.acme.example",
)
API = "https://gitea.acme.example/api/v1"


# --- nobody to ask --------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["", "gitea", "ftp://x/api/v1", "https://a b/", "https://[", "//x"])
def test_asked_at__no_address__changes_nothing(url):
    assert asked_at(GITEA, url) == GITEA


@pytest.mark.parametrize(
    "server",
    [
        "https://gitlab.com",
        "https://GITLAB.acme.example",
        "https://bitbucket.org",
        "https://git-codecommit.us-east-1.amazonaws.com",
        "https://dev.azure.com",
    ],
)
def test_asked_at__forge_of_another_kind__has_other_numbers_and_is_not_asked(server):
    build = replace(GITEA, server_url=server)

    assert asked_at(build, "https://api.github.com") == build


def test_asked_at__host_knows_that_it_is_no_github__is_not_asked():
    build = replace(GITEA, server_url="https://git.acme.example", may_be_github=False)

    assert asked_at(build, "https://git.acme.example/api/v3") == build


@pytest.mark.parametrize("host", [Host.GITHUB, Host.GITEA])
@pytest.mark.parametrize(
    "url", ["http://git.acme.example/api/v1", "https://git.acme.example/api/v3"]
)
def test_asked_at__runner_that_names_its_api__is_believed(host, url):
    build = replace(GITEA, host=host)

    assert asked_at(build, url) == build


def test_asked_at__gitea_and_a_commit_only__cannot_be_asked():
    assert asked_at(replace(GITEA, pull_request=None), API).questions == ()


def test_asked_at__questions_for_the_guessed_address__do_not_stay():
    build = replace(GITEA, pull_request=None, questions=(Question.PULL_REQUEST_OF_COMMIT,))

    assert asked_at(build, API).questions == ()


# --- somebody to ask ------------------------------------------------------------------------------


@pytest.mark.parametrize("url", [API, f" {API}/ ", "https://jane:secret@GITEA.acme.example/api/v1"])
def test_asked_at__forge_that_nobody_guessed__is_asked(url):
    build = asked_at(GITEA, url)

    assert (build.api_url, build.questions) == (API, (Question.PULL_REQUEST_HEAD,))


def test_asked_at__a_commit_only_on_githubs_kind__is_asked_about():
    build = replace(GITEA, pull_request=None, server_url="https://code")

    assert asked_at(build, "https://code/api/v3").questions == (Question.PULL_REQUEST_OF_COMMIT,)


def test_asked_at__ours__needs_no_question():
    build = asked_at(replace(GITEA, fork=Fork.NO), API)

    assert (build.api_url, build.questions) == (API, ())
