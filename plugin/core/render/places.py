"""A place in the script, as a link to the line in the commit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from plugin.core.build import Host
from plugin.core.escape import link_url, markdown_code
from plugin.core.render.words import place_text

if TYPE_CHECKING:
    from plugin.core.build import Build
    from plugin.core.result import Place


def place_link(place: Place | None, build: Build) -> str:
    """Return a place in code, as a link where its address is known; empty for no place."""
    if place is None:
        return ""
    text = markdown_code(place_text(place))
    url = link_url(place_address(place, build))
    return f"[{text}]({url})" if url else text


def place_address(place: Place | None, build: Build) -> str:
    """Return the web address of the line in the commit; empty when a part of it is not known.

    Empty on a laptop as well: what ran there need not be what the commit holds.
    """
    if place is None:
        return ""
    is_known = (
        build.host is not Host.PLAIN
        and re.fullmatch(r"[\w.-]+/[\w.-]+", build.repository, re.ASCII)
        and re.fullmatch(r"[0-9a-fA-F]{7,64}", build.commit)
        and build.server_url
        and not {"", ".", ".."}.intersection(place.file.split("/"))
    )
    if not is_known:
        return ""
    file = quote(place.file, errors="replace")
    line = f"#L{place.line}" if place.line > 0 else ""
    return f"{build.server_url.rstrip('/')}/{build.repository}/blob/{build.commit}/{file}{line}"
