"""What is in the table, and this version or this installation cannot do: refused, never ignored.

Remove a row in the change that builds the feature.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugin.core.settings import PlanSettings

LOCAL_IMAGE = "ghcr.io/glue-health-check/glue-health-check:1-local"
LOCAL_EXTRA = "glue-health-check[local]"


def refusals(plan: PlanSettings) -> tuple[str, ...]:
    """Name every feature that was asked for and is not built."""
    asked = {
        "trigger_function": bool(plan.trigger_function),
        "wait": not plan.wait,
        "github_token_secret_arn": bool(plan.github_token_secret_arn),
        "github_app_id": bool(plan.github_app_id),
        "github_app_key_secret_arn": bool(plan.github_app_key_secret_arn),
    }
    return tuple(_sentence(name) for name, is_asked in asked.items() if is_asked)


def without_local(module: str) -> str:
    """Say that the local engine is not installed: ``module`` is what it lacks."""
    return (
        f"engine local: it is not installed here: {module} is missing. Use the image {LOCAL_IMAGE},"
        f" install {LOCAL_EXTRA}, or use engine glue."
    )


def _sentence(name: str) -> str:
    return f"{name}: this version cannot do it yet. Leave the setting out."
