"""For the address of a link."""

from __future__ import annotations

import re
from urllib.parse import quote

_URL = re.compile(r"(?P<site>https?://[A-Za-z0-9.-]+(?::\d{1,5})?)(?P<rest>[/?#].*)?", re.DOTALL)
_URL_LIMIT = 2_000


def link_url(url: str) -> str:
    """Return a web address that can stand between the parentheses of a Markdown link, or "".

    http and https only, without a user's name before the host; the rest is percent-encoded.
    """
    match = _URL.fullmatch(url)
    if match is None or len(url) > _URL_LIMIT:
        return ""
    rest = quote(match["rest"] or "", safe="/?#%:@!$'*+,;=&~", errors="replace")
    return f"{match['site']}{rest}".replace("&", "&amp;")
