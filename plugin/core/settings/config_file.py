"""The text of ``.glue-health-check.yml`` → a mapping.  Knows YAML; knows no setting.

Each scalar stays the text that was written, but for null: YAML would read the version 5.10 as 5.1,
the account 012345670123 as an octal number and the country ``no`` as false.  What a text means, the
setting's kind knows, here as in the environment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST_FILE = 262_144
"""Bytes.  A larger configuration file is a mistake or an attack."""

_YAML = "tag:yaml.org,2002:"
_TYPES = frozenset({"null", "seq", "map"})
_TEXTS = ("bool", "int", "float", "timestamp", "str", "value", "merge")
"""What is text to us.  ``=`` is a value and ``<<`` a merge to YAML, where they mean nothing."""
_PYYAML_RAISES = (
    *(yaml.YAMLError, RecursionError, ValueError),
    *(ArithmeticError, AttributeError, LookupError, TypeError),  # on ``!!bool x`` and its like
)


class _Loader(yaml.SafeLoader):
    """YAML's safe subset, and no key twice: PyYAML would silently take the last."""

    yaml_constructors = {  # noqa: RUF012 - PyYAML's name, and it is ours alone
        tag: read
        for tag, read in yaml.SafeLoader.yaml_constructors.items()
        if tag is None or tag.removeprefix(_YAML) in _TYPES
    }


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[object, object]:
    """Read a map.  Merged maps (``<<``) are folded as values: as nodes they could multiply."""
    found: dict[object, object] = {}
    merged: dict[object, object] = {}
    for key_node, value_node in node.value:
        if key_node.tag == f"{_YAML}merge":
            value = loader.construct_object(value_node, deep=True)
            for base in value if isinstance(value, list) else [value]:
                merged = {**base, **merged}
            continue
        key = loader.construct_object(key_node, deep=True)
        key = key_node.value if key is None else key
        if isinstance(key, list | dict) or key in found:
            problem = f"the key {key!r:.80} stands there twice or is no text"
            raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
        found[key] = loader.construct_object(value_node, deep=True)
    return {**merged, **found}


def _text(loader: _Loader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_Loader.add_constructor(f"{_YAML}map", _mapping)
for _type in _TEXTS:
    _Loader.add_constructor(f"{_YAML}{_type}", _text)


def parse(text: str) -> Mapping[str, object]:
    """Return the mapping of a configuration file; an empty file is an empty mapping.

    Its values are texts, None, lists and maps of such.

    Raises ``ValueError`` with line and reason when the text is no YAML mapping.
    """
    if len(text.encode(errors="replace")) > LARGEST_FILE:
        raise ValueError(f"is larger than {LARGEST_FILE} bytes")
    try:
        loaded = yaml.load(text, Loader=_Loader)  # noqa: S506 - a subclass of SafeLoader
    except _PYYAML_RAISES as error:
        raise ValueError(f"is not valid YAML: {_one_line(error)}") from None
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise ValueError("is not a YAML mapping of settings at its top")  # noqa: TRY004 - a wrong value, as all others here
    return {str(key): value for key, value in loaded.items()}


def _one_line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error) or type(error).__name__
    where = f" (line {mark.line + 1})" if mark else ""
    return " ".join(str(problem).split())[:200] + where
