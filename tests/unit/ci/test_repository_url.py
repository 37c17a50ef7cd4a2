"""Every form of a repository's address, and hostile ones."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from plugin.ci.repository_url import RepositoryUrl, parse_repository_url

SEGMENT = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,20}", fullmatch=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "github.com",
        "octocat/flights",
        "/srv/git/flights.git",
        "../flights",
        "file:" + "///srv/git/flights.git",
        "ftp://github.com/octocat/flights",
        "C:\\src\\flights",
        "C:/src/flights",
        "https:/github.com/octocat/flights",
        "https://",
        "https:///octocat/flights",
        "https://github.com",
        "https://github.com/octocat",
        "https://github.com/octocat/",
        "https://github.com/octocat//flights",
        "https://github.com/octocat/..",
        "https://github.com/../flights",
        "https://github.com/octo cat/flights",
        "https://github.com/octocat/flights\nhttps://evil.example/a/b",
        "https://github.com/octocat/\x1b[31mflights",
        "https://github.com:8x/octocat/flights",
        "https://github.com:123456/octocat/flights",
        "https://git_hub.com/octocat/flights",
        "https://github..com/octocat/flights",
        "https://-github.com/octocat/flights",
        "https://dev.azure.com/octo/My%20Project/_git/flights",
        "git@github.com",
        "git@github.com:flights.git",
        "https://github.com/octocat/" + "x" * 2000,
    ],
)
def test_parse_repository_url__no_repository__is_nothing(text):
    assert parse_repository_url(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/octocat/flights",
        "https://github.com/octocat/flights.git",
        "https://github.com/octocat/flights.git/",
        "  https://github.com/octocat/flights\n",
        "HTTPS://GitHub.com/octocat/flights",
        "http://github.com/octocat/flights",
        "https://www.github.com/octocat/flights",
        "https://github.com:443/octocat/flights",
        "https://octocat:ghp_secret@github.com/octocat/flights.git",
        "https://x-access-token:p@ss@github.com/octocat/flights.git",
        "https://github.com/octocat/flights?token=ghp_secret",
        "https://github.com/octocat/flights#readme",
        "https://github.com/octocat/flights/pull/24",
        "https://github.com/octocat/flights/pull/24/files",
        "git@github.com:octocat/flights.git",
        "git@github.com:octocat/flights",
        "git@github.com:/octocat/flights.git",
        "org-123@github.com:octocat/flights.git",
        "github.com:octocat/flights.git",
        "ssh://git@github.com/octocat/flights.git",
        "ssh://git@github.com:22/octocat/flights.git",
        "ssh://git@ssh.github.com:443/octocat/flights.git",
        "ssh://git@github.com:octocat/flights.git",
        "git://github.com/octocat/flights.git",
        "git+https://github.com/octocat/flights.git",
        "git+ssh://git@github.com/octocat/flights.git",
    ],
)
def test_parse_repository_url__any_form_for_github__is_the_same_repository(text):
    found = parse_repository_url(text)

    assert found == RepositoryUrl(host="github.com", owner_and_name="octocat/flights")


@pytest.mark.parametrize(
    ("text", "api_url"),
    [
        ("https://github.com/o/r", "https://api.github.com"),
        ("git@octo.ghe.com:o/r.git", "https://api.octo.ghe.com"),
        ("https://ghe.example.com/o/r", "https://ghe.example.com/api/v3"),
        ("https://ghe.example.com:8443/o/r", "https://ghe.example.com:8443/api/v3"),
        ("ssh://git@ghe.example.com:2222/o/r.git", "https://ghe.example.com/api/v3"),
        ("https://ghe/o/r", "https://ghe/api/v3"),
        ("https://github.com.evil.example/o/r", "https://github.com.evil.example/api/v3"),
    ],
)
def test_parse_repository_url__perhaps_a_github__knows_its_api(text, api_url):
    found = parse_repository_url(text)

    assert found is not None
    assert found.owner_and_name == "o/r"
    assert found.api_url == api_url


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("https://git.example.com/scm/proj/flights.git", "proj/flights"),
        ("ssh://git@git.example.com:7999/proj/flights.git", "proj/flights"),
        ("ssh://git@git.example.com:7999/~jane/flights.git", "~jane/flights"),
        ("https://git.example.com/projects/PROJ/repos/flights/pull-requests/7", "PROJ/flights"),
        ("https://git.example.com/users/jane/repos/flights", "~jane/flights"),
        ("https://gitlab.example.com/data/etl/flights.git", "data/etl/flights"),
        ("https://git.example.com/data/etl/flights/-/merge_requests/7", "data/etl/flights"),
        ("git@gitlab.com:data/flights.git", "data/flights"),
        ("https://bitbucket.org/data/flights/pull-requests/7", "data/flights"),
        ("https://codeberg.org/data/flights/pulls/7", "data/flights"),
        ("https://git-codecommit.us-east-1.amazonaws.com/v1/repos/flights", "v1/repos/flights"),
        ("git@work:data/flights.git", "data/flights"),
    ],
)
def test_parse_repository_url__another_forge__keeps_the_name_and_knows_no_api(text, name):
    found = parse_repository_url(text)

    assert found is not None
    assert found.owner_and_name == name
    assert found.api_url == ""


def test_parse_repository_url__names_that_look_like_pages__stay_whole():
    found = parse_repository_url("https://github.com/pull/pulls")

    assert found == RepositoryUrl(host="github.com", owner_and_name="pull/pulls")


def test_parse_repository_url__owner_called_scm__stays_whole():
    found = parse_repository_url("https://github.com/scm/flights")

    assert found == RepositoryUrl(host="github.com", owner_and_name="scm/flights")


@given(st.text())
@example("ssh://git@[::1]:22/o/r")
@example("https://[/o/r")
@example("git@host:\x00/o")
def test_parse_repository_url__any_text__never_raises(text):
    found = parse_repository_url(text)

    assert found is None or "/" in found.owner_and_name


@given(
    st.sampled_from(("https://", "http://", "ssh://", "git://", "git+https://", "git@h.example:")),
    st.text(alphabet="abc012/:@.?#%~-\\ \n[]"),
)
def test_parse_repository_url__nearly_a_url__never_raises_nor_lets_anything_odd_through(
    start, rest
):
    found = parse_repository_url(start + rest)

    if found:
        assert not set(found.host + found.owner_and_name) & set("@?#%\\ \n[]")
        assert ".." not in found.owner_and_name.split("/")


@given(
    owner=SEGMENT,
    name=SEGMENT,
    user=SEGMENT,
    password=st.from_regex(r"S3CR3T[A-Za-z0-9@:!$%._-]{0,30}", fullmatch=True),
    form=st.sampled_from(
        (
            "https://{user}:{password}@ghe.example.com/{owner}/{name}.git",
            "https://{password}@ghe.example.com/{owner}/{name}",
            "ssh://{user}:{password}@ghe.example.com:22/{owner}/{name}.git",
            "https://ghe.example.com/{owner}/{name}?access_token={password}",
        )
    ),
)
def test_parse_repository_url__credentials__are_dropped(owner, name, user, password, form):
    text = form.format(owner=owner, name=name, user=user, password=password)

    found = parse_repository_url(text)

    assert found == RepositoryUrl(host="ghe.example.com", owner_and_name=f"{owner}/{name}")
    assert password not in found.server_url + found.api_url
