"""What is in the table and cannot be done yet is refused by name."""

from dataclasses import replace

import pytest

from plugin.core.settings import PlanSettings
from plugin.core.settings.not_yet import refusals


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("trigger_function", "f"),
        ("wait", False),
        ("github_token_secret_arn", "arn:aws:secretsmanager:eu-west-1:1:secret:x"),
        ("github_app_id", "1"),
        ("github_app_key_secret_arn", "arn:aws:secretsmanager:eu-west-1:1:secret:x"),
    ],
)
def test_refusals__feature_that_is_not_built__is_refused_by_name(name, value):
    (sentence,) = refusals(replace(PlanSettings(), **{name: value}))

    assert sentence == f"{name}: this version cannot do it yet. Leave the setting out."


def test_refusals__nothing_of_it__are_none():
    assert refusals(PlanSettings()) == ()
