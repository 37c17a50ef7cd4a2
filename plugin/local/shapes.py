"""Whether a request has the shape that botocore's Glue model demands.

Knows types, required members, lengths, ranges, patterns, enums and unknown members.  Refuses to
know what a member means; that is `rules`.  The texts follow AWS's own, so that tools which read
them behave the same here.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from plugin.local.errors import Code, GlueError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botocore.model import OperationModel, ServiceModel, Shape, StructureShape

_MODEL = "glue/2017-03-31/service-2"
_SHOWN = 300  # characters of a wrong value that an error repeats
_TYPES: dict[str, tuple[type, ...]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "double": (int, float),
    "float": (int, float),
    "timestamp": (int, float),
}


@cache
def glue_model() -> ServiceModel:
    """Load botocore's Glue model, once per process: it is some megabytes of JSON.

    Asked by its name: a session would first list what else there is, which takes as long again.
    """
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

    return ServiceModel(Loader().load_data(_MODEL), "glue")


def operation_of(name: str) -> OperationModel:
    """Return the model of an operation; raises OperationNotFoundError for others."""
    return glue_model().operation_model(name)


def check(operation: OperationModel, request: Mapping[str, Any]) -> None:
    """Raise SerializationException or ValidationException, naming every problem."""
    shape = operation.input_shape
    if shape is None:
        return
    problems = [text for text in _problems(shape, request, "") if text]
    if problems:
        count = len(problems)
        noun = "error" if count == 1 else "errors"
        text = f"{count} validation {noun} detected: " + "; ".join(problems)
        raise GlueError(Code.VALIDATION, text)


def _problems(shape: Shape, value: object, path: str) -> Iterator[str]:
    """Walk `value` along `shape`; a wrong type ends the walk, as it ends AWS's own parser."""
    _check_type(shape, value, path)
    if isinstance(value, dict) and shape.type_name == "structure":
        yield from _structure_problems(shape, value, path)  # type: ignore[arg-type] # by its name
    elif isinstance(value, dict):
        for key, member in value.items():
            yield from _problems(shape.key, key, path)  # type: ignore[attr-defined] # a MapShape
            if member is not None:
                yield from _problems(shape.value, member, f"{path}.{key}.member")  # type: ignore[attr-defined] # a MapShape
        yield from _constraint_problems(shape, value, path)
    elif isinstance(value, list):
        yield from _constraint_problems(shape, value, path)
        for number, member in enumerate(value, start=1):
            yield from _problems(shape.member, member, f"{path}.{number}.member")  # type: ignore[attr-defined] # a ListShape
    else:
        yield from _constraint_problems(shape, value, path)


def _structure_problems(
    shape: StructureShape, value: Mapping[str, Any], path: str
) -> Iterator[str]:
    for name in sorted(set(value) - set(shape.members)):
        yield f"Value at '{_join(path, name)}' failed to satisfy constraint: Member is unknown"
    for name in shape.required_members:
        if value.get(name) is None:
            yield (
                f"Value null at '{_join(path, name)}' failed to satisfy constraint: "
                "Member must not be null"
            )
    for name, member in shape.members.items():
        if value.get(name) is not None:
            yield from _problems(member, value[name], _join(path, name))


def _check_type(shape: Shape, value: object, path: str) -> None:
    expected = _TYPES.get(shape.type_name, (object,))
    is_bool_as_number = isinstance(value, bool) and bool not in expected and object not in expected
    if not isinstance(value, expected) or is_bool_as_number:
        found = "null" if value is None else type(value).__name__
        place = path or "the request"
        text = f"{found} can not be converted to {shape.type_name} at {place}"
        raise GlueError(Code.SERIALIZATION, text)


def _constraint_problems(shape: Shape, value: object, path: str) -> Iterator[str]:
    rules = shape.metadata
    is_sized = isinstance(value, str | list | dict)
    size: Any = len(value) if isinstance(value, str | list | dict) else value
    word = "length" if is_sized else "value"
    shown = f"Value '{_shown(value)}' at '{path}' failed to satisfy constraint: Member must"
    if "min" in rules and size < rules["min"]:
        yield f"{shown} have {word} greater than or equal to {rules['min']}"
    if "max" in rules and size > rules["max"]:
        yield f"{shown} have {word} less than or equal to {rules['max']}"
    if isinstance(value, str):
        if "enum" in rules and value not in rules["enum"]:
            yield f"{shown} satisfy enum value set: [{', '.join(rules['enum'])}]"
        if "pattern" in rules and not compiled(rules["pattern"]).fullmatch(value):
            yield f"{shown} satisfy regular expression pattern: {rules['pattern']}"


@lru_cache(maxsize=256)
def compiled(pattern: str) -> re.Pattern[str]:
    """Translate a pattern of the model, which is Java's, to Python's.

    Java reads the surrogate pairs of a class as the characters beyond the first plane; Python
    knows those characters by their own numbers.
    """
    text = pattern.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")
    return re.compile(text)


def _join(path: str, name: str) -> str:
    member = name[:1].lower() + name[1:]
    return f"{path}.{member}" if path else member


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
