"""GitHub's published OpenAPI description, as a judge of requests and of the fields we read."""

import json
import re
import sys
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

FOLDER = Path(sys.prefix) / "node/node_modules/@octokit/openapi/generated"
"""Where `make .venv/.tools` puts it."""

_WHOLE = "urn:github"


class Description:
    """The description of one GitHub."""

    def __init__(self, name: str) -> None:
        self._whole = json.loads((FOLDER / name).read_text())
        resource = DRAFT4.create_resource(self._whole)
        self._registry: Registry[Any] = Registry().with_resource(_WHOLE, resource)

    def operation(self, method: str, path: str) -> tuple[str, ...]:
        """The place of the operation that a request calls; the one with the fewest variables."""
        found = [
            template
            for template, operations in self._whole["paths"].items()
            if method.lower() in operations and re.fullmatch(_pattern(template), path)
        ]
        assert found, f"GitHub has no {method} {path}"
        return ("paths", min(found, key=lambda template: template.count("{")), method.lower())

    def problems(self, method: str, path: str, query: Any, body: Any) -> list[str]:
        """What is wrong with a request."""
        place = self.operation(method, path)
        return [*self._of_query(place, query), *self._of_body(place, body)]

    def has_field(self, method: str, path: str, status: str, names: tuple[str, ...]) -> bool:
        """Whether a successful answer has a field, given by its names from the outside in."""
        place = self.operation(method, path)
        answer = self._at(place)["responses"][status]
        schema = self._resolved(answer)["content"]["application/json"]["schema"]
        for name in names:
            schema = self._fields(schema).get(name)
            if schema is None:
                return False
        return True

    def _of_query(self, place: tuple[str, ...], query: Any) -> list[str]:
        known = {
            one["name"]: one["schema"]
            for one in map(self._resolved, self._at(place).get("parameters", []))
            if one["in"] == "query"
        }
        problems = [f"unknown parameter {name}" for name in query if name not in known]
        for name, text in query.items():
            schema = self._resolved(known.get(name, {}))
            value = int(text) if schema.get("type") == "integer" else text
            problems += self._broken(schema, value)
        return problems

    def _of_body(self, place: tuple[str, ...], body: Any) -> list[str]:
        described = self._at(place).get("requestBody")
        if described is None:
            return [] if body is None else ["no body is wanted"]
        schema = self._resolved(described)["content"]["application/json"]["schema"]
        return [*self._broken(schema, body), *self._unknown(schema, body)]

    def _broken(self, schema: Any, value: Any) -> list[str]:
        validator = Draft4Validator(_absolute(schema), registry=self._registry)
        return [error.message[-120:] for error in validator.iter_errors(value)]

    def _unknown(self, schema: Any, value: Any) -> list[str]:
        """The fields that the description does not have; it forbids none."""
        if isinstance(value, list):
            items = self._resolved(schema).get("items", {})
            return [problem for one in value for problem in self._unknown(items, one)]
        if not isinstance(value, dict):
            return []
        fields = self._fields(schema)
        problems = [f"unknown field {name}" for name in value if name not in fields]
        for name in value.keys() & fields.keys():
            problems += self._unknown(fields[name], value[name])
        return problems

    def _fields(self, schema: Any) -> dict[str, Any]:
        """The fields of an object, or of the objects of a list, whichever kind they are."""
        schema = self._resolved(schema)
        if schema.get("type") == "array":
            return self._fields(schema["items"])
        fields = dict(schema.get("properties", {}))
        for word in ("allOf", "anyOf", "oneOf"):
            for one in schema.get(word, []):
                fields |= self._fields(one)
        return fields

    def _resolved(self, schema: Any) -> Any:
        while "$ref" in schema:
            schema = self._at(tuple(schema["$ref"].removeprefix("#/").split("/")))
        return schema

    def _at(self, place: tuple[str, ...]) -> Any:
        found = self._whole
        for name in place:
            found = found[name]
        return found


def _pattern(template: str) -> str:
    """What a path of that template looks like."""
    return re.sub(r"\\\{[^/}]+\\\}", "[^/]+", re.escape(template))


def _absolute(schema: Any) -> Any:
    """Let references point into the whole description."""
    if isinstance(schema, dict):
        return {
            name: f"{_WHOLE}{value}" if name == "$ref" else _absolute(value)
            for name, value in schema.items()
        }
    return [_absolute(one) for one in schema] if isinstance(schema, list) else schema
