"""Links into the console."""

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.console_url import console_url


@pytest.mark.parametrize(
    ("partition", "region", "run_id"),
    [
        ("aws-iso", "us-iso-east-1", "jr_1"),
        ("", "eu-west-1", "jr_1"),
        ("aws", "", "jr_1"),
        ("aws", "eu-west-1", ""),
    ],
)
def test_console_url__unknown_partition_region_or_run__is_empty(partition, region, run_id):
    assert console_url(partition, region, run_id) == ""


@pytest.mark.parametrize(
    ("partition", "host"),
    [
        ("aws", "r.console.aws.amazon.com"),
        ("aws-cn", "r.console.amazonaws.cn"),
        ("aws-us-gov", "r.console.amazonaws-us-gov.com"),
    ],
)
def test_console_url__each_partition__has_its_own_host(partition, host):
    assert urlsplit(console_url(partition, "r", "jr_1")).netloc == host


def test_console_url__run__leads_to_its_log():
    assert console_url("aws", "eu-west-1", "jr_ab") == (
        "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups"
        "/log-group/$252Faws-glue$252Fjobs$252Foutput/log-events/jr_ab"
    )


@given(st.text(min_size=1))
def test_console_url__any_run_id__comes_back_and_ends_no_address(run_id):
    url = console_url("aws", "eu-west-1", run_id)

    assert unquote(unquote(url.rpartition("/log-events/")[2].replace("$", "%"))) == run_id
    assert url.isascii()
    assert not set(url) & set(" \n<>()\"'")
