"""What CodeBuild's table of recorded builds leaves open."""

import pytest

from plugin.ci.build import build_of
from plugin.core.build import Host

BUILD = "build/my-etl:4d2cce79-1e48-4525-bfc4-22c1c0f3088b"
PAGE = "projects/my-etl/build/my-etl%3A4d2cce79-1e48-4525-bfc4-22c1c0f3088b/"


@pytest.mark.parametrize(
    "arn",
    [
        "",
        "arn:aws:codebuild:eu-west-1:123456789012:build/etl",
        f"arn:aws-moon:codebuild:eu-west-1:123456789012:{BUILD}",
        f"arn:aws:codebuild:eu-west-1.evil.example/:123456789012:{BUILD}",
        f"arn:aws:codebuild:eu-west-1:123456789012:{BUILD}/../../x",
        f"arn:aws:codebuild:eu-west-1:123456789012:{BUILD}\n::error::x",
    ],
)
def test_codebuild__no_build_of_aws__has_no_link(arn):
    assert build_of(Host.CODEBUILD, {"CODEBUILD_BUILD_ARN": arn}).link == ""


@pytest.mark.parametrize(
    ("partition", "domain"),
    [
        ("aws", "console.aws.amazon.com"),
        ("aws-cn", "console.amazonaws.cn"),
        ("aws-us-gov", "console.amazonaws-us-gov.com"),
    ],
)
def test_codebuild__partition__has_its_own_console(partition, domain):
    arn = f"arn:{partition}:codebuild:xx-west-1:123456789012:{BUILD}"

    build = build_of(Host.CODEBUILD, {"CODEBUILD_BUILD_ARN": arn})

    assert build.link == f"https://xx-west-1.{domain}/codesuite/codebuild/123456789012/{PAGE}"


def test_codebuild__account_of_dependabots_number_on_another_forge__is_somebody_else():
    environ = {
        "CODEBUILD_WEBHOOK_ACTOR_ACCOUNT_ID": "49699333",
        "CODEBUILD_SOURCE_REPO_URL": "https://ghe.example.com/o/r",
    }

    assert not build_of(Host.CODEBUILD, environ).is_dependabot
