"""Who hears of a report: by host, settings, and what there is to tell."""

from dataclasses import replace

import pytest

from plugin.core.audience import Offer, audience, is_on_github, unheard
from plugin.core.build import Build, Host
from plugin.core.settings import PlanSettings
from plugin.core.settings.plan_settings import REPORTERS

CI = Offer(is_ci=True)
LAPTOP = Offer(is_ci=False)
PULL_REQUEST = Build(
    host=Host.GITHUB,
    repository="acme/etl",
    commit="8f14e45fceea167a5a36dedd4bea2543e1d2c3b4",
    pull_request=7,
    api_url="https://api.github.com",
)
ON_A_LAPTOP = replace(PULL_REQUEST, host=Host.PLAIN, pull_request=None)
SETTINGS = PlanSettings()
EVERYTHING = replace(
    SETTINGS,
    check_run=True,
    sns_topic_arn="arn:aws:sns:eu-west-1:123456789012:checks",
    webhook_url="https://hooks.test/x",
    metadata_bucket="acme-reports",
)


def told(build=PULL_REQUEST, settings=SETTINGS, offer=CI, *, was_skipped=False):
    return audience(build, settings, offer, was_skipped=was_skipped)


def test_audience__a_plan_that_was_skipped_whole__tells_nobody_outside():
    names = told(settings=EVERYTHING, was_skipped=True)

    assert names == ("files", "junit", "github_files", "console")


def test_audience__a_laptop_with_a_token__does_not_tell_github():
    assert told(ON_A_LAPTOP, offer=LAPTOP) == ("files", "junit", "console")


def test_audience__a_ci_host_that_is_not_told_apart__tells_github():
    assert "commit_status" in told(ON_A_LAPTOP)


@pytest.mark.parametrize(
    "build",
    [
        replace(PULL_REQUEST, api_url=""),
        replace(PULL_REQUEST, may_be_github=False),
        replace(PULL_REQUEST, repository=""),
    ],
    ids=["no API", "another forge", "no repository"],
)
def test_is_on_github__no_repository_on_github__is_false(build):
    assert not is_on_github(build, SETTINGS, CI)
    assert not {"commit_status", "comment", "check_run"} & set(told(build))


def test_is_on_github__the_operator_names_the_api__is_true():
    settings = replace(SETTINGS, github_api_url="https://github.acme.test/api/v3")

    assert is_on_github(replace(PULL_REQUEST, api_url=""), settings, CI)


def test_audience__no_commit_is_known__has_no_status_and_no_check_run():
    names = told(replace(PULL_REQUEST, commit=""), EVERYTHING)

    assert not {"commit_status", "check_run"} & set(names)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"commit_status": False}, "commit_status"),
        ({"comment": "never"}, "comment"),
        ({"check_run": False}, "check_run"),
        ({"sns_topic_arn": ""}, "sns"),
        ({"webhook_url": ""}, "webhook"),
        ({"metadata_bucket": ""}, "metadata"),
        ({"engine": "local"}, "metadata"),
    ],
)
def test_audience__a_setting_that_says_no__leaves_its_reporter_out(change, name):
    names = told(settings=replace(EVERYTHING, **change))

    assert name in told(settings=EVERYTHING)
    assert name not in names


def test_audience__no_pull_request__has_no_comment():
    assert "comment" not in told(replace(PULL_REQUEST, pull_request=None))


def test_audience__no_repository__compares_with_nothing():
    assert "metadata" not in told(replace(PULL_REQUEST, repository=""), EVERYTHING)


def test_audience__harness_and_drone__get_their_own_files_only():
    on_harness = replace(PULL_REQUEST, host=Host.HARNESS)
    on_drone = replace(PULL_REQUEST, host=Host.DRONE)
    offer = Offer(is_ci=True, card_path="/dev/stdout", output_path="/tmp/out")

    assert "harness_outputs" in told(on_harness, offer=offer)
    assert "harness_outputs" not in told(on_harness)
    assert "harness_outputs" not in told(on_drone, offer=offer)
    assert told(on_drone, offer=offer)[-2:] == ("drone_card", "console")


def test_audience__everything_there_is__is_known_by_name_and_has_the_console_last():
    offer = Offer(is_ci=True, card_path="/dev/stdout", output_path="/tmp/out")

    names = set(told(settings=EVERYTHING, offer=offer))
    names |= set(told(replace(PULL_REQUEST, host=Host.HARNESS), EVERYTHING, offer))

    assert names == set(REPORTERS)
    assert told(settings=EVERYTHING, offer=offer)[-1] == "console"


def missed(build=PULL_REQUEST, offer=CI, *, was_skipped=False, **change):
    return unheard(build, replace(SETTINGS, **change), offer, was_skipped=was_skipped)


@pytest.mark.parametrize("name", ["sns", "webhook", "check_run", "metadata", "drone_card"])
def test_unheard__required_and_not_asked_for__is_missed(name):
    assert missed(required_reporters=("files", name)) == (name,)


def test_unheard__a_file_switches_off_what_is_required__is_missed():
    assert missed(required_reporters=("comment",), comment="never") == ("comment",)


def test_unheard__no_pull_request__misses_no_comment():
    branch = replace(PULL_REQUEST, pull_request=None)

    assert missed(branch, required_reporters=("comment", "commit_status")) == ()
    assert missed(branch, required_reporters=("comment",), comment="never") == ("comment",)


def test_unheard__skipped_whole_or_on_a_laptop__misses_nobody():
    assert missed(required_reporters=("commit_status",), was_skipped=True) == ()
    assert missed(ON_A_LAPTOP, LAPTOP, required_reporters=("commit_status",)) == ()


@pytest.mark.parametrize(
    ("build", "offer"),
    [(ON_A_LAPTOP, CI), (PULL_REQUEST, LAPTOP)],
    ids=["a CI host that is not told apart", "a known host that says no CI"],
)
def test_unheard__no_persons_laptop__is_missed(build, offer):
    assert missed(build, offer, required_reporters=("sns",)) == ("sns",)
