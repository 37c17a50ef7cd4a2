"""The table of settings, whole.

One declarative table is the source for the parser, the flags, the README's table, the schema of the
configuration file and ``action.yml``.
"""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING

from plugin.core.settings.check_settings import CheckSettings
from plugin.core.settings.plan_settings import PlanSettings
from plugin.core.settings.setting import Origin, Setting, row_of

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CheckSettings", "Origin", "PlanSettings", "Setting", "table"]


@cache
def table() -> Mapping[str, Setting]:
    """Return every setting by name, in the order of the dataclasses."""
    return {
        item.name: row_of(item, is_per_check=cls is CheckSettings)
        for cls in (CheckSettings, PlanSettings)
        for item in fields(cls)
    }
