"""getResolvedOptions, by AWS's documentation."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import awsglue
from awsglue.utils import GlueArgumentError, getResolvedOptions

ARGV = ["script.py", "--JOB_NAME", "j", "--source=s3://b/x", "--enable-metrics", "", "--n", "-1"]


@pytest.mark.parametrize(
    ("argv", "missing"),
    [
        (["s"], "the following arguments are required: --source"),
        (["s", "--source"], "argument --source: expected one argument"),
        (["s", "--source", "--other", "1"], "argument --source: expected one argument"),
        (["s", "--sour", "x"], "the following arguments are required: --source"),
        (["--source", "x"], "the following arguments are required: --source"),
    ],
)
def test_resolved_options__missing__an_error_that_names_it(argv, missing):
    with pytest.raises(GlueArgumentError, match=missing):
        getResolvedOptions(argv, ["source"])


@pytest.mark.parametrize("name", ["job_bookmark_option", "job-bookmark-from"])
def test_resolved_options__glues_own_name__refused(name):
    with pytest.raises(RuntimeError, match=f"reserved arguments {name}"):
        getResolvedOptions(ARGV, [name])


def test_resolved_options__both_spellings__values_as_text():
    options = getResolvedOptions(ARGV, ["JOB_NAME", "source", "n"])

    assert (options["JOB_NAME"], options["source"], options["n"]) == ("j", "s3://b/x", "-1")
    assert "enable_metrics" not in options


def test_resolved_options__bookmark__always_told():
    plain = getResolvedOptions(ARGV, [])
    asked = getResolvedOptions([*ARGV, "--job-bookmark-option", "job-bookmark-enable"], [])

    assert plain["job_bookmark_option"] == "job-bookmark-disable"
    assert asked["job_bookmark_option"] == "job-bookmark-enable"


def test_resolved_options__temp_dir__told_when_given_and_required_when_named():
    given_it = getResolvedOptions(["s", "--TempDir", "s3://b/t"], [])

    assert given_it["TempDir"] == "s3://b/t"
    assert "TempDir" not in getResolvedOptions(ARGV, [])
    with pytest.raises(GlueArgumentError, match="--TempDir"):
        getResolvedOptions(ARGV, ["TempDir"])


def test_resolved_options__hyphen_in_a_name__underscore_in_the_result():
    assert getResolvedOptions(["s", "--my-key", "v"], ["my-key"])["my_key"] == "v"


def test_resolved_options__given_twice__the_last_one():
    assert getResolvedOptions(["s", "--k", "1", "--k", "2"], ["k", "k"])["k"] == "2"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_resolved_options__any_value_after_an_equals_sign__comes_back_whole(value):
    assert getResolvedOptions(["s", f"--key={value}"], ["key"])["key"] == value


def test_resolved_options__imports__no_spark():
    code = "import sys, awsglue.utils; print('pyspark' in sys.modules)"
    runtime = Path(awsglue.__file__).parents[1]

    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(runtime)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "False\n"
