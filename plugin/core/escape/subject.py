"""For the subject of a message of Amazon SNS, which becomes the subject of an e-mail.

Source: SNS API reference, Publish: less than 100 characters, no line break, no control character;
the service itself refuses what is not ASCII, and what begins with a space.
"""

from __future__ import annotations

import unicodedata

from plugin.core.escape.log import CONTROL_SEQUENCE, log_text

SUBJECT_LIMIT = 99


def subject_text(text: str) -> str:
    """Return text as a subject: printable ASCII, 1 to 99 characters, one space between words.

    Accents are dropped; other characters become ``?``.  Text without any gives ``?``.
    """
    plain = CONTROL_SEQUENCE.sub("", text[: 4 * SUBJECT_LIMIT])
    plain = unicodedata.normalize("NFKD", plain.replace("…", "...").replace("–", "-"))
    ascii_only = "".join(
        character if " " <= character <= "~" else " " if character.isspace() else "?"
        for character in plain
        if not unicodedata.combining(character)
    )
    words = log_text(" ".join(ascii_only.split()))
    short = words if len(words) <= SUBJECT_LIMIT else words[: SUBJECT_LIMIT - 3].rstrip() + "..."
    return short or "?"
