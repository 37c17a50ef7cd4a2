"""Which host an environment belongs to, and which it must not be taken for."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.ci.detect import MARKERS, detect
from plugin.core.build import Host
from plugin.core.errors import SettingsError

ORDER = (
    ({"CI": "woodpecker"}, Host.WOODPECKER),
    ({"CI_SYSTEM_NAME": "woodpecker"}, Host.WOODPECKER),
    ({"HARNESS_BUILD_ID": "7"}, Host.HARNESS),
    ({"DRONE": "true"}, Host.DRONE),
    ({"GITEA_ACTIONS": "true"}, Host.GITEA),
    ({"FORGEJO_ACTIONS": "true"}, Host.GITEA),
    ({"GITHUB_ACTIONS": "true"}, Host.GITHUB),
    ({"GITLAB_CI": "true"}, Host.GITLAB),
    ({"BITBUCKET_BUILD_NUMBER": "7"}, Host.BITBUCKET),
    ({"BITBUCKET_COMMIT": "a" * 40}, Host.BITBUCKET),
    ({"BUILDKITE": "true"}, Host.BUILDKITE),
    ({"CODEBUILD_BUILD_ID": "x:7"}, Host.CODEBUILD),
    ({"CODEBUILD_BUILD_ARN": "arn:x"}, Host.CODEBUILD),
    ({"JENKINS_URL": "https://ci.example.com/"}, Host.JENKINS),
)
"""Every marker, in the order in which it decides."""
PAIRS = list(combinations(ORDER, 2))


def test_detect__wrong_name__says_which_are_right():
    with pytest.raises(SettingsError) as caught:
        detect({}, "jenkin")

    assert caught.value.problems == (
        (
            "ci: 'jenkin' is no CI host; it is one of github, gitea, drone, woodpecker, harness, "
            "jenkins, gitlab, bitbucket, codebuild, buildkite, plain. Did you mean jenkins?"
        ),
    )


def test_detect__name_like_no_other__guesses_none():
    with pytest.raises(SettingsError, match=r"plain\.$"):
        detect({}, "zzz")


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"CI": "true"},
        {"CI": ""},
        {"DRONE": "false", "GITHUB_ACTIONS": "", "JENKINS_URL": " ", "BUILDKITE": "0"},
        {"CI_REPO": "o/r", "CI_COMMIT_SHA": "a" * 40},
        {"DRONE_REPO": "o/r", "DRONE_BUILD_NUMBER": "7"},
        {"BUILD_ID": "7", "BUILD_NUMBER": "7"},
        {"TF_BUILD": "True"},
    ],
)
def test_detect__no_host_of_ours__is_plain(environ):
    assert detect(environ) is Host.PLAIN


@pytest.mark.parametrize(("marker", "host"), ORDER)
def test_detect__one_marker__tells_the_host(marker, host):
    assert detect({**marker, "USER": "octocat"}) is host


def test_detect__markers__are_all_in_the_table_above():
    named = {name for marker, _ in ORDER for name in marker}

    assert named == {name for name, _ in MARKERS} | {"CI", "CI_SYSTEM_NAME"}


@pytest.mark.parametrize(("stronger", "weaker"), PAIRS)
def test_detect__markers_of_two_hosts__the_earlier_one_decides(stronger, weaker):
    environ = {**weaker[0], **stronger[0]}

    assert detect(environ) is stronger[1]


@pytest.mark.parametrize(("one", "other"), PAIRS)
@pytest.mark.parametrize("named", [Host.JENKINS, Host.PLAIN])
def test_detect__markers_of_two_hosts_and_a_name__the_name_decides(one, other, named):
    assert detect({**one[0], **other[0]}, named) is named


@pytest.mark.parametrize("host", Host)
def test_detect__named__beats_all_markers(host):
    environ = {name: value for marker, _ in ORDER for name, value in marker.items()}

    assert detect(environ, host) is host
    assert detect(environ, f" {host.upper()} ") is host


@given(
    st.dictionaries(
        st.sampled_from([name for marker, _ in ORDER for name in marker]), st.text(max_size=12)
    )
)
def test_detect__any_values__never_raises(environ):
    assert detect(environ) in Host
