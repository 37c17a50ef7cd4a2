"""Which host an environment belongs to, and which it must not be taken for."""

import pytest

from plugin.ci.detect import detect
from plugin.core.build import Host
from plugin.core.errors import SettingsError


def test_detect__wrong_name__says_which_are_right():
    with pytest.raises(SettingsError) as caught:
        detect({}, "jenkin")

    assert caught.value.problems == (
        (
            "ci: 'jenkin' is no CI host; it is one of github, drone, jenkins, plain. "
            "Did you mean jenkins?"
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
        {"DRONE": "false", "GITHUB_ACTIONS": "", "JENKINS_URL": " "},
        {"CI": "woodpecker", "DRONE_REPO": "o/r", "DRONE_BUILD_NUMBER": "7"},
        {"CI": "woodpecker", "DRONE": "true"},
        {"HARNESS_BUILD_ID": "7", "DRONE": "true"},
        {"GITEA_ACTIONS": "true", "GITHUB_ACTIONS": "true"},
        {"FORGEJO_ACTIONS": "true", "GITHUB_ACTIONS": "true"},
        {"GITLAB_CI": "true", "JENKINS_URL": "https://ci.example.com/"},
        {"BITBUCKET_BUILD_NUMBER": "7", "BITBUCKET_COMMIT": "a" * 40},
        {"BUILDKITE": "true", "CI": "true"},
        {"CODEBUILD_BUILD_ID": "x:7", "CODEBUILD_BUILD_ARN": "arn:x"},
    ],
)
def test_detect__no_host_of_ours__is_plain(environ):
    assert detect(environ) is Host.PLAIN


@pytest.mark.parametrize(
    ("environ", "host"),
    [
        ({"GITHUB_ACTIONS": "true", "CI": "true"}, Host.GITHUB),
        ({"GITHUB_ACTIONS": "true", "CODEBUILD_BUILD_ID": "x:7"}, Host.GITHUB),
        ({"DRONE": "true", "CI": "true", "CI_REPO": "o/r"}, Host.DRONE),
        ({"JENKINS_URL": "https://ci.example.com/"}, Host.JENKINS),
    ],
)
def test_detect__markers__tell_the_host(environ, host):
    assert detect(environ) is host


@pytest.mark.parametrize("name", ["drone", " Drone "])
def test_detect__named__beats_the_markers(name):
    assert detect({"GITHUB_ACTIONS": "true"}, name) is Host.DRONE
