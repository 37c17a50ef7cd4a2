"""The documents say about settings what the table says."""

import json

import jsonschema
import pytest
import yaml

from docs.generate import BEGIN, END, config_schema, settings_table, with_table
from plugin.core.settings import Origin, table

WRITE_ANEW = "run: python docs/generate.py"


def schema():
    return json.loads(config_schema())


def is_valid(text):
    return jsonschema.Draft202012Validator(schema()).is_valid(yaml.safe_load(text))


@pytest.mark.parametrize(
    "readme",
    [
        "",
        BEGIN,
        f"{END}{BEGIN}",
        f"{BEGIN}{END}{BEGIN}{END}",
        f"{BEGIN}{BEGIN}{END}",
        f"{BEGIN}{END}{END}",
    ],
)
def test_with_table__markers_missing_or_twice__is_refused(readme):
    with pytest.raises(ValueError, match="once each"):
        with_table(readme)


def test_with_table__old_table__is_replaced_and_the_rest_stays():
    text = with_table(f"before\n{BEGIN}\nold\n{END}\nafter")

    assert text == f"before\n{BEGIN}\n{settings_table()}\n{END}\nafter"


def test_settings_table__each_setting__has_one_row_of_four_cells():
    rows = settings_table().splitlines()[2:]

    assert len(rows) == len(table())
    assert [row.split("`")[1] for row in rows] == list(table())
    assert {row.replace(r"\|", "").count("|") for row in rows} == {5}


def test_settings_table__operator_and_secret__are_marked():
    assert "| `github_token` **O** secret |" in settings_table()
    assert "| `role_arn` **B** |" in settings_table()


def test_readme__table_of_settings__is_the_one_of_the_code(repository):
    text = (repository / "README.md").read_text(encoding="utf-8")

    assert with_table(text) == text, WRITE_ANEW


def test_config_schema__in_docs__is_the_one_of_the_code(repository):
    published = (repository / "docs" / "config.schema.json").read_text(encoding="utf-8")

    assert published == config_schema(), WRITE_ANEW


def test_config_schema__itself__is_a_valid_schema():
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize(
    "name", [row.name for row in table().values() if row.origin is Origin.OPERATOR]
)
def test_config_schema__operator_setting__is_not_allowed(name):
    assert not is_valid(f"{name}: x")
    assert not is_valid(f"checks: [{{name: a, {name}: x}}]")


@pytest.mark.parametrize(
    "text",
    [
        "scrpt: x",
        "checks: []",
        "checks: [{script: a.py}]",
        "checks: [{name: a/b}]",
        "checks: [{name: a, paths: []}]",
        "checks: [{name: a, max_parallel: 3}]",
        "timeout_minutes: 0",
        "worker_type: G.3X",
        "tags: {a: [b]}",
        "[]",
    ],
)
def test_config_schema__what_the_parser_refuses__is_not_valid(text):
    assert not is_valid(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "script: jobs/*.py",
        "glue_version: 5.0",
        "glue_version: '5.1'",
        "tags: {team: data, number: 7}",
        "is_health_check: no",
        "job_suffix: 7",
        "max_capacity: 0.0625",
        "engine: local\nchecks: [{name: a, script: a.py, paths: ['jobs/**'], timeout_minutes: 5}]",
    ],
)
def test_config_schema__what_the_parser_takes__is_valid(text):
    assert is_valid(text)


def test_config_schema__settings_of_the_file__all_have_a_description():
    properties = schema()["properties"]
    expected = {row.name for row in table().values() if row.origin is not Origin.OPERATOR}

    assert set(properties) == expected | {"checks"}
    assert all(item["description"] for item in properties.values())
