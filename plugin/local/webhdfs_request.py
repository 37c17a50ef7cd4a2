"""Requests of WebHDFS, as a WSGI server hands them over.

Knows the parts of a request and how servers mangle them.  Refuses to know what is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING
from urllib.parse import parse_qsl, unquote_to_bytes

from plugin.local import webhdfs
from plugin.local.webhdfs import JavaError

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

    from plugin.local.s3_tree import Place

_PIECE = 1 << 18


class Refused(Exception):
    """The request cannot be answered; the client throws ``error`` with the message."""

    def __init__(self, error: JavaError, message: str) -> None:
        super().__init__(message)
        self.error = error


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request; ``path`` is decoded and without ROOT, ``host`` is what the client calls us."""

    method: str
    path: str
    query: dict[str, str]
    host: str
    environ: WSGIEnvironment

    @property
    def place(self) -> Place:
        """The place that the path names.  Raises BadPath."""
        return webhdfs.place_of(self.path)

    def is_true(self, name: str) -> bool:
        """Whether a parameter of the query is true."""
        return self.query.get(name, "").lower() == "true"

    def number(self, name: str) -> int | None:
        """A parameter that is a number; None when it is not given.  Raises Refused."""
        text = self.query.get(name, "null")
        if text == "null":
            return None
        if not text.isdecimal():
            raise Refused(JavaError.ILLEGAL, f"{name} is not a number: {text}")
        return int(text)


def request_of(environ: WSGIEnvironment) -> Request:
    """Read a request, but not its body."""
    host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    return Request(
        method=environ["REQUEST_METHOD"],
        path=_path_of(environ).removeprefix(webhdfs.ROOT),
        query=dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)),
        host=host,
        environ=environ,
    )


def _path_of(environ: WSGIEnvironment) -> str:
    path = _unwrapped(environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", ""))
    if not path.startswith(f"{webhdfs.ROOT}/{webhdfs.MANGLED}/"):
        return path
    raw = _unwrapped(environ.get("REQUEST_URI", "")).partition("?")[0]
    return unquote_to_bytes(raw.encode("latin-1", "replace")).decode("utf-8", "replace")


def _unwrapped(text: str) -> str:
    """Undo what WSGI does to text outside ASCII."""
    return text.encode("latin-1", "replace").decode("utf-8", "replace")


def receive(environ: WSGIEnvironment, into: IO[bytes]) -> int:
    """Copy the request's body; its size in bytes.  Raises OSError when the client breaks off."""
    source: IO[bytes] = environ["wsgi.input"]
    chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
    left = None if chunked else int(environ.get("CONTENT_LENGTH") or 0)
    size = 0
    while left is None or size < left:
        piece = source.read(_PIECE if left is None else min(_PIECE, left - size))
        if not piece:
            break
        size += into.write(piece)
    if left is not None and size < left:
        raise OSError(f"the body ended after {size} of {left} bytes")
    return size
