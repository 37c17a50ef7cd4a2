"""What a build says of itself: whether it is a stranger's, and what its jobs are called."""

import pytest

from plugin.core.build import Build, Fork, Host


@pytest.mark.parametrize(
    ("fork", "pull_request", "is_foreign"),
    [
        (Fork.YES, 7, True),
        (Fork.YES, None, True),
        (Fork.UNKNOWN, 7, True),
        (Fork.UNKNOWN, None, True),
        (Fork.NO, 7, False),
        (Fork.NO, None, False),
    ],
)
def test_is_foreign__a_fork_or_what_may_be_one__counts_as_yes(fork, pull_request, is_foreign):
    build = Build(host=Host.DRONE, fork=fork, pull_request=pull_request)

    assert build.is_foreign is is_foreign


@pytest.mark.parametrize("fork", Fork)
def test_is_foreign__dependabots__is_whatever_the_fork(fork):
    assert Build(host=Host.GITHUB, fork=fork, is_dependabot=True).is_foreign


@pytest.mark.parametrize("host", Host)
def test_has_runner_files__every_host__only_githubs_kind_has_them(host):
    assert host.has_runner_files is (host in {Host.GITHUB, Host.GITEA})


@pytest.mark.parametrize("host", Host)
def test_kills_without_signal__every_host__only_drones_runners_do(host):
    assert host.kills_without_signal is (host in {Host.DRONE, Host.HARNESS})


@pytest.mark.parametrize(
    ("facts", "suffix"),
    [
        ({}, "local"),
        ({"number": "456"}, "local-456"),
        ({"branch": "main", "number": "456"}, "main-456"),
        ({"branch": "main"}, "main"),
        ({"branch": "main", "pull_request": 123, "number": "456"}, "pr-123-456"),
    ],
)
def test_job_suffix__names_the_subject_and_the_number(facts, suffix):
    assert Build(host=Host.PLAIN, **facts).job_suffix() == suffix
