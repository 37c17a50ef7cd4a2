"""The body of the one comment: read into sections, and written within GitHub's limit.

    <!-- glue-health-check:comment v=1 context=<hash> -->
    <!-- glue-health-check:section <base64 of JSON> -->
    …Markdown…
    <!-- glue-health-check:end -->

A marker is a whole line.  What a section says cannot make one: its own are broken on writing.
Nobody is trusted on reading either: what is not exactly of this form is left out.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from plugin.core.forms.sticky import Section
from plugin.core.github import MOST_COMMENT_BODY
from plugin.core.render import cut_characters

if TYPE_CHECKING:
    from collections.abc import Iterator

_OURS = "<!-- glue-health-check"
_BROKEN = "<\u200b!-- glue-health-check"
_END = "<!-- glue-health-check:end -->"
_SECTION = re.compile(r"<!-- glue-health-check:section ([A-Za-z0-9+/]{1,12000}={0,2}) -->")
_LINES = re.compile(r"\r\n|\n|\r")
_DIGITS = re.compile(r"[0-9]{0,20}")
_NO_ROOM = "*The rest of this part did not fit into the comment: see the build.*\n"
_DROPPED = "*{} more of the reports did not fit into the comment: see their builds.*\n"
_LEAST = 1_000
"""Characters that a section gets before others are left out."""


def head_of(context: str) -> str:
    """Return the first line of the comment of a ``status_context``, by which it is found."""
    key = hashlib.sha256(context.encode("utf-8", "backslashreplace")).hexdigest()[:32]
    return f"{_OURS}:comment v=1 context={key} -->"


def is_ours(body: str, context: str) -> bool:
    """Whether a comment's first line says that it is the one of the context."""
    return _LINES.split(body, maxsplit=1)[0] == head_of(context)


def sections_of(body: str) -> tuple[Section, ...]:
    """Return the sections of a body, of each key the first; GitHub may send it with CRLF.

    A marker that cannot be read is left out with all that follows it up to the next one.
    """
    found: dict[tuple[str, str], Section] = {}
    for one in _read(_LINES.split(body)):
        found.setdefault(one.key, one)
    return tuple(found.values())


def body_of(
    context: str,
    sections: tuple[Section, ...],
    *,
    ours: Section,
    short: str = "",
    limit: int = MOST_COMMENT_BODY,
) -> str:
    """Return the body, at most ``limit`` characters, however those are counted.

    Long sections give way to short ones: none gets more than an equal share of what the others
    leave.  Where even that is too little, the last ones are left out, never ours.  The sections
    keep their order.  ``short`` is what to say where no beginning of our text fits.
    """
    head = f"{head_of(context)}\n"
    shown, note = _that_fit(sections, ours, limit - len(head))
    room = limit - len(head) - len(note) - sum(len(_framed(one, "")) for one in shown)
    texts = _shared(
        [(_tame(one.text), _tame(short) if short and one.key == ours.key else "") for one in shown],
        room,
    )
    return head + "".join(map(_framed, shown, texts)) + note


def units(text: str) -> int:
    """Return the length in UTF-16 code units: never less than the number of code points.

    Whichever GitHub counts, a text within the limit by this measure is within it.
    """
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _read(lines: list[str]) -> Iterator[Section]:
    """Yield the sections; what stands outside of one is nobody's."""
    begun: Section | None = None
    text: list[str] = []
    for line in lines:
        if begun is not None and line == _END:
            yield replace(begun, text="".join(f"{one}\n" for one in text))
            begun = None
        elif line.startswith(_OURS):
            match = _SECTION.fullmatch(line)
            begun, text = _decoded(match[1]) if match else None, []
        else:
            text.append(line)


def _framed(section: Section, text: str) -> str:
    facts = {name: value for name, value in asdict(section).items() if name != "text" and value}
    data = base64.b64encode(json.dumps(facts, sort_keys=True).encode()).decode()
    return f"{_OURS}:section {data} -->\n{text}{_END}\n"


def _decoded(data: str) -> Section | None:
    """Return a section without its text; None where it is not what we write."""
    try:
        facts = json.loads(base64.b64decode(data, validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return None
    if not isinstance(facts, dict):
        return None
    names = set(Section.__dataclass_fields__) - {"text"}
    known = {name: value for name, value in facts.items() if name in names}
    is_sound = (
        all(isinstance(value, str) for value in known.values())
        and _DIGITS.fullmatch(known.get("number", ""))
        and _DIGITS.fullmatch(known.get("attempt", ""))
    )
    return Section(**known) if is_sound else None


def _tame(text: str) -> str:
    """Return Markdown in which no line is a marker of ours, and which ends its last line."""
    plain = _LINES.sub("\n", text).replace(_OURS, _BROKEN)
    return plain if plain.endswith("\n") else f"{plain}\n"


def _that_fit(
    sections: tuple[Section, ...], ours: Section, room: int
) -> tuple[tuple[Section, ...], str]:
    """Return the sections that get a readable share, and a note when they are not all."""
    dropped: set[tuple[str, str]] = set()
    candidates = [one for one in reversed(sections) if one.key != ours.key]
    sizes = {one.key: len(_framed(one, "")) + min(units(one.text), _LEAST) for one in sections}
    total = sum(sizes.values())
    while candidates and total + len(_DROPPED) + 10 > room:
        key = candidates.pop(0).key
        dropped.add(key)
        total -= sizes[key]
    shown = tuple(one for one in sections if one.key not in dropped)
    return shown, _DROPPED.format(len(dropped)) if dropped else ""


def _shared(texts: list[tuple[str, str]], room: int) -> list[str]:
    """Return the texts cut to a fair share of ``room`` characters each, in the same order.

    Each comes with the one to take where it cannot be cut.
    """
    result = ["" for _ in texts]
    order = sorted(range(len(texts)), key=lambda index: units(texts[index][0]))
    for done, index in enumerate(order):
        share = max(room, 0) // (len(order) - done)
        result[index] = next((one for text in texts[index] if (one := _cut(text, share))), "")
        result[index] = result[index] or (_NO_ROOM if len(_NO_ROOM) <= share else "")
        room -= units(result[index])
    return result


def _cut(text: str, limit: int) -> str:
    """Cut Markdown at a sensible place; empty where not even its first line fits."""
    if units(text) <= limit:
        return text
    beyond = units(text[:limit]) - len(text[:limit])
    kept = cut_characters(text, limit - beyond)
    return kept if kept.partition("\n")[0] == text[:limit].partition("\n")[0] else ""
