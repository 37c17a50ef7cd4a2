"""How Harness reads a step's outputs file, as models of both versions of its dotenv reader.

Written from what they do, for the parts that matter here.  Sources: harness/godotenv 2.0.0 (line by
line, with comments cut off first) and 4.0.2 (statement by statement, with quotes over lines);
harness/lite-engine, ``pipeline/runtime/common.go``, for ``__B64__``.
"""

import re
from base64 import b64decode
from collections.abc import Callable

LONGEST_LINE = 65_536
_SPACES = "\t\v\f\r \x85\xa0"
_VARIABLE = re.compile(r"(\\)?(\$)(\()?\{?([A-Z0-9_]+)?\}?")

Reader = Callable[[bytes], dict[str, str]]


class TooLong(ValueError):
    """A line that the scanner's buffer does not hold."""


def outputs_as_harness_reads(content: bytes, reader: Reader) -> dict[str, str]:
    """Read the file, and decode what is marked as base64."""
    return {key: _decoded(value) for key, value in reader(content).items()}


def _decoded(value: str) -> str:
    marked = value.removeprefix("__B64__")
    return value if marked == value else b64decode(marked, validate=True).decode()


def _expanded(value: str, known: dict[str, str]) -> str:
    def of(match: re.Match[str]) -> str:
        if match[1] or match[3]:
            return match[0][1:]
        return known.get(match[4], "") if match[4] else match[0]

    return _VARIABLE.sub(of, value)


def older_reader(content: bytes) -> dict[str, str]:
    known: dict[str, str] = {}
    for raw in content.split(b"\n"):
        if len(raw) >= LONGEST_LINE:
            raise TooLong
        line = raw.removesuffix(b"\r").decode()
        if not line.strip() or line.strip().startswith("#"):
            continue
        line = _without_comment(line)
        ends = [place for place in (line.find("="), line.find(":")) if place >= 0]
        if not ends:
            raise ValueError("Can't separate key from value")
        key, value = line[: min(ends)], line[min(ends) + 1 :]
        known[re.sub(r"^\s*(?:export\s+)?(.*?)\s*$", r"\1", key)] = _older_value(value, known)
    return known


def _without_comment(line: str) -> str:
    kept: list[str] = []
    is_open = False
    for part in line.split("#"):
        if part.count('"') == 1 or part.count("'") == 1:
            if is_open:
                kept.append(part)
            is_open = not is_open
        if not kept or is_open:
            kept.append(part)
    return "#".join(kept)


def _older_value(raw: str, known: dict[str, str]) -> str:
    value = raw.strip(" ")
    if len(value) <= 1:
        return value
    if value[0] == value[-1] == "'":
        return value[1:-1]
    if value[0] == value[-1] == '"':
        value = value[1:-1].replace("\\n", "\n").replace("\\r", "\r")
        value = re.sub(r"\\([^$])", r"\1", value)
    return _expanded(value, known)


def newer_reader(content: bytes) -> dict[str, str]:
    known: dict[str, str] = {}
    rest = content.replace(b"\r\n", b"\n").decode().lstrip()
    while rest:
        if rest.startswith("#"):
            rest = rest.partition("\n")[2].lstrip()
            continue
        match = re.match(r"(?:export[ \t]+)?([\w.\-/\t\v\f\r \x85\xa0]*)[=:]", rest)
        if match is None:
            raise ValueError("unexpected character in variable name")
        value, rest = _newer_value(rest[match.end() :].lstrip(_SPACES), known)
        known[match[1].strip()] = value
        rest = rest.lstrip()
    return known


def _newer_value(text: str, known: dict[str, str]) -> tuple[str, str]:
    if text[:1] in {"'", '"'}:
        quote = text[0]
        end = re.compile(rf"(?<!\\){quote}").search(text, 1)
        if end is None:
            raise ValueError("unterminated quoted value")
        inner = text[1 : end.start()]
        if quote == '"':
            inner = _expanded(inner.replace("\\n", "\n").replace("\\r", "\r"), known)
        return inner, text[end.end() :]
    line = re.split(r"[\r\n]", text, maxsplit=1)[0]
    comment = re.compile(rf".*[{_SPACES}](?=#)", re.DOTALL).match(line)
    value = (comment[0] if comment else line).strip(_SPACES)
    return _expanded(value, known), text[len(line) :]
