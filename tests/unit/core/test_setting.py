"""Rows of the table: made from dataclass fields."""

from dataclasses import dataclass, fields

import pytest

from plugin.core.settings.kinds import Flag, Text
from plugin.core.settings.setting import TEXT, Origin, row_of, setting


@dataclass(frozen=True, kw_only=True)
class Sample:
    some_path: str = setting("Where.", TEXT, plain=("A", "B"), origin=Origin.OPERATOR)
    token: str = setting("Token.", Text(secret=True), secret=True, words="none")
    fast: bool = setting("Quick.", Flag(), default=True)
    style: str = setting("Style.", TEXT, default="LOUD")
    values: dict[str, str] = setting("Map.", TEXT, default={})  # noqa: RUF009 - it is a field
    secrets: dict[str, str] = setting("Keys.", TEXT, default={}, secret=True)  # noqa: RUF009 - as above


ROWS = {item.name: row_of(item, is_per_check=True) for item in fields(Sample)}


def test_setting__secret__is_not_in_the_repr():
    assert "hunter2" not in repr(Sample(token="hunter2"))


def test_setting__map__is_in_the_repr_unless_it_is_secret():
    shown = repr(Sample(values={"team": "data"}, secrets={"key": "hunter2"}))

    assert "data" in shown
    assert "hunter2" not in shown


def test_setting__map__is_not_shared():
    assert Sample().values == {}
    assert Sample().values is not Sample().values


@pytest.mark.parametrize(
    ("name", "words"),
    [("fast", "`true`"), ("style", "`LOUD`"), ("token", "none"), ("values", "`{}`")],
)
def test_row_of__default__is_told_as_the_user_would_write_it(name, words):
    assert ROWS[name].default_in_words == words


def test_row_of__field__says_everything():
    row = ROWS["some_path"]

    assert (row.flag, row.plain, row.origin, row.default) == (
        "--some-path",
        ("A", "B"),
        Origin.OPERATOR,
        "",
    )
    assert row.is_per_check
    assert not row.is_secret
    assert ROWS["token"].is_secret
    assert ROWS["values"].default == {}
