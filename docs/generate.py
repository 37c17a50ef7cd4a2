"""Writes what the table of settings says anew: the README's table and docs/config.schema.json.

Run it after a change of the table: ``python docs/generate.py``.  Knows where the documents are;
knows no setting.
"""  # noqa: INP001 - a script beside the documents that it writes

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that it also runs where the package is not installed

from plugin.core.settings import Origin, table  # noqa: E402 - the path comes first
from plugin.core.sources import CHECK_NAME, MOST_CHECKS  # noqa: E402 - as above

if TYPE_CHECKING:
    from plugin.core.settings import Setting

README: Final = ROOT / "README.md"
SCHEMA: Final = ROOT / "docs" / "config.schema.json"
BEGIN: Final = "<!-- settings -->"
END: Final = "<!-- /settings -->"


def settings_table() -> str:
    """Return the README's table of settings, as Markdown."""
    head = ["| setting | meaning | plain name also read | default |", "|---|---|---|---|"]
    return "\n".join([*head, *map(_row, table().values())])


def _row(setting: Setting) -> str:
    marker = f" **{setting.origin}**" if setting.origin else ""
    secret = " secret" if setting.is_secret else ""
    plain = ", ".join(f"`{name}`" for name in setting.plain)
    cells = (f"`{setting.name}`{marker}{secret}", setting.about, plain, setting.default_in_words)
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def with_table(readme: str) -> str:
    """Return the README's text with the table of today between its two markers.

    Raises ``ValueError`` when there is not one of each marker, in this order.
    """
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in rest or END in before + after:
        raise ValueError(f"README.md needs {BEGIN} and {END}, once each and in this order")
    return f"{before}{BEGIN}\n{settings_table()}\n{END}{after}"


def config_schema() -> str:
    """Return the JSON schema (draft 2020-12) of the configuration file, as text."""
    per_check = {row.name: _property(row) for row in _of_the_file() if row.is_per_check}
    whole_plan = {row.name: _property(row) for row in _of_the_file() if not row.is_per_check}
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": ".glue-health-check.yml",
        "description": "Defaults for all checks, and the checks. What only the operator may say is"
        " given as a flag or in the environment.",
        "type": ["object", "null"],
        "properties": {**per_check, **whole_plan, "checks": _checks(per_check)},
        "additionalProperties": False,
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _of_the_file() -> tuple[Setting, ...]:
    return tuple(row for row in table().values() if row.origin is not Origin.OPERATOR)


def _property(setting: Setting) -> dict[str, object]:
    base = " From a fork it is ignored." if setting.origin is Origin.BASE else ""
    words = f"{setting.about} Default: {setting.default_in_words}.{base}"
    return {"description": words, **setting.kind.schema()}


def _checks(per_check: dict[str, dict[str, object]]) -> dict[str, object]:
    name = {
        "description": "Name of the check; no two are alike.",
        "type": "string",
        "pattern": f"^{CHECK_NAME.pattern}$",
    }
    paths = {
        "description": "Globs: the check runs on pull requests that touch such a file. Default: on"
        " all.",
        "type": ["array", "string"],
        "items": {"type": "string"},
        "minItems": 1,
    }
    return {
        "description": "The checks; each may say anew what it does otherwise.",
        "type": "array",
        "minItems": 1,
        "maxItems": MOST_CHECKS,
        "items": {
            "type": "object",
            "properties": {"name": name, "paths": paths, **per_check},
            "required": ["name"],
            "additionalProperties": False,
        },
    }


def main() -> None:
    """Write both documents."""
    SCHEMA.write_text(config_schema(), encoding="utf-8")
    README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
