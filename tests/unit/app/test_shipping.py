"""The command check, and files that change between the plan and their upload."""

import pytest

from plugin.checkout import LARGEST_HELD

SIZE = LARGEST_HELD + 1


def link(path):
    path.rename(path.with_name("away"))
    path.symlink_to("away")


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda path: path.write_bytes(b"x" * SIZE), "It has as many bytes, but others."),
        (link, "It is refused by now: a.jar is a symbolic link."),
    ],
    ids=["written to", "a link"],
)
def test_check__a_file_changes_after_the_plan__is_3_and_leaves_nothing(checkout, act, words):
    checkout.write("a.py", "print('fine')\n")
    jar = checkout.write("a.jar", bytes(SIZE))
    checkout.relay.once(f"PUT {checkout.bucket}", lambda: act(jar))  # the script's upload

    outcome = checkout.on_glue(
        "check", "--script", "a.py", "--job-type", "pythonshell", "--extra-jars", "a.jar"
    )

    (result,) = outcome.report["results"]
    assert outcome.code == 3
    assert result["verdict"] == "errored"
    assert words in result["reason"]
    assert "run the check again" in result["hint"]
    assert (checkout.jobs(), checkout.keys(), result["leftovers"]) == ([], [], [])
    assert "CreateJob" not in checkout.relay.asked


def test_check__dry_run_of_a_file_that_is_read_later__tells_its_size(checkout):
    checkout.write("a.py", "print('fine')\n")
    checkout.write("a.jar", bytes(SIZE))

    outcome = checkout.on_glue(
        "check",
        "--script",
        "a.py",
        "--job-type",
        "pythonshell",
        "--extra-jars",
        "a.jar",
        "--dry-run",
    )

    assert outcome.code == 0
    assert f"/a.jar  {SIZE} bytes" in outcome.out
