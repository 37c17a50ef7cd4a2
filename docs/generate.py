"""Writes what the table of settings says anew: action.yml, the README's table, the schema.

``python docs/generate.py`` writes all three, after a change of the table; ``--check`` only compares
and ends with 1 when one is not up to date; ``--release`` makes action.yml name the image of this
version instead of the Dockerfile.  Knows where the documents are; knows no setting.
"""  # noqa: INP001 - a script beside the documents that it writes

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that it also runs where the package is not installed

from docs.action import DEVELOPMENT, IMAGE, action, released  # noqa: E402 - the path comes first
from plugin.core.settings import Origin, table  # noqa: E402 - the path comes first
from plugin.core.settings.sources import CHECK_NAME, MOST_CHECKS  # noqa: E402 - as above

if TYPE_CHECKING:
    from plugin.core.settings import Setting

ACTION: Final = ROOT / "action.yml"
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


def version() -> str:
    """Return the version that pyproject.toml names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def documents(*, is_release: bool) -> dict[Path, str]:
    """Return what each document should say."""
    return {
        ACTION: action(released(version()) if is_release else DEVELOPMENT),
        README: with_table(README.read_text(encoding="utf-8")),
        SCHEMA: config_schema(),
    }


def is_of_a_release() -> bool:
    """Say whether the action.yml that is there names an image instead of the Dockerfile."""
    return ACTION.is_file() and IMAGE in ACTION.read_text(encoding="utf-8")


def stale(wanted: dict[Path, str]) -> list[str]:
    """Return the names of the documents that are missing or say something else."""
    return [
        str(path.relative_to(ROOT))
        for path, text in wanted.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def main(arguments: list[str] | None = None) -> int:
    """Write the documents, or compare them; return the exit code."""
    parser = argparse.ArgumentParser(description="Writes what the table of settings says.")
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 when stale")
    parser.add_argument("--release", action="store_true", help="name the image of this version")
    options = parser.parse_args(arguments)
    if options.check:
        names = stale(documents(is_release=options.release or is_of_a_release()))
        sys.stdout.writelines(f"{name}: not up to date; run docs/generate.py\n" for name in names)
        return 1 if names else 0
    for path, text in documents(is_release=options.release).items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
