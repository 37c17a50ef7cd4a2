"""The words of action.yml: every setting as an input, every output, how the image is run.

Pure text from the table of settings.  Knows what GitHub asks of an action's file; knows no setting
but the token, the only input that may have a default: a default would beat everything weaker, such
as the configuration file (GitHub's page "Metadata syntax reference").
"""  # noqa: INP001 - beside generate.py, which writes what it says

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from plugin.core.settings import Origin, Setting, table

if TYPE_CHECKING:
    from collections.abc import Iterator

IMAGE: Final = "docker://ghcr.io/glue-health-check/glue-health-check"
DEVELOPMENT: Final = "Dockerfile"
TOKEN: Final = "github_token"  # noqa: S105 - the name of an input
CLEANUP: Final = "/usr/local/bin/glue-health-check-cleanup"

OUTPUTS: Final = {
    "verdict": "`passed`, `failed`, `errored`, `cancelled` or `skipped`: the worst of all checks.",
    "passed": "How many checks passed.",
    "failed": "How many checks failed: their script is at fault.",
    "errored": "How many checks errored: nobody knows how their script is.",
    "skipped": "How many checks were skipped.",
    "duration_seconds": "How long all took, in seconds.",
    "cost_usd": "What all cost on Glue, in USD, about.",
    "report_path": "Path of `report.md`; `report.json` lies beside it.",
    "results": "All checks as a JSON array.",
    "job_name": "Temporary job of the first check that did not pass, else of the first.",
    "run_id": "Run of that job.",
    "console_url": "That run in the AWS console.",
}

HEAD: Final = """\
# Written by docs/generate.py from the table of settings; edit plugin/core/*_settings.py instead.
name: Glue health check
description: Runs changed AWS Glue scripts once, as temporary jobs, and says how they are.
author: The authors of glue-health-check
branding:
  icon: activity
  color: green
"""

RUNS: Final = """\
runs:
  using: docker
  image: {image}
  # GitHub adds the post step when the main step starts, so it is not run after a step that an `if`
  # left out.  always(): also after a failure and a cancel, for that is when something may be left.
  post-entrypoint: {cleanup}
  post-if: always()
"""


def action(image: str) -> str:
    """Return the text of action.yml for ``image``: DEVELOPMENT, or what ``released`` says."""
    inputs = "".join(_input(row) for row in table().values())
    outputs = "".join(_entry(name, about) for name, about in OUTPUTS.items())
    runs = RUNS.format(image=image, cleanup=CLEANUP)
    return f"{HEAD}\ninputs:\n{inputs}\noutputs:\n{outputs}\n{runs}"


def released(version: str) -> str:
    """Return the image of a release: the tag is literal, for GitHub allows no expression there."""
    return f"{IMAGE}:{version}"


def _input(setting: Setting) -> str:
    text = _entry(setting.name, " ".join(_sentences(setting))) + "    required: false\n"
    if setting.name == TOKEN:
        text += "    default: ${{ github.token }}\n"
    return text


def _entry(name: str, about: str) -> str:
    # A string of JSON is a string of YAML, too.
    return f"  {name}:\n    description: {json.dumps(about, ensure_ascii=False)}\n"


def _sentences(setting: Setting) -> Iterator[str]:
    """Say what it means, its form, whom it may come from, and the default in words."""
    yield setting.about
    if form := _form(setting):
        yield form
    if setting.origin is Origin.OPERATOR:
        yield "Never taken from the configuration file."
    if setting.origin is Origin.BASE:
        yield "From a fork's configuration file it is ignored."
    if setting.name == TOKEN:
        yield "The job's own token is passed by itself; give another one from secrets."
    else:
        if setting.is_secret:
            yield "Give it from secrets."
        yield _default(setting.default_in_words)


def _form(setting: Setting) -> str:
    """Inputs are text: say how a map or a list is written, unless the meaning has said it."""
    types = str(setting.kind.schema().get("type"))
    if "object" in types:
        return "Written as JSON."
    if "array" in types and "JSON" not in setting.about:
        return "Separated by commas, or a JSON array."
    return ""


def _default(words: str) -> str:
    """Write ``none`` and the like as a sentence of its own."""
    if words.startswith("required"):
        return f"{words[0].upper()}{words[1:]}."
    return f"Default: {words}."
