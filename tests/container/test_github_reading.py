"""The double of a GitHub runner reads as the runner does."""

import pytest

from tests.container.github_reading import Malformed, commands_of, pairs_of

pytestmark = pytest.mark.container


@pytest.mark.parametrize("text", ["a", "a<<\n", "a<<E\nb\n", "<<E\nb\nE\n", "=b", "a<<E\nb\nE \n"])
def test_github_runner__malformed_file__fails_the_step(text):
    with pytest.raises(Malformed):
        pairs_of(text)


def test_github_runner__file__is_read_by_the_runners_rules():
    text = "a=b<<c\n\nd<<E\n1\n=2\n\nE\ne <<E\nE\nf=\n"

    assert pairs_of(text) == {"a": "b<<c", "d": "1\n=2\n", "e ": "", "f": ""}


def test_github_runner__log__has_the_commands_that_are_not_stopped():
    log = "::error a=b::c\nx ::error::no\nx ##[error]old\n::stop-commands::T\n::error::n\n::T::\n ::notice::z\n"

    found = [(command.name, command.message) for command in commands_of(log)]

    assert found == [("error", "c"), ("error", "old"), ("notice", "z")]
