"""The command that removes a leftover: exact, in ASCII, and no way out of it for a hostile name."""

import shlex
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.core.leftovers import quoted, remove_all
from plugin.core.result import Leftover


@pytest.mark.parametrize(
    ("values", "command"),
    [
        (
            {"kind": "run", "name": "jr_1", "job_name": "j", "region": "eu-west-1"},
            "aws glue batch-stop-job-run --job-name=j --job-run-ids=jr_1 --region=eu-west-1",
        ),
        ({"kind": "run", "name": "jr_1"}, ""),
        ({"kind": "job", "name": "-j"}, "aws glue delete-job --job-name=-j"),
        ({"kind": "object", "name": "s3://b/p/"}, "aws s3 rm --recursive s3://b/p/"),
        ({"kind": "object", "name": "s3://b/p"}, "aws s3 rm s3://b/p"),
        ({"kind": "object", "name": "s3://b"}, ""),
        ({"kind": "object", "name": "b/p"}, ""),
        (
            {"kind": "object", "name": "s3://b/p", "version": "v"},
            "aws s3api delete-object --bucket=b --key=p --version-id=v",
        ),
        (
            {"kind": "object", "name": "s3://b/p", "upload_id": "u"},
            "aws s3api abort-multipart-upload --bucket=b --key=p --upload-id=u",
        ),
        (
            {"kind": "log stream", "name": "/aws-glue/jobs/output:jr_1"},
            (
                "aws logs delete-log-stream --log-group-name=/aws-glue/jobs/output"
                " --log-stream-name=jr_1"
            ),
        ),
        ({"kind": "log stream", "name": "jr_1"}, ""),
        ({"kind": "bucket", "name": "b"}, ""),
    ],
)
def test_command__each_kind__is_the_exact_one(values, command):
    assert Leftover(reason="", **values).command == command


def test_command__runs_that_nobody_could_list__are_looked_for_by_the_command():
    command = Leftover(kind="run", name="j", reason="", job_name="j", region="r").command

    assert command == (
        "aws glue batch-stop-job-run --job-name=j --region=r --job-run-ids"
        " $(aws glue get-job-runs --job-name=j --output=text --region=r"
        " --query 'JobRuns[?!CompletedOn].Id')"
    )


def test_remove_all__names_the_build():
    assert remove_all("0a1b2c3d4e5f") == "glue-health-check cleanup --build-id 0a1b2c3d4e5f"
    assert remove_all("a; rm b").endswith(r"cleanup --build-id $'a\x3b rm b'")


@given(st.text())
def test_quoted__any_text__is_printable_ascii_that_no_reader_takes_for_more(text):
    word = quoted(text)

    assert word.isascii()
    assert word.isprintable()
    assert not set(word) & set('`|<>;&"*~#[](){}!?')
    assert "$" not in word[1:]
    assert word == text or (word.startswith("$'") and word.count("'") == 2)


BASH = shutil.which("bash")


@pytest.mark.skipif(BASH is None, reason="needs bash")
def test_quoted__in_a_real_shell__is_the_text_again():
    texts = ["a b", "it's", "x\n; rm -rf /", "`id`$(id)", "ä€😀", "-n", "a\\b", "\t|<>&*?~#[]{}!"]
    line = f"printf '%s\\0' {' '.join(map(quoted, texts))}"

    done = subprocess.run([str(BASH), "-c", line], capture_output=True, check=True)

    assert done.stdout.decode().split("\0")[:-1] == texts


@settings(max_examples=50)
@given(st.from_regex(r"[A-Za-z0-9_./:=@%+,-]+", fullmatch=True))
def test_quoted__plain_text__is_itself_for_every_shell(text):
    assert quoted(text) == text
    assert shlex.split(text) == [text]
