"""Modules that this machine has and Glue, by its documentation, does not bring along.

A script that imports one runs here and may fail on Glue.  That is a note on stderr and no verdict:
Glue's lists are not known to be complete.  Knows imports as a script's text has them.
"""

import ast
import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

from glue_child import provided
from glue_child.order import Order


def notes_of(order: Order) -> Iterator[str]:
    """One sentence for every module that the script itself imports and Glue may lack."""
    names = sorted(set(imports_of(Path(order.script).read_bytes())))
    known = {*provided.modules_of(order), *provided.AWS_MODULES}
    surplus = [name for name in names if name not in known and _is_installed(name)]
    if surplus:
        asked = {provided.name_of(text) for text in order.python_modules}
        for name in surplus:
            if not asked & set(_distributions_of(name)):
                yield (
                    f"module {name} is installed here, but is not on the list of what Glue "
                    f"{order.glue_version} provides; --additional-python-modules would install it"
                )


def imports_of(source: bytes) -> Iterator[str]:
    """Top-level names of the modules that ``source`` imports, at any depth."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _is_installed(name: str) -> bool:
    """Whether the module was loaded, and from where pip puts things."""
    origin = getattr(getattr(sys.modules.get(name), "__spec__", None), "origin", None) or ""
    places = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    return any(origin.startswith(place + os.sep) for place in places)


def _distributions_of(name: str) -> Iterable[str]:
    from importlib.metadata import packages_distributions  # late: it reads every installed package

    return [provided.name_of(text) for text in packages_distributions().get(name, ())]
